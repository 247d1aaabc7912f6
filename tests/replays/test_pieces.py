"""How a replay moves: piece by piece, across restarts, beside others, no further than its webhook takes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.replays.endings import ATTEMPTS, HOUR, begun, ended, hurry, queued, seen, step
from tests.workers.rows import Books, books, house
from waypost import clock
from waypost.domain import replays
from waypost.errors import Invalid, NotFound
from waypost.paging import Page
from waypost.runtime import Runtime


@pytest.fixture(scope="module")
async def rt(dsn: str) -> AsyncIterator[Runtime]:
    async with house(dsn) as made:
        yield made


@pytest.fixture
async def book(rt: Runtime) -> AsyncIterator[Books]:
    async with books(rt) as made:
        yield made
        await made.conn.execute("update replays set state = 'cancelled' where state = 'running'")


async def test_it_goes_on_after_a_restart_and_queues_everything_once(book: Books, dsn: str) -> None:
    webhook = await book.webhook()
    ids = await ended(book, webhook, 1203)
    replay = await begun(book, webhook)
    assert (replay.state, replay.queued, replay.reached_at) == ("running", 0, replay.since)
    assert await step(book) == 500
    between = await seen(book, replay)
    assert (between.state, between.queued) == ("running", 500) and replay.since < between.reached_at < replay.until
    async with house(dsn) as fresh:
        await replays.run(fresh)
    after = await seen(book, replay)
    assert (after.state, after.queued, after.reached_at) == ("completed", 1203, replay.until)
    assert after.completed_at == after.updated_at
    rows = await queued(book, webhook)
    assert {row["delivery_id"] for row in rows} == ids and len(rows) == 1203
    assert {(row["attempts"], row["base"], row["seq"], row["turn"]) for row in rows} == {(ATTEMPTS, ATTEMPTS, 0, None)}
    assert await book.counts() == {"deferred": 1203, "retry": 1203, "replayed": 1203}
    assert await step(book) is None


async def test_what_it_queues_keeps_the_order_of_the_events(book: Books) -> None:
    webhook = await book.webhook()
    await ended(book, webhook, 30)
    await begun(book, webhook)
    assert await step(book) == 30
    times = [row["event_at"] for row in await queued(book, webhook)]
    assert times == sorted(times) and len(set(times)) == 30


async def test_events_of_one_moment_are_each_queued_once(book: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "PIECE", 7)
    webhook = await book.webhook()
    ids = await ended(book, webhook, 40, apart=timedelta(0))
    replay = await begun(book, webhook)
    assert [await step(book) for _ in range(6)] == [7, 7, 7, 7, 7, 5]
    assert {row["delivery_id"] for row in await queued(book, webhook)} == ids
    assert (await seen(book, replay)).state == "completed"


async def test_two_of_the_same_span_queue_each_delivery_once(book: Books, dsn: str) -> None:
    webhook = await book.webhook()
    ids = await ended(book, webhook, 2100)
    both = [await begun(book, webhook), await begun(book, webhook)]
    async with house(dsn) as other:
        for _ in range(20):
            await asyncio.gather(replays.run(book.rt), replays.run(other))
            after = [await seen(book, each) for each in both]
            if all(each.state == "completed" for each in after):
                break
            await hurry(book)  # they met head on, and one of them rests a second
    assert [each.state for each in after] == ["completed"] * 2 and sum(each.queued for each in after) == 2100
    assert {row["delivery_id"] for row in await queued(book, webhook)} == ids


async def test_one_that_another_worker_moves_is_passed_over(book: Books, rt: Runtime) -> None:
    webhook = await book.webhook()
    await ended(book, webhook, 3)
    await begun(book, webhook)
    async with rt.pool.transaction() as rival:
        assert await replays.step(rival) == 3
        assert await step(book) is None


@pytest.mark.parametrize(
    ("status", "outcomes"),
    [("exhausted", {"exhausted"}), ("delivered", {"delivered"}), ("all", {"exhausted", "delivered"})],
)
async def test_it_takes_those_of_its_span_that_ended_so(
    book: Books, status: replays.Wanted, outcomes: set[str]
) -> None:
    webhook, neighbour = await book.webhook(), await book.webhook()
    since = clock.now() - HOUR
    within = {each: await ended(book, webhook, 3, each, at=since) for each in ("exhausted", "delivered")}
    for at in (since - timedelta(microseconds=1), since + timedelta(milliseconds=2, microseconds=1)):
        await ended(book, webhook, 1, "exhausted", at=at)
        await ended(book, webhook, 1, "delivered", at=at)
    await ended(book, neighbour, 3, at=since)
    await book.publish(2, at=since)
    before = await book.counts()
    replay = await begun(book, webhook, status, since=since, until=since + timedelta(milliseconds=2))
    wanted = set().union(*(within[each] for each in outcomes))
    assert await step(book) == len(wanted) == (await seen(book, replay)).queued
    assert {row["delivery_id"] for row in await queued(book, webhook)} == wanted
    counts = await book.counts()
    assert counts["ready"] == before["ready"] == 4, "what waits is left as it is"
    assert counts["replayed"] == len(wanted) and sum(counts.values()) == sum(before.values()) + len(wanted)


async def test_it_rests_while_the_webhook_is_off(book: Books) -> None:
    webhook = await book.webhook()
    await ended(book, webhook, 3)
    replay = await begun(book, webhook)
    await book.conn.execute("update outgoing_webhooks set is_active = false where id = $1", webhook.id)
    assert await step(book) == 0 and await step(book) is None, "it rests"
    assert (await seen(book, replay)).state == "running" and await queued(book, webhook) == []
    with pytest.raises(Invalid, match="isActive"):
        await begun(book, webhook)
    await book.conn.execute("update outgoing_webhooks set is_active = true where id = $1", webhook.id)
    await hurry(book)
    assert await step(book) == 3 and (await seen(book, replay)).state == "completed"


async def test_it_never_gets_far_ahead_of_its_webhook(book: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "MOST_WAITING", 10)
    webhook = await book.webhook()
    await ended(book, webhook, 25)
    replay = await begun(book, webhook)
    assert await step(book) == 10 and await step(book) == 0 and await step(book) is None
    await book.conn.execute(
        "with sent as (delete from deferred where delivery_id in"
        " (select delivery_id from deferred where webhook_id = $1 order by run_at limit 6) returning *)"
        " insert into parked (shard, organization_id, webhook_id, delivery_id, event_id, event_at, attempts)"
        " select shard, organization_id, webhook_id, delivery_id, event_id, event_at, attempts from sent limit 3",
        webhook.id,
    )
    await hurry(book)
    assert await step(book) == 3 and await step(book) == 0, "4 are deferred and 3 set aside: 3 more have room"
    assert ((await seen(book, replay)).state, (await seen(book, replay)).queued) == ("running", 13)


async def test_a_delivery_whose_event_is_gone_stays_as_it_ended(book: Books) -> None:
    webhook = await book.webhook()
    await ended(book, webhook, 2)
    await book.conn.execute("delete from events where organization_id = $1", book.organization_id)
    replay = await begun(book, webhook)
    assert await step(book) == 0 and (await seen(book, replay)).state == "completed"
    assert await book.counts() == {"retry": 2, "exhausted": 2}


async def test_one_that_fails_is_moved_out_of_the_way(book: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = await book.webhook(), await book.webhook()
    await ended(book, broken, 2)
    await ended(book, sound, 2)
    first = await begun(book, broken, "all")
    second = await begun(book, sound)
    monkeypatch.setitem(replays._PIECES, "all", "select 1 / 0")  # type: ignore[index]
    assert [await step(book) for _ in range(3)] == [0, 2, None]
    assert ((await seen(book, first)).state, (await seen(book, second)).state) == ("running", "completed")
    monkeypatch.undo()
    await hurry(book)
    assert await step(book) == 2 and (await seen(book, first)).state == "completed"


async def test_one_that_meets_another_change_of_its_deliveries_tries_again(book: Books) -> None:
    webhook = await book.webhook()
    await ended(book, webhook, 2)
    replay = await begun(book, webhook)
    await book.conn.execute(
        "insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at, attempts)"
        " select 0, now(), organization_id, webhook_id, delivery_id, event_id, event_at, 1 from attempts"
        " where webhook_id = $1 and outcome = 'exhausted' limit 1",
        webhook.id,
    )
    assert await step(book) == 0 and (await book.counts())["exhausted"] == 2, "nothing is half applied"
    await book.conn.execute("delete from deferred where webhook_id = $1", webhook.id)
    await hurry(book)
    assert await step(book) == 2 and (await seen(book, replay)).state == "completed"


async def test_cancelled_it_queues_nothing_more(book: Books) -> None:
    webhook = await book.webhook()
    await ended(book, webhook, 600)
    replay = await begun(book, webhook)
    assert await step(book) == 500
    gone = await replays.cancel(book.conn, book.organization_id, webhook.id, replay.id)
    assert (gone.state, gone.queued) == ("cancelled", 500) and gone.completed_at is not None
    assert await step(book) is None and len(await queued(book, webhook)) == 500
    assert await replays.cancel(book.conn, book.organization_id, webhook.id, replay.id) == gone


async def test_it_goes_with_its_webhook(book: Books) -> None:
    webhook = await book.webhook()
    await ended(book, webhook, 2)
    replay = await begun(book, webhook)
    await book.delete(webhook)
    assert await step(book) is None and await queued(book, webhook) == []
    with pytest.raises(NotFound):
        await seen(book, replay)


async def test_ten_at_once_are_the_most_of_a_webhook(book: Books) -> None:
    webhook = await book.webhook()
    for _ in range(replays.MOST_RUNNING):
        last = await begun(book, webhook)
    with pytest.raises(Invalid, match="10 replays"):
        await begun(book, webhook)
    await begun(book, await book.webhook())
    await replays.cancel(book.conn, book.organization_id, webhook.id, last.id)
    await begun(book, webhook)
    listed = await replays.listed(book.conn, book.organization_id, webhook.id, Page(2, 4))
    assert listed.total == 11 and len(listed.items) == 4


async def test_after_thirty_days_it_is_forgotten(book: Books) -> None:
    webhook = await book.webhook()
    old, young = await begun(book, webhook), await begun(book, webhook)
    await book.conn.execute("update replays set created_at = now() - interval '31 days' where id = $1", old.id)
    await replays.forget(book.conn)
    assert (await seen(book, young)).id == young.id
    with pytest.raises(NotFound):
        await seen(book, old)
