"""What operators and their machines ask: alive, ready, and the numbers, for whoever may see them."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.stack import Client, Stack, running


@pytest.fixture(scope="module")
async def stack(dsn: str) -> AsyncIterator[Stack]:
    """Without workers, so that what waits goes on waiting."""
    async with running(dsn, workers=False) as made:
        yield made


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return replace(await stack.organization(), key="none-is-needed")


def gauge(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


async def test_alive_and_ready_need_no_key(client: Client) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = await client.get(path)
        assert (answer.status, answer.body) == (200, {"status": "ok"})


async def test_with_an_older_schema_it_is_alive_but_not_ready(stack: Stack, client: Client) -> None:
    async with stack.rt.pool.connection() as conn:
        [table] = [
            row["table_name"] for row in await conn.fetch(
                "select table_name from information_schema.tables where table_name like '%migrations%'")
        ]  # fmt: skip
        await conn.execute(f"create table kept as select * from {table}; delete from {table}")
    try:
        answer = await client.get("/health/ready")
        assert answer.status == 503 and "Migrations are missing: 0001" in answer.body["reason"]
        assert (await client.get("/health/live")).status == 200
    finally:
        async with stack.rt.pool.connection() as conn:
            await conn.execute(f"insert into {table} select * from kept; drop table kept")
    assert (await client.get("/health/ready")).status == 200


async def test_metrics_count_what_waits(stack: Stack, client: Client) -> None:
    owner = await stack.organization()
    await stack.connect(owner)  # its phone_number.connected waits, for nobody delivers here
    assert await stack.notify(b'{"object": "something_else"}') == 200
    answer = await client.get("/metrics")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain")
    text = answer.body.decode()
    assert gauge(text, 'waypost_deliveries_waiting{place="ready"}') >= 1
    assert gauge(text, 'waypost_deliveries_waiting{place="parked"}') == 0
    assert gauge(text, "waypost_delivery_oldest_seconds") > 0
    assert gauge(text, "waypost_sends_pending") == 0


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_metrics_through_a_proxy_are_refused(client: Client, header: str) -> None:
    answer = await client.get("/metrics", headers={header: "for=203.0.113.7"})
    assert answer.status == 403 and answer.body == b"Metrics need a call from loopback.\n"


async def test_with_a_token_only_the_token_counts(dsn: str) -> None:
    async with running(dsn, workers=False, metrics_token="metrics-token") as apart:
        client = Client(apart.url, apart.session, (await apart.organization()).organization_id, "")
        for header, status in (
            ("Bearer metrics-token", 200), ("Bearer metrics-tokem", 403), ("metrics-token-x", 403), ("Bearer ", 403),
        ):  # fmt: skip
            answer = await client.get("/metrics", headers={"Authorization": header})
            assert answer.status == status, header
