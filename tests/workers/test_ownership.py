"""Shards are owned by session locks: shared evenly, never by two, given up by dying."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from waypost.postgres import ownership
from waypost.postgres.ownership import Ownership
from waypost.postgres.pool import connect, means_unavailable

SHARDS = 64
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


@asynccontextmanager
async def joined(dsn: str) -> AsyncIterator[Ownership]:
    conn = await connect(dsn, name="owner under test")
    try:
        ownership = Ownership(conn, SHARDS)
        await ownership.join()
        yield ownership
    finally:
        conn.terminate()


async def balanced(*owners: Ownership) -> None:
    """Two rounds of what an engine does every second."""
    for _ in range(2):
        for owner in owners:
            share = await owner.share()
            await owner.give_back(owner.surplus(share))
        for owner in owners:
            await owner.take(await owner.share())


def disjoint(*owners: Ownership) -> bool:
    return sum(len(owner.held) for owner in owners) == len(set().union(*(owner.held for owner in owners)))


async def locked(dsn: str) -> set[int]:
    conn = await connect(dsn)
    try:
        rows = await conn.fetch(
            "select objid from pg_locks where locktype = 'advisory' and classid = x'57a70002'::int::oid"
            " and database = (select oid from pg_database where datname = current_database())"
        )
    finally:
        await conn.close()
    return {row["objid"] for row in rows}


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(500):
        if await true():
            return
    raise AssertionError("it never came true")


async def test_one_worker_owns_everything(dsn: str) -> None:
    async with joined(dsn) as one:
        assert await one.share() == SHARDS
        assert await one.take(SHARDS) == set(range(SHARDS))
        assert await one.take(SHARDS) == set()
        assert await locked(dsn) == one.held == set(range(SHARDS))


async def test_shards_are_shared_evenly_as_workers_come_and_go(dsn: str) -> None:
    async with AsyncExitStack() as workers:
        one = await workers.enter_async_context(joined(dsn))
        await balanced(one)
        async with joined(dsn) as two:
            await balanced(one, two)
            assert (len(one.held), len(two.held)) == (32, 32) and disjoint(one, two)
            async with joined(dsn) as three:
                await balanced(one, two, three)
                assert sorted(map(len, (one.held, two.held, three.held))) == [20, 22, 22]
                assert disjoint(one, two, three) and await locked(dsn) == set(range(SHARDS))
            await eventually(lambda: _shares(one, 32))
            await balanced(one, two)
            assert (len(one.held), len(two.held)) == (32, 32)
            assert await locked(dsn) == set(range(SHARDS))


async def _shares(owner: Ownership, share: int) -> bool:
    return await owner.share() == share


async def test_a_killed_connection_loses_its_shards_and_the_other_takes_them(dsn: str) -> None:
    async with joined(dsn) as one, joined(dsn) as two:
        await balanced(one, two)
        killer: Any = await connect(dsn)
        assert await killer.fetchval("select pg_terminate_backend($1)", one._conn.get_server_pid())
        await killer.close()
        with pytest.raises(LOST) as lost:
            for _ in range(500):
                await one.share()
        assert means_unavailable(lost.value)
        await eventually(lambda: _shares(two, SHARDS))
        await two.take(await two.share())
        assert len(two.held) == SHARDS and await locked(dsn) == set(range(SHARDS))


async def test_a_worker_that_leaves_no_longer_counts_and_gives_back_at_its_own_pace(dsn: str) -> None:
    async with joined(dsn) as one, joined(dsn) as two:
        await balanced(one, two)
        await one.leave()
        await one.leave()
        assert await two.share() == SHARDS
        assert await two.take(SHARDS) == set(), "what one still holds is not free"
        busy = min(one.held)
        await one.give_back(one.surplus(0) - {busy})
        await two.take(SHARDS)
        assert two.held == set(range(SHARDS)) - {busy}
        await one.give_back({busy})
        await two.take(SHARDS)
        assert two.held == set(range(SHARDS)) and one.held == set()


async def test_a_worker_of_another_database_of_the_same_server_does_not_count(dsn: str, server: str) -> None:
    async with joined(dsn) as one, joined(server) as stranger:
        assert (await one.share(), await stranger.share()) == (SHARDS, SHARDS)
        assert len(await one.take(SHARDS)) == SHARDS
        assert len(await stranger.take(SHARDS)) == SHARDS


async def test_never_more_than_the_share_is_taken(dsn: str) -> None:
    async with joined(dsn) as one:
        assert len(await one.take(10)) == 10
        assert one.surplus(10) == set() and len(one.surplus(4)) == 6
        assert await one.take(0) == set()
        await one.give_back(set())
        assert len(one.held) == 10


async def stand_still(monkeypatch: pytest.MonkeyPatch, *others: Ownership) -> list[list[int]]:
    """Two looks of each of the others, after a pause in which only they have spoken."""
    monkeypatch.setattr(ownership, "STILL", 0.2)
    await asyncio.sleep(0.3)
    found = []
    for _ in range(2):
        for other in others:
            await other.share()
            found.append(await other.evict())
    return found


@pytest.mark.parametrize("within", ["between two transactions", "within one"])
async def test_an_owner_that_stands_still_is_thrown_out_at_the_second_look(
    dsn: str, within: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with joined(dsn) as one, joined(dsn) as two:
        await balanced(one, two)
        backend = one._conn.get_server_pid()
        if within == "within one":
            await one._conn.execute("begin; select count(*) from outgoing_webhooks")
        assert await stand_still(monkeypatch, two) == [[], [backend]]
        with pytest.raises(LOST):
            await one._conn.fetch("select 1")
        await eventually(lambda: _shares(two, SHARDS))
        await two.take(SHARDS)
        assert await locked(dsn) == two.held == set(range(SHARDS))


async def test_an_owner_that_stands_still_while_it_leaves_is_thrown_out_too(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts no more among the living, and has shards that are in flight."""
    async with joined(dsn) as one, joined(dsn) as two:
        await balanced(one, two)
        await one.leave()
        assert await stand_still(monkeypatch, two) == [[], [one._conn.get_server_pid()]]
        await eventually(lambda: _takes(two, SHARDS))


async def _takes(owner: Ownership, share: int) -> bool:
    await owner.take(share)
    return len(owner.held) == share


async def test_who_has_spoken_since_the_last_look_stays(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a pause of the whole machine, or of all its processes."""
    async with joined(dsn) as one, joined(dsn) as two:
        monkeypatch.setattr(ownership, "STILL", 0.2)
        for _ in range(2):
            await asyncio.sleep(0.3)
            assert await two.evict() == []
            await one.share()
        assert await one._conn.fetchval("select 1") == 1


async def test_who_is_busy_stays(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server works for it, and it waits for the server."""
    async with joined(dsn) as one, joined(dsn) as two:
        working = asyncio.create_task(one._conn.fetchval("select pg_sleep(1) is not null"))
        assert await stand_still(monkeypatch, two) == [[], []]
        assert await working is True


async def test_owners_of_another_database_are_no_business_of_ours(
    dsn: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with joined(server) as stranger, joined(dsn) as one:
        assert await stand_still(monkeypatch, one) == [[], []]
        assert await stranger._conn.fetchval("select 1") == 1
