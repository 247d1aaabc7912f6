"""Backlogs under an engine: webhooks switched off and on, deleted, overrun; moved in pieces, drained in order"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.receiver import Receiver
from tests.workers.engines import BRISK, Worker, after, at, counting, path, until, working
from tests.workers.rows import Books
from waypost.workers.lanes import QUEUE

#: Pieces so small that every backlog here takes many.
SMALL = replace(BRISK, chunk=30, far=300, sweep=0.3)


@pytest.fixture(scope="module")
async def worker(dsn: str) -> AsyncIterator[Worker]:
    async with working(dsn, SMALL) as made:
        yield made


def numbers(receiver: Receiver, where: str) -> list[int]:
    """The numbers of the events that came, each once, in the order in which they came first."""
    return list(dict.fromkeys(json.loads(each.raw)["number"] for each in receiver.got if each.path == where))


async def test_a_backlog_is_set_aside_in_pieces_and_drained_in_order(book: Books, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered)
    webhook = await book.webhook(receiver.url + where, max_concurrency=1)
    await book.publish(400)
    await receiver.wait_for(at(where), 1)
    await book.change(webhook, is_active=False)
    await counting(book, parked=400)
    answered.set()
    await counting(book, parked=399, delivered=1)
    await book.publish(100)
    assert await book.balance() == {"ended": 1, "parked": 399}, "off: nothing new is for it"
    await book.change(webhook, is_active=True)
    await book.publish(100)
    await counting(book, delivered=500)
    assert numbers(receiver, where) == [*range(400), *range(500, 600)], "those set aside before the new ones"
    assert max(Counter(each.id for each in receiver.got if each.path == where).values()) == 1


async def test_a_retry_of_a_webhook_that_is_off_is_set_aside_long_before_its_time_and_goes_when_it_is_on(
    book: Books, receiver: Receiver
) -> None:
    where = path()
    webhook = await book.webhook(receiver.url + where, is_active=False)
    await book.change(webhook, is_active=True, max_concurrency=1)
    await book.publish(3)
    await counting(book, delivered=3)
    await book.conn.execute(
        "with gone as (delete from attempts where organization_id = $1 returning *)"
        " insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at, attempts)"
        " select $2, now() + interval '1 day', organization_id, webhook_id, delivery_id, event_id, event_at, 1"
        " from gone",
        book.organization_id, book.found(webhook).shard,
    )  # fmt: skip
    await book.change(webhook, is_active=False)
    await counting(book, parked=3)
    await book.change(webhook, is_active=True)
    await counting(book, delivered=3)
    assert {each["number"] for each in await book.attempts()} == {2}


async def test_a_deleted_webhooks_backlog_is_dropped_in_pieces_and_counted(book: Books, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered, 500)
    webhook = await book.webhook(receiver.url + where)
    other = await book.webhook(receiver.url + path(), is_active=False)
    await book.publish(300)
    await receiver.wait_for(at(where), 8)
    await book.change(webhook, is_active=False)
    await until(lambda: _some(book, "parked"), "some are set aside")
    await book.delete(webhook)
    answered.set()
    seen = []

    async def all_dropped() -> bool:
        seen.append((await book.balance()).get("dropped", 0))
        return seen[-1] == 300

    await until(all_dropped, "300 dropped")
    assert await book.counts() in ({}, {"retry": 8}), "what was in flight may have been logged before"
    await book.delete(other)


async def _some(book: Books, place: str) -> bool:
    return (await book.counts()).get(place, 0) > 0


async def test_far_behind_a_full_queue_rows_are_set_aside_and_then_drained(book: Books, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered)
    await book.webhook(receiver.url + where)
    count = QUEUE + 1500
    await book.publish(count)

    async def aside() -> bool:
        places = await book.balance()
        return places.get("parked", 0) >= 1400 and places.get("ready", 0) <= QUEUE + 100

    await until(aside, "all but the queue is set aside")
    assert sum(map(at(where), receiver.got)) == 8
    answered.set()
    await book.publish(50)
    await counting(book, delivered=count + 50)
    assert max(Counter(each.id for each in receiver.got if each.path == where).values()) == 1
    assert set(numbers(receiver, where)[-50:]) & set(range(count, count + 50)), "the new ones come behind"
