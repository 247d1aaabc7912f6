"""Liveness, readiness, metrics, and a pool without a free connection: what operators' machines ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from starlette.requests import Request

from tests.processes.commands import answers, house, status
from tests.stack import Stack, notification, running, text_message
from waypost.api import health


@pytest.fixture(scope="module")
async def idle(dsn: str) -> AsyncIterator[Stack]:
    """Without workers; metrics for whoever has the token."""
    async with running(dsn, workers=False, metrics_token="token of the scraper") as stack:
        yield stack


@asynccontextmanager
async def exhausted(stack: Stack) -> AsyncIterator[None]:
    """Every connection of the pool is taken, and nobody waits long for one."""
    pool = stack.rt.pool
    patience, pool.patience = pool.patience, 0.3
    taken = [pool.connection() for _ in range(pool.size)]
    for each in taken:
        await each.__aenter__()
    try:
        yield
    finally:
        for each in taken:
            await each.__aexit__(None, None, None)
        pool.patience = patience


async def test_live_and_ready_answer_without_a_key(idle: Stack) -> None:
    for path in ("live", "ready"):
        assert await status(idle.session, f"{idle.url}/health/{path}") == (200, '{"status":"ok"}')


async def test_an_exhausted_pool_is_503_everywhere_and_no_hang(idle: Stack) -> None:
    client = await idle.organization()
    body = notification("1", messages=[text_message("wamid.x", "49151", "hi")])
    async with exhausted(idle), asyncio.timeout(15):
        assert await idle.notify(body) == 503
        answer = await client.get("/v1/outgoing-webhooks")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        code, text = await status(idle.session, f"{idle.url}/health/ready")
        assert code == 503 and "unavailable" in text
        assert (await status(idle.session, f"{idle.url}/health/live"))[0] == 200
    assert await idle.notify(body) == 200
    assert (await client.get("/v1/outgoing-webhooks")).status == 200
    assert (await status(idle.session, f"{idle.url}/health/ready"))[0] == 200


async def test_ready_names_a_missing_migration(idle: Stack) -> None:
    async with idle.rt.pool.connection() as conn:
        row = await conn.fetchrow("delete from schema_migrations where number = 1 returning *")
    code, text = await status(idle.session, f"{idle.url}/health/ready")
    async with idle.rt.pool.connection() as conn:
        await conn.execute("insert into schema_migrations values ($1, $2, $3, $4)", *row.values())
    assert code == 503 and "0001_start.sql" in text
    assert (await status(idle.session, f"{idle.url}/health/ready"))[0] == 200


@pytest.mark.parametrize(
    ("authorization", "code"),
    [(None, 403), ("Bearer wrong", 403), ("token of the scraper x", 403), ("Bearer token of the scraper", 200)],
)
async def test_with_a_token_set_metrics_want_it(idle: Stack, authorization: str | None, code: int) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    async with idle.session.get(f"{idle.url}/metrics", headers=headers) as answer:
        text = await answer.text()
        assert answer.status == code
    assert ("waypost_deliveries_waiting" in text) is (code == 200)
    assert "token of the scraper" not in text


async def test_metrics_count_what_waits_and_what_arrived(idle: Stack) -> None:
    headers = {"Authorization": "Bearer token of the scraper"}

    async def metrics() -> dict[str, float]:
        async with idle.session.get(f"{idle.url}/metrics", headers=headers) as answer:
            lines = [line for line in (await answer.text()).splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    client = await idle.organization()
    before = await metrics()
    number = await idle.connect(client, events=["message.received"])
    messages = [text_message(f"wamid.m{index}", "49151", "hi") for index in range(3)]
    assert await idle.notify(notification(number.meta_id, messages=messages)) == 200
    after = await metrics()
    assert after['waypost_deliveries_waiting{place="ready"}'] - before['waypost_deliveries_waiting{place="ready"}'] == 3
    assert after["waypost_delivery_oldest_seconds"] > 0
    assert after['waypost_notifications_total{status="200"}'] - before['waypost_notifications_total{status="200"}'] >= 1
    async with exhausted(idle):
        assert "waypost_notifications_total" in " ".join(await metrics()), (
            "what this process knows is told all the same"
        )


def request(host: str, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {"type": "http", "method": "GET", "path": "/metrics", "headers": raw, "client": (host, 1), "query_string": b""}
    )


@pytest.mark.parametrize(
    ("host", "headers", "allowed"),
    [
        ("127.0.0.1", {}, True), ("127.8.8.8", {}, True), ("::1", {}, True), ("10.0.0.1", {}, False),
        ("8.8.8.8", {}, False),
        ("testclient", {}, False), ("127.0.0.1", {"x_forwarded_for": "8.8.8.8"}, False),
        ("127.0.0.1", {"forwarded": "for=8.8.8.8"}, False),
    ],
)  # fmt: skip
async def test_without_a_token_metrics_are_for_unproxied_loopback(
    stack: Stack, host: str, headers: dict[str, str], allowed: bool
) -> None:
    answer = await health.metrics(stack.rt, request(host, **headers))
    assert (answer.status_code == 200) is allowed


async def test_a_gateway_on_loopback_tells_its_metrics_and_its_api() -> None:
    with house() as home:
        home.start("serve", "--workers-off")
        async with aiohttp.ClientSession() as session:
            await answers(session, f"{home.url}/health/ready")
            assert "waypost_deliveries_waiting" in await answers(session, f"{home.url}/metrics")
            assert '"openapi":"3.1' in (await answers(session, f"{home.url}/openapi.json")).replace(" ", "")
