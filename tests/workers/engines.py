"""Delivery engines at work over the test's database, without the rest of the house, and waiting for what they do."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiohttp import web

from tests.receiver import Answer, Delivery
from tests.workers.rows import Books, house
from waypost.postgres.pool import connect
from waypost.runtime import Runtime
from waypost.workers.deliver import Engine
from waypost.workers.egress import Egress
from waypost.workers.rules import Rules

OWNER = "waypost owner"
READER = "waypost reader"
#: The engine's measures for tests: it looks around often, and a broken endpoint is probed soon.
BRISK = Rules(sweep=0.5, first_probe=0.2, last_probe=0.4)


@dataclass
class Worker:
    rt: Runtime
    engine: Engine
    running: "asyncio.Task[None]"

    async def drained(self) -> None:
        self.engine.drain()
        async with asyncio.timeout(20):
            await self.running


@asynccontextmanager
async def working(dsn: str, rules: Rules = BRISK, **changes: Any) -> AsyncIterator[Worker]:
    """One worker's engine with a way out of its own; cut off without draining when the block ends."""
    async with house(dsn, **changes) as rt:
        egress = Egress([ipaddress.ip_network("127.0.0.0/8")])
        egress.open()
        engine = Engine(rt, egress, rules)
        running = asyncio.create_task(engine.run())
        try:
            yield Worker(rt, engine, running)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            egress.close()


async def until(true: Callable[[], Awaitable[bool]], what: str, seconds: float = 20) -> None:
    """Waits for a state of the database; fails naming it."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await true():
        assert asyncio.get_running_loop().time() < deadline, f"waited {seconds} s for: {what}"
        await asyncio.sleep(0.03)


async def counting(books: Books, **wanted: int) -> None:
    """Until the rows by place and the attempts by outcome are just these."""
    seen: dict[str, int] = {}

    async def reached() -> bool:
        seen.clear()
        seen.update(await books.counts())
        return seen == wanted

    try:
        await until(reached, f"{wanted}")
    except AssertionError as error:
        raise AssertionError(f"{error}; last seen {seen}") from None


async def all_arrived(books: Books, number: int) -> None:
    """Until so many deliveries arrived and nothing else waits, after however many attempts that failed."""

    async def reached() -> bool:
        return {name: n for name, n in (await books.counts()).items() if name != "retry"} == {"delivered": number}

    await until(reached, f"{number} delivered")


async def killed(dsn: str, name: str) -> int:
    """Ends all server processes of connections with this name in this database; returns how many."""
    conn: Any = await connect(dsn)
    try:
        number: int = await conn.fetchval(
            "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity"
            " where application_name = $1 and datname = current_database()",
            name,
        )
        return number
    finally:
        await conn.close()


async def owned(dsn: str) -> list[int]:
    """How many shards each living worker owns."""
    conn: Any = await connect(dsn)
    try:
        rows = await conn.fetch(
            "select count(*) as shards from pg_locks where locktype = 'advisory' and classid = x'57a70002'::int::oid"
            " and database = (select oid from pg_database where datname = current_database()) group by pid order by 1"
        )
    finally:
        await conn.close()
    return [row["shards"] for row in rows]


def path() -> str:
    """An address at the receiver that no other test uses."""
    return f"/{uuid4().hex}"


def at(where: str) -> Callable[[Delivery], bool]:
    return lambda delivery: delivery.path == where


def statuses(*codes: int) -> Answer:
    """Answers these one after the other, the last for ever."""
    left = list(codes)

    def answer(_delivery: Delivery) -> web.StreamResponse:
        return web.Response(status=left.pop(0) if len(left) > 1 else left[0])

    return answer


def after(event: asyncio.Event, status: int = 200) -> Answer:
    """Answers once the event is set."""

    async def answer(_delivery: Delivery) -> web.StreamResponse:
        await event.wait()
        return web.Response(status=status)

    return answer
