"""Messages take their place by the second in which they were sent, in whatever order and however often they come."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages.tenants import (
    EPOCH,
    apply,
    arrival,
    connected,
    events,
    moment,
    rows,
    runtime,
    statements,
    stored,
    threads,
)
from waypost.domain import messages
from waypost.domain.phones import Phone
from waypost.paging import Page
from waypost.runtime import Runtime

#: wamid number -> (second, sender); the batches are the posts, one after the other.
SENT = st.dictionaries(st.integers(0, 30), st.tuples(st.integers(0, 6), st.sampled_from(["1650", "1651"])), min_size=1)


@st.composite
def posts(draw: st.DrawFn) -> tuple[dict[int, tuple[int, str]], list[list[int]]]:
    sent = draw(SENT)
    numbers = st.sampled_from(sorted(sent))
    batches = draw(st.lists(st.lists(numbers, min_size=1, max_size=8), max_size=6))
    missing = draw(st.permutations(sorted(set(sent) - {number for batch in batches for number in batch})))
    return sent, [*batches, list(missing)] if missing else batches


def in_seconds(found: list[dict[str, Any]]) -> list[tuple[Any, set[str]]]:
    """(second, wamids) along the positions: within a second any order is right."""
    seconds: list[tuple[Any, set[str]]] = []
    for row in found:
        if not seconds or seconds[-1][0] != row["sent_at"]:
            seconds.append((row["sent_at"], set()))
        seconds[-1][1].add(row["wamid"])
    return seconds


@given(posts())
@settings(max_examples=60, deadline=None)
async def test_any_order_and_repetition_gives_the_same_lists(
    rt: Runtime, given_: tuple[dict[int, tuple[int, str]], list[list[int]]]
) -> None:
    sent, batches = given_
    phone = await connected(rt)
    for batch in batches:
        await apply(rt, *(arrival(phone, f"w{n}", *sent[n]) for n in batch))
    found = await stored(rt, phone)
    by_sender = {thread["contact_phone"]: thread for thread in await threads(rt, phone)}
    assert set(by_sender) == {sender for _, sender in sent.values()}
    for sender, thread in by_sender.items():
        here = [row for row in found if row["conversation_id"] == thread["id"]]
        expected = sorted((second, f"w{n}") for n, (second, who) in sent.items() if who == sender)
        assert [row["position"] for row in here] == list(range(1, len(expected) + 1))
        assert [(at, name) for at, names in in_seconds(here) for name in sorted(names)] == sorted(
            (moment(second), name) for second, name in expected
        )
        assert (thread["message_count"], thread["unread_count"]) == (len(expected), len(expected))
        assert thread["last_message_at"] == thread["last_inbound_at"] == moment(expected[-1][0])
    fired = [event["data"]["wamid"] for event in await events(rt, phone)]
    assert sorted(fired) == sorted(f"w{n}" for n in sent)


async def test_late_messages_find_their_places_before_and_between(rt: Runtime, phone: Phone) -> None:
    for name, second in (("d", 40), ("b", 20)):
        await apply(rt, arrival(phone, name, second))
    await apply(rt, arrival(phone, "e", 50), arrival(phone, "c", 30), arrival(phone, "a", 10), arrival(phone, "c2", 30))
    found = await stored(rt, phone)
    assert [row["wamid"] for row in found] == ["a", "b", "c", "c2", "d", "e"]
    assert [row["position"] for row in found] == [1, 2, 3, 4, 5, 6]


async def test_any_number_of_late_messages_takes_as_many_statements_as_one(rt: Runtime, phone: Phone) -> None:
    senders = ["1650", "1651", "1652"]
    await apply(rt, *(arrival(phone, f"{s}.{n}", 1000 + n, s) for s in senders for n in range(50)))
    one = await statements(rt, [arrival(phone, "late", 500, "1650")])
    many = await statements(rt, [arrival(phone, f"{s}-{n}", n * 5, s) for s in senders for n in range(200)])
    assert one == many
    for thread in await threads(rt, phone):
        found = [row for row in await stored(rt, phone) if row["conversation_id"] == thread["id"]]
        assert [row["position"] for row in found] == list(range(1, thread["message_count"] + 1))
        assert [row["sent_at"] for row in found] == sorted(row["sent_at"] for row in found)


async def test_within_a_second_the_later_arrival_comes_after(rt: Runtime, phone: Phone) -> None:
    for name in ("a", "b", "c"):
        await apply(rt, arrival(phone, name, 7))
    await apply(rt, arrival(phone, "z", 9))
    await apply(rt, arrival(phone, "d", 7))
    assert [row["wamid"] for row in await stored(rt, phone)] == ["a", "b", "c", "d", "z"]


async def test_a_late_message_is_unread_but_does_not_touch_the_last_activity(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "w2", 500))
    await apply(rt, arrival(phone, "w1", 100))
    [thread] = await threads(rt, phone)
    assert (thread["unread_count"], thread["last_message_at"], thread["last_inbound_at"]) == (
        2,
        moment(500),
        moment(500),
    )


async def test_late_messages_from_two_processes_leave_no_gap_and_no_double_place(rt: Runtime, dsn: str) -> None:
    async with AsyncExitStack() as stack:
        others = [rt, await runtime(stack, dsn)]
        phone = await connected(rt)
        order = [7, 3, 9, 1, 8, 2, 6, 0, 5, 4]
        await asyncio.gather(
            *(apply(others[n % 2], arrival(phone, f"w{n}", n * 10), arrival(phone, f"v{n}", 100 - n)) for n in order)
        )
        found = await stored(rt, phone)
        assert [row["position"] for row in found] == list(range(1, 21))
        assert [row["sent_at"] for row in found] == sorted(row["sent_at"] for row in found)


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
async def test_the_pages_of_a_conversation_show_every_message_once_newest_first(
    rt: Runtime, phone: Phone, limit: int
) -> None:
    await apply(rt, *(arrival(phone, f"w{n}", n) for n in range(10)))
    [thread] = await threads(rt, phone)
    seen: list[str] = []
    async with rt.pool.transaction() as conn:
        for number in range(1, 12):
            page = await messages.listed(conn, phone.organization_id, phone.id, thread["id"], Page(number, limit))
            meta = page.meta()["pagination"]
            assert meta["total"] == 10 and meta["hasMore"] == (number * limit < 10)
            seen += [str(item.wamid) for item in page.items]
    assert seen == [f"w{n}" for n in reversed(range(10))]


async def test_the_list_follows_the_stored_second_not_the_arrival(rt: Runtime, phone: Phone) -> None:
    half = moment(3) + timedelta(milliseconds=600)
    await apply(rt, arrival(phone, "x", at=half))
    await apply(rt, arrival(phone, "same second", 3), arrival(phone, "before", 2), arrival(phone, "after", 4))
    found = await rows(
        rt, "select wamid from messages where organization_id = $1 order by position desc", phone.organization_id
    )
    assert [row["wamid"] for row in found] == ["after", "same second", "x", "before"]
    assert (await threads(rt, phone))[0]["last_message_at"].timestamp() == EPOCH + 4
