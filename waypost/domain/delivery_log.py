"""The log of a webhook: one entry per delivery with its attempts, newest first, kept 30 days.

An entry is in exactly one place: waiting (ready, deferred, parked) or ended (its last attempt), so the places add up.
One that is queued anew after its end keeps its attempts; the one that had ended it says 'replayed' and counts not.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..errors import Invalid
from ..paging import Page, Slice
from ..postgres.pool import Connection

#: Pages reach back this far and totals are exact up to it: a log is narrowed by filters, not leafed through.
REACH = 10_000
STATUSES = ("pending", "delivered", "exhausted")


class Attempt(msgspec.Struct, rename="camel"):
    at: str
    status_code: int | None
    duration_ms: int
    error: str | None
    response_body: str | None


class Entry(msgspec.Struct, rename="camel"):
    """One delivery; `id` is the X-Webhook-Delivery of all its attempts."""

    id: UUID
    event_id: UUID
    event: str
    status: str
    attempts: list[Attempt]
    created_at: str
    next_attempt_at: str | None


_WAITING = (
    "select w.delivery_id, w.event_id, e.type as event_type, 'pending' as status, w.event_at, {next_at} as next_at"
    " from {table} w join events e on e.organization_id = w.organization_id and e.created_at = w.event_at"
    " and e.id = w.event_id where w.organization_id = $1 and w.webhook_id = $2 and ($3::text is null or e.type = $3)"
    " {only} order by w.event_at desc, w.delivery_id limit {reach}"
)
_ENDED = (
    "select w.delivery_id, w.event_id, w.event_type, w.outcome as status, w.event_at, null::timestamptz as next_at"
    " from attempts w where w.organization_id = $1 and w.webhook_id = $2 and ($3::text is null or w.event_type = $3)"
    " {only} and w.outcome {outcome} order by w.event_at desc, w.delivery_id limit {reach}"
)
_ONLY = "and w.event_at = $4 and w.delivery_id = $5"
_ATTEMPTS = (
    "select a.delivery_id, a.at, a.status_code, a.duration_ms, a.error, a.response_body from attempts a"
    " where a.organization_id = $1 and a.webhook_id = $2 and a.event_at = any($3::timestamptz[])"
    " and a.delivery_id = any($4::uuid[]) order by a.number"
)


async def listed(
    conn: Connection, organization_id: UUID, webhook_id: UUID, page: Page, status: str | None, event: str | None
) -> Slice[Entry]:
    """Entries, optionally of one status and one event type; raises Invalid beyond the reach of pages."""
    if status is not None and status not in STATUSES:
        raise Invalid.field("status", f"must be one of {', '.join(STATUSES)}.")
    if page.offset + page.limit > REACH:
        raise Invalid.field("page", f"reaches back {REACH:,} entries; narrow the log with status or event.")
    union = _union(status, REACH + 1)
    total: int = await conn.fetchval(
        f"select count(*) from (select 1 from ({union}) u limit {REACH}) c", organization_id, webhook_id, event
    )
    reached = page.offset + page.limit
    rows = await conn.fetch(
        f"select * from ({_union(status, reached)}) u order by event_at desc, delivery_id offset $4 limit $5",
        organization_id,
        webhook_id,
        event,
        page.offset,
        page.limit,
    )
    return Slice(await _with_attempts(conn, organization_id, webhook_id, rows), total, page)


async def one(
    conn: Connection, organization_id: UUID, webhook_id: UUID, delivery_id: UUID, at: datetime
) -> Entry | None:
    """The entry of one delivery, whose event happened at `at`."""
    rows = await conn.fetch(_union(None, 1, _ONLY), organization_id, webhook_id, None, at, delivery_id)
    entries = await _with_attempts(conn, organization_id, webhook_id, rows[:1])
    return entries[0] if entries else None


def _union(status: str | None, reach: int, only: str = "") -> str:
    waiting = {"ready": "now()", "deferred": "w.run_at", "parked": "null::timestamptz"}
    parts = []
    if status in (None, "pending"):
        parts += [
            _WAITING.format(table=table, next_at=next_at, only=only, reach=reach) for table, next_at in waiting.items()
        ]
    if status != "pending":
        outcome = "in ('delivered', 'exhausted')" if status is None else f"= '{status}'"
        parts.append(_ENDED.format(outcome=outcome, only=only, reach=reach))
    return " union all ".join(f"({part})" for part in parts)


async def _with_attempts(conn: Connection, organization_id: UUID, webhook_id: UUID, rows: Sequence[Any]) -> list[Entry]:
    made: dict[UUID, list[Attempt]] = {row["delivery_id"]: [] for row in rows}
    found = await conn.fetch(
        _ATTEMPTS, organization_id, webhook_id, sorted({row["event_at"] for row in rows}), list(made)
    )
    for id_, at, *rest in (row.values() for row in found):
        made[id_].append(Attempt(clock.stamp(at), *rest))
    return [
        Entry(
            row["delivery_id"], row["event_id"], row["event_type"], row["status"], made[row["delivery_id"]],
            clock.stamp(row["event_at"]), clock.optional_stamp(row["next_at"]),
        )
        for row in rows
    ]  # fmt: skip
