"""Migrations and day partitions: applied once whoever starts, refused when they do not fit, dropped by the day."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.conftest import renamed
from waypost.postgres import schema
from waypost.postgres.schema import MigrationError

_numbers = count(1)
NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)


@pytest.fixture
async def empty(server: str) -> AsyncIterator[str]:
    """DSN of a database without a table."""
    name = f"schema_{next(_numbers)}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name}")
    yield renamed(server, name)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@pytest.fixture
async def conn(empty: str) -> AsyncIterator[Any]:
    conn = await asyncpg.connect(empty)
    yield conn
    await conn.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of migrations of the test's own; the first makes the partitioned tables."""
    tables = "".join(
        f"create table {table} (id int, {at} timestamptz) partition by range ({at});"
        f"create table {table}_default partition of {table} default;"
        for table, at in schema.DAILY.items()
    )
    (tmp_path / "0001_start.sql").write_text(f"-- ✓\n{tables}")
    (tmp_path / "0002_more.sql").write_text("create table more (n integer); insert into more values (1);")
    (tmp_path / "notes.sql").write_text("this is no migration")
    monkeypatch.setattr(schema, "FOLDER", tmp_path)
    return tmp_path


async def partitions(conn: Any, table: str) -> set[str]:
    query = "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass"
    return {row[0].removeprefix(f"{table}_") for row in await conn.fetch(query, table)}


async def test_processes_that_start_together_apply_each_migration_once(empty: str, conn: Any, folder: Path) -> None:
    applied = await asyncio.gather(*(schema.migrate(empty) for _ in range(4)))
    assert sorted(applied) == [[], [], [], ["0001_start.sql", "0002_more.sql"]]
    assert await conn.fetchval("select count(*) from more") == 1
    assert await schema.migrate(empty) == []


async def test_the_real_migrations_apply_and_nothing_is_missing(empty: str, conn: Any) -> None:
    every = [path.name for _, path in schema.files()]
    assert every == sorted(every) and every[0].startswith("0001_")
    assert await schema.missing(conn) == every
    assert await schema.migrate(empty) == every
    assert await schema.missing(conn) == []


async def test_what_is_missing_is_named_and_applied_alone(empty: str, conn: Any, folder: Path) -> None:
    await schema.migrate(empty)
    (folder / "0003_later.sql").write_text("create table later ();")
    assert await schema.missing(conn) == ["0003_later.sql"]
    assert await schema.migrate(empty) == ["0003_later.sql"]


async def test_a_changed_file_is_refused_and_nothing_after_it_applied(empty: str, conn: Any, folder: Path) -> None:
    await schema.migrate(empty)
    (folder / "0002_more.sql").write_text("create table more (n bigint);")
    (folder / "0003_later.sql").write_text("create table later ();")
    with pytest.raises(MigrationError, match=r"0002_more\.sql was changed"):
        await schema.migrate(empty)
    assert await conn.fetchval("select to_regclass('later')") is None


async def test_a_newer_database_is_refused(empty: str, conn: Any, folder: Path) -> None:
    await schema.migrate(empty)
    (folder / "0002_more.sql").unlink()
    with pytest.raises(MigrationError, match="migration 2, which is newer"):
        await schema.migrate(empty)


async def test_a_migration_that_fails_leaves_nothing_of_itself(empty: str, conn: Any, folder: Path) -> None:
    (folder / "0003_bad.sql").write_text("create table half (); select 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await schema.migrate(empty)
    assert await conn.fetchval("select to_regclass('half')") is None
    assert await schema.missing(conn) == ["0003_bad.sql"]
    (folder / "0003_bad.sql").write_text("create table whole ();")
    assert await schema.migrate(empty) == ["0003_bad.sql"]


async def test_days_are_made_ahead_and_dropped_after_the_retention(empty: str, conn: Any, folder: Path) -> None:
    await schema.migrate(empty)
    await schema.keep_partitions(conn, NOW)
    for table in schema.DAILY:
        assert {"20260310", "20260311", "20260312", "20260313", "default"} <= await partitions(conn, table)
    await schema.keep_partitions(conn, NOW + timedelta(days=30))
    assert "20260310" in await partitions(conn, "events")
    await schema.keep_partitions(conn, NOW + timedelta(days=31))
    left = await partitions(conn, "events")
    assert "20260310" not in left and {"20260311", "20260410", "default"} <= left


async def test_a_row_goes_into_its_day_by_utc(empty: str, conn: Any, folder: Path) -> None:
    await conn.execute("set timezone = 'Asia/Tokyo'")
    await schema.migrate(empty)
    await schema.keep_partitions(conn, NOW)
    for hour in ("2026-03-10T00:00:00Z", "2026-03-10T23:59:59.999Z", "2026-03-11T00:00:00Z"):
        await conn.execute("insert into events values (1, $1)", datetime.fromisoformat(hour))
    rows = await conn.fetch("select tableoid::regclass::text as name, count(*) from events group by 1 order by 1")
    assert [tuple(row) for row in rows] == [("events_20260310", 2), ("events_20260311", 1)]


async def test_days_missed_stay_in_the_default_partition_and_stop_nobody(empty: str, conn: Any, folder: Path) -> None:
    await schema.migrate(empty)
    await schema.keep_partitions(conn, NOW)
    later = NOW + timedelta(days=9)
    await conn.execute("insert into events values (1, $1), (2, $2)", later, NOW + timedelta(days=8))
    await schema.keep_partitions(conn, later)
    names = await partitions(conn, "events")
    assert "20260319" not in names and {"20260320", "20260321", "20260322"} <= names
    await conn.execute("insert into events values (3, $1)", later)
    assert await conn.fetchval("select count(*) from events_default") == 3
    await schema.keep_partitions(conn, NOW + timedelta(days=39))
    assert [row["id"] for row in await conn.fetch("select id from events_default order by id")] == [1, 3]
    await schema.keep_partitions(conn, NOW + timedelta(days=41))
    assert await conn.fetchval("select count(*) from events_default") == 0


async def test_a_gateway_starts_though_its_database_missed_today(empty: str, conn: Any, folder: Path) -> None:
    await schema.migrate(empty)
    today = datetime.now(UTC)
    await conn.execute(f"drop table events_{today:%Y%m%d}")
    await conn.execute("insert into events values (1, $1)", today)
    assert await schema.migrate(empty) == []
    assert await conn.fetchval("select count(*) from events") == 1


async def test_many_workers_keep_the_days_side_by_side(empty: str, conn: Any, folder: Path) -> None:
    await schema.migrate(empty)
    workers = [await asyncpg.connect(empty) for _ in range(4)]
    for days in (0, 50):
        await asyncio.gather(*(schema.keep_partitions(each, NOW + timedelta(days=days)) for each in workers))
    for each in workers:
        await each.close()
    assert "20260429" in await partitions(conn, "attempts") and "20260310" not in await partitions(conn, "attempts")
