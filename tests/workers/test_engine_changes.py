"""What changes while an engine works: webhooks switched off, moved, deleted, gone by 410, or broken."""

import asyncio

from tests.receiver import Receiver
from tests.stack import SECRET
from tests.workers.engines import after, at, counting, path, statuses, until
from tests.workers.rows import Books, outcome, recorded
from waypost import signature
from waypost.domain import webhooks


async def test_switched_off_while_in_flight_the_outcome_is_kept_and_nothing_more_is_sent(
    book: Books, receiver: Receiver
) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered, 500)
    webhook = await book.webhook(receiver.url + where)
    await book.publish()
    [first] = await receiver.wait_for(at(where))
    await book.change(webhook, is_active=False)
    answered.set()
    await counting(book, parked=1, retry=1)
    await asyncio.sleep(0.5)
    assert sum(map(at(where), receiver.got)) == 1
    del receiver.answers[where]
    await book.change(webhook, is_active=True)
    await counting(book, retry=1, delivered=1)
    assert {each.id for each in receiver.got if each.path == where} == {first.id}
    assert [each["number"] for each in await book.attempts()] == [1, 2]


async def test_what_is_queued_is_not_sent_once_the_webhook_is_off(book: Books, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered)
    webhook = await book.webhook(receiver.url + where)
    await book.publish(100)
    await receiver.wait_for(at(where), 8)
    await book.change(webhook, is_active=False)
    await counting(book, parked=100)
    answered.set()
    sent = sum(map(at(where), receiver.got))
    await counting(book, parked=100 - sent, delivered=sent)
    assert sent == 8, "no more than what was in flight"


async def test_a_deleted_webhook_leaves_nothing_behind(book: Books, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered)
    webhook = await book.webhook(receiver.url + where)
    await book.publish(30)
    await receiver.wait_for(at(where), 8)
    await book.delete(webhook)
    await counting(book)
    answered.set()
    assert await book.balance() == {"dropped": 30}
    assert sum(map(at(where), receiver.got)) == 8


async def test_410_switches_the_webhook_off_and_keeps_its_backlog(book: Books, receiver: Receiver) -> None:
    where, other = path(), path()
    receiver.answers[where] = statuses(410)
    webhook = await book.webhook(receiver.url + where)
    await book.webhook(receiver.url + other)
    await book.publish(50)
    await until(lambda: _off(book, webhook), "switched off")
    await receiver.wait_for(at(other), 50)
    sent = sum(map(at(where), receiver.got))
    assert sent <= 16, "what was queued behind it is not sent"
    await counting(book, parked=50, retry=sent, delivered=50)
    del receiver.answers[where]
    await book.change(webhook, is_active=True)
    await counting(book, retry=sent, delivered=100)


async def _off(book: Books, webhook: webhooks.Webhook) -> bool:
    return not (await webhooks.one(book.conn, book.organization_id, webhook.id)).is_active


async def test_a_new_url_and_a_new_secret_count_for_what_is_waiting(book: Books, receiver: Receiver) -> None:
    old, new, answered, secret = path(), path(), asyncio.Event(), "another secret 0123456789"
    receiver.answers[old] = after(answered, 500)
    webhook = await book.webhook(receiver.url + old)
    await book.publish(20)
    await receiver.wait_for(at(old), 8)
    await book.change(webhook, url=receiver.url + new, secret=secret)
    await asyncio.sleep(1.2)  # a sweep looks again
    answered.set()
    got = await receiver.wait_for(at(new), 20)
    assert sum(map(at(old), receiver.got)) == 8
    assert all(
        each.headers["X-Webhook-Signature-256"] == signature.sha256_header(secret.encode(), each.raw) for each in got
    )
    await counting(book, retry=8, delivered=20)


async def test_strays_of_a_webhook_that_is_off_or_gone_are_settled(book: Books, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    off, gone = await book.webhook(receiver.url + where), await book.webhook(receiver.url + where)
    async with book.conn.transaction():
        await book.conn.execute("update outgoing_webhooks set is_active = false where id = $1", off.id)
        await book.conn.execute("delete from outgoing_webhooks where id = $1", gone.id)
        for webhook in (off, gone):
            await book.conn.execute(
                "insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at,"
                " attempts) values ($1, now(), $2, $3, gen_random_uuid(), gen_random_uuid(), now(), 1)",
                webhooks.shard_of(webhook.id), book.organization_id, webhook.id,
            )  # fmt: skip
    await counting(book, parked=1)
    assert not answered.is_set() and sum(map(at(where), receiver.got)) == 0


async def test_a_webhook_whose_secret_cannot_be_opened_stops_nobody_else(book: Books, receiver: Receiver) -> None:
    where, other = path(), path()
    broken = await book.webhook(receiver.url + where)
    await book.webhook(receiver.url + other)
    await book.conn.execute("update outgoing_webhooks set secret = '\\x0102030405' where id = $1", broken.id)
    await book.publish(3)
    await receiver.wait_for(at(other), 3)
    await counting(book, parked=3, delivered=3)
    assert sum(map(at(where), receiver.got)) == 0
    await book.change(broken, secret=SECRET)
    await counting(book, delivered=6)


async def test_a_held_row_is_recorded_by_another_and_not_counted_twice(book: Books, receiver: Receiver) -> None:
    where, answered = path(), asyncio.Event()
    receiver.answers[where] = after(answered)
    await book.webhook(receiver.url + where)
    await book.publish()
    await receiver.wait_for(at(where))
    [row] = await book.ready()
    assert await recorded(book, [outcome(row)]) == 1
    answered.set()
    await asyncio.sleep(0.3)
    assert await book.counts() == {"delivered": 1}
