"""A deployment to be broken: PostgreSQL, a gateway without workers, two workers, Meta's stand-in and a customer."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp

from tests.chaos.customer import Customer, customer
from tests.processes.commands import House, Process, answers, house
from tests.stack import APP_SECRET, VERIFY_TOKEN, Client, Stack
from waypost import simulator
from waypost.domain import accounting
from waypost.domain.accounting import Balance
from waypost.postgres.embedded import EmbeddedServer
from waypost.postgres.pool import connect

WORKERS = 2
#: Seconds before each further attempt: with it a delivery that always fails is given up within two seconds.
SCHEDULE = (0.2, 0.2, 0.3, 0.4, 0.4)
OWNER = "waypost owner"


@dataclass
class City:
    postgres: EmbeddedServer
    home: House
    customer: Customer
    session: aiohttp.ClientSession
    sim_url: str
    client: Client = field(init=False)
    gateway: Process = field(init=False)
    workers: list[Process] = field(default_factory=list)
    down: set[int] = field(default_factory=set)

    async def start(self) -> None:
        self.gateway = self.home.start("serve", "--workers-off")
        await answers(self.session, f"{self.home.url}/health/ready", seconds=60)
        self.workers = [self.home.start("worker") for _ in range(WORKERS)]
        made = await asyncio.to_thread(self.home.json, "org", "create", "Acme")
        self.client = Client(self.home.url, self.session, UUID(made["organizationId"]), made["apiKey"])
        for worker in self.workers:
            await worker.logged("worker.started", 60)

    def last_words(self, lines: int = 25) -> list[str]:
        """The end of the log of each process, for who looks into a failed run."""
        return [
            f"{process.pid} {'runs' if process.running() else 'ended'}: {line[:300]}"
            for process in self.home.processes
            for line in process.log.splitlines()[-lines:]
            if "delivery.failed" not in line
        ]

    @property
    def stack(self) -> Any:
        """What connects a number, with this customer as its receiver."""
        return Stack(self.home.url, self.sim_url, None, self.customer, self.session)  # type: ignore[arg-type]

    async def supervise(self) -> None:
        """As an operator's supervisor does: a worker that ended since its database was away is started again."""
        while True:
            for number, worker in enumerate(self.workers):
                if number not in self.down and not worker.running():
                    self.start_worker(number)
            await asyncio.sleep(0.3)

    async def kill_worker(self, number: int) -> None:
        """It stays away until it is started."""
        self.down.add(number)
        await self.workers[number].killed()

    def start_worker(self, number: int) -> None:
        self.workers[number] = self.home.start("worker")
        self.down.discard(number)

    async def restart_gateway(self) -> None:
        await self.gateway.killed()
        self.gateway = self.home.start("serve", "--workers-off")
        await answers(self.session, f"{self.home.url}/health/ready", seconds=60)

    async def restart_postgres(self, away: float) -> None:
        """Stopped the immediate way: it recovers from its log at the next start."""
        os.kill(self.postgres._pid, signal.SIGQUIT)
        while self.postgres.alive():
            await asyncio.sleep(0.01)
        await asyncio.sleep(away)
        await asyncio.to_thread(self.postgres.start)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Any]:
        """A connection of our own, once one can be had."""
        conn = None
        while conn is None:
            with suppress(Exception):
                conn = await connect(self.postgres.dsn, statement_timeout=60, name="chaos")
            if conn is None:
                await asyncio.sleep(0.05)
        try:
            yield conn
        finally:
            await conn.close(timeout=5)

    async def books(self) -> Balance:
        """All that ever was, in one snapshot."""
        async with self.database() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            return await accounting.balance(conn, await conn.fetchval("select now() - interval '10 days'"))

    async def settled(self, seconds: float) -> Balance:
        """Until nothing waits; at every look the books must be even."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            seen = await self.books()
            assert seen.is_even, seen
            if not seen.deliveries.waiting:
                return seen
            assert asyncio.get_running_loop().time() < deadline, f"still waiting after {seconds} s: {seen}"
            await asyncio.sleep(0.1)


@asynccontextmanager
async def city() -> AsyncIterator[City]:
    folder = Path(tempfile.mkdtemp(prefix="waypost-pg-"))
    folder.chmod(0o755)
    postgres = EmbeddedServer(folder / "data")
    await asyncio.to_thread(postgres.start)
    settings = {
        "DATABASE_URL": postgres.dsn, "SECRET_KEYS": "secret-key-of-the-test",
        "WEBHOOK_SCHEDULE": ",".join(map(str, SCHEDULE)),
    }  # fmt: skip
    try:
        with house(**settings) as home:
            told = simulator.Settings(
                port=0, app_id="100000000000001", app_secret=APP_SECRET, config_id="200000000000002",
                verify_token=VERIFY_TOKEN, callback_url=f"{home.url}/webhook", statuses=False,
            )  # fmt: skip
            async with simulator.running(told) as sim, customer() as served, aiohttp.ClientSession() as session:
                home.settings |= {"META_GRAPH_URL": sim.base_url, "META_DIALOG_ORIGINS": sim.base_url}
                made = City(postgres, home, served, session, sim.base_url)
                await made.start()
                supervising = asyncio.create_task(made.supervise())
                try:
                    yield made
                finally:
                    supervising.cancel()
    finally:
        await asyncio.to_thread(postgres.stop)
        shutil.rmtree(folder, ignore_errors=True)
