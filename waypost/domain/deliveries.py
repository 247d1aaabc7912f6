"""Deliveries: one event for one webhook. The row is the obligation: it leaves only together with its attempt."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog

from ..postgres.pool import Connection
from ..vault import Vault, VaultError
from . import webhooks

log = structlog.get_logger()
Verdict = Literal["delivered", "retry", "exhausted"]


class Delivery(msgspec.Struct, frozen=True):
    """What an owner holds of one obligation; `attempts` were made before, `seq` is 0 for one that was deferred."""

    shard: int
    seq: int
    organization_id: UUID
    webhook_id: UUID
    id: UUID
    event_id: UUID
    event_at: datetime
    attempts: int
    event_type: str
    body: bytes


class Target(msgspec.Struct, frozen=True):
    """Where a webhook's deliveries go."""

    url: str
    secret: str | None
    is_active: bool


class Outcome(msgspec.Struct, frozen=True):
    """One attempt, judged."""

    delivery: Delivery
    verdict: Verdict
    at: datetime
    duration_ms: int
    status_code: int | None = None
    error: str | None = None
    response_body: str | None = None
    next_at: datetime | None = None
    switch_off: bool = False


_EVENT = (
    " left join events e on e.organization_id = r.organization_id and e.created_at = r.event_at and e.id = r.event_id"
)
_ROW = "r.organization_id, r.webhook_id, r.delivery_id, r.event_id, r.event_at"


async def ready(conn: Connection, cursors: Mapping[int, int], full: Sequence[UUID], limit: int) -> list[Delivery]:
    """Up to `limit` obligations of each shard beyond its cursor (a seq), oldest first, without `full` webhooks."""
    rows = await conn.fetch(
        f"select r.shard, r.seq, {_ROW}, 0, e.type, e.body"
        " from unnest($1::smallint[], $2::bigint[]) as c(shard, seq)"
        " cross join lateral (select * from ready r where r.shard = c.shard and r.seq > c.seq"
        "   and r.webhook_id <> all($3::uuid[]) order by r.seq limit $4) r" + _EVENT + " order by r.seq",
        list(cursors),
        list(cursors.values()),
        full,
        limit,
    )
    return [_held(row) for row in rows]


async def due(
    conn: Connection, shards: Sequence[int], held: Sequence[UUID], full: Sequence[UUID], limit: int
) -> list[Delivery]:
    """Deferred obligations whose time has come, without those held already."""
    rows = await conn.fetch(
        f"select r.shard, 0::bigint, {_ROW}, r.attempts, e.type, e.body"
        " from (select * from deferred where shard = any($1::smallint[]) and run_at <= now()"
        "   and delivery_id <> all($2::uuid[]) and webhook_id <> all($3::uuid[]) order by run_at limit $4) r" + _EVENT,
        shards,
        held,
        full,
        limit,
    )
    return [_held(row) for row in rows]


async def targets(conn: Connection, vault: Vault, wanted: Iterable[tuple[UUID, UUID]]) -> dict[UUID, Target]:
    """Addresses and opened secrets of (organization, webhook) pairs; one whose secret cannot be opened is left out."""
    rows = await conn.fetch(
        "select w.organization_id, w.id, w.url, w.secret, w.is_active"
        " from unnest($1::uuid[], $2::uuid[]) as k(organization_id, id)"
        " join outgoing_webhooks w using (organization_id, id)",
        *zip(*wanted, strict=True),
    )
    found: dict[UUID, Target] = {}
    for organization_id, id_, url, sealed, is_active in (row.values() for row in rows):
        try:
            secret = sealed and vault.open(sealed, webhooks.secret_context(organization_id, id_))
        except VaultError as problem:
            log.error(
                "deliveries.secret_sealed", organization=str(organization_id), webhook=str(id_), reason=str(problem)
            )
            continue
        found[id_] = Target(url, secret, is_active)
    return found


