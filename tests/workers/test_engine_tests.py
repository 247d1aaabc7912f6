"""Test deliveries in the engine: ahead of what waits, through an open breaker, and otherwise like any other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from tests.receiver import Delivery, Receiver
from tests.workers.engines import BRISK, Worker, after, at, counting, path, statuses, until, working
from tests.workers.rows import Books
from waypost.domain import trials
from waypost.domain.webhooks import Webhook

#: A breaker that opens stays open for the length of a test.
STUBBORN = replace(BRISK, first_probe=3600.0, last_probe=3600.0)


@pytest.fixture(scope="module")
async def worker(dsn: str) -> AsyncIterator[Worker]:
    async with working(dsn, STUBBORN, webhook_schedule=(3600.0,) * 5) as made:
        yield made


async def trial(book: Books, webhook: Webhook) -> UUID:
    async with book.conn.transaction():
        id_, _ = await trials.send(book.conn, book.organization_id, webhook.id)
    book.rt.bell.ring()
    return id_


async def broken(book: Books, receiver: Receiver, count: int, **more: Any) -> tuple[Webhook, str]:
    """A webhook whose endpoint has failed until its breaker opened, and where it is."""
    where = path()
    receiver.answers[where] = statuses(500)
    webhook = await book.webhook(receiver.url + where, **more)
    await book.publish(count)

    async def rests() -> bool:
        counts = await book.counts()
        return counts.get("parked", 0) + counts.get("deferred", 0) == count and counts.get("parked", 0) > 0

    await until(rests, "its breaker is open and the rest set aside")
    return webhook, where


@pytest.mark.usefixtures("worker")
async def test_a_test_that_succeeds_closes_the_breaker_and_what_waits_goes_out(book: Books, receiver: Receiver) -> None:
    webhook, where = await broken(book, receiver, 30)
    failed = (await book.counts())["retry"]
    del receiver.answers[where]
    id_ = await trial(book, webhook)
    got = await receiver.wait_for(at(where), 31)
    assert got[failed].id == str(id_) and got[failed].body["test"] is True
    await counting(book, delivered=31 - failed, retry=failed, deferred=failed)


@pytest.mark.usefixtures("worker")
async def test_a_test_that_fails_says_so_and_lets_nothing_else_through(book: Books, receiver: Receiver) -> None:
    webhook, where = await broken(book, receiver, 30)
    before = await book.counts()
    for nth in (1, 2):
        await trial(book, webhook)
        await counting(book, **{**before, "retry": before["retry"] + nth, "deferred": before["deferred"] + nth})
    rows = await book.conn.fetch(
        "select ahead, attempts from deferred where organization_id = $1 and webhook_id = $2",
        book.organization_id,
        webhook.id,
    )
    assert {(row["ahead"], row["attempts"]) for row in rows} == {(False, 1)}, "its retries wait like all others"
    assert len([each for each in receiver.got if each.path == where]) == before["retry"] + 2


@pytest.mark.usefixtures("worker")
async def test_a_test_goes_before_what_is_queued_and_what_was_set_aside(book: Books, receiver: Receiver) -> None:
    where, free = path(), asyncio.Event()
    receiver.answers[where] = after(free)
    webhook = await book.webhook(receiver.url + where, max_concurrency=1)
    await book.publish(60)
    await receiver.wait_for(at(where), 1)
    id_ = await trial(book, webhook)
    await asyncio.sleep(2 * BRISK.sweep)  # read by now, while the endpoint keeps the first
    free.set()
    got = await receiver.wait_for(at(where), 61)
    assert got[1].id == str(id_)
    await counting(book, delivered=61)


@pytest.mark.usefixtures("worker")
async def test_a_thousand_tests_are_each_made_once(dsn: str, book: Books, receiver: Receiver) -> None:
    where, free = path(), asyncio.Event()
    seen: list[Delivery] = []

    async def answer(delivery: Delivery) -> web.StreamResponse:
        seen.append(delivery)
        await free.wait()
        return web.Response()

    receiver.answers[where] = answer
    webhook = await book.webhook(receiver.url + where, max_concurrency=1)
    async with book.conn.transaction():
        for _ in range(1000):
            await trials.send(book.conn, book.organization_id, webhook.id)
    book.rt.bell.ring()
    await receiver.wait_for(at(where), 1)
    free.set()
    await counting(book, delivered=1000)
    assert len({each.id for each in seen}) == len(seen) == 1000


@pytest.mark.usefixtures("worker")
async def test_a_test_of_a_webhook_that_is_switched_off_waits_with_the_others(book: Books, receiver: Receiver) -> None:
    webhook, where = await broken(book, receiver, 30)
    async with book.conn.transaction():
        await trials.send(book.conn, book.organization_id, webhook.id)
        await book.conn.execute("update outgoing_webhooks set is_active = false where id = $1", webhook.id)
    before = (await book.counts())["retry"]
    book.rt.bell.ring()
    await counting(book, parked=31, retry=before)
    del receiver.answers[where]
    await book.change(webhook, is_active=True)
    await counting(book, delivered=31, retry=before)
