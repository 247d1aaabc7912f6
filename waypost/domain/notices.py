"""Notices: what Meta told last about an account or a number, by notification. One row per matter, the latest wins."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from .. import clock
from ..postgres.pool import Connection

Matter = Literal[
    "access", "account", "alert", "ban", "capability", "name", "payment", "quality", "restriction", "review",
    "security", "violation",
]  # fmt: skip


class Notice(msgspec.Struct, frozen=True):
    """`event` is Meta's word, `value` what came with it (JSON), `at` Meta's own time."""

    organization_id: UUID
    subject_id: UUID
    matter: Matter
    event: str | None
    value: str
    at: datetime


class Shown(msgspec.Struct, rename="camel"):
    """As the API shows it; `value` is Meta's own."""

    matter: str
    event: str | None
    at: str
    value: msgspec.Raw


async def keep(conn: Connection, notices: Collection[Notice]) -> set[tuple[object, ...]]:
    """Keeps each unless a later one of the same matter is there; a repeat changes nothing. Returns the (subject,
    matter, time) of which something else is known now."""
    latest: dict[tuple[UUID, UUID, str], Notice] = {}
    for notice in notices:
        key = (notice.organization_id, notice.subject_id, notice.matter)
        if key not in latest or latest[key].at <= notice.at:
            latest[key] = notice
    if not latest:
        return set()
    rows = [msgspec.structs.astuple(latest[key]) for key in sorted(latest)]
    changed = await conn.fetch(
        "insert into account_notices as n (organization_id, subject_id, matter, event, value, at)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::json[], $6::timestamptz[])"
        " on conflict (organization_id, subject_id, matter) do update set event = excluded.event,"
        " value = excluded.value, at = excluded.at where n.at < excluded.at or (n.at = excluded.at"
        " and (n.event, n.value::text) is distinct from (excluded.event, excluded.value::text))"
        " returning subject_id, matter, at",
        *zip(*rows, strict=True),
    )
    return {tuple(row.values()) for row in changed}


async def of(
    conn: Connection, organization_id: UUID, subjects: Collection[UUID]
) -> dict[UUID, dict[str, tuple[str | None, dict[str, Any], datetime]]]:
    """(event, value, at) by subject and matter."""
    rows = await conn.fetch(
        "select subject_id, matter, event, value, at from account_notices"
        " where organization_id = $1 and subject_id = any($2::uuid[])",
        organization_id,
        list(subjects),
    )
    found: dict[UUID, dict[str, tuple[str | None, dict[str, Any], datetime]]] = {}
    for row in rows:
        told = (row["event"], msgspec.json.decode(row["value"]), row["at"])
        found.setdefault(row["subject_id"], {})[row["matter"]] = told
    return found


async def listed(conn: Connection, organization_id: UUID, subject_id: UUID) -> list[Shown]:
    """The latest first; there are at most as many as matters."""
    rows = await conn.fetch(
        "select matter, event, at, value from account_notices where organization_id = $1 and subject_id = $2"
        " order by at desc, matter limit 50",
        organization_id,
        subject_id,
    )
    return [Shown(r["matter"], r["event"], clock.stamp(r["at"]), msgspec.Raw(r["value"].encode())) for r in rows]
