"""PostgreSQL restarted below a running gateway and a worker apart: 503 meanwhile, no hang, no loss."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.processes.accounts import settled
from tests.processes.commands import SECRETS, House, answers, house, status
from tests.processes.meta_side import SAID, Poster, connected, meta
from waypost.domain.accounting import Balance
from waypost.postgres.embedded import EmbeddedServer
from waypost.postgres.pool import connect

MESSAGES = 1500


@pytest.fixture(scope="module")
def postgres() -> Iterator[EmbeddedServer]:
    """A server that the house knows by its URL alone."""
    folder = Path(tempfile.mkdtemp(prefix="waypost-pg-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder / "data")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(postgres: EmbeddedServer) -> Iterator[House]:
    keys = {"DATABASE_URL": postgres.dsn, "SECRET_KEYS": "secret-key-of-the-test"}
    with house(WEBHOOK_SCHEDULE=",".join(["0.3"] * 60), **keys) as made:
        yield made


async def restarted(postgres: EmbeddedServer, away: float) -> None:
    await asyncio.to_thread(postgres.stop)
    await asyncio.sleep(away)
    await asyncio.to_thread(postgres.start)


async def test_postgresql_restarted_under_load_costs_no_message(home: House, postgres: EmbeddedServer) -> None:
    async with meta(home) as (sim, receiver), aiohttp.ClientSession() as session:
        server, worker = home.start("serve", "--workers-off"), home.start("worker")
        await answers(session, f"{home.url}/health/ready")
        client, number = await connected(home, sim.base_url, receiver, session)
        poster = Poster(f"{home.url}/webhook", number.meta_id, session)
        posting = asyncio.create_task(poster.post_all(MESSAGES, "R"))
        while len(poster.accepted) < 300:
            await asyncio.sleep(0.01)
        before = len(poster.accepted)
        restarting = asyncio.create_task(restarted(postgres, 2.0))
        reason = await answers(session, f"{home.url}/health/ready", 503)
        assert "database" in reason
        assert (await status(session, f"{home.url}/health/live"))[0] == 200
        assert (await client.get("/v1/outgoing-webhooks")).status == 503
        await restarting
        assert before < MESSAGES
        wamids = await posting
        await answers(session, f"{home.url}/health/ready")
        assert poster.accepted == wamids and set(poster.refused) == {503}
        assert poster.slowest < 20
        books = await _books(postgres, MESSAGES)
        assert books.facts.stored == MESSAGES
        assert (books.deliveries.delivered, books.deliveries.exhausted) == (2 * MESSAGES, 0)
        got = {each.data["wamid"] for each in receiver.got if each.event == "message.received"}
        assert got == wamids
        assert server.running() and worker.running(), "nobody had to be started again"
        for process in (server, worker):
            process.signal(signal.SIGTERM)
        assert [await server.ended(), await worker.ended()] == [0, 0]
    for secret in (*SECRETS, SAID, "wp_", "whsec_", client.key):
        assert secret not in home.logs


async def _books(postgres: EmbeddedServer, messages: int) -> Balance:
    conn = await connect(postgres.dsn, statement_timeout=60)
    try:
        assert await conn.fetchval("select count(distinct wamid) from messages") == messages
        return await settled(conn)
    finally:
        await conn.close()


async def test_a_gateway_started_before_its_database_says_what_is_missing(
    home: House, postgres: EmbeddedServer
) -> None:
    await asyncio.to_thread(postgres.stop)
    try:
        done = await asyncio.to_thread(home.run, "serve")
    finally:
        await asyncio.to_thread(postgres.start)
    assert done.returncode == 1
    assert "error: " in done.stderr and "database" in done.stderr and "Traceback" not in done.stderr
    assert postgres.dsn not in done.stderr


async def test_migrations_of_many_processes_at_once_are_applied_once(home: House) -> None:
    home.settings["DATABASE_URL"] = home.settings["DATABASE_URL"].replace("@/waypost?", "@/postgres?")
    runs = await asyncio.gather(*(asyncio.to_thread(home.run, "migrate") for _ in range(4)))
    assert [run.returncode for run in runs] == [0] * 4, [run.stderr for run in runs]
    applied = [run for run in runs if "applied 0001_start.sql" in run.stdout]
    assert len(applied) == 1
    assert sum("nothing to apply" in run.stdout for run in runs) == 3
