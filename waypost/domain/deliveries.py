"""Deliveries: one event for one webhook. The row is the obligation: it leaves only together with its attempt.

It is in `ready` (now), `deferred` (at a time, or queued anew) or `parked` (set aside: `backlogs.py`). The owner of the
shard calls these, and records through the connection that holds its lock.
"""

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
#: Of each shard at least so many retries are looked at, however many shards share a read.
LEAST = 50


class Delivery(msgspec.Struct, frozen=True):
    """What an owner holds of one obligation. `attempts` were made before, `base` of them before its last replay; `seq`
    is the place in line that `ready` gave; `turn` the line of an ordered webhook; `follows` when another is before it;
    what is `ahead` goes before all that waits for its webhook, and does not wait for a breaker.
    """

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
    turn: int | None = None
    base: int = 0
    follows: bool = False
    ahead: bool = False


class Target(msgspec.Struct, frozen=True):
    """Where a webhook's deliveries go and how many at once; `updated_at` names this state of the webhook.

    A webhook whose secret cannot be opened counts as switched off.
    """

    url: str
    secret: str | None
    is_active: bool
    updated_at: datetime | None = None
    previous: str | None = None
    previous_until: datetime | None = None
    max_per_second: int | None = None
    max_concurrency: int | None = None
    failing_since: datetime | None = None


class Outcome(msgspec.Struct, frozen=True):
    """One attempt, judged. `kind` is the class of a failure; `seen` the state of the webhook that was tried."""

    delivery: Delivery
    verdict: Verdict
    at: datetime
    duration_ms: int
    status_code: int | None = None
    error: str | None = None
    response_body: str | None = None
    next_at: datetime | None = None
    switch_off: bool = False
    kind: str = ""
    seen: datetime | None = None


_EVENT = (
    " left join events e on e.organization_id = r.organization_id and e.created_at = r.event_at and e.id = r.event_id"
)
_ROW = "r.organization_id, r.webhook_id, r.delivery_id, r.event_id, r.event_at"
#: Whether one of the same line is before it; only asked for rows that stand in a line.
_FOLLOWS = """
 case when r.turn is null then false else
   exists (select from deferred d where d.turn = r.turn and d.organization_id = r.organization_id)
   or exists (select from ready b where b.turn = r.turn and b.seq < r.seq and b.organization_id = r.organization_id)
   or exists (select from parked p where p.shard = r.shard and p.webhook_id = r.webhook_id and p.turn = r.turn
     and p.seq < r.seq and p.organization_id = r.organization_id) end
"""


async def ready(conn: Connection, cursors: Mapping[int, int], aside: Sequence[UUID], limit: int) -> list[Delivery]:
    """Up to `limit` obligations of each shard beyond its cursor (a seq), oldest first, without the webhooks `aside`."""
    rows = await conn.fetch(
        f"select r.shard, r.seq, {_ROW}, 0, e.type, e.body, r.turn, 0, {_FOLLOWS}, false"
        " from unnest($1::smallint[], $2::bigint[]) as c(shard, seq)"
        " cross join lateral (select * from ready r where r.shard = c.shard and r.seq > c.seq"
        "   and r.webhook_id <> all($3::uuid[]) order by r.seq limit $4) r" + _EVENT + " order by r.seq",
        list(cursors),
        list(cursors.values()),
        aside,
        limit,
    )
    return [_held(row) for row in rows]


