"""What can go wrong, each by name: told the city and the dice of a run, it breaks something and has it mended.

Returns a span of time for each worker that lost the right to record what it had sent: then things may arrive twice.
"""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import asyncpg

from tests.chaos.city import OWNER, WORKERS, City

Span = tuple[float, float]
Disaster = Callable[[City, random.Random], Awaitable[list[Span]]]
HELD = 2.0
SHARD_LOCKS = 0x57A7_0002


def now() -> float:
    return asyncio.get_running_loop().time()


async def worker_killed(city: City, dice: random.Random) -> list[Span]:
    number, at = dice.randrange(WORKERS), now()
    await city.kill_worker(number)
    await asyncio.sleep(dice.uniform(0, 0.5))
    city.start_worker(number)
    return [(at, at)]


async def worker_killed_at_an_answer(city: City, dice: random.Random) -> list[Span]:
    """As soon as the customer has answered something: it may be recorded by then, or not."""
    await city.customer.until_answered()
    await asyncio.sleep(dice.uniform(0, 0.01))
    return await worker_killed(city, dice)


async def worker_killed_between_answer_and_record(city: City, dice: random.Random) -> list[Span]:
    """All stand still while the answers go out; the one that dies has not seen them."""
    async with city.customer.holding():
        await city.customer.until_in_flight(3, 1.0)
        for worker in city.workers:
            worker.signal(signal.SIGSTOP)
    await asyncio.sleep(0.05)
    number, at = dice.randrange(WORKERS), now()
    await city.kill_worker(number)
    for other, worker in enumerate(city.workers):
        if other != number:
            worker.signal(signal.SIGCONT)
    city.start_worker(number)
    return [(at, at)]


async def killed_again_during_takeover(city: City, dice: random.Random) -> list[Span]:
    """One after the other, within a second, while the other takes over."""
    began = now()
    for number in dice.sample(range(WORKERS), WORKERS):
        await city.kill_worker(number)
        await asyncio.sleep(dice.uniform(0, 0.9))
        city.start_worker(number)
    return [(began, now())] * WORKERS


async def postgres_restarted(city: City, dice: random.Random) -> list[Span]:
    began = now()
    await city.restart_postgres(dice.uniform(0, 0.8))
    return [(began, now())] * WORKERS


async def owners_thrown_out(city: City, dice: random.Random) -> list[Span]:
    began = now()
    async with city.database() as conn:
        ended = await conn.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 limit $2",
            OWNER, dice.randint(1, WORKERS),
        )  # fmt: skip
    return [(began, now())] * len(ended)


async def pool_exhausted(city: City, dice: random.Random) -> list[Span]:
    """Nobody can connect any more; whoever has a connection goes on."""
    async with AsyncExitStack() as stack:
        refused = False
        while not refused:
            made = await asyncio.gather(
                *(asyncpg.connect(city.postgres.dsn) for _ in range(10)), return_exceptions=True
            )
            for conn in made:
                if isinstance(conn, BaseException):
                    refused = True
                else:
                    stack.push_async_callback(conn.close)
        await asyncio.sleep(HELD)
    return []


async def gateway_killed(city: City, dice: random.Random) -> list[Span]:
    await city.restart_gateway()
    return []


async def owner_paused_past_takeover(city: City, dice: random.Random) -> list[Span]:
    """Stopped with deliveries in its hands, replaced, and woken: it must write nothing of what it still holds."""
    number = dice.randrange(WORKERS)
    async with city.database() as conn, asyncio.timeout(30):
        while await conn.fetchval("select count(*) from pg_stat_activity where application_name = $1", OWNER) < WORKERS:
            await asyncio.sleep(0.1)
    async with city.customer.holding():
        await city.customer.until_in_flight(3, 1.0)
        city.workers[number].signal(signal.SIGSTOP)
        began = now()
    async with city.database() as conn:
        stopped_at = await conn.fetchval("select clock_timestamp()")
        paused = await _silent_owner(conn)
        shards = await _taken_over(conn, paused)
        known = await conn.fetchval(_STALE, shards, stopped_at)
        city.workers[number].signal(signal.SIGCONT)
        await asyncio.sleep(0.5)
        later = await conn.fetchval(_STALE, shards, stopped_at)
    assert later == known, f"the replaced owner wrote {later - known} attempts"
    return [(began, now())] * 2  # what it held when it was stopped, and what it still sent when it woke


#: Attempts of these shards that began before a moment.
_STALE = """
select count(*) from attempts where at < $2::timestamptz - interval '2 ms'
  and (get_byte(uuid_send(webhook_id), 15) & 63) = any($1::int[])
"""


async def _silent_owner(conn: Any) -> int:
    """The backend whose worker stands still, in a transaction or between two: the others ask something every second."""
    while True:
        rows = await conn.fetch(
            "select pid, clock_timestamp() - state_change > interval '1.6 s' as is_silent from pg_stat_activity"
            " where application_name = $1 and wait_event = 'ClientRead'", OWNER,
        )  # fmt: skip
        silent = [row["pid"] for row in rows if row["is_silent"]]
        if len(silent) == 1:
            return int(silent[0])
        await asyncio.sleep(0.1)


async def _taken_over(conn: Any, paused: int) -> list[int]:
    """The silent owner's shards, once all are held by somebody else: the others throw it out by themselves."""
    shards = set(await conn.fetchval(f"{_HELD} and pid = $2", SHARD_LOCKS, paused))
    async with asyncio.timeout(30):
        while not shards <= set(await conn.fetchval(f"{_HELD} and pid <> $2", SHARD_LOCKS, paused)):
            await asyncio.sleep(0.05)
    return sorted(shards)


_HELD = """
select coalesce(array_agg(objid::int), '{}') from pg_locks where locktype = 'advisory' and classid::bigint = $1::int
  and objsubid = 2 and granted
"""


ALL: dict[str, Disaster] = {
    "worker killed": worker_killed,
    "postgres restarted": postgres_restarted,
    "killed before recording": worker_killed_between_answer_and_record,
    "owner paused": owner_paused_past_takeover,
    "gateway killed": gateway_killed,
    "killed in takeover": killed_again_during_takeover,
    "owners thrown out": owners_thrown_out,
    "pool exhausted": pool_exhausted,
    "killed at an answer": worker_killed_at_an_answer,
}
EACH, BLOCK = 2, 5


def chosen(seed: int, dice: random.Random) -> list[str]:
    """Of each block of five seeds all disasters, two a seed, in an order of the block's own."""
    block, place = divmod(seed - 1, BLOCK)
    names = random.Random(block).sample(list(ALL), len(ALL))
    return dice.sample([names[(EACH * place + nth) % len(names)] for nth in range(EACH)], EACH)