async def settle(conn: Connection, organization_id: UUID, webhook_id: UUID) -> None:
    """Sets aside what a late commit brought after its webhook was switched off (parked) or deleted (removed)."""
    is_active = await conn.fetchval(
        "select is_active from outgoing_webhooks where organization_id = $1 and id = $2 for update",
        organization_id,
        webhook_id,
    )
    if is_active is None:
        await webhooks.drop_backlog(conn, organization_id, webhook_id)
    elif not is_active:
        await webhooks.park(conn, organization_id, webhook_id)


async def record(conn: Connection, outcomes: Sequence[Outcome]) -> int:
    """Writes a batch of attempts in one statement: obligations removed or deferred, attempts logged. Returns how many
    obligations were still there; the others ended meanwhile (webhook deleted, owner replaced) and are not logged."""
    distinct = {outcome.delivery.id: outcome for outcome in outcomes}
    rows = [
        (d.organization_id, d.webhook_id, d.id, d.shard, d.seq, d.event_id, d.event_type, d.event_at, d.attempts + 1,
         o.verdict, o.at, o.status_code, o.duration_ms, o.error, o.response_body, o.next_at)
        for o in distinct.values()
        for d in [o.delivery]
    ]  # fmt: skip
    rows.sort(key=lambda row: (row[3], row[2]))
    kept: int = await conn.fetchval(_RECORD, *zip(*rows, strict=True))
    return kept


_RECORD = """
with o as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::bigint[], $6::uuid[], $7::text[],
    $8::timestamptz[], $9::smallint[], $10::text[], $11::timestamptz[], $12::smallint[], $13::int[], $14::text[],
    $15::text[], $16::timestamptz[])
    as o(organization_id, webhook_id, delivery_id, shard, seq, event_id, event_type, event_at, number, outcome, at,
      status_code, duration_ms, error, response_body, next_at)
), r as (
  delete from ready using o where ready.shard = o.shard and ready.seq = o.seq
    and ready.organization_id = o.organization_id returning ready.delivery_id
), u as (
  update deferred t set run_at = o.next_at, attempts = o.number from o
  where o.next_at is not null and t.attempts = o.number - 1
    and (t.organization_id, t.webhook_id, t.delivery_id)
    = (o.organization_id, o.webhook_id, o.delivery_id) returning t.delivery_id
), d as (
  delete from deferred t using o where o.next_at is null and t.attempts = o.number - 1
    and (t.organization_id, t.webhook_id, t.delivery_id)
    = (o.organization_id, o.webhook_id, o.delivery_id) returning t.delivery_id
), pu as (
  update parked t set attempts = o.number from o
  where o.next_at is not null and t.attempts = o.number - 1
    and (t.organization_id, t.webhook_id, t.delivery_id)
    = (o.organization_id, o.webhook_id, o.delivery_id) returning t.delivery_id
), pd as (
  delete from parked t using o where o.next_at is null and t.attempts = o.number - 1
    and (t.organization_id, t.webhook_id, t.delivery_id)
    = (o.organization_id, o.webhook_id, o.delivery_id) returning t.delivery_id
), held as (
  select delivery_id from r union all select delivery_id from u union all select delivery_id from d
  union all select delivery_id from pu union all select delivery_id from pd
), a as (
  insert into attempts (organization_id, webhook_id, delivery_id, event_id, event_type, event_at, number, outcome, at,
    status_code, duration_ms, error, response_body)
  select o.organization_id, o.webhook_id, o.delivery_id, o.event_id, o.event_type, o.event_at, o.number, o.outcome,
    o.at, o.status_code, o.duration_ms, o.error, o.response_body
  from o where o.delivery_id in (select delivery_id from held)
), n as (
  insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at, attempts)
  select o.shard, o.next_at, o.organization_id, o.webhook_id, o.delivery_id, o.event_id, o.event_at, o.number
  from o where o.next_at is not null and o.delivery_id in (select delivery_id from r)
)
select count(*) from held
"""


def _held(row: Any) -> Delivery:
    shard, seq, organization_id, webhook_id, id_, event_id, event_at, attempts, type_, body = row.values()
    return Delivery(
        shard, seq, organization_id, webhook_id, id_, event_id, event_at, attempts, type_ or "", body or b""
    )
