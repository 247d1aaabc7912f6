"""The books of a house that runs: they must be even at every look, whatever was done to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waypost.domain import accounting
from waypost.domain.accounting import Balance
from waypost.postgres.embedded import EmbeddedServer
from waypost.postgres.pool import connect

ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)
#: What the fan-out should have been, said once more without it.
MATCHING = """
select count(*) from events e join outgoing_webhooks w on w.organization_id = e.organization_id
  and w.events && array[e.type, '*'] and (w.waba_id is null or w.waba_id = e.waba_id)
where e.created_at >= w.created_at
"""


@asynccontextmanager
async def database(data_dir: Path) -> AsyncIterator[Any]:
    """A connection to the embedded database of a house that runs."""
    server = EmbeddedServer(data_dir)
    dsn = await asyncio.to_thread(server.start)
    conn = await connect(dsn, statement_timeout=60)
    try:
        yield conn
    finally:
        await conn.close()
        await asyncio.to_thread(server.stop)


async def settled(conn: Any, seconds: float = 60) -> Balance:
    """Until nothing is waiting; at every look the books must be even."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        seen = await balanced(conn)
        if not seen.deliveries.waiting:
            return seen
        assert asyncio.get_running_loop().time() < deadline, seen
        await asyncio.sleep(0.2)


async def balanced(conn: Any) -> Balance:
    """The books of all that ever was; no webhook may have been changed meanwhile."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        seen = await accounting.balance(conn, ALWAYS)
        wanted = await conn.fetchval(MATCHING)
    assert seen.is_even and seen.deliveries.owed == wanted, (wanted, seen)
    return seen
