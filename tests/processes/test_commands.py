"""Every command as an operator types it: help, words, JSON as the contract has it, and errors with exit status 1."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from typer.testing import CliRunner

from tests.processes.commands import House, answers, house, status
from waypost import cli
from waypost.postgres.embedded import EmbeddedServer
from waypost.postgres.pool import connect

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NOBODY = "3f2b8a52-5d1e-4f7c-9a6b-0c1d2e3f4a5b"
COMMANDS = [
    (), ("serve",), ("worker",), ("dev",), ("simulate",), ("migrate",), ("doctor",), ("openapi",), ("org",),
    ("org", "create"), ("org", "list"), ("key",), ("key", "create"), ("key", "list"), ("key", "revoke"),
]  # fmt: skip


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    """With a gateway that keeps the database up, as in real life."""
    with house() as made:
        yield made


@pytest.fixture(scope="module")
async def session(home: House) -> AsyncIterator[aiohttp.ClientSession]:
    home.start("serve", "--workers-off")
    async with aiohttp.ClientSession() as made:
        await answers(made, f"{home.url}/health/ready")
        yield made


async def called(session: aiohttp.ClientSession, home: House, key: str, path: str = "/v1/outgoing-webhooks") -> int:
    async with session.get(home.url + path, headers={"Authorization": f"Bearer {key}"}) as answer:
        return answer.status


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli.app, [*command, "--help"])
    assert done.exit_code == 0 and "Usage: " in done.stdout
    assert "--with-parent" not in done.stdout
    documented = re.findall(r"^  (\w[\w-]*)  +(\S)", done.stdout, re.MULTILINE)
    assert command not in {(), ("org",), ("key",)} or len(documented) >= 2


def test_the_program_without_a_command_shows_what_there_is(home: House) -> None:
    done = home.run()
    told = done.stdout + done.stderr
    assert all(re.search(rf"^  {each[0]} ", told, re.MULTILINE) for each in COMMANDS if each), told


def test_the_version_is_printed(home: House) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", home.run("--version").stdout)


async def test_an_organization_is_made_with_a_key_that_works(home: House, session: aiohttp.ClientSession) -> None:
    made = home.json("org", "create", "Acme Corp")
    assert set(made) == {"organizationId", "apiKey"} and UUID.fullmatch(made["organizationId"])
    assert await called(session, home, made["apiKey"]) == 200
    assert await called(session, home, made["apiKey"] + "x") == 401
    words = home.run("org", "create", "Beta")
    assert words.returncode == 0 and UUID.search(words.stdout) and "wp_" in words.stdout
    names = [each["name"] for each in home.json("org", "list")]
    assert names[-2:] == ["Acme Corp", "Beta"]
    listed = home.run("org", "list").stdout
    assert made["organizationId"] in listed and "Acme Corp" in listed


async def test_keys_are_made_listed_without_their_text_and_revoked_at_once(
    home: House, session: aiohttp.ClientSession
) -> None:
    owner = home.json("org", "create", "Keys")
    made = home.json("key", "create", "--org", owner["organizationId"], "--scope", "read", "--name", "reports")
    assert set(made) == {"id", "apiKey"} and UUID.fullmatch(made["id"])
    assert await called(session, home, made["apiKey"]) == 200
    listed = {each["id"]: each for each in home.json("key", "list", "--org", owner["organizationId"])}
    assert len(listed) == 2 and listed[made["id"]]["scopes"] == ["read"]
    assert listed[made["id"]]["name"] == "reports" and listed[made["id"]]["revokedAt"] is None
    assert made["apiKey"] not in json.dumps(listed) and listed[made["id"]]["hint"] == made["apiKey"][-4:]
    assert home.json("key", "revoke", made["id"]) == {"id": made["id"], "revoked": True}
    assert await called(session, home, made["apiKey"]) == 401
    assert await called(session, home, owner["apiKey"]) == 200
    again = home.run("key", "revoke", made["id"])
    assert again.returncode == 0, "revoking twice is harmless"
    assert "revoked" in home.run("key", "list", "--org", owner["organizationId"]).stdout


GIVEN: dict[tuple[str, ...], list[str]] = {
    (): ["read", "send", "manage"],
    ("--scope", "send"): ["send"],
    ("--scope", "manage,read"): ["read", "manage"],
    ("--scope", "read", "--scope", "send"): ["read", "send"],
}


async def test_scopes_may_be_given_in_any_way(home: House, session: aiohttp.ClientSession) -> None:
    owner = home.json("org", "create", "Scopes")["organizationId"]
    made = {home.json("key", "create", "--org", owner, *given)["id"]: scopes for given, scopes in GIVEN.items()}
    found = {each["id"]: each["scopes"] for each in home.json("key", "list", "--org", owner)}
    assert {id_: found[id_] for id_ in made} == made


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("key", "create", "--org", NOBODY), "There is no organization"),
        (("key", "revoke", NOBODY), "There is no API key"),
    ],
    ids=str,
)
async def test_an_unknown_id_is_an_error_in_a_sentence(
    home: House, session: aiohttp.ClientSession, command: tuple[str, ...], said: str
) -> None:
    done = home.run(*command)
    assert done.returncode == 1 and done.stdout == ""
    assert f"error: {said} {command[-1]}" in done.stderr and "Traceback" not in done.stderr


async def test_an_unknown_scope_is_an_error_that_names_the_right_ones(
    home: House, session: aiohttp.ClientSession
) -> None:
    owner = home.json("org", "create", "Scopes")["organizationId"]
    done = home.run("key", "create", "--org", owner, "--scope", "admin")
    assert done.returncode == 1 and "'admin'" in done.stderr and "read, send, manage" in done.stderr


@pytest.mark.parametrize(
    "command", [("key", "revoke", "not-an-id"), ("nonsense",), ("org", "create"), ("serve", "--fast")]
)
def test_wrong_usage_exits_2_and_says_what_is_wrong(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 2 and "Usage: " in done.stderr


async def test_migrate_says_that_there_is_nothing_to_do(home: House, session: aiohttp.ClientSession) -> None:
    assert home.json("migrate") == {"applied": []}
    assert home.run("migrate").stdout == "nothing to apply\n"


def test_the_openapi_document_is_printed_without_a_database(home: House) -> None:
    done = home.run("openapi", PUBLIC_URL="https://wa.example.com", DATA_DIR="/nowhere")
    document = json.loads(done.stdout)
    assert document["openapi"].startswith("3.1") and document["servers"][0]["url"] == "https://wa.example.com"
    assert "/v1/outgoing-webhooks" in document["paths"]


async def test_settings_come_from_a_dotenv_file_and_the_environment_wins(
    home: House, session: aiohttp.ClientSession
) -> None:
    (home.folder / ".env").write_text("WAYPOST_METRICS_TOKEN='from the file'\nWAYPOST_WEBHOOK_SCHEDULE=never\n")
    try:
        assert "WAYPOST_WEBHOOK_SCHEDULE is 'never'" in home.run("org", "list").stderr
        assert home.run("org", "list", WEBHOOK_SCHEDULE="5").returncode == 0
    finally:
        (home.folder / ".env").unlink()


async def test_secrets_lie_in_files_of_mode_0600(home: House, session: aiohttp.ClientSession) -> None:
    keys = home.folder / "data" / "secret.keys"
    assert keys.stat().st_mode & 0o777 == 0o600 and len(keys.read_text().strip()) >= 32
    assert keys.read_text().strip() not in home.logs
    assert (await status(session, f"{home.url}/health/live"))[0] == 200


def test_the_books_are_told_in_words_and_figures(home: House, session: aiohttp.ClientSession) -> None:
    done = home.run("doctor", "--accounting")
    assert done.returncode == 0, done.stderr
    for words in (
        "facts: even",
        "0 accepted = 0 stored + 0 repeated + 0 set aside",
        "deliveries: even",
        "0 in two places",
    ):
        assert words in done.stdout, done.stdout
    told = home.json("doctor", "--accounting", "--since", "2026-01-01T00:00Z", "--until", "2026-01-02")
    assert told["facts"]["unaccounted"] == told["deliveries"]["unaccounted"] == 0
    refused = home.run("doctor", "--since", "2026-01-01")
    assert refused.returncode == 1 and "--accounting" in refused.stderr
    assert home.run("doctor", "--accounting", "--since", "yesterday").returncode == 2


def test_uneven_books_exit_1(home: House, session: aiohttp.ClientSession) -> None:
    with EmbeddedServer(home.folder / "data") as server:
        asyncio.run(_wrong(server.dsn, 1))
        done = home.run("doctor", "--accounting")
        asyncio.run(_wrong(server.dsn, -1))
    assert done.returncode == 1 and "facts: 1 UNACCOUNTED" in done.stdout and "1 accepted = 0 stored" in done.stdout


async def _wrong(dsn: str, by: int) -> None:
    conn = await connect(dsn)
    await conn.execute("insert into ledger values (default, $1, 0, 0, 0, 0)", by)
    await conn.close()
