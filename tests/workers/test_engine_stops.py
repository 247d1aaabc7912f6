"""An engine that is asked to stop: what is in flight is recorded, the rest is left to whoever comes next."""

import asyncio
from collections import Counter
from dataclasses import replace

from tests.receiver import Receiver
from tests.workers.engines import BRISK, after, at, counting, path, until, working
from tests.workers.rows import Books, books


async def test_a_drained_engine_records_what_was_in_flight_and_leaves_the_rest(dsn: str, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered)
    async with working(dsn) as worker, books(worker.rt) as book:
        await book.webhook(receiver.url + where)
        await book.publish(30)
        await receiver.wait_for(at(where), 8)
        draining = asyncio.create_task(worker.drained())
        await asyncio.sleep(0.2)
        assert not worker.running.done()
        answered.set()
        await draining
        sent = sum(map(at(where), receiver.got))
        assert await book.counts() == {"ready": 30 - sent, "delivered": sent}
    async with working(dsn):
        async with working(dsn) as other, books(other.rt) as book:
            assert await book.counts() == {}
        await receiver.wait_for(at(where), 30)
    assert max(Counter(each.id for each in receiver.got if each.path == where).values()) == 1


async def test_an_idle_engine_drains_at_once(dsn: str) -> None:
    async with working(dsn) as worker:
        await asyncio.sleep(0.1)
        await worker.drained()


async def test_who_is_cut_off_while_moving_a_backlog_leaves_the_rest_to_the_next(dsn: str, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered)
    async with working(dsn, replace(BRISK, chunk=5)) as first, books(first.rt) as book:
        webhook = await book.webhook(receiver.url + where)
        await book.publish(200)
        await receiver.wait_for(at(where), 1)
        await book.change(webhook, is_active=False)
        await until(lambda: _is_moving(book), "some are set aside")
    answered.set()
    async with working(dsn) as second, books(second.rt) as look:
        look.organization_id = book.organization_id
        await counting(look, parked=200)
        await look.change(webhook, is_active=True)
        await counting(look, delivered=200)


async def _is_moving(book: Books) -> bool:
    return (await book.balance()).get("parked", 0) > 0
