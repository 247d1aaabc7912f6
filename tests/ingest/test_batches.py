"""Many notifications in few commits; one that cannot be applied spoils no other; a database away costs nothing."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.messages.tenants import apply, arrival, connected, letters, rows, stored
from tests.outage import away, throw_out
from tests.stack import Client, Number, Stack, notification, running, sign, text_message
from waypost import ingest
from waypost.domain.phones import Phone

#: Longer than an entry of an index may be, and not to be compressed: PostgreSQL refuses it.
POISON = secrets.token_hex(5000)


@pytest.fixture(scope="module")
async def alone(dsn: str) -> AsyncIterator[Stack]:
    """Gateway and simulator without a worker, so that nobody else commits."""
    async with running(dsn, workers=False) as made:
        yield made


async def tenant(stack: Stack) -> Phone:
    return await connected(stack.rt)


def body_of(phone: Phone, *wamids: str, sender: str = "16505551234") -> dict[str, Any]:
    return notification(phone.meta_phone_number_id, messages=[text_message(wamid, sender, "hi") for wamid in wamids])


async def wamids(stack: Stack, phone: Phone) -> list[str]:
    return sorted(row["wamid"] for row in await stored(stack.rt, phone))


def commits() -> float:
    return REGISTRY.get_sample_value("waypost_ingest_batch_facts_count") or 0.0


async def answers(stack: Stack, bodies: list[dict[str, Any]]) -> list[int]:
    return list(await asyncio.gather(*(stack.notify(body) for body in bodies)))


async def test_concurrent_notifications_share_commits(alone: Stack) -> None:
    phone = await tenant(alone)
    before, count = commits(), 150
    assert await answers(alone, [body_of(phone, f"w{n}", sender=f"1650{n:07d}") for n in range(count)]) == [200] * count
    assert len(await wamids(alone, phone)) == count
    assert 1 <= commits() - before <= count / 4


async def test_one_notification_is_committed_at_once_by_itself(alone: Stack) -> None:
    phone = await tenant(alone)
    before = commits()
    for n in range(3):
        assert await alone.notify(body_of(phone, f"w{n}")) == 200
        assert len(await wamids(alone, phone)) == n + 1
    assert commits() - before == 3


async def test_a_batch_holds_a_bounded_number_of_facts(alone: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "MAX_BATCH_FACTS", 10)
    phone = await tenant(alone)
    before, bodies = commits(), [body_of(phone, *(f"w{n}.{m}" for m in range(6))) for n in range(8)]
    assert await answers(alone, [*bodies, body_of(phone, *(f"x{m}" for m in range(30)))]) == [200] * 9
    assert len(await wamids(alone, phone)) == 8 * 6 + 30
    assert commits() - before >= 9


async def test_a_poisonous_fact_spoils_neither_other_requests_nor_its_own(alone: Stack) -> None:
    phone, other = await tenant(alone), await tenant(alone)
    bodies = [body_of(phone, f"w{n}", sender=f"1650{n:07d}") for n in range(20)]
    bodies[7]["entry"] += body_of(phone, "before", POISON, "after")["entry"]
    bodies.append(body_of(other, "elsewhere"))
    assert await answers(alone, bodies) == [200] * 21
    assert await wamids(alone, phone) == sorted([*(f"w{n}" for n in range(20)), "before", "after"])
    assert await wamids(alone, other) == ["elsewhere"]
    [letter] = await letters(alone.rt, POISON)
    assert (letter["organization_id"], letter["reason"][:17]) == (phone.organization_id, "cannot be applied")
    assert json.loads(letter["body"])["content"] == '{"body":"hi"}'


async def test_a_poisonous_status_is_set_aside_too(alone: Stack) -> None:
    phone = await tenant(alone)
    body = notification(
        phone.meta_phone_number_id,
        messages=[text_message("w1", "16505551234", "hi")],
        statuses=[{"id": f"{POISON}s", "status": "sent"}],
    )
    assert await alone.notify(body) == 200
    assert await wamids(alone, phone) == ["w1"] and len(await letters(alone.rt, f"{POISON}s")) == 1


async def test_messages_nested_as_deep_as_json_goes_are_stored_or_set_aside(alone: Stack) -> None:
    phone = await tenant(alone)
    for depth in (100, 900, 5000):
        raw = json.dumps(body_of(phone, f"deep{depth}")).encode()
        raw = raw.replace(b'"type": "text"', b'"type": "order", "order": {"x": ' + b"[" * depth + b"]" * depth + b"}")
        async with alone.session.post(
            f"{alone.url}/webhook", data=raw, headers={"X-Hub-Signature-256": sign(raw)}
        ) as answer:
            assert answer.status == 200
        known = await wamids(alone, phone)
        assert (f"deep{depth}" in known) != bool(await letters(alone.rt, f"deep{depth}"))


async def test_while_the_database_is_away_meta_is_asked_to_repeat(alone: Stack, dsn: str) -> None:
    phone = await tenant(alone)
    async with away(dsn):
        raw = json.dumps(body_of(phone, "w1")).encode()
        headers = {"X-Hub-Signature-256": sign(raw)}
        async with alone.session.post(f"{alone.url}/webhook", data=raw, headers=headers) as answer:
            assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1
        assert await answers(alone, [body_of(phone, f"w{n}") for n in range(20)]) == [503] * 20
    assert await answers(alone, [body_of(phone, f"w{n}") for n in range(20)]) == [200] * 20
    assert len(await wamids(alone, phone)) == 20


async def test_what_was_answered_200_is_stored_though_connections_are_cut_all_the_time(alone: Stack, dsn: str) -> None:
    phone = await tenant(alone)
    told: dict[str, int] = {}

    async def post(n: int) -> None:
        await asyncio.sleep(n / 100)
        told[f"w{n}"] = await alone.notify(body_of(phone, f"w{n}", sender=f"1650{n:07d}"))

    async def cut() -> None:
        for _ in range(6):
            await asyncio.sleep(0.1)
            await throw_out(dsn)

    await asyncio.gather(cut(), *(post(n) for n in range(100)))
    assert set(told.values()) <= {200, 503} and 200 in told.values()
    assert {wamid for wamid, status in told.items() if status == 200} <= set(await wamids(alone, phone))
    assert await answers(alone, [body_of(phone, wamid) for wamid in told]) == [200] * 100
    assert await wamids(alone, phone) == sorted(told)


async def test_a_full_buffer_asks_meta_to_repeat(alone: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = await tenant(alone)
    monkeypatch.setattr(ingest, "MAX_WAITING_BYTES", 4000)
    async with AsyncExitStack() as made:
        conn = await made.enter_async_context(alone.rt.pool.connection())
        held = await made.enter_async_context(AsyncExitStack())
        await held.enter_async_context(conn.transaction())
        await conn.execute("lock table contact_aliases in access exclusive mode")
        posts = [asyncio.create_task(alone.notify(body_of(phone, f"w{n}"))) for n in range(30)]
        refused, _ = await asyncio.wait(posts, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert {post.result() for post in refused} == {503}
        await held.aclose()
        told = await asyncio.gather(*posts)
    assert set(told) == {200, 503} and told.count(200) == len(await wamids(alone, phone))
    assert await alone.notify(body_of(phone, "after")) == 200


async def test_the_simulator_repeats_until_everything_is_there(alone: Stack, dsn: str) -> None:
    client: Client = await alone.organization()
    number: Number = await alone.connect(client)
    async with away(dsn):
        body = {"phone_number_id": number.meta_id, "from": "16505551234", "text": "hi", "count": 12, "batch": 3}
        written = await alone.sim("POST", "/messages", {**body, "customers": 4})
        assert not written["acknowledged"]
    query = "select wamid from messages where organization_id = $1"
    for _ in range(100):
        found = await rows(alone.rt, query, client.organization_id)
        if len(found) == 12:
            break
        await asyncio.sleep(0.1)
    assert {row["wamid"] for row in found} == set(written["messages"])


async def test_a_fact_applied_by_two_gateways_at_once_is_stored_once(alone: Stack, dsn: str) -> None:
    phone = await tenant(alone)
    async with running(dsn, workers=False) as other:
        bodies = [body_of(phone, f"w{n}", sender=f"1650{n % 3:07d}") for n in range(30)]
        both = await asyncio.gather(answers(alone, bodies), answers(other, bodies[::-1]))
        assert both == [[200] * 30] * 2
    assert await wamids(alone, phone) == sorted(f"w{n}" for n in range(30))
    await apply(alone.rt, arrival(phone, "w0"))
    events = await rows(alone.rt, "select 1 from events where organization_id = $1", phone.organization_id)
    assert len(events) == 30