async def due(
    conn: Connection,
    shards: Sequence[int],
    held: Sequence[UUID],
    aside: Sequence[UUID],
    limit: int,
    aside_of_ahead: Sequence[UUID] = (),
) -> list[Delivery]:
    """Deferred obligations whose time has come, without those held already and the webhooks `aside`; for those that go
    ahead, these are others."""
    rows = await conn.fetch(
        f"select r.shard, r.seq, {_ROW}, r.attempts, e.type, e.body, r.turn, r.base, false, r.ahead"
        " from (select q.* from unnest($1::smallint[]) as c(shard)"
        "   cross join lateral (select * from deferred d where d.shard = c.shard and d.run_at <= now()"
        "     and d.delivery_id <> all($2::uuid[])"
        "     and d.webhook_id <> all(case when d.ahead then $6::uuid[] else $3::uuid[] end)"
        "     order by d.run_at limit $4) q order by q.run_at limit $5) r" + _EVENT + " order by r.run_at",
        shards,
        held,
        aside,
        min(limit, max(limit // max(len(shards), 1), LEAST)),
        limit,
        aside_of_ahead,
    )
    return [_held(row) for row in rows]


async def parked(
    conn: Connection, backlogs: Sequence[tuple[int, UUID, UUID, int, int]], held: Sequence[UUID]
) -> list[Delivery]:
    """What was set aside, in no line, in order: of each (shard, organization, webhook, seq, limit) from `seq` on.

    Those that are `held` are passed over at the very `seq`: rows that were never in `ready` all have 0 there.
    """
    rows = await conn.fetch(
        f"select r.shard, r.seq, {_ROW}, r.attempts, e.type, e.body, r.turn, r.base, false, false"
        " from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::bigint[], $5::int[])"
        "   as c(shard, organization_id, webhook_id, seq, most)"
        " cross join lateral (select * from parked p where p.shard = c.shard and p.webhook_id = c.webhook_id"
        "   and p.turn is null and p.organization_id = c.organization_id and p.seq >= c.seq"
        "   and (p.seq > c.seq or p.delivery_id <> all($6::uuid[])) order by p.seq limit c.most) r" + _EVENT
        + " order by r.seq",
        *zip(*backlogs, strict=True),
        held,
    )  # fmt: skip
    return [_held(row) for row in rows]


async def heads(
    conn: Connection, lines: Sequence[tuple[int, UUID, UUID, int, int]]
) -> tuple[list[Delivery], list[tuple[UUID, int]]]:
    """The first in each line of what was set aside, if nothing else of the line is before it, and the lines looked at.

    Of each (shard, organization, webhook, turn, limit) so many lines beyond `turn`, in the order of their numbers.
    """
    rows = await conn.fetch(_HEADS, *zip(*lines, strict=True))
    made = [_held(row) for row in rows]
    return [each for each in made if not each.follows], [(each.webhook_id, each.turn or 0) for each in made]


_HEADS = f"""
select r.shard, r.seq, {_ROW}, r.attempts, e.type, e.body, r.turn, r.base, f.follows, false
from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::bigint[], $5::int[])
  as c(shard, organization_id, webhook_id, turn, most)
cross join lateral (
  with recursive t as (
    (select p.turn from parked p where p.shard = c.shard and p.webhook_id = c.webhook_id and p.turn > c.turn
       and p.organization_id = c.organization_id order by p.turn limit 1)
    union all
    select n.turn from t cross join lateral (
      select p.turn from parked p where p.shard = c.shard and p.webhook_id = c.webhook_id and p.turn > t.turn
        and p.organization_id = c.organization_id order by p.turn limit 1) n
  ) select turn from t limit c.most) t
cross join lateral (select * from parked p where p.shard = c.shard and p.webhook_id = c.webhook_id
  and p.turn = t.turn and p.organization_id = c.organization_id order by p.seq limit 1) r
cross join lateral (select
  exists (select from deferred d where d.turn = r.turn and d.organization_id = r.organization_id)
  or exists (select from ready b where b.turn = r.turn and b.seq < r.seq and b.organization_id = r.organization_id)
  as follows) f
left join events e on not f.follows and e.organization_id = r.organization_id and e.created_at = r.event_at
  and e.id = r.event_id
order by r.webhook_id, r.turn
"""


async def targets(conn: Connection, vault: Vault, wanted: Iterable[tuple[UUID, UUID]]) -> dict[UUID, Target]:
    """Addresses, opened secrets and limits of (organization, webhook) pairs; those that are gone are left out."""
    rows = await conn.fetch(
        "select w.organization_id, w.id, w.url, w.is_active, w.secret, w.previous_secret, w.previous_secret_until,"
        " w.updated_at, w.max_per_second, w.max_concurrency, w.failing_since"
        " from unnest($1::uuid[], $2::uuid[]) as k(organization_id, id)"
        " join outgoing_webhooks w using (organization_id, id)",
        *zip(*wanted, strict=True),
    )
    return {row["id"]: _target(vault, row) for row in rows}


def _target(vault: Vault, row: Any) -> Target:
    organization_id, id_, url, is_active, sealed, previous, until, updated_at, rate, concurrency, failing = row.values()
    context = webhooks.secret_context(organization_id, id_)
    secret = before = None
    try:
        if is_active:
            secret = sealed and vault.open(sealed, context)
            before = previous and vault.open(previous, context)
    except VaultError as problem:
        is_active = False
        log.error("deliveries.secret_sealed", organization=str(organization_id), webhook=str(id_), reason=str(problem))
    return Target(url, secret, is_active, updated_at, before, until, rate, concurrency, failing)


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


#: A retry of what is deferred stays in its row; one from `ready` or `parked` comes there with its place in line.
_RECORD = """
with o as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::bigint[], $6::uuid[], $7::text[],
    $8::timestamptz[], $9::smallint[], $10::text[], $11::timestamptz[], $12::smallint[], $13::int[], $14::text[],
    $15::text[], $16::timestamptz[])
    as o(organization_id, webhook_id, delivery_id, shard, seq, event_id, event_type, event_at, number, outcome, at,
      status_code, duration_ms, error, response_body, next_at)
), r as (
  delete from ready using o where ready.shard = o.shard and ready.seq = o.seq and ready.delivery_id = o.delivery_id
    and ready.organization_id = o.organization_id and o.number = 1
  returning ready.delivery_id, ready.seq, ready.turn, 0::smallint as base
), u as (
  update deferred t set run_at = o.next_at, attempts = o.number, ahead = false from o
  where o.next_at is not null and t.attempts = o.number - 1
    and (t.organization_id, t.webhook_id, t.delivery_id)
    = (o.organization_id, o.webhook_id, o.delivery_id) returning t.delivery_id
), d as (
  delete from deferred t using o where o.next_at is null and t.attempts = o.number - 1
    and (t.organization_id, t.webhook_id, t.delivery_id)
    = (o.organization_id, o.webhook_id, o.delivery_id) returning t.delivery_id
), p as (
  delete from parked t using o where t.attempts = o.number - 1
    and (t.organization_id, t.webhook_id, t.delivery_id)
    = (o.organization_id, o.webhook_id, o.delivery_id) returning t.delivery_id, t.seq, t.turn, t.base
), moved as (
  select * from r union all select * from p
), held as (
  select delivery_id from moved union all select delivery_id from u union all select delivery_id from d
), a as (
  insert into attempts (organization_id, webhook_id, delivery_id, event_id, event_type, event_at, number, outcome, at,
    status_code, duration_ms, error, response_body)
  select o.organization_id, o.webhook_id, o.delivery_id, o.event_id, o.event_type, o.event_at, o.number, o.outcome,
    o.at, o.status_code, o.duration_ms, o.error, o.response_body
  from o where o.delivery_id in (select delivery_id from held)
), n as (
  insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at, attempts, seq,
    turn, base)
  select o.shard, o.next_at, o.organization_id, o.webhook_id, o.delivery_id, o.event_id, o.event_at, o.number, m.seq,
    m.turn, m.base
  from o join moved m using (delivery_id) where o.next_at is not null
)
select count(*) from held
"""


def _held(row: Any) -> Delivery:
    shard, seq, organization_id, webhook_id, id_, event_id, event_at, attempts, type_, body, *more = row.values()
    return Delivery(
        shard, seq, organization_id, webhook_id, id_, event_id, event_at, attempts, type_ or "", body or b"", *more
    )
