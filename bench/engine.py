"""The delivery engine by itself: a worker process over its own PostgreSQL, events published here, a sink to deliver to.

Everything shares the machine. CPU is that of the worker and of all of PostgreSQL; WAL is what was written meanwhile.
"""

import asyncio
import os
import pickle
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from bench.deployment import children, free_port, wait_until
from waypost import clock, ids
from waypost.app import opened
from waypost.config import Config
from waypost.domain import organizations, webhooks
from waypost.domain.webhooks import Draft
from waypost.events import Event
from waypost.postgres import schema
from waypost.postgres.embedded import EmbeddedServer
from waypost.runtime import Runtime

KEY = "bench-key"
DRAIN = 20_000
RATES = (100, 1000, 3000)
TICK = os.sysconf("SC_CLK_TCK")
HELD = 60.0
WAITING = 1_000_000


@dataclass
class Plant:
    """A migrated database with webhooks that lead to the sink, each of an organization of its own."""

    folder: Path
    dsn: str
    rt: Runtime
    server: EmbeddedServer
    sink: "subprocess.Popen[bytes]"
    sink_port: int
    targets: list[UUID]
    numbered: int = 0

    async def add_webhooks(self, count: int) -> None:
        async with self.rt.pool.transaction() as conn:
            for _ in range(count - len(self.targets)):
                made = await organizations.create(conn, "Bench")
                url = f"http://127.0.0.1:{self.sink_port}/{len(self.targets)}"
                await webhooks.create(conn, self.rt.vault, made.id, Draft(url, ["message.received"], "s" * 32))
                self.targets.append(made.id)

    async def publish(self, count: int, hooks: int) -> None:
        """The next `count` events, in turns for the first `hooks` webhooks."""
        events = [self._event(self.numbered + nth, self.targets[(self.numbered + nth) % hooks]) for nth in range(count)]
        self.numbered += count
        async with self.rt.pool.transaction() as conn:
            await webhooks.publish(conn, events)
        self.rt.bell.ring()

    def _event(self, number: int, organization_id: UUID) -> Event:
        body = f'{{"event":"message.received","data":{{"body":"{"x" * 700}","wamid":"wamid.bench-{number}-x"}}}}'
        return Event(organization_id, ids.timely(), "message.received", None, clock.now(), body.encode())

    @contextmanager
    def worker(self) -> "Iterator[subprocess.Popen[bytes]]":
        env = {
            **os.environ, "WAYPOST_DATABASE_URL": self.dsn, "WAYPOST_SECRET_KEYS": KEY,
            "WAYPOST_ALLOW_TARGETS": "127.0.0.0/8", "WAYPOST_DATA_DIR": str(self.folder / "worker"),
        }  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-m", "waypost", "worker"], env=env, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    async def settled(self) -> dict[int, float]:
        """Arrivals by number, once nothing is ready any more."""
        while await self.ask("select exists (select 1 from ready)"):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        out = self.folder / "sink.pickle"
        out.unlink(missing_ok=True)
        self.sink.send_signal(signal.SIGUSR1)
        await asyncio.to_thread(wait_until, out.exists)
        found: dict[int, float] = pickle.loads(out.read_bytes())
        return found

    async def ask(self, query: str, *values: Any) -> Any:
        async with self.rt.pool.connection() as conn:
            return await conn.fetchval(query, *values)

    async def wal(self) -> int:
        return int(await self.ask("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"))

    async def postgres_cpu(self) -> float:
        """CPU seconds of the server's processes; those of a process that has ended are its parent's."""
        postmaster = int((self.folder / "data" / "postgres" / "postmaster.pid").read_text().split("\n")[0])
        return _cpu(postmaster, ended=True) + sum(_cpu(pid) for pid in children(postmaster))


