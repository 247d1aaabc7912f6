"""The pool: warm connections first, a fair line with an end to its patience, and no connection ever lost or dirty."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import asyncpg
import pytest

from tests.outage import away, throw_out
from waypost.errors import Unavailable
from waypost.postgres.bell import Bell, listen
from waypost.postgres.pool import Pool, connect, means_unavailable


@pytest.fixture
async def pools(dsn: str) -> AsyncIterator[Any]:
    """Makes pools that are closed when the test ends."""
    made: list[Pool] = []

    def make(size: int = 2, patience: float = 5.0, address: str = dsn) -> Pool:
        made.append(Pool(address, size, patience))
        return made[-1]

    yield make
    for pool in made:
        await pool.close()


async def backend(pool: Pool) -> int:
    async with pool.connection() as conn:
        return await conn.fetchval("select pg_backend_pid()")


async def alive(dsn: str) -> int:
    """Connections to the database, this question's own not counted."""
    conn = await asyncpg.connect(dsn)
    try:
        query = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        return await conn.fetchval(query)
    finally:
        await conn.close()


async def test_the_connection_used_last_is_used_next(pools: Any) -> None:
    pool = pools(3)
    async with pool.connection() as one, pool.connection() as two:
        cold, warm = [await conn.fetchval("select pg_backend_pid()") for conn in (two, one)]
    assert [await backend(pool) for _ in range(3)] == [warm] * 3
    async with pool.connection():
        assert await backend(pool) == cold


async def test_connections_are_opened_on_demand_and_never_beyond_the_size(pools: Any, dsn: str) -> None:
    before, pool = await alive(dsn), pools(2)
    assert await alive(dsn) == before
    pids = await asyncio.gather(*(backend(pool) for _ in range(20)))
    assert len(set(pids)) == 2 and await alive(dsn) == before + 2


async def test_a_caller_waits_for_a_turn_and_gives_up_at_the_end_of_its_patience(pools: Any) -> None:
    pool = pools(1, patience=1.0)
    async with AsyncExitStack() as held:
        await held.enter_async_context(pool.connection())
        waiting = asyncio.create_task(backend(pool))
        await asyncio.sleep(0.05)
        await held.aclose()
        assert await waiting > 0
    async with pool.connection():
        with pytest.raises(Unavailable) as caught:
            await backend(pool)
    assert caught.value.status == 503 and caught.value.retry_after
    assert await backend(pool) > 0


async def test_those_who_wait_are_served_in_line_though_others_push(pools: Any) -> None:
    pool, order = pools(1), []

    async def once(name: str) -> None:
        async with pool.connection() as conn:
            order.append(name)
            await conn.fetchval("select 1")

    async def again_and_again() -> None:
        for _ in range(20):
            await once("greedy")

    greedy = asyncio.create_task(again_and_again())
    while not order:
        await asyncio.sleep(0)
    await asyncio.gather(*(once(name) for name in "abc"))
    await greedy
    assert [name for name in order if name != "greedy"] == ["a", "b", "c"]
    assert order.index("c") <= 6


async def test_a_waiter_who_leaves_takes_no_turn_with_him(pools: Any) -> None:
    pool = pools(1)
    async with pool.connection():
        waiting = [asyncio.create_task(backend(pool)) for _ in range(5)]
        await asyncio.sleep(0.01)
        for task in waiting[::2]:
            task.cancel()
    pids = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(pid, asyncio.CancelledError) for pid in pids] == [True, False, True, False, True]
    assert await backend(pool) == pids[1]


async def test_a_turn_given_to_one_who_is_leaving_goes_to_the_next(pools: Any) -> None:
    pool = pools(1)
    async with AsyncExitStack() as held:
        await held.enter_async_context(pool.connection())
        first, second = (asyncio.create_task(backend(pool)) for _ in range(2))
        await asyncio.sleep(0.01)
        await held.aclose()
        first.cancel()
        assert await asyncio.wait_for(second, 3) > 0
    with suppress(asyncio.CancelledError):
        await first
    assert await asyncio.wait_for(backend(pool), 3) > 0


async def test_a_cancelled_query_leaves_a_usable_connection_behind(pools: Any) -> None:
    pool = pools(1)
    for _ in range(3):
        sleeping = asyncio.create_task(slept(pool))
        await asyncio.sleep(0.05)
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        assert await asyncio.wait_for(backend(pool), 3) > 0


async def test_one_cancelled_twice_leaves_no_half_reset_connection(pools: Any) -> None:
    pool = pools(1)
    for pause in (0.0, 0.0005, 0.002, 0.01):
        sleeping = asyncio.create_task(slept(pool))
        await asyncio.sleep(0.05)
        sleeping.cancel()
        await asyncio.sleep(pause)
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        async with pool.connection() as conn:
            assert not conn.is_in_transaction() and await conn.fetchval("select 1") == 1


