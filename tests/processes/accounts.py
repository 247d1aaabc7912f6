"""The accounting of deliveries: events × matching webhooks = delivered + exhausted + waiting, disjoint."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from waypost.domain import vitals
from waypost.domain.vitals import Accounts
from waypost.postgres.embedded import EmbeddedServer
from waypost.postgres.pool import connect

PLACED = """
select count(*) filter (where places > 1) as twice, count(*) as deliveries from (
  select delivery_id, count(*) as places from (
    select delivery_id from ready union all select delivery_id from deferred union all select delivery_id from parked
    union all select delivery_id from attempts where outcome in ('delivered', 'exhausted')
  ) p group by 1
) c
"""
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


async def settled(conn: Any, since: datetime, seconds: float = 60) -> Accounts:
    """Until nothing is waiting; at every look the accounts must add up, disjoint."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            accounts = await balanced(conn, since)
        if not accounts.ready + accounts.deferred + accounts.parked:
            return accounts
        assert asyncio.get_running_loop().time() < deadline, accounts
        await asyncio.sleep(0.2)


async def balanced(conn: Any, since: datetime) -> Accounts:
    accounts = await vitals.accounts(conn, since)
    placed = await conn.fetchrow(PLACED)
    wanted = await conn.fetchval(MATCHING)
    waiting = accounts.ready + accounts.deferred + accounts.parked
    assert placed["twice"] == 0, "a delivery is in two places"
    assert placed["deliveries"] == wanted == accounts.delivered + accounts.exhausted + waiting, (wanted, accounts)
    return accounts
