"""A worker as a whole: it works until it is asked to stop, and its chores go on whatever one of them meets."""

import asyncio

import pytest

from tests.receiver import Receiver
from tests.workers.engines import after, at, counting, path
from tests.workers.rows import books, house
from waypost.errors import Unavailable
from waypost.postgres import schema
from waypost.runtime import Runtime
from waypost.workers import chores, crew


async def test_a_worker_delivers_until_it_is_stopped_and_drains(dsn: str, receiver: Receiver) -> None:
    where, answered, stop = path(), asyncio.Event(), asyncio.Event()
    receiver.answers[where] = after(answered)
    async with house(dsn) as rt, books(rt) as book:
        working = asyncio.create_task(crew.work(rt, stop))
        await book.webhook(receiver.url + where)
        await book.publish()
        await receiver.wait_for(at(where))
        stop.set()
        await asyncio.sleep(0.2)
        assert not working.done(), "what is in flight is waited for"
        answered.set()
        async with asyncio.timeout(10):
            await working
        assert await book.counts() == {"delivered": 1}


async def test_what_does_not_end_in_time_is_left_to_the_next_worker(
    dsn: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, answered, stop = path(), asyncio.Event(), asyncio.Event()
    receiver.answers[where] = after(answered)
    monkeypatch.setattr(crew, "DRAIN", 0.3)
    async with house(dsn) as rt, books(rt) as book:
        working = asyncio.create_task(crew.work(rt, stop))
        await book.webhook(receiver.url + where)
        await book.publish()
        [first] = await receiver.wait_for(at(where))
        stop.set()
        async with asyncio.timeout(10):
            await working
        assert await book.counts() == {"ready": 1}
        answered.set()
        again, stop = asyncio.Event(), asyncio.Event()
        working = asyncio.create_task(crew.work(rt, again))
        await counting(book, delivered=1)
        again.set()
        await working
        assert {each.id for each in receiver.got if each.path == where} == {first.id}


async def test_a_chore_that_fails_is_tried_again_and_stops_no_other(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = {"failing": 0, "away": 0, "good": 0}

    async def failing(_rt: Runtime) -> None:
        rounds["failing"] += 1
        raise RuntimeError("a fault")

    async def away(_rt: Runtime) -> None:
        rounds["away"] += 1
        raise Unavailable

    async def good(_rt: Runtime) -> None:
        rounds["good"] += 1

    monkeypatch.setattr(chores, "CHORES", ((0.01, failing), (0.01, away), (0.01, good)))
    async with house(dsn) as rt:
        running = asyncio.create_task(chores.run(rt))
        async with asyncio.timeout(10):
            while min(rounds.values()) < 3:
                await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_every_chore_is_harmless_side_by_side_and_twice(dsn: str) -> None:
    async with house(dsn) as rt:
        async with rt.pool.connection() as conn:
            [day] = await conn.fetch(
                "select max(inhrelid::regclass::text) as name from pg_inherits"
                " where inhparent = 'events'::regclass and inhrelid::regclass::text ~ '[0-9]$'"
            )
            await conn.execute(f"drop table {day['name']}")
        for _ in range(2):
            done = await asyncio.gather(
                *(chore(rt) for _, chore in chores.CHORES for _ in range(3)), return_exceptions=True
            )
            assert [each for each in done if isinstance(each, BaseException)] == []
        async with rt.pool.connection() as conn:
            assert await schema.missing(conn) == []
            assert await conn.fetchval("select to_regclass($1) is not null", day["name"])
