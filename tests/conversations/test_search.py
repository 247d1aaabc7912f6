"""Searching by contact: what is found for which words, in which order, and that a search is never stale or foreign."""

from typing import Any

import pytest

from tests.conversations.people import change, found, names, person
from tests.messages.tenants import connected
from waypost.domain import conversation_search
from waypost.domain.phones import Phone
from waypost.paging import Page
from waypost.runtime import Runtime

ANA, OBRIEN, LUKASZ, WANG, FANCY = "Ána María Núñez", "O'Brien-Smith (work)", "Łukasz Strauß", "王伟", "𝓜𝓪𝓻𝓲𝓪 🔥"
ARABIC, PERCENT, BARE = "مُحَمَّد", "100% sure", None
PEOPLE: list[tuple[str | None, str | None, str | None]] = [
    (ANA, "5491155551234", "ana_perez"), (OBRIEN, "12025550143", None), (LUKASZ, "48601123456", "lu.kasz"),
    (WANG, "8613812345678", None), (FANCY, None, "fancy"), (ARABIC, "966501234567", None),
    (PERCENT, None, None), (BARE, "5491155559999", None),
]  # fmt: skip
#: sought -> the names that are found, in any order
FOUND: list[tuple[str, set[str | None]]] = [
    ("ana", {ANA}), ("ANA", {ANA}), ("ána", {ANA}), ("núñez", {ANA}), ("NUNEZ", {ANA}), ("unez", {ANA}),
    ("nunez ana", {ANA}), ("ana smith", set()), ("mar", {ANA, FANCY}), ("maria", {ANA, FANCY}), ("María nu", {ANA}),
    ("a", {ANA}), ("an", {ANA}), ("n", {ANA}), ("z", set()), ("ez", set()),
    ("o'brien", {OBRIEN}), ("obrien", set()), ("brien", {OBRIEN}), ("smith-work", {OBRIEN}), ("(work)", {OBRIEN}),
    ("lukasz", {LUKASZ}), ("ŁUKASZ", {LUKASZ}), ("strauss", {LUKASZ}), ("STRAUẞ", {LUKASZ}), ("lu.kasz", {LUKASZ}),
    ("ana_perez", {ANA}), ("perez", {ANA}), ("_", set()), ("%", set()), ("\\", set()), ("a%n", {ANA}),
    ("100%", {PERCENT}), ("100", {PERCENT}), ("王", {WANG}), ("伟", {WANG}), ("王伟", {WANG}), ("李", set()),
    ("محمد", {ARABIC}), ("🔥", {FANCY}), ("5491155551234", {ANA}), ("+54 9 11 5555-1234", {ANA}),
    ("(202) 555-0143", {OBRIEN}), ("1155", {ANA, BARE}), ("115555", {ANA, BARE}), ("9999", {BARE}),
    ("54", {ANA, BARE}), ("5", {ANA, BARE}), ("34", set()), ("234567", {WANG, ARABIC}), ("1234567890123456", set()),
    ("ana 1155", {ANA}), ("maria 1234", {ANA}), ("+", set()), ("...", set()), ("nobody", set()), ("x" * 100, set()),
    ("ana ana ana", {ANA}), ("  ana  ", {ANA}), ("ana\tnunez", {ANA}), ("'; drop table conversations; --", set()),
]  # fmt: skip


@pytest.fixture(scope="module")
async def crowd(rt: Runtime) -> Phone:
    phone = await connected(rt)
    for second, (name, number, username) in enumerate(PEOPLE):
        await person(rt, phone, name, number, second, username)
    return phone


@pytest.mark.parametrize(("sought", "expected"), FOUND, ids=[sought for sought, _ in FOUND])
async def test_words_find_their_contacts(rt: Runtime, crowd: Phone, sought: str, expected: set[str | None]) -> None:
    for _ in range(2):
        answer = await found(rt, crowd, sought)
        assert {each.contact_name for each in answer.items} == expected
        assert answer.total == len(expected)
        async with rt.pool.connection() as conn:  # what waits beside the index and what is in it are found alike
            await conversation_search.fold(conn)


async def test_the_last_active_is_first_and_pages_follow(rt: Runtime, phone: Phone) -> None:
    for second in (3, 1, 4, 0, 2):
        await person(rt, phone, f"Ana {second}", second=second)
    first, second_, third = [await found(rt, phone, "ana", Page(number, 2)) for number in (1, 2, 3)]
    assert [each.contact_name for page in (first, second_, third) for each in page.items] == [
        "Ana 4", "Ana 3", "Ana 2", "Ana 1", "Ana 0",
    ]  # fmt: skip
    assert [page.meta()["pagination"]["hasMore"] for page in (first, second_, third)] == [True, True, False]
    assert {page.total for page in (first, second_, third)} == {5}
    assert (await found(rt, phone, "ana", Page(10**9, 100))).items == []


