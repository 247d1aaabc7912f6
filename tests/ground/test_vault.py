"""The vault: sealed values open with their key and their context alone; keys rotate; the key file is made once."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.vault import Vault, VaultError, keys_in

CONTEXT = "webhook secret 1 2"
old, new = Vault(("old",)), Vault(("new", "old"))


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=300), st.text(max_size=20))
def test_what_was_sealed_opens_again(value: str, context: str) -> None:
    context = context.encode("utf-8", "replace").decode()
    assert old.open(old.seal(value, context), context) == value


def test_the_first_key_seals_and_all_keys_open() -> None:
    before = old.seal("secret", CONTEXT)
    assert new.open(before, CONTEXT) == "secret"
    after = new.seal("secret", CONTEXT)
    assert Vault(("new",)).open(after, CONTEXT) == "secret"
    with pytest.raises(VaultError, match="which WAYPOST_SECRET_KEYS does not hold"):
        old.open(after, CONTEXT)


def test_a_value_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(VaultError, match="was altered or belongs elsewhere"):
        old.open(old.seal("secret", CONTEXT), "webhook secret 1 3")


def test_no_altered_byte_goes_unnoticed() -> None:
    sealed = old.seal("secret", CONTEXT)
    for place in range(len(sealed)):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(VaultError):
            old.open(altered, CONTEXT)


def test_no_shortened_value_opens() -> None:
    sealed = old.seal("", CONTEXT)
    for length in range(len(sealed)):
        with pytest.raises(VaultError):
            old.open(sealed[:length], CONTEXT)


def test_the_same_value_seals_differently_each_time_and_shows_nothing() -> None:
    sealed = {old.seal("a plain secret", CONTEXT) for _ in range(100)}
    assert len(sealed) == 100 and not any(b"plain" in each for each in sealed)


def test_errors_name_no_secret() -> None:
    with pytest.raises(VaultError) as told:
        old.open(old.seal("a plain secret", CONTEXT), "elsewhere")
    assert "plain" not in str(told.value)


def test_without_a_key_there_is_no_vault() -> None:
    with pytest.raises(VaultError, match="set WAYPOST_SECRET_KEYS"):
        Vault(())


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "deep"
    keys = keys_in(folder)
    assert len(keys) == 1 and len(keys[0]) >= 43
    assert keys_in(folder) == keys
    assert [each.name for each in folder.iterdir()] == ["secret.keys"]
    assert (folder / "secret.keys").stat().st_mode & 0o777 == 0o600


def test_a_key_put_in_front_of_the_file_seals_from_then_on(tmp_path: Path) -> None:
    [first] = keys_in(tmp_path)
    (tmp_path / "secret.keys").write_text(f"fresh\n{first}\n")
    assert keys_in(tmp_path) == ("fresh", first)


def test_many_who_make_the_file_at_once_agree_on_the_key(tmp_path: Path) -> None:
    found: list[tuple[str, ...]] = []
    start = threading.Barrier(8)

    def look() -> None:
        start.wait()
        found.append(keys_in(tmp_path / "data"))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1 and len(found[0]) == 1
