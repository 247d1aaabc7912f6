"""A database that is away for a while: nobody can connect to it, and whoever was connected is thrown out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.conftest import renamed


async def throw_out(dsn: str) -> int:
    """Ends every connection to the database; returns how many there were."""
    query = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()"
    return len(await _at_the_server(dsn, query, _name(dsn)))


@asynccontextmanager
async def away(dsn: str) -> AsyncIterator[None]:
    """The database of the DSN cannot be reached inside the block."""
    await _at_the_server(dsn, f"alter database {_name(dsn)} with allow_connections false")
    try:
        await throw_out(dsn)
        yield
    finally:
        await _at_the_server(dsn, f"alter database {_name(dsn)} with allow_connections true")


def _name(dsn: str) -> str:
    return dsn.partition("@/")[2].partition("?")[0]


async def _at_the_server(dsn: str, statement: str, *values: str) -> list[asyncpg.Record]:
    conn = await asyncpg.connect(renamed(dsn, "postgres"))
    try:
        return await conn.fetch(statement, *values)
    finally:
        await conn.close()
