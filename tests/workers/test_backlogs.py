"""What waits for a webhook that is off, gone, broken or overrun moves in pieces; nothing is lost, the books balance."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.workers.rows import Books, again, books, house, outcome, recorded
from waypost import clock
from waypost.domain import backlogs, deliveries, trials, webhooks
from waypost.domain.backlogs import FIRST
from waypost.domain.deliveries import Delivery
from waypost.domain.webhooks import Webhook


@pytest.fixture
async def book(dsn: str) -> AsyncIterator[Books]:
    async with house(dsn) as rt, books(rt) as made:
        yield made


async def drained(
    book: Books, webhook: Webhook, seq: int = 0, limit: int = 100, held: tuple[UUID, ...] = ()
) -> list[Delivery]:
    found = book.found(webhook)
    asked = [(found.shard, found.organization_id, found.webhook_id, seq, limit)]
    return await deliveries.parked(book.conn, asked, list(held))


async def test_a_backlog_is_set_aside_in_pieces_oldest_first_and_keeps_its_places(book: Books) -> None:
    webhook, other = await book.webhook(), await book.webhook()
    for ago in (30, 20, 10):
        await book.publish(3, at=clock.now() - timedelta(minutes=ago))
    made = [each for each in await book.ready() if each.webhook_id == webhook.id]
    await recorded(book, [outcome(made[0], "retry", wait=3600), outcome(made[4], "retry", wait=3600)])
    assert await book.park(webhook, 4) == 6, "four that were ready and both retries"
    assert [each.id for each in await book.ready() if each.webhook_id == webhook.id] == [e.id for e in made[6:]]
    assert await book.park(webhook, 4) == 3 and await book.park(webhook, 4) == 0
    assert await book.balance() == {"ready": 9, "parked": 9}
    in_order = await drained(book, webhook)
    assert [(each.id, each.seq, each.attempts) for each in in_order] == [
        (each.id, each.seq, int(each in (made[0], made[4]))) for each in made
    ]
    assert in_order[1].body == made[1].body
    assert await drained(book, other) == []


async def test_of_a_broken_webhook_retries_wait_for_their_time_and_what_is_held_stays(book: Books) -> None:
    webhook = await book.webhook()
    await book.publish(6)
    made = await book.ready()
    await recorded(book, [outcome(made[0], "retry", wait=3600), outcome(made[1], "retry", wait=-1)])
    assert await book.park(webhook, due_only=True, held=[made[2].id]) == 4
    assert await book.balance() == {"ready": 1, "deferred": 1, "parked": 4}
    assert [each.id for each in await drained(book, webhook)] == [made[1].id, *(each.id for each in made[3:])]


async def test_a_test_of_a_broken_webhook_is_not_set_aside_and_of_one_that_is_off_it_is(book: Books) -> None:
    webhook = await book.webhook()
    await book.publish(2)
    async with book.conn.transaction():
        await trials.send(book.conn, book.organization_id, webhook.id)
    assert await book.park(webhook, due_only=True) == 2
    assert await book.balance() == {"deferred": 1, "parked": 2}
    assert await book.park(webhook) == 1
    assert await book.balance() == {"parked": 3}


async def test_what_was_set_aside_is_read_by_seek_also_where_all_have_the_same_place(book: Books) -> None:
    webhook = await book.webhook()
    await book.publish(5)
    await book.park(webhook)
    made = await drained(book, webhook)
    assert await drained(book, webhook, made[1].seq, 2, (made[1].id,)) == made[2:4]
    await book.conn.execute("update parked set seq = 0 where webhook_id = $1", webhook.id)
    seen: list[UUID] = []
    while found := await drained(book, webhook, 0, 2, tuple(seen)):
        seen += [each.id for each in found]
    assert len(seen) == 5 and set(seen) == {each.id for each in made}


async def test_what_waited_for_a_deleted_webhook_is_dropped_in_pieces_and_counted_by_minute(book: Books) -> None:
    webhook, kept = await book.webhook(), await book.webhook()
    first, second = (datetime(2026, 1, 1, 12, minute, 30, tzinfo=clock.now().tzinfo) for minute in (0, 7))
    await book.publish(4, at=first)
    await book.publish(5, at=second)
    made = [each for each in await book.ready() if each.webhook_id == webhook.id]
    await recorded(book, [outcome(made[0], "retry"), outcome(made[1])])
    found = book.found(webhook)
    assert await backlogs.drop(book.conn, [found], 100) == {}, "not while it is there"
    await book.delete(webhook)
    assert sum((await backlogs.drop(book.conn, [found, book.found(kept)], 3)).values()) == 4
    assert await book.balance() == {"ended": 1, "ready": 13, "dropped": 4}
    while await backlogs.drop(book.conn, [found], 3):
        await book.balance()
    assert await book.balance() == {"ended": 1, "ready": 9, "dropped": 8}
    told = await book.conn.fetch(
        "select event_minute, sum(deliveries) as deliveries from dropped_deliveries where webhook_id = $1"
        " group by 1 order by 1",
        webhook.id,
    )
    assert [(row["event_minute"], row["deliveries"]) for row in told] == [
        (first.replace(second=0), 3), (second.replace(second=0), 5),
    ]  # fmt: skip


async def test_a_look_finds_each_webhook_with_something_set_aside_once_and_can_go_on(book: Books) -> None:
    made = sorted([await book.webhook() for _ in range(5)], key=lambda each: each.id)
    ordered = await book.webhook(ordering="conversation")
    await book.publish(3, conversations=[UUID(int=1), UUID(int=2)])
    for webhook in (*made, ordered):
        await book.park(webhook)
    shards = {webhooks.shard_of(each.id): FIRST for each in (*made, ordered)}
    found = await backlogs.parked(book.conn, shards, "plain", 1000)
    ours = [each.webhook_id for each in found if each.organization_id == book.organization_id]
    assert sorted(ours) == [each.id for each in made]
    lines = await backlogs.parked(book.conn, shards, "lines", 1000)
    assert [each for each in lines if each.organization_id == book.organization_id] == [book.found(ordered)]
    one = book.found(made[0])
    assert (
        await backlogs.parked(book.conn, {one.shard: one.webhook_id}, "plain", 1)
        == [each for each in found if each.shard == one.shard and each.webhook_id > one.webhook_id][:1]
    )


async def test_retries_of_webhooks_that_are_off_or_gone_are_found_long_before_their_time(book: Books) -> None:
    on, off, gone = await book.webhook(), await book.webhook(), await book.webhook()
    await book.publish(2)
    await recorded(book, [outcome(each, "retry", wait=86_400) for each in await book.ready()])
    await book.change(off, is_active=False)
    await book.delete(gone)
    found, beyond, looked = [], (FIRST, FIRST), 0
    while True:
        some, more = await backlogs.idle(book.conn, beyond, 2)
        found += [each for each in some if each.organization_id == book.organization_id]
        looked += 1
        if more is None:
            break
        beyond = more
    assert {each.webhook_id for each in found} == {off.id, gone.id} and looked >= 2
    assert on.id not in {each.webhook_id for each in found}


async def test_overrun_is_who_has_more_ready_or_due_than_allowed(book: Books) -> None:
    webhook = await book.webhook()
    await book.publish(6)
    found = book.found(webhook)
    assert await backlogs.overrun(book.conn, [(found, 5)]) == {webhook.id}
    assert await backlogs.overrun(book.conn, [(found, 6)]) == set()
    made = await book.ready()
    await recorded(book, [outcome(each, "retry", wait=-1) for each in made[:4]])
    assert await backlogs.overrun(book.conn, [(found, 3)]) == {webhook.id}
    await recorded(book, [outcome(again(each), "retry", wait=3600) for each in made[:4]])
    assert await backlogs.overrun(book.conn, [(found, 3)]) == set(), "what is not due yet is not behind"
