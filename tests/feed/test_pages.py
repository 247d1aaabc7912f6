"""Pages of the feed: order, cursors, filters, and what a cursor may not be."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.feed.conftest import page, write
from tests.stack import Client, Number, Stack
from waypost import clock
from waypost.domain import feed, trials
from waypost.domain.feed import BEGINNING, Place
from waypost.errors import Invalid
from waypost.runtime import Runtime


async def written(rt: Runtime, organization_id: UUID, numbers: range, **event: Any) -> list[UUID]:
    """One transaction each."""
    found = []
    for number in numbers:
        async with rt.pool.transaction() as conn:
            found.append(await write(conn, organization_id, number, **event))
    return found


def number_of(told: feed.Told) -> int:
    return int(told.body.rpartition(b'"number":')[2].rstrip(b"}"))


async def test_pages_follow_each_other_without_gap_or_overlap(rt: Runtime, organization_id: UUID) -> None:
    await written(rt, organization_id, range(5))
    async with rt.pool.transaction() as conn:  # one transaction, one position
        for number in range(5, 12):
            await write(conn, organization_id, number)
    seen, place, more = [], BEGINNING, True
    while more:
        some = await page(rt, organization_id, place, limit=3)
        seen += [number_of(told) for told in some.events]
        assert some.more == (len(seen) < 12) and (some.place.read_at is not None) == (not some.more)
        place, more = some.place, some.more
    assert seen == list(range(12))
    again = await page(rt, organization_id, place)
    assert again.events == [] and not again.more and again.place[:3] == place[:3]
    await written(rt, organization_id, range(12, 13))
    assert [number_of(told) for told in (await page(rt, organization_id, place)).events] == [12]
    middle = await page(rt, organization_id, (await page(rt, organization_id, limit=7)).events[6].place)
    assert [number_of(told) for told in middle.events] == list(range(7, 13))


async def test_a_commit_that_comes_late_is_not_skipped(rt: Runtime, organization_id: UUID) -> None:
    """Who wrote first is first, however late it commits; until then the later ones wait, and what fails is no gap."""
    async with rt.pool.connection() as slow, rt.pool.connection() as failing:
        first, lost = slow.transaction(), failing.transaction()
        await first.start()
        await write(slow, organization_id, 1)
        await lost.start()
        await write(failing, organization_id, 2)
        await written(rt, organization_id, range(3, 5))
        early = await page(rt, organization_id, follows=True)
        assert early.events == [] and early.brewing and not early.more
        async with rt.pool.connection() as conn:
            assert 0 < await feed.delay(conn) < 60
        await first.commit()
        assert [number_of(told) for told in (await page(rt, organization_id, early.place)).events] == [1]
        await lost.rollback()
    late = await page(rt, organization_id, early.place, follows=True)
    assert [number_of(told) for told in late.events] == [1, 3, 4] and not late.brewing
    async with rt.pool.connection() as conn:
        assert await feed.delay(conn) == 0


async def test_filters_look_through_a_bounded_number(
    rt: Runtime, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "SPAN", 10)
    phone, other = uuid4(), uuid4()
    for number in range(34):
        kind = {"type_": "message.received"} if number in (2, 29) else {}
        phones = {"phone_id": other} if number in (2, 31) else {"phone_id": phone} if number % 2 else {}
        await written(rt, organization_id, range(number, number + 1), **kind, **phones)

    async def through(**wanted: Any) -> list[list[int]]:
        pages, place, more = [], BEGINNING, True
        while more:
            some = await page(rt, organization_id, place, limit=3, **wanted)
            pages.append([number_of(told) for told in some.events])
            place, more = some.place, some.more
        return pages

    assert await through(types="message.received") == [[2], [], [29], []]
    assert await through(types="message.received,message.sent") == [
        [*range(n, min(n + 3, 34))] for n in range(0, 34, 3)
    ]
    assert await through(phone_id=other) == [[2], [], [], [31]]
    assert await through(phone_id=phone, types="message.received") == [[], [], [29], []]
    odd = [number for some in await through(phone_id=phone) for number in some]
    assert odd == [n for n in range(34) if n % 2 and n != 31]


async def test_readers_of_one_moment_get_their_own_pages(rt: Runtime, organization_id: UUID) -> None:
    other = uuid4()
    async with rt.pool.connection() as conn:
        await conn.execute("insert into organizations (id, name) values ($1, 'Other')", other)
    await written(rt, organization_id, range(4))
    await written(rt, other, range(10, 12))
    wanted = [(organization_id, 1), (other, 50), (organization_id, 50), (organization_id, 1), (uuid4(), 5)]
    pages = await asyncio.gather(*(page(rt, owner, limit=limit) for owner, limit in wanted))
    assert [[number_of(told) for told in each.events] for each in pages] == [[0], [10, 11], [0, 1, 2, 3], [0], []]
    ahead = Place(2**50, clock.now(), uuid4())
    outcomes = await asyncio.gather(page(rt, other, ahead), page(rt, other), return_exceptions=True)
    assert isinstance(outcomes[0], Invalid) and "set back" in str(outcomes[0])
    assert not isinstance(outcomes[1], BaseException) and len(outcomes[1].events) == 2


def test_a_cursor_is_its_place_and_its_owners(organization_id: UUID) -> None:
    now = clock.instant()
    for place in (Place(7, now, uuid4()), Place(2**62, now, uuid4(), now.replace(microsecond=0))):
        text = feed.cursor_at(organization_id, place)
        assert feed.place_of(organization_id, text) == place and len(text) == 56
        for wrong in (
            text[:-1],
            text[:-4],
            text[1:],
            text + text[:4],
            text[:20] + "AAAA" + text[24:],
            "",
            "latest",
            "ü",
            "A" * 5000,
        ):
            with pytest.raises(Invalid, match="after: must be a nextCursor"):
                feed.place_of(organization_id, wrong)
        with pytest.raises(Invalid, match="Last-Event-ID: must be a nextCursor"):
            feed.place_of(uuid4(), text, "Last-Event-ID")


def test_a_cursor_ages_unless_it_was_at_the_end(organization_id: UUID) -> None:
    long_ago, now = clock.instant() - timedelta(days=40), clock.instant()
    nearly = now - timedelta(days=29, hours=22)
    for good in (
        Place(7, nearly, uuid4()),
        Place(7, long_ago, uuid4(), nearly),
        Place(0, BEGINNING[1], UUID(int=0), now),
    ):
        assert feed.place_of(organization_id, feed.cursor_at(organization_id, good))[:3] == good[:3]
    for old in (Place(7, long_ago, uuid4()), Place(7, long_ago, uuid4(), now - timedelta(days=30))):
        with pytest.raises(Invalid, match=r"older than the 30 days .* Leave it out"):
            feed.place_of(organization_id, feed.cursor_at(organization_id, old))


@pytest.fixture(scope="module")
async def told(stack: Stack) -> AsyncIterator[tuple[Client, Number]]:
    """A number that was connected, written to, and that answered."""
    client = await stack.organization()
    number = await stack.connect(client)
    await stack.customer_writes(number, "5491166667777", "Hi there!\nTwo lines, ünïcode \u2028")
    await client.post(f"/v1/phones/{number.id}/messages", {"type": "text", "to": "5491166667777", "text": "Hello"})
    yield client, number


async def test_the_api_tells_the_very_bytes_that_webhooks_get(stack: Stack, told: tuple[Client, Number]) -> None:
    client, number = told
    delivered = [each.raw for each in await stack.receiver.wait_for(lambda got: got.path == number.path, 3)]
    headers = {"Authorization": f"Bearer {client.key}"}
    async with stack.session.get(f"{stack.url}/v1/events?limit=100", headers=headers) as answer:
        raw = await answer.read()
        body = await answer.json()
    assert all(each in raw for each in delivered)
    assert [each["event"] for each in body["data"]][:3] == [
        "phone_number.connected",
        "message.received",
        "message.sent",
    ]
    assert set(body["meta"]["pagination"]) == {"limit", "hasMore", "nextCursor"}
    async with stack.rt.pool.transaction() as conn:
        hooks = (await client.get("/v1/outgoing-webhooks")).data
        await trials.send(conn, client.organization_id, UUID(hooks[0]["id"]))
    after = await client.get(f"/v1/events?after={body['meta']['pagination']['nextCursor']}")
    assert not [each for each in after.data if "test" in each], "a test delivery is no event"


async def test_the_api_narrows_and_goes_on(stack: Stack, told: tuple[Client, Number]) -> None:
    client, number = told
    one = await client.get("/v1/events?limit=1")
    pagination = one.body["meta"]["pagination"]
    assert pagination["hasMore"] is True and pagination["limit"] == 1
    two = await client.get(f"/v1/events?limit=1&after={pagination['nextCursor']}")
    assert two.data[0]["eventId"] != one.data[0]["eventId"]
    received = await client.get("/v1/events?types=message.received,%20message.received")
    assert [each["event"] for each in received.data] == ["message.received"]
    assert received.data == (await client.get(f"/v1/events?phoneId={number.id}&types=message.received")).data
    assert (await client.get(f"/v1/events?phoneId={uuid4()}")).data == []
    latest = await client.get("/v1/events?after=latest")
    assert latest.data == [] and latest.body["meta"]["pagination"]["hasMore"] is False
    await stack.customer_writes(number, "5491166667777", "More")
    cursor = latest.body["meta"]["pagination"]["nextCursor"]
    since = await client.get(f"/v1/events?after={cursor}&types=message.received")
    assert [each["data"]["content"] for each in since.data] == [{"body": "More"}]


async def test_what_the_api_refuses(stack: Stack, told: tuple[Client, Number]) -> None:
    client, _ = told
    other = await stack.organization()
    foreign = (await other.get("/v1/events?after=latest")).body["meta"]["pagination"]["nextCursor"]
    old = feed.cursor_at(client.organization_id, Place(7, clock.now() - timedelta(days=31), uuid4()))
    ahead = feed.cursor_at(client.organization_id, Place(2**50, clock.now(), uuid4()))
    for query, field in (
        (f"after={foreign}", "after"), (f"after={old}", "after"), (f"after={ahead}", "after"), ("after=x", "after"),
        ("types=message.received,nothing", "types"), ("phoneId=x", "phoneId"), ("limit=0", "limit"),
        ("limit=101", "limit"),
    ):  # fmt: skip
        answer = await client.get(f"/v1/events?{query}")
        assert answer.status == 400 and answer.fields == [field], (query, answer.body)
        streamed = await client.get(f"/v1/events?{query}", headers={"Accept": "text/event-stream"})
        assert streamed.status == 400 and streamed.fields == [field], (query, streamed.body)
    assert "'nothing'" in (await client.get("/v1/events?types=nothing")).error["message"]
    assert (await (await stack.with_scopes(client, "send")).get("/v1/events")).status == 403
    assert (await other.get("/v1/events")).data == [], "another organization's events are nobody's"
