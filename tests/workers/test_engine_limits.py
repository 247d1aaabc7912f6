"""A webhook's limits and the engine's own: rate and concurrency at the receiver, breaker, days of failures, 410."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web

from tests.receiver import Delivery, Receiver
from tests.workers.engines import BRISK, Worker, after, all_arrived, at, counting, path, statuses, until, working
from tests.workers.rows import Books
from waypost import clock
from waypost.domain.webhooks import Webhook
from waypost.workers import attempt
from waypost.workers.bucket import BURST
from waypost.workers.egress import Answer, Egress

#: Failures are written down at each flush, and a day of them is enough.
STRICT = replace(BRISK, note_every=0.0, failing_for=timedelta(days=1))


@pytest.fixture(scope="module")
async def worker(dsn: str) -> AsyncIterator[Worker]:
    async with working(dsn, STRICT) as made:
        yield made


async def shown(book: Books, webhook: Webhook) -> Any:
    return await book.conn.fetchrow(
        "select is_active, failing_since, switched_off from outgoing_webhooks where organization_id = $1 and id = $2",
        book.organization_id,
        webhook.id,
    )


async def test_a_rate_is_kept_in_every_span_of_time(book: Books, receiver: Receiver) -> None:
    where, rate = path(), 40
    await book.webhook(receiver.url + where, max_per_second=rate)
    await book.publish(80)
    got = await receiver.wait_for(at(where), 80)
    arrived = [each.at for each in got]
    # An arrival may be late, never early: by as much as the slowest was, more may come together than left together.
    now, loop = clock.now(), asyncio.get_running_loop().time()
    late = max(
        each.at - loop + (now - datetime.fromisoformat(each.headers["X-Webhook-Timestamp"])).total_seconds()
        for each in got
    )
    for first, began in enumerate(arrived):
        for more, ended in enumerate(arrived[first:], 1):
            assert more <= rate * BURST + rate * (ended - began + late + 0.002) + 1
    assert late < 5 and arrived[-1] - arrived[0] >= (80 - rate * BURST) / rate - late


async def test_never_more_than_the_webhooks_limit_are_under_way_at_once(book: Books, receiver: Receiver) -> None:
    where, limit = path(), 3
    under_way, most = 0, 0

    async def answer(_delivery: Delivery) -> web.StreamResponse:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return web.Response()

    receiver.answers[where] = answer
    await book.webhook(receiver.url + where, max_concurrency=limit)
    await book.publish(120)
    await counting(book, delivered=120)
    assert most == limit


async def test_a_breaker_keeps_attempts_back_lets_probes_through_and_closes(book: Books, receiver: Receiver) -> None:
    where, works = path(), False

    def answer(_delivery: Delivery) -> web.StreamResponse:
        return web.Response(status=200 if works else 500)

    receiver.answers[where] = answer
    await book.webhook(receiver.url + where, max_concurrency=1)
    await book.publish(40)
    await receiver.wait_for(at(where), 12)
    got = [each for each in receiver.got if each.path == where]
    waits = [later.at - sooner.at for sooner, later in pairwise(got)]
    assert waits[9] >= 0.19 and waits[10] >= 0.38, "the tenth failure opened it, and the next pause was twice as long"
    told = await book.balance()
    assert told.get("parked", 0) >= 20 and sum(told.values()) == 40
    works = True
    await book.publish(10)
    await all_arrived(book, 50)
    numbers = Counter(each["delivery_id"] for each in await book.attempts())
    assert sum(numbers.values()) == 50 + await _retries(book), "waiting is no attempt"


async def _retries(book: Books) -> int:
    return (await book.counts()).get("retry", 0)


async def test_a_changed_webhook_need_not_wait_for_the_next_probe(
    dsn: str, book: Books, receiver: Receiver, worker: Worker
) -> None:
    await worker.drained()
    async with working(dsn, replace(STRICT, first_probe=3600.0, last_probe=3600.0)):
        dead, alive = path(), path()
        receiver.answers[dead] = statuses(500)
        webhook = await book.webhook(receiver.url + dead)
        await book.publish(30)
        await until(lambda: _parked(book, 20), "its breaker is open")
        await book.change(webhook, url=receiver.url + alive)
        await receiver.wait_for(at(alive), 30)
        await all_arrived(book, 30)


async def _parked(book: Books, least: int) -> bool:
    return (await book.counts()).get("parked", 0) >= least


@pytest.fixture
async def strict(dsn: str) -> AsyncIterator[Worker]:
    async with working(dsn, STRICT, webhook_schedule=(0.2,) * 50) as made:
        yield made


async def test_a_webhook_that_only_fails_for_days_is_switched_off_and_its_backlog_kept(
    strict: Worker, book: Books, receiver: Receiver
) -> None:
    where = path()
    receiver.answers[where] = statuses(500)
    webhook = await book.webhook(receiver.url + where)
    await book.publish(3)
    await until(lambda: _failing(book, webhook), "it is written down since when it fails")
    row = await shown(book, webhook)
    assert row["is_active"] and abs(row["failing_since"] - clock.now()) < timedelta(seconds=30)
    await book.conn.execute(
        "update outgoing_webhooks set failing_since = now() - interval '25 hours' where id = $1", webhook.id
    )
    await until(lambda: _off(book, webhook, "failing"), "switched off")
    await until(lambda: _parked(book, 3), "its backlog is set aside")
    del receiver.answers[where]
    await book.change(webhook, is_active=True)
    assert tuple(await shown(book, webhook)) == (True, None, None)
    await all_arrived(book, 3)


async def _failing(book: Books, webhook: Webhook) -> bool:
    return (await shown(book, webhook))["failing_since"] is not None


async def _off(book: Books, webhook: Webhook, reason: str) -> bool:
    row = await shown(book, webhook)
    return not row["is_active"] and row["switched_off"] == reason


async def test_the_first_success_clears_since_when_it_fails(strict: Worker, book: Books, receiver: Receiver) -> None:
    where, works = path(), asyncio.Event()
    receiver.answers[where] = lambda _: web.Response(status=200 if works.is_set() else 503)
    webhook = await book.webhook(receiver.url + where)
    await book.publish(2)
    await until(lambda: _failing(book, webhook), "it is written down since when it fails")
    works.set()

    async def cleared() -> bool:
        return not await _failing(book, webhook)

    await until(cleared, "a success clears it")
    assert (await shown(book, webhook))["is_active"]


@pytest.mark.parametrize("change", ["switched on again", "retargeted"])
async def test_a_410_from_before_a_change_does_not_switch_the_webhook_off(
    change: str, strict: Worker, book: Books, receiver: Receiver
) -> None:
    where, moved, answered = path(), path(), asyncio.Event()
    receiver.answers[where] = after(answered, 410)
    webhook = await book.webhook(receiver.url + where)
    await book.publish()
    await receiver.wait_for(at(where))
    if change == "retargeted":
        await book.change(webhook, url=receiver.url + moved)
    else:
        await book.change(webhook, is_active=False)
        await book.change(webhook, is_active=True, url=receiver.url + moved)
    answered.set()
    await receiver.wait_for(at(moved))
    await counting(book, retry=1, delivered=1)
    assert tuple(await shown(book, webhook)) == (True, None, None)


async def test_a_410_of_the_present_switches_it_off_as_gone(strict: Worker, book: Books, receiver: Receiver) -> None:
    where = path()
    receiver.answers[where] = statuses(410)
    webhook = await book.webhook(receiver.url + where)
    await book.publish(5)
    await until(lambda: _off(book, webhook, "gone"), "switched off")
    await until(lambda: _parked(book, 5), "its backlog is set aside")


async def test_an_attempt_that_was_interrupted_on_our_side_is_none_and_is_made_again(
    strict: Worker, book: Books, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, posted, interrupted = path(), Egress.post, 12

    def post(self: Egress, url: str, headers: Any, body: bytes, done: Any, *more: Any) -> None:
        nonlocal interrupted
        if url.endswith(where) and interrupted:
            interrupted -= 1
            answer = Answer(None, b"", 0, "The attempt was interrupted on our side.", kind=attempt.INTERRUPTED)  # type: ignore[arg-type]
            asyncio.get_running_loop().call_soon(done, answer)
        else:
            posted(self, url, headers, body, done, *more)

    monkeypatch.setattr(Egress, "post", post)
    await book.webhook(receiver.url + where)
    await book.publish(6)
    await counting(book, delivered=6)
    assert interrupted == 0 and {each["number"] for each in await book.attempts()} == {1}