@asynccontextmanager
async def plant() -> AsyncIterator[Plant]:
    folder = Path(tempfile.mkdtemp(prefix="waypost-bench-"))
    folder.chmod(0o755)
    server, port = EmbeddedServer(folder / "data"), free_port()
    dsn = server.start()
    sink = subprocess.Popen([sys.executable, "-m", "bench.sink", str(port), str(folder / "sink.pickle")])
    try:
        await schema.migrate(dsn)
        await asyncio.to_thread(wait_until, lambda: _listens(port))
        async with opened(Config(), dsn, (KEY,), 4) as rt:
            yield Plant(folder, dsn, rt, server, sink, port, [])
    finally:
        sink.kill()
        sink.wait()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure() -> dict[str, float]:
    """One round of everything; label → value."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, float]:
    found: dict[str, float] = {}
    async with plant() as at:
        await at.add_webhooks(1000)
        idle = await idle_cpu(at)
        for hooks in (1, 100, 1000):
            found |= _told(await drained(at, hooks, idle))
        with at.worker():
            await asyncio.sleep(2)
            for rate in RATES:
                late = await paced(at, rate, 8, 100)
                found |= _told({
                    f"published → first byte at {rate:,}/s, p50 ms": _percentile(late, 50),
                    f"published → first byte at {rate:,}/s, p99 ms": _percentile(late, 99),
                })  # fmt: skip
            found |= _told(await held(at))
        found |= await beside_a_million(at)
    return found


def _told(figures: dict[str, float]) -> dict[str, float]:
    """A round takes minutes: what is known is printed at once."""
    for label, value in figures.items():
        print(f"  … {label}: {value:.4g}", file=sys.stderr, flush=True)
    return figures


async def idle_cpu(at: Plant) -> float:
    """CPU seconds of a worker that has started and found nothing to do."""
    with at.worker() as worker:
        await asyncio.sleep(3)
        return _cpu(worker.pid)


async def drained(at: Plant, hooks: int, idle: float) -> dict[str, float]:
    """A backlog of 20,000 delivered: rate, CPU and WAL of delivering alone."""
    for _ in range(DRAIN // 500):
        await at.publish(500, hooks)
    await at.ask("select 1 from pg_sleep(0.5)")
    wal, postgres = await at.wal(), await at.postgres_cpu()
    first = at.numbered - DRAIN
    with at.worker() as worker:
        while await at.ask("select exists (select 1 from ready)"):
            await asyncio.sleep(0.05)
        cpu = _cpu(worker.pid) - idle
        wal, postgres = await at.wal() - wal, await at.postgres_cpu() - postgres
        arrivals = await at.settled()
    times = [arrivals[number] for number in range(first, at.numbered)]
    label = f"{hooks:,} webhook{'s' if hooks > 1 else ''}"
    return {
        f"deliveries/s, {label}": len(times) / (max(times) - min(times)),
        f"worker CPU per delivery, {label}, µs": cpu / DRAIN * 1e6,
        f"PostgreSQL CPU per delivery, {label}, µs": postgres / DRAIN * 1e6,
        f"WAL per delivery, {label}, bytes": wal / DRAIN,
    }


async def paced(at: Plant, rate: int, seconds: float, hooks: int) -> list[float]:
    """Milliseconds from the publishing call to the request's arrival, at a steady rate."""
    began, first, times = time.monotonic(), at.numbered, []
    share = max(rate // 100, 1)
    for nth in range(int(seconds * rate / share)):
        due = began + nth * share / rate
        await asyncio.sleep(max(due - time.monotonic(), 0))
        times += [time.monotonic()] * share
        await at.publish(share, hooks)
    arrivals = await at.settled()
    return [(arrivals[first + nth] - at_) * 1000 for nth, at_ in enumerate(times)]


async def held(at: Plant) -> dict[str, float]:
    """1,000/s before, and at the end of a minute in which somebody's report holds its snapshot."""
    before = await paced(at, 1000, 8, 100)
    conn = await asyncpg.connect(at.dsn, server_settings={"idle_in_transaction_session_timeout": "0"})
    try:
        async with conn.transaction(isolation="repeatable_read"):
            await conn.fetchval("select count(*) from organizations")
            await paced(at, 1000, HELD - 8, 100)
            during = await paced(at, 1000, 8, 100)
    finally:
        await conn.close()
    return {
        "before a snapshot is held, p99 ms": _percentile(before, 99),
        "snapshot held for 60 s, p99 ms": _percentile(during, 99),
        "snapshot held ÷ before, p50": _percentile(during, 50) / _percentile(before, 50),
        "snapshot held ÷ before, p99": _percentile(during, 99) / _percentile(before, 99),
    }


async def beside_a_million(at: Plant) -> dict[str, float]:
    """1,000/s while a million deliveries wait: half of them for later, half of a webhook that is off."""
    with at.worker():
        await asyncio.sleep(2)
        before = await paced(at, 1000, 8, 100)
        off, later = at.targets[-1], at.targets[-2]
        conn = await asyncpg.connect(at.dsn)
        for statement, organization_id in ((_DEFER, later), (_PARK, off)):
            await conn.execute(statement, organization_id, WAITING // 2)
        await conn.close()
        await at.ask("select 1 from pg_sleep(3)")
        beside = await paced(at, 1000, 8, 100)
    return {
        "a million waiting, p50 ms": _percentile(beside, 50),
        "a million waiting, p99 ms": _percentile(beside, 99),
        "a million waiting ÷ before, p50": _percentile(beside, 50) / _percentile(before, 50),
        "a million waiting ÷ before, p99": _percentile(beside, 99) / _percentile(before, 99),
    }


_ROWS = (
    " select w.shard, {place}, w.organization_id, w.id, gen_random_uuid(), e.id, e.created_at, 1"
    " from outgoing_webhooks w join lateral (select id, created_at from events e"
    " where e.organization_id = w.organization_id limit 1) e on true cross join generate_series(1, $2) g"
    " where w.organization_id = $1"
)
_DEFER = (
    "with made as (insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at,"
    " attempts)" + _ROWS.format(place="now() + interval '1 day' + g * interval '1 millisecond'") + " returning 1)"
    " select count(*) from made"
)
_PARK = (
    "with off as (update outgoing_webhooks set is_active = false where organization_id = $1), made as (insert into"
    " parked (shard, seq, organization_id, webhook_id, delivery_id, event_id, event_at, attempts)"
    + _ROWS.format(place="g") + " returning 1) select count(*) from made"
)  # fmt: skip


def _cpu(pid: int, *, ended: bool = False) -> float:
    """CPU seconds of a process, or of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    first = 13 if ended else 11
    return (int(fields[first]) + int(fields[first + 1])) / TICK


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
