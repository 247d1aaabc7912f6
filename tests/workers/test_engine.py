"""One engine over a real database and real endpoints: delivering, repeating, ending, and what must not delay what."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from tests.receiver import Delivery, Receiver
from tests.stack import SECRET
from tests.workers.engines import Worker, after, at, counting, owned, path, statuses, until
from tests.workers.rows import Books
from waypost import signature
from waypost.domain import deliveries, webhooks
from waypost.postgres.pool import connect
from waypost.workers.lanes import QUEUE

SCHEDULE = (0.2, 0.4, 0.8)


async def test_an_event_arrives_signed_and_its_attempt_is_logged(book: Books, receiver: Receiver) -> None:
    where = path()
    await book.webhook(receiver.url + where)
    [event] = await book.publish()
    [got] = await receiver.wait_for(at(where))
    assert got.raw == event.body and got.event == "message.received"
    assert got.headers["X-Webhook-Signature-256"] == signature.sha256_header(SECRET.encode(), got.raw)
    assert UUID(got.headers["webhook-id"]) == event.id
    await counting(book, delivered=1)
    [attempt] = await book.attempts()
    assert (str(attempt["delivery_id"]), attempt["number"], attempt["response_body"]) == (got.id, 1, "ok")


async def test_failures_are_repeated_on_schedule_under_the_same_delivery_id(book: Books, receiver: Receiver) -> None:
    where = path()
    receiver.answers[where] = statuses(500, 429, 200)
    await book.webhook(receiver.url + where)
    await book.publish()
    got = await receiver.wait_for(at(where), 3)
    await counting(book, retry=2, delivered=1)
    assert len({each.id for each in got}) == 1 and len({each.raw for each in got}) == 1
    assert len({each.headers["X-Webhook-Timestamp"] for each in got}) == 3
    waits = [later.at - earlier.at for earlier, later in pairwise(got)]
    assert all(wait >= delay * 0.8 for wait, delay in zip(waits, SCHEDULE, strict=False))
    made = [(each["number"], each["outcome"], each["status_code"]) for each in await book.attempts()]
    assert made == [(1, "retry", 500), (2, "retry", 429), (3, "delivered", 200)]


def next_of(answers: Iterator[web.Response], _delivery: Delivery) -> web.Response:
    return next(answers)


async def test_retry_after_is_waited_for_at_the_receiver_and_only_where_it_counts(
    book: Books, receiver: Receiver
) -> None:
    throttled, broken = path(), path()
    for where, status in ((throttled, 429), (broken, 500)):
        left = iter([web.Response(status=status, headers={"Retry-After": "1"}), web.Response()])
        receiver.answers[where] = partial(next_of, left)
        await book.webhook(receiver.url + where)
    await book.publish()
    waits = {}
    for where in (broken, throttled):
        first, second = await receiver.wait_for(at(where), 2)
        waits[where] = second.at - first.at
    assert waits[throttled] >= 1 and SCHEDULE[0] * 0.8 <= waits[broken] < waits[throttled]
    await counting(book, retry=2, delivered=2)


async def test_after_the_whole_schedule_a_delivery_is_exhausted(book: Books, receiver: Receiver) -> None:
    where = path()
    receiver.answers[where] = statuses(503)
    await book.webhook(receiver.url + where)
    await book.publish(2)
    await counting(book, retry=6, exhausted=2)
    assert list(Counter(each.id for each in receiver.got if each.path == where).values()) == [4, 4]


async def test_an_endpoint_that_was_away_gets_everything_once_it_is_back(book: Books, receiver: Receiver) -> None:
    where = path()
    receiver.answers[where] = statuses(*[502] * 12, 200)
    await book.webhook(receiver.url + where)
    events = await book.publish(20)
    await counting(book, retry=12, delivered=20)
    good = {each.raw for each in receiver.got if each.path == where}
    assert good == {event.body for event in events}


async def test_a_slow_endpoint_does_not_delay_another(book: Books, receiver: Receiver) -> None:
    slow, quick, answered = path(), path(), asyncio.Event()
    receiver.answers[slow] = after(answered)
    await book.webhook(receiver.url + slow)
    await book.publish(60)
    await receiver.wait_for(at(slow), 8)
    await book.webhook(receiver.url + quick, events=["message.sent"])
    await book.publish(200, type_="message.sent")
    await receiver.wait_for(at(quick), 200)
    assert not answered.is_set()
    answered.set()
    await counting(book, delivered=460)


async def test_without_any_notification_a_poll_finds_the_rows(book: Books, receiver: Receiver) -> None:
    where = path()
    webhook = await book.webhook(receiver.url + where)
    event = uuid4()
    await book.conn.execute(
        "with e as (insert into events (organization_id, id, type, body, created_at)"
        " values ($1, $2, 'message.sent', '{}', now()) returning *)"
        " insert into ready (shard, organization_id, webhook_id, delivery_id, event_id, event_at)"
        " select $3, $1, $4, gen_random_uuid(), id, created_at from e",
        book.organization_id, event, webhooks.shard_of(webhook.id), webhook.id,
    )  # fmt: skip
    [got] = await receiver.wait_for(at(where))
    assert UUID(got.headers["webhook-id"]) == event


async def test_a_late_commit_behind_the_cursor_is_found(book: Books, receiver: Receiver, dsn: str) -> None:
    where = path()
    await book.webhook(receiver.url + where)
    late = await connect(dsn)
    transaction = late.transaction()
    await transaction.start()
    behind = Books(book.rt, late, book.organization_id)
    await behind.publish(3)
    await book.publish(5)
    await counting(book, delivered=5)
    assert (
        await late.fetchval("select max(seq) from ready where organization_id = $1", book.organization_id) is not None
    )
    await transaction.commit()
    await late.close()
    await counting(book, delivered=8)


async def test_a_backlog_beyond_the_queue_is_delivered_whole_and_delays_no_neighbour_of_its_shard(
    book: Books, receiver: Receiver
) -> None:
    large, small, answered = path(), path(), asyncio.Event()
    receiver.answers[large] = after(answered)
    first = await book.webhook(receiver.url + large, events=["message.sent"])
    neighbour = UUID(int=uuid4().int // 64 * 64 + webhooks.shard_of(first.id))
    draft = webhooks.Draft(receiver.url + small, ["message.received"], SECRET)
    await webhooks.create(book.conn, book.rt.vault, book.organization_id, draft, neighbour)
    count = QUEUE + 800
    await book.publish(count, type_="message.sent")
    await receiver.wait_for(at(large), 8)
    await book.publish(10)
    await receiver.wait_for(at(small), 10)
    answered.set()
    await counting(book, delivered=count + 10)
    assert Counter(each.id for each in receiver.got if each.path == large).most_common(1)[0][1] == 1, "each once"


async def test_dead_endpoints_with_long_backlogs_leave_room_for_the_living(book: Books, receiver: Receiver) -> None:
    dead, alive, answered = path(), path(), asyncio.Event()
    receiver.answers[dead] = after(answered)
    for _ in range(10):
        await book.webhook(receiver.url + dead, events=["message.sent"])
    await book.publish(600, type_="message.sent")
    await receiver.wait_for(at(dead), 80)
    await asyncio.sleep(0.5)  # reads ahead what it may
    await book.webhook(receiver.url + alive, events=["message.received"])
    await book.publish(300)
    await receiver.wait_for(at(alive), 300)
    assert not answered.is_set() and sum(map(at(dead), receiver.got)) == 80
    await book.conn.execute("delete from ready where organization_id = $1", book.organization_id)
    answered.set()


async def test_a_slow_read_does_not_send_again_what_was_recorded_meanwhile(
    book: Books, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, read = path(), deliveries.ready

    async def slowly(*args: Any) -> Any:
        rows = await read(*args)
        await asyncio.sleep(0.3)
        return rows

    await book.webhook(receiver.url + where)
    monkeypatch.setattr(deliveries, "ready", slowly)
    for _ in range(10):
        await book.publish(30)
        await asyncio.sleep(0.25)
    await counting(book, delivered=300)
    assert set(Counter(each.id for each in receiver.got if each.path == where).values()) == {1}


async def test_a_delivery_whose_event_is_gone_ends_instead_of_sending_nothing(book: Books, receiver: Receiver) -> None:
    where = path()
    webhook = await book.webhook(receiver.url + where, is_active=False)
    await book.conn.execute(
        "insert into parked (shard, organization_id, webhook_id, delivery_id, event_id, event_at, attempts)"
        " values ($1, $2, $3, gen_random_uuid(), gen_random_uuid(), now() - interval '40 days', 2)",
        webhooks.shard_of(webhook.id), book.organization_id, webhook.id,
    )  # fmt: skip
    await book.change(webhook, is_active=True)
    await counting(book, exhausted=1)
    [attempt] = await book.attempts()
    assert "no longer kept" in attempt["error"] and attempt["number"] == 3
    assert sum(map(at(where), receiver.got)) == 0


async def test_the_engine_owns_every_shard_when_it_is_alone(worker: Worker, dsn: str) -> None:
    async def all_of_them() -> bool:
        return await owned(dsn) == [webhooks.SHARDS]

    await until(all_of_them, "all shards")
    assert not worker.running.done()
