"""Migrations: numbered plain SQL files, each applied once, in order, under an advisory lock, in its own transaction."""

import hashlib
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from .origin import keep_origin
from .pool import Connection, connect

FOLDER = Path(__file__).with_name("migrations")
LOCK = 0x57A7_0001
DAYS_LOCK = 0x57A7_0005
#: partitioned table -> its time; what finds no day of its own waits in the table's default partition
DAILY = {"events": "created_at", "attempts": "at", "ledger": "at"}
DAYS_AHEAD = 3
RETENTION_DAYS = 30
#: Tables whose statements have more than one index to choose from.
GROWING = ["messages", "conversations", "contact_aliases", "tallies", "orphan_statuses", "onboarding_links"]
GROWING += ["amendments", "contact_search", "media_links", "media_names"]
GROWING += ["phones", "wabas", "api_keys", "templates", "account_syncs"]


class MigrationError(Exception):
    """The database and this version do not fit together; the message says what to do."""


def files() -> list[tuple[int, Path]]:
    """(number, file) of every migration, in order."""
    found = [(int(path.name[:4]), path) for path in sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))]
    return found


async def migrate(dsn: str) -> list[str]:
    """Applies what is missing and returns the names applied; safe to call from many processes at once."""
    conn = await connect(dsn, statement_timeout=0, name="waypost migrate")
    try:
        await conn.execute("select pg_advisory_lock($1)", LOCK)
        applied = await _apply_missing(conn)
        await keep_origin(conn)
        await keep_partitions(conn)
        return applied
    finally:
        await conn.close(timeout=5)


async def _apply_missing(conn: Connection) -> list[str]:
    await conn.execute(
        "create table if not exists schema_migrations"
        " (number integer primary key, name text not null, checksum text not null,"
        "  applied_at timestamptz not null default now())"
    )
    done = {row["number"]: row for row in await conn.fetch("select number, name, checksum from schema_migrations")}
    known = files()
    if ahead := sorted(set(done) - {number for number, _ in known}):
        raise MigrationError(
            f"The database has migration {ahead[-1]}, which is newer than this Waypost; update Waypost."
        )
    applied = []
    for number, path in known:
        text = path.read_text(encoding="utf-8")
        checksum = hashlib.sha256(text.encode()).hexdigest()
        if number in done:
            if done[number]["checksum"] != checksum:
                raise MigrationError(f"{path.name} was changed after it was applied; restore it and add a new file.")
            continue
        async with conn.transaction():
            await conn.execute(text)
            await conn.execute(
                "insert into schema_migrations (number, name, checksum) values ($1, $2, $3)",
                number,
                path.name,
                checksum,
            )
        applied.append(path.name)
    return applied


async def missing(conn: Connection) -> list[str]:
    """Names of the migrations that this database lacks."""
    if not await conn.fetchval("select to_regclass('schema_migrations') is not null"):
        return [path.name for _, path in files()]
    done = {row["number"] for row in await conn.fetch("select number from schema_migrations")}
    return [path.name for number, path in files() if number not in done]


async def keep_partitions(conn: Connection, now: datetime | None = None) -> None:
    """Creates the day partitions of today and the next days, and drops what is older than the retention."""
    today = (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    oldest = today - timedelta(days=RETENTION_DAYS)
    await conn.execute("select pg_advisory_lock($1)", DAYS_LOCK)
    try:
        for table, moment in DAILY.items():
            for ahead in range(DAYS_AHEAD + 1):
                await _create_partition(conn, table, today + timedelta(days=ahead))
            for name in await _partitions(conn, table):
                stamp = re.fullmatch(rf"{table}_(\d{{8}})", name)
                if stamp and datetime.strptime(stamp[1], "%Y%m%d").replace(tzinfo=UTC) < oldest:
                    await conn.execute(f'drop table "{name}"')
            await conn.execute(f"delete from {table}_default where {moment} < $1", oldest)
    finally:
        await conn.execute("select pg_advisory_unlock($1)", DAYS_LOCK)


async def keep_statistics(conn: Connection) -> list[str]:
    """Analyzes the tables that have doubled since they were last; returns their names.

    Autovacuum looks once a minute. Until it does, statements prepared while a table was small keep a plan that reads
    all of a tenant's rows, because every index leads with organization_id and all look alike when nothing is known.
    """
    rows = await conn.fetch(
        "select c.relname as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
        " and c.relname = any($1::text[]) and pg_relation_size(c.oid) / 8192 > 2 * greatest(c.relpages, 8)",
        GROWING,
    )
    for row in rows:
        await conn.execute(f'analyze "{row["name"]}"')
    return [row["name"] for row in rows]


async def _create_partition(conn: Connection, table: str, day: datetime) -> None:
    name = f"{table}_{day:%Y%m%d}"
    if await conn.fetchval("select to_regclass($1) is not null", name):
        return
    until = day + timedelta(days=1)
    # After days without this chore the default partition holds rows of the day; it then keeps the day to its end.
    with suppress(asyncpg.CheckViolationError):
        await conn.execute(
            f"create table if not exists {name} partition of {table}"
            f" for values from ('{day:%Y-%m-%d}+00') to ('{until:%Y-%m-%d}+00')"
        )


async def _partitions(conn: Connection, table: str) -> list[str]:
    rows = await conn.fetch(
        "select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid"
        " where i.inhparent = $1::regclass",
        table,
    )
    return [row["name"] for row in rows]
