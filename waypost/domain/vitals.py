"""How the deployment is doing, across all organizations: bounded looks for metrics and `doctor`, never a full count."""

from datetime import datetime

import msgspec

from ..postgres import schema
from ..postgres.pool import Connection
from . import dead_letters

MOST = 100_000


class Vitals(msgspec.Struct):
    waiting: dict[str, int]
    oldest_ready_seconds: float
    pending_sends: int


class Server(msgspec.Struct, frozen=True):
    """The database server; `pooled` when two statements of one connection met two backends."""

    version: int
    durable: bool
    pooled: bool
    now: datetime


async def server(conn: Connection) -> Server:
    first = await conn.fetchrow(
        "select current_setting('server_version_num')::int as version, pg_backend_pid() as pid,"
        " clock_timestamp() as now,"
        " current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off' as durable"
    )
    second: int = await conn.fetchval("select pg_backend_pid()")
    return Server(first["version"], first["durable"], first["pid"] != second, first["now"])


async def dead_letter_reasons(conn: Connection) -> dict[str, int]:
    """Reasons among the newest dead letters, the most frequent first."""
    return await dead_letters.recent(conn)


async def missing_migrations(conn: Connection) -> list[str]:
    return await schema.missing(conn)


async def look(conn: Connection) -> Vitals:
    waiting = {
        table: await conn.fetchval(f"select count(*) from (select 1 from {table} limit {MOST}) t")
        for table in ("ready", "deferred", "parked")
    }
    oldest = await conn.fetchval(
        "select coalesce(max(extract(epoch from now() - event_at)), 0)::float8"
        " from (select event_at from ready order by shard, seq limit 1000) t"
    )
    pending = await conn.fetchval(
        "select count(*) from (select 1 from messages"
        " where status = 'pending' and created_at < now() - interval '1 minute' limit 10000) t"
    )
    return Vitals(waiting, oldest, pending)