async def slept(pool: Pool) -> None:
    async with pool.transaction() as conn:
        await conn.execute("select pg_sleep(20)")


async def test_an_error_rolls_the_transaction_back_and_passes_through(pools: Any) -> None:
    pool = pools(1)
    async with pool.connection() as conn:
        await conn.execute("create table if not exists kept (n integer)")
    with pytest.raises(ZeroDivisionError):
        async with pool.transaction() as conn:
            await conn.execute("insert into kept values (1)")
            raise ZeroDivisionError
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with pool.transaction() as conn:
            await conn.execute("insert into kept values (2)")
            await conn.execute("select 1/0")
    async with pool.transaction() as conn:
        await conn.execute("insert into kept values (3)")
    async with pool.connection() as conn:
        assert [row["n"] for row in await conn.fetch("select n from kept")] == [3]


async def test_settings_and_locks_do_not_outlive_an_error(pools: Any) -> None:
    pool = pools(1)
    with pytest.raises(ZeroDivisionError):
        async with pool.connection() as conn:
            await conn.execute("set statement_timeout = '7s'; select pg_advisory_lock(77)")
            raise ZeroDivisionError
    async with pool.connection() as conn:
        assert await conn.fetchval("show statement_timeout") == "15s"
        assert await conn.fetchval("select count(*) from pg_locks where locktype = 'advisory' and objid = 77") == 0


async def test_a_pool_whose_connections_were_all_cut_recovers(pools: Any, dsn: str) -> None:
    pool = pools(3)
    for _ in range(2):
        old = {await backend(pool), *await asyncio.gather(*(backend(pool) for _ in range(6)))}
        await throw_out(dsn)
        await asyncio.sleep(0.05)
        new = set(await asyncio.gather(*(backend(pool) for _ in range(9))))
        assert new and not new & old


async def test_a_connection_cut_in_use_is_unavailable_and_the_next_is_new(pools: Any, dsn: str) -> None:
    pool = pools(1)
    sleeping = asyncio.create_task(slept(pool))
    await asyncio.sleep(0.1)
    await throw_out(dsn)
    with pytest.raises(Unavailable):
        await sleeping
    assert await backend(pool) > 0


async def test_a_database_that_lets_nobody_in_is_unavailable_until_it_does(pools: Any, dsn: str) -> None:
    pool = pools(2)
    async with away(dsn):
        told = await asyncio.gather(*(backend(pool) for _ in range(6)), return_exceptions=True)
        assert [type(each) for each in told] == [Unavailable] * 6
    assert len(set(await asyncio.gather(*(backend(pool) for _ in range(6))))) <= 2


@pytest.mark.parametrize(
    "address", ["postgresql://nobody@127.0.0.1:1/x", "postgresql://nobody@/x?host=/nowhere", "{dsn}"]
)
async def test_a_server_that_is_not_there_is_unavailable(pools: Any, dsn: str, address: str) -> None:
    pool = pools(1, address=address.replace("{dsn}", dsn.replace("@/", "@/no_such_")))
    for _ in range(2):
        with pytest.raises(Unavailable):
            await backend(pool)


async def test_a_closed_pool_keeps_no_connection(pools: Any, dsn: str) -> None:
    before, pool = await alive(dsn), pools(2)
    async with pool.connection():
        await backend(pool)
        await pool.close()
    for _ in range(100):
        if await alive(dsn) == before:
            break
        await asyncio.sleep(0.02)
    assert await alive(dsn) == before


async def test_a_statement_that_takes_too_long_is_ended(dsn: str) -> None:
    conn = await connect(dsn, statement_timeout=0.2)
    with pytest.raises(asyncpg.QueryCanceledError) as caught:
        await conn.execute("select pg_sleep(20)")
    await conn.close()
    assert means_unavailable(caught.value)
    assert not means_unavailable(asyncpg.UniqueViolationError()) and not means_unavailable(ValueError())


async def test_the_bell_is_heard_once_for_many_rings_and_again_after_an_outage(pools: Any, dsn: str) -> None:
    bell, heard = Bell(pools(1)), asyncio.Event()
    rings: list[None] = []

    def ring() -> None:
        rings.append(None)
        heard.set()

    try:
        for _ in range(2):
            conn = await asyncpg.connect(dsn)
            await listen(conn, ring)
            for expected in (1, 2):
                heard.clear()
                for _ in range(200):
                    bell.ring()
                await asyncio.wait_for(heard.wait(), 5)
                await asyncio.sleep(0.2)
                assert 1 <= len(rings) <= expected * 2
            await throw_out(dsn)
            bell.ring()
            await asyncio.sleep(0.1)
            rings.clear()
    finally:
        await bell.close()
