"""Ordered webhooks: events of one conversation arrive one at a time and in order, whatever fails, dies or is off."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from tests.receiver import Delivery, Receiver
from tests.workers.engines import BRISK, OWNER, Worker, at, counting, killed, path, until, working
from tests.workers.rows import Books
from waypost.domain import webhooks

SCHEDULE = (0.05,) * 40
RULES = replace(BRISK, chunk=30, least=10_000)


@pytest.fixture(scope="module")
async def worker(dsn: str) -> AsyncIterator[Worker]:
    async with working(dsn, RULES, webhook_schedule=SCHEDULE) as made:
        yield made


class Reception:
    """Answers as told by a dice, and knows what was confirmed in which order, and what was under way together."""

    def __init__(self, book: Books, conversations: int, failing: float = 0.0) -> None:
        self.conversations = [uuid4() for _ in range(conversations)]
        self.dice = Random(7)
        self.failing = failing
        self.confirmed: dict[int, list[int]] = defaultdict(list)
        self.first_came: dict[int, list[int]] = defaultdict(list)
        self.under_way: set[int] = set()
        self.together = False

    async def answer(self, delivery: Delivery) -> web.StreamResponse:
        number = json.loads(delivery.raw)["number"]
        line = number % len(self.conversations)
        if number not in self.first_came[line]:
            self.first_came[line].append(number)
        self.together |= line in self.under_way
        self.under_way.add(line)
        await asyncio.sleep(0.002)
        self.under_way.discard(line)
        if self.dice.random() < self.failing:
            return web.Response(status=500)
        if number not in self.confirmed[line]:
            self.confirmed[line].append(number)
        return web.Response()

    def in_order(self, count: int) -> bool:
        """Every line has all of its numbers, first confirmed and first come in their order."""
        lines = len(self.conversations)
        wanted = {line: list(range(line, count, lines)) for line in range(lines)}
        return dict(self.confirmed) == wanted == dict(self.first_came)


async def ordered(book: Books, receiver: Receiver, reception: Reception) -> tuple[str, UUID]:
    where = path()
    receiver.answers[where] = reception.answer
    return where, (await book.webhook(receiver.url + where, ordering="conversation")).id


async def test_a_conversation_goes_in_order_while_every_third_attempt_fails(book: Books, receiver: Receiver) -> None:
    reception = Reception(book, 7, failing=0.33)
    await ordered(book, receiver, reception)
    for _ in range(4):
        await book.publish(35, conversations=reception.conversations)
    await until(lambda: _ended(book, 140), "140 delivered")
    assert reception.in_order(140) and not reception.together
    assert (await book.counts()).get("exhausted", 0) == 0


async def _ended(book: Books, count: int) -> bool:
    return (await book.balance()) == {"ended": count}


async def test_a_conversation_that_waits_holds_up_no_other(book: Books, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    stuck, free = uuid4(), [uuid4() for _ in range(4)]

    async def answer(delivery: Delivery) -> web.StreamResponse:
        if json.loads(delivery.raw)["number"] < 5:
            await answered.wait()
        return web.Response()

    receiver.answers[where] = answer
    await book.webhook(receiver.url + where, ordering="conversation")
    await book.publish(5, conversations=[stuck])
    await book.publish(40, conversations=free)
    await book.publish(5)
    await receiver.wait_for(at(where), 46)
    assert sum(json.loads(each.raw)["number"] < 5 for each in receiver.got if each.path == where) == 1
    answered.set()
    await counting(book, delivered=50)


async def test_a_follower_is_woken_by_the_end_of_the_one_before_it(book: Books, receiver: Receiver) -> None:
    reception = Reception(book, 1)
    await ordered(book, receiver, reception)
    began = asyncio.get_running_loop().time()
    await book.publish(60, conversations=reception.conversations)
    await counting(book, delivered=60)
    assert reception.in_order(60) and not reception.together
    assert asyncio.get_running_loop().time() - began < 60 * 0.2, "not found by looking again and again"


async def test_order_holds_when_the_owners_connection_is_killed(book: Books, receiver: Receiver, dsn: str) -> None:
    reception = Reception(book, 5, failing=0.2)
    await ordered(book, receiver, reception)
    for _ in range(4):
        await book.publish(30, conversations=reception.conversations)
        await asyncio.sleep(0.15)
        await killed(dsn, OWNER)
    await until(lambda: _ended(book, 120), "120 delivered")
    assert reception.in_order(120), "again only what was under way"


async def test_order_holds_when_the_webhook_is_switched_off_and_on(book: Books, receiver: Receiver) -> None:
    reception = Reception(book, 6, failing=0.2)
    where, id_ = await ordered(book, receiver, reception)
    webhook = await webhooks.one(book.conn, book.organization_id, id_)
    await book.publish(150, conversations=reception.conversations)
    await receiver.wait_for(at(where), 20)
    for _ in range(2):
        await book.change(webhook, is_active=False)
        await asyncio.sleep(0.4)
        await book.change(webhook, is_active=True)
        await asyncio.sleep(0.2)
    await book.change(webhook, is_active=False)
    await until(lambda: _only_parked(book), "all set aside")
    await book.change(webhook, is_active=True)
    await book.publish(30, conversations=reception.conversations)
    await until(lambda: _ended(book, 180), "180 delivered")
    assert reception.in_order(180) and not reception.together


async def _only_parked(book: Books) -> bool:
    return set(await book.balance()) <= {"parked", "ended"}


async def test_order_holds_behind_an_open_breaker(dsn: str, receiver: Receiver, book: Books, worker: Worker) -> None:
    await worker.drained()
    async with working(dsn, replace(BRISK, chunk=30), webhook_schedule=SCHEDULE):
        reception = Reception(book, 4, failing=1.0)
        await ordered(book, receiver, reception)
        await book.publish(80, conversations=reception.conversations)
        await until(lambda: _broken(book), "its breaker is open")
        reception.failing = 0.0
        await book.publish(20, conversations=reception.conversations)
        await until(lambda: _ended(book, 100), "100 delivered")
        assert reception.in_order(100) and not reception.together


async def _broken(book: Books) -> bool:
    counts = await book.counts()
    return counts.get("retry", 0) >= 10 and counts.get("ready", 0) == 0
