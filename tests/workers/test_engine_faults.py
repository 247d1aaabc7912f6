"""Engines whose connections are cut, that stop, die, or share a database: everything is delivered, logged once."""

import asyncio
from collections import Counter

import pytest

from tests.receiver import Receiver
from tests.workers.engines import (
    OWNER,
    READER,
    Worker,
    after,
    at,
    counting,
    killed,
    owned,
    path,
    statuses,
    until,
    working,
)
from tests.workers.rows import Books, books
from waypost.domain import webhooks


async def shared(dsn: str, *shards: int) -> None:
    seen: list[int] = []

    async def reached() -> bool:
        seen[:] = await owned(dsn)
        return seen == list(shards)

    try:
        await until(reached, f"shards {shards}")
    except AssertionError as error:
        raise AssertionError(f"{error}; last seen {seen}") from None


@pytest.mark.parametrize("name", [OWNER, READER])
async def test_a_killed_connection_costs_no_delivery(name: str, book: Books, receiver: Receiver, dsn: str) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered)
    await book.webhook(receiver.url + where)
    await book.publish(40)
    await receiver.wait_for(at(where), 8)
    assert await killed(dsn, name) == 1
    answered.set()
    await counting(book, delivered=40)
    times = Counter(each.id for each in receiver.got if each.path == where)
    assert len(times) == 40 and max(times.values()) <= 2, "again only what was in flight"


async def test_connections_that_are_killed_again_and_again_cost_no_delivery(
    book: Books, receiver: Receiver, dsn: str
) -> None:
    where = path()
    receiver.answers[where] = statuses(*[500] * 10, 200)
    for _ in range(4):
        await book.webhook(receiver.url + where)
    for _ in range(6):
        await book.publish(50)
        await killed(dsn, OWNER)
        await asyncio.sleep(0.1)
        await killed(dsn, READER)
    counts: dict[str, int] = {}

    async def done() -> bool:
        counts.update(await book.counts())
        return counts.get("delivered") == 1200 and not await book.ready()

    await until(done, "1,200 deliveries", 40)
    assert counts["delivered"] == 1200 and counts.get("exhausted", 0) == 0
    assert len({each.id for each in receiver.got if each.path == where}) == 1200


async def test_a_draining_engine_hands_over_what_is_not_in_flight(dsn: str, receiver: Receiver, worker: Worker) -> None:
    slow, quick, answered = path(), path(), asyncio.Event()
    receiver.answers[slow] = after(answered)
    async with working(dsn) as leaving, books(worker.rt) as book:
        await shared(dsn, 32, 32)
        for _ in range(8):
            await book.webhook(receiver.url + slow, events=["message.sent"])
        await book.publish(1, type_="message.sent")
        await receiver.wait_for(at(slow), 8)
        draining = asyncio.create_task(leaving.drained())

        async def handed_over() -> bool:
            return max(await owned(dsn)) > webhooks.SHARDS - 9

        await until(handed_over, "the other owns all but the busy shards")
        for _ in range(16):
            await book.webhook(receiver.url + quick, events=["message.received"])
        await book.publish(1)
        answered.set()
        await receiver.wait_for(at(quick), 16)
        await draining
        await counting(book, delivered=24)
    await shared(dsn, webhooks.SHARDS)


async def test_two_engines_share_the_shards_and_one_takes_over_from_the_other(
    dsn: str, receiver: Receiver, worker: Worker, book: Books
) -> None:
    where = path()
    for _ in range(12):
        await book.webhook(receiver.url + where)
    async with working(dsn):
        await shared(dsn, 32, 32)
        for _ in range(10):
            await book.publish(20)
        await counting(book, delivered=2400)
        await book.publish(50)
    await book.publish(50)
    await counting(book, delivered=3600)
    await shared(dsn, webhooks.SHARDS)
    times = Counter(each.id for each in receiver.got if each.path == where)
    assert len(times) == 3600
    numbers = Counter(each["number"] for each in await book.attempts())
    assert numbers == {1: 3600}, "each logged once, whoever sent it twice"
    assert not worker.running.done()


async def test_shards_are_shared_anew_within_five_seconds_of_a_join_a_leave_and_a_crash(
    dsn: str, receiver: Receiver, worker: Worker, book: Books
) -> None:
    slow, answered = path(), asyncio.Event()
    receiver.answers[slow] = after(answered)
    for _ in range(8):
        await book.webhook(receiver.url + slow)
    await book.publish()
    await receiver.wait_for(at(slow), 8)
    async with asyncio.timeout(20):
        for leaves in (True, False):
            async with working(dsn) as guest:
                async with asyncio.timeout(5):
                    await shared(dsn, 32, 32)
                if leaves:
                    await guest.drained()
            async with asyncio.timeout(5):
                await shared(dsn, webhooks.SHARDS)
    assert sum(map(at(slow), receiver.got)) == 8, "shards with something in flight stay where they are"
    answered.set()
    await counting(book, delivered=8)


async def test_shards_move_under_load_without_a_loss_or_a_double(dsn: str, receiver: Receiver, book: Books) -> None:
    where = path()
    for _ in range(6):
        await book.webhook(receiver.url + where)

    async def feed() -> None:
        for _ in range(40):
            await book.publish(10)
            await asyncio.sleep(0.1)

    feeding = asyncio.create_task(feed())
    for _ in range(2):
        async with working(dsn) as guest:
            await asyncio.sleep(1.2)
            await guest.drained()
    await feeding
    await counting(book, delivered=2400)
    times = Counter(each.id for each in receiver.got if each.path == where)
    assert len(times) == 2400 and set(times.values()) == {1}
