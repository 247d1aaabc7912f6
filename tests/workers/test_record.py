"""The outcome of a batch is one statement: a row leaves only together with its attempt, and only once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from tests.workers.rows import Books, again, books, house, outcome, recorded
from waypost import clock
from waypost.domain import accounting, backlogs, deliveries, delivery_log, redelivery, vitals, webhook_secrets, webhooks
from waypost.paging import Page
from waypost.postgres.pool import connect
from waypost.vault import Vault

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def book(dsn: str) -> AsyncIterator[Books]:
    async with house(dsn) as rt, books(rt) as made:
        yield made


async def test_publishing_makes_one_obligation_per_event_and_matching_webhook(book: Books) -> None:
    every, some = await book.webhook(), await book.webhook(events=["message.received"])
    await book.webhook(events=["message.sent"])
    await book.webhook(is_active=False)
    events = await book.publish(3)
    found = await book.ready()
    assert {(each.webhook_id, each.event_id) for each in found} == {(w.id, e.id) for w in (every, some) for e in events}
    assert len({each.id for each in found}) == 6
    assert all((each.attempts, each.event_type) == (0, "message.received") and each.body for each in found)
    assert {each.shard for each in found} == {webhooks.shard_of(every.id), webhooks.shard_of(some.id)}


async def test_a_delivered_row_leaves_with_its_attempt(book: Books) -> None:
    await book.webhook()
    await book.publish(2)
    one, two = await book.ready()
    assert await recorded(book, [outcome(one, response_body="thanks")]) == 1
    assert await book.counts() == {"ready": 1, "delivered": 1}
    [attempt] = await book.attempts()
    kept = (attempt["delivery_id"], attempt["event_id"], attempt["number"], attempt["status_code"])
    assert kept == (one.id, one.event_id, 1, 200)
    assert (attempt["response_body"], attempt["duration_ms"], attempt["event_at"]) == ("thanks", 7, one.event_at)
    assert [each.id for each in await book.ready()] == [two.id]


async def test_a_failure_is_deferred_and_every_further_failure_defers_it_again(book: Books) -> None:
    await book.webhook()
    await book.publish()
    [first] = await book.ready()
    for number in (1, 2, 3):
        assert await recorded(book, [outcome(first, "retry", wait=3600 * number, status_code=500)]) == 1
        assert await book.counts() == {"deferred": 1, "retry": number}
        row = await book.conn.fetchrow("select * from deferred where delivery_id = $1", first.id)
        assert row["attempts"] == number
        assert row["run_at"] - clock.now() > timedelta(seconds=3600 * number - 60)
        [due] = await book.due()
        assert (due.id, due.attempts, due.body, due.event_type) == (first.id, number, first.body, first.event_type)
        first = due
    assert await recorded(book, [outcome(first)]) == 1
    assert await book.counts() == {"retry": 3, "delivered": 1}
    assert [each["number"] for each in await book.attempts()] == [1, 2, 3, 4]


async def test_an_exhausted_delivery_is_in_no_queue_any_more(book: Books) -> None:
    await book.webhook()
    await book.publish(2)
    one, two = await book.ready()
    await recorded(book, [outcome(one, "exhausted", status_code=500), outcome(two, "retry", status_code=500)])
    await recorded(book, [outcome(again(two), "exhausted", status_code=None)])
    assert await book.counts() == {"exhausted": 2, "retry": 1}


async def test_the_same_outcome_counts_once_however_often_it_is_recorded(book: Books) -> None:
    await book.webhook()
    await book.publish(2)
    one, two = await book.ready()
    batch = [outcome(one), outcome(two, "retry")]
    assert await recorded(book, [*batch, *batch]) == 2
    assert await recorded(book, batch) == 0
    assert await recorded(book, [outcome(again(two), "retry")]) == 1
    assert await recorded(book, [outcome(again(two), "retry")]) == 0, "that attempt was recorded before"
    assert await recorded(book, [outcome(again(two), "exhausted")]) == 0
    assert await book.counts() == {"deferred": 1, "delivered": 1, "retry": 2}


async def test_two_owners_that_record_the_same_batch_at_once_log_it_once(book: Books, dsn: str) -> None:
    await book.webhook()
    await book.publish(50)
    batch = [outcome(each) for each in await book.ready()]
    owners = [await connect(dsn) for _ in range(3)]
    try:
        counts = await asyncio.gather(*(deliveries.record(owner, batch) for owner in owners))
    finally:
        for owner in owners:
            await owner.close()
    assert sum(counts) == 50
    assert await book.counts() == {"delivered": 50}


async def test_outcomes_of_a_webhook_deleted_meanwhile_are_not_logged(book: Books) -> None:
    webhook = await book.webhook()
    await book.publish(2)
    one, two = await book.ready()
    await recorded(book, [outcome(two, "retry")])
    await book.delete(webhook)
    async with book.conn.transaction():
        await backlogs.drop(book.conn, [book.found(webhook)], 100)
    assert await recorded(book, [outcome(one), outcome(again(two))]) == 0
    assert await book.counts() == {"retry": 1}
    assert await book.balance() == {"dropped": 2}


async def test_outcomes_of_a_webhook_parked_meanwhile_are_kept(book: Books) -> None:
    webhook = await book.webhook()
    await book.publish(4)
    made = await book.ready()
    await recorded(book, [outcome(made[3], "retry")])
    await book.change(webhook, is_active=False)
    assert await book.park(webhook) == 4
    assert await book.counts() == {"parked": 4, "retry": 1}
    batch = [
        outcome(made[0]),
        outcome(made[1], "retry"),
        outcome(made[2], "exhausted"),
        outcome(again(made[3]), "retry"),
    ]
    assert await recorded(book, batch) == 4
    assert await book.counts() == {"deferred": 2, "delivered": 1, "exhausted": 1, "retry": 3}
    assert {each.id: (each.attempts, each.seq) for each in await book.due()} == {
        made[1].id: (1, made[1].seq), made[3].id: (2, made[3].seq),
    }  # fmt: skip


async def test_another_organizations_row_is_out_of_reach_even_with_its_shard_and_number(book: Books) -> None:
    await book.webhook()
    await book.publish()
    [row] = await book.ready()
    foreign = msgspec.structs.replace(row, organization_id=uuid4())
    assert await recorded(book, [outcome(foreign)]) == 0
    assert await book.counts() == {"ready": 1}


async def test_a_batch_that_cannot_be_written_changes_nothing(book: Books) -> None:
    await book.webhook()
    await book.publish(2)
    one, two = await book.ready()
    with pytest.raises(asyncpg.PostgresError):
        await recorded(book, [outcome(one), outcome(two, error="a\x00b")])
    assert await book.counts() == {"ready": 2}


async def test_reading_passes_over_full_webhooks_cursors_and_what_is_held(book: Books) -> None:
    webhook, other = await book.webhook(), await book.webhook()
    await book.publish(5)
    made = [each for each in await book.ready() if each.webhook_id == webhook.id]
    shard = {webhooks.shard_of(webhook.id): made[1].seq}
    later = [each.id for each in await deliveries.ready(book.conn, shard, [other.id], 2)]
    assert later == [made[2].id, made[3].id]
    assert await deliveries.ready(book.conn, shard, [webhook.id, other.id], 10) == []
    await recorded(book, [outcome(each, "retry", wait=-1) for each in made])
    shards = list(shard)

    async def due(shards: list[int], held: list[UUID], aside: list[UUID]) -> int:
        """Of ours: other tests may have left theirs in the same shard."""
        found = await deliveries.due(book.conn, shards, held, aside, 100)
        return sum(each.organization_id == book.organization_id for each in found)

    assert await due(shards, [made[0].id, made[1].id], []) == 3
    assert await due(shards, [], [webhook.id]) == 0
    assert len(await deliveries.due(book.conn, shards, [], [], 2)) == 2
    assert await due([(shards[0] + 1) % 64], [], [other.id]) == 0


async def test_a_secret_that_cannot_be_opened_concerns_its_own_webhook_alone(book: Books) -> None:
    webhook, plain = await book.webhook(), await book.webhook(secret=None)
    wanted = [(book.organization_id, webhook.id), (book.organization_id, plain.id), (uuid4(), webhook.id)]
    found = await deliveries.targets(book.conn, book.rt.vault, wanted)
    assert {id_: target.secret is not None for id_, target in found.items()} == {webhook.id: True, plain.id: False}
    found = await deliveries.targets(book.conn, Vault(("another key",)), wanted)
    assert {id_: target.is_active for id_, target in found.items()} == {webhook.id: False, plain.id: True}


async def test_a_target_carries_the_limits_and_both_secrets_of_its_webhook(book: Books) -> None:
    webhook = await book.webhook(secret="the secret before this one", max_per_second=7, max_concurrency=3)
    async with book.conn.transaction():
        await webhook_secrets.rotate(
            book.conn, book.rt.vault, book.organization_id, webhook.id, "the secret of now 0123", timedelta(hours=1)
        )
    [target] = (await deliveries.targets(book.conn, book.rt.vault, [(book.organization_id, webhook.id)])).values()
    assert (target.secret, target.previous) == ("the secret of now 0123", "the secret before this one")
    assert target.previous_until is not None and target.previous_until > clock.now() + timedelta(minutes=59)
    assert (target.max_per_second, target.max_concurrency, target.failing_since) == (7, 3, None)


async def test_a_replayed_delivery_begins_its_schedule_anew_and_keeps_that_in_every_place(book: Books) -> None:
    webhook = await book.webhook()
    await book.publish()
    [row] = await book.ready()
    await recorded(book, [outcome(row, "retry")])
    await recorded(book, [outcome(again(row), "exhausted")])
    async with book.conn.transaction():
        await redelivery.redeliver(book.conn, book.organization_id, webhook.id, row.id)
    [due] = await book.due()
    assert (due.id, due.attempts, due.base) == (row.id, 2, 2)
    assert await book.park(webhook) == 1
    found = book.found(webhook)
    [parked] = await deliveries.parked(book.conn, [(found.shard, found.organization_id, webhook.id, 0, 9)], [])
    assert (parked.attempts, parked.base) == (2, 2)
    await recorded(book, [outcome(parked, "retry")])
    [due] = await book.due()
    assert (due.attempts, due.base) == (3, 2)
    assert await book.balance() == {"deferred": 1}


async def test_the_log_shows_each_delivery_in_one_place_with_all_its_attempts(book: Books) -> None:
    webhook = await book.webhook()
    await book.publish(4)
    made = await book.ready()
    await recorded(book, [outcome(made[0]), outcome(made[1], "retry", status_code=503), outcome(made[2], "exhausted")])
    await recorded(
        book, [outcome(again(made[1]), "retry", status_code=None, error="The endpoint refused the connection.")]
    )

    async def log(status: str | None) -> dict[object, tuple[str, int, bool]]:
        found = await delivery_log.listed(book.conn, book.organization_id, webhook.id, Page(1, 50), status, None)
        assert found.total == len(found.items)
        return {each.id: (each.status, len(each.attempts), each.next_attempt_at is not None) for each in found.items}

    told = {
        made[0].id: ("delivered", 1, False), made[1].id: ("pending", 2, True), made[2].id: ("exhausted", 1, False),
        made[3].id: ("pending", 0, True),
    }  # fmt: skip
    assert await log(None) == told
    for status in delivery_log.STATUSES:
        assert await log(status) == {id_: entry for id_, entry in told.items() if entry[0] == status}


async def test_the_books_are_even_wherever_deliveries_are(book: Books) -> None:
    await book.webhook()
    second = await book.webhook()
    before = (await accounting.balance(book.conn, EPOCH)).deliveries
    await book.publish(6)
    made = await book.ready()
    await recorded(book, [outcome(made[0]), outcome(made[1], "exhausted"), outcome(made[2], "retry")])
    await book.change(second, is_active=False)
    told = (await accounting.balance(book.conn, EPOCH)).deliveries
    assert (told.events - before.events, told.owed - before.owed, told.unaccounted) == (6, 12, 0)
    assert (told.delivered - before.delivered, told.exhausted - before.exhausted) == (1, 1)
    assert (await vitals.look(book.conn)).waiting == {
        place: await book.conn.fetchval(f"select count(*) from {place}") for place in ("ready", "deferred", "parked")
    }