async def test_a_contact_is_found_by_what_it_is_called_now(rt: Runtime, phone: Phone) -> None:
    id_ = await person(rt, phone, "Old Name", "4915112345678")
    await change(rt, id_, "contact_name = $2, contact_username = 'fresh'", "New Name")
    assert await names(rt, phone, "old") == []
    assert await names(rt, phone, "new") == await names(rt, phone, "fresh") == ["New Name"]
    await change(rt, id_, "contact_phone = '4917000000000', message_count = 5")
    assert await names(rt, phone, "12345") == [] and await names(rt, phone, "7000") == ["New Name"]


async def test_a_message_alone_does_not_touch_the_words(rt: Runtime, phone: Phone) -> None:
    id_ = await person(rt, phone, "Ana")

    async def version() -> Any:
        async with rt.pool.connection() as conn:
            return await conn.fetchval("select xmin::text from contact_search where conversation_id = $1", id_)

    before = await version()
    await change(rt, id_, "contact_name = 'Ana', last_message_at = now(), message_count = 9")
    assert await version() == before
    await change(rt, id_, "contact_name = 'Anna'")
    assert await version() != before


async def test_only_this_phone_is_searched(rt: Runtime, phone: Phone) -> None:
    sibling, stranger = await connected(rt, phone.organization_id), await connected(rt)
    for owner in (phone, sibling, stranger):
        await person(rt, owner, f"Ana of {owner.number}", owner.number[1:])
    for owner in (phone, sibling, stranger):
        for sought in ("ana", "an", "1555"):
            assert await names(rt, owner, sought) == [f"Ana of {owner.number}"]


async def test_who_was_merged_is_found_as_whom_they_became(rt: Runtime, phone: Phone) -> None:
    ids = [
        await person(rt, phone, name, number) for name, number in [("Ana", "111222"), ("Bea", "333444"), ("Cleo", None)]
    ]
    await change(rt, ids[0], "merged_into = $2", ids[1])
    await change(rt, ids[1], "merged_into = $2", ids[2])
    for sought in ("ana", "111222", "333", "cleo"):
        assert await names(rt, phone, sought) == ["Cleo"], sought


async def test_many_matches_end_at_the_reach(rt: Runtime, monkeypatch: pytest.MonkeyPatch, phone: Phone) -> None:
    monkeypatch.setattr(conversation_search, "REACH", 4)
    for second in range(6):
        await person(rt, phone, f"Ana {second}", second=second)
    assert await names(rt, phone, "ana") == ["Ana 5", "Ana 4", "Ana 3", "Ana 2"]
    assert (await found(rt, phone, "ana", Page(2, 3))).meta()["pagination"] == {
        "page": 2, "limit": 3, "total": 4, "hasMore": False,
    }  # fmt: skip


async def test_a_word_that_most_have_is_sought_among_the_last_active(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, phone: Phone
) -> None:
    monkeypatch.setattr(conversation_search, "CANDIDATES", 5)
    monkeypatch.setattr(conversation_search, "WALK", 6)
    for second in range(12):
        await person(rt, phone, f"{'Ana' if second % 2 else 'Bea'} {second}", second=second)
    assert len(await names(rt, phone, "bea 1")) == 1
    assert await names(rt, phone, "ana") == ["Ana 11", "Ana 9", "Ana 7"]


async def test_words_of_before_the_search_are_known_too(rt: Runtime, phone: Phone) -> None:
    """The migration's own statement, over a conversation that no trigger saw."""
    id_ = await person(rt, phone, "Ana")
    async with rt.pool.transaction() as conn:
        await conn.execute("delete from contact_search where conversation_id = $1", id_)
        assert await conn.fetchval("select count(*) from contact_search where conversation_id = $1", id_) == 0
        await conn.execute(_last_statement().replace("from conversations", f"from conversations where id = '{id_}'"))
    assert await names(rt, phone, "ana") == ["Ana"]


def _last_statement() -> str:
    from waypost.postgres.schema import FOLDER

    text = (FOLDER / "0006_conversations.sql").read_text(encoding="utf-8")
    return text[text.rindex("insert into contact_search") :].strip().removesuffix(";")


async def test_the_index_has_no_entry_waiting_after_a_fold(rt: Runtime, phone: Phone) -> None:
    async with rt.pool.connection() as conn:
        await conversation_search.fold(conn)
        for number in range(50):
            await person(rt, phone, f"Ana {number}", str(4915100000000 + number))
        assert await conversation_search.fold(conn) > 0
        assert await conversation_search.fold(conn) == 0
    assert len(await names(rt, phone, "ana")) == 50
