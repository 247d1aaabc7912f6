"""Workers on two machines: one is lost under load, and the other delivers everything within 10 s of the load's end."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.chaos.hosts import NETWORK, Host, hosts, postgres_on
from tests.processes.accounts import settled
from tests.processes.commands import House, Process, answers, house
from tests.processes.meta_side import Poster, connected
from tests.receiver import Receiver, receiving
from tests.stack import APP_SECRET, VERIFY_TOKEN
from waypost import simulator
from waypost.postgres.pool import connect

MESSAGES = 400
BOUND = 10.0


class Site:
    """The gateway here, a worker on each of two hosts."""

    def __init__(self, home: House, there: list[Host], dsn: str) -> None:
        self.home, self.hosts, self.dsn = home, there, dsn
        self.workers: list[Process] = []

    async def start_workers(self) -> None:
        self.workers = [self.home.start("worker", within=host.within) for host in self.hosts]
        for worker in self.workers:
            await worker.logged("worker.started", 60)
        conn = await connect(self.dsn)
        while len(await shares(conn)) < len(self.hosts):
            await asyncio.sleep(0.1)
        await conn.close()


async def shares(conn: Any) -> list[int]:
    query = "select count(*) from pg_locks where locktype = 'advisory' and classid::bigint = $1::int group by pid"
    return [row["count"] for row in await conn.fetch(query, 0x57A7_0002)]


@pytest.fixture(params=["killed", "vanished"])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Site, Receiver, str]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waypost-hosts-")))
        folder.chmod(0o755)
        there = stack.enter_context(hosts(2))
        here = f"{NETWORK}.0.1" if there[0].name else "127.0.0.1"
        server, dsn = await stack.enter_async_context(postgres_on(here, folder))
        keys = {"SECRET_KEYS": "secret-key-of-the-test"}
        home = stack.enter_context(house(DATABASE_URL=dsn if there[0].name else server.dsn, **keys))
        receiver = await stack.enter_async_context(receiving(here))
        for host in there:
            stack.enter_context(host.relay(receiver.url))
        receiver.url = f"http://127.0.0.1:{receiver.url.rpartition(':')[2]}"
        yield Site(home, there, server.dsn), receiver, request.param


async def lose(site: Site, manner: str) -> None:
    """Killed, its system says farewell to PostgreSQL; vanished, nothing does. Without namespaces both are killed."""
    if manner == "vanished" and site.hosts[0].name:
        site.hosts[0].vanish()
    else:
        os.kill(site.workers[0].pid, signal.SIGKILL)


async def test_what_one_host_leaves_the_other_delivers_in_time(site: tuple[Site, Receiver, str]) -> None:
    place, receiver, manner = site
    home = place.home
    told = simulator.Settings(
        port=0, app_id="100000000000001", app_secret=APP_SECRET, config_id="200000000000002",
        verify_token=VERIFY_TOKEN, callback_url=f"{home.url}/webhook", statuses=False,
    )  # fmt: skip
    async with simulator.running(told) as sim, aiohttp.ClientSession() as session:
        home.settings |= {"META_GRAPH_URL": sim.base_url, "META_DIALOG_ORIGINS": sim.base_url}
        home.start("serve", "--workers-off")
        await answers(session, f"{home.url}/health/ready", seconds=60)
        await place.start_workers()
        _, number = await connected(home, sim.base_url, receiver, session)
        poster = Poster(f"{home.url}/webhook", number.meta_id, session)
        posting = asyncio.create_task(poster.post_all(MESSAGES, f"H{manner}", at_once=4))
        while len(poster.accepted) < MESSAGES // 2:
            await asyncio.sleep(0.01)
        await lose(place, manner)
        wamids = await posting
        await everything(receiver, wamids, {number.path, "/second"})
    conn = await connect(place.dsn, statement_timeout=60)
    assert (await settled(conn)).deliveries.delivered == 2 * MESSAGES
    await conn.close()


async def everything(receiver: Receiver, wamids: set[str], paths: set[str]) -> None:
    """Within the bound of the load's end."""
    wanted = {(path, wamid) for path in paths for wamid in wamids}

    def missing() -> int:
        return len(wanted - {(each.path, each.data["wamid"]) for each in receiver.got})

    try:
        async with receiver.arrived, asyncio.timeout(BOUND):
            await receiver.arrived.wait_for(lambda: not missing())
    except TimeoutError:
        raise AssertionError(f"{missing()} of {len(wanted)} not there {BOUND} s after the load") from None
