"""Backlogs: what waits for a webhook that is off, gone, broken or overrun, moved by the owner of its shard in pieces.

Calls of the API only change the webhook's row; the owner finds what is to be moved by looking, at every sweep.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from ..postgres.pool import Connection

FIRST = UUID(int=0)
Kind = Literal["plain", "lines"]


class Found(msgspec.Struct, frozen=True):
    """A webhook for which something waits."""

    shard: int
    organization_id: UUID
    webhook_id: UUID


async def park(
    conn: Connection, whose: Sequence[Found], limit: int, held: Sequence[UUID] = (), *, due_only: bool = False
) -> dict[UUID, int]:
    """Sets aside up to `limit` obligations of each webhook, oldest first, without those `held`; with `due_only` a retry
    whose time has not come stays, and so does what goes ahead. Returns how many of each webhook."""
    moved: Counter[UUID] = Counter()
    for statement in (_PARK_READY, _PARK_DUE if due_only else _PARK_DEFERRED):
        moved += await _counted(conn, statement, whose, limit, held)
    return moved


async def drop(conn: Connection, whose: Sequence[Found], limit: int) -> dict[UUID, int]:
    """Removes up to `limit` obligations of each webhook and place, and counts them; for webhooks that are gone."""
    dropped: Counter[UUID] = Counter()
    for table in ("ready", "deferred", "parked"):
        dropped += await _counted(conn, _DROP.format(table=table), whose, limit)
    return dropped


async def _counted(
    conn: Connection, statement: str, whose: Sequence[Found], limit: int, *more: Sequence[UUID]
) -> Counter[UUID]:
    rows = await conn.fetch(
        statement, *zip(*(msgspec.structs.astuple(each) for each in whose), strict=True), limit, *more
    )
    return Counter({row["webhook_id"]: row["moved"] for row in rows})


_EACH = "unnest($1::smallint[], $2::uuid[], $3::uuid[]) as k(shard, organization_id, webhook_id)"
_THEIRS = "w.organization_id = k.organization_id and w.webhook_id = k.webhook_id"
_PARK = """
with gone as (
  delete from {table} where ctid = any(array(
    select x.place from {each} cross join lateral (
      select w.ctid as place from {table} w where {theirs} and w.delivery_id <> all($5::uuid[])
      {more} limit $4) x)) returning *
), put as (
  insert into parked (shard, organization_id, webhook_id, delivery_id, event_id, event_at, attempts, seq, turn, base)
  select shard, organization_id, webhook_id, delivery_id, event_id, event_at, {attempts}, seq, turn, {base} from gone
)
select webhook_id, count(*)::int as moved from gone group by webhook_id
"""
_PARK_READY = _PARK.format(
    table="ready", each=_EACH, theirs=_THEIRS, more="order by w.event_at", attempts="0", base="0"
)
_PARK_DEFERRED = _PARK.format(
    table="deferred", each=_EACH, theirs=_THEIRS, more="order by w.event_at", attempts="attempts", base="base"
)
_PARK_DUE = _PARK.format(
    table="deferred",
    each=_EACH,
    theirs=_THEIRS,
    more="and w.shard = k.shard and w.run_at <= now() and not w.ahead order by w.run_at",
    attempts="attempts",
    base="base",
)
_DROP = f"""
with gone as (
  delete from {{table}} where ctid = any(array(
    select x.place from {_EACH} cross join lateral (select w.ctid as place from {{table}} w where {_THEIRS} limit $4) x
    where not exists (
      select from outgoing_webhooks o where o.organization_id = k.organization_id and o.id = k.webhook_id)))
  returning organization_id, webhook_id, event_at
), told as (
  insert into dropped_deliveries (organization_id, webhook_id, event_minute, deliveries)
  select organization_id, webhook_id, date_trunc('minute', event_at), count(*) from gone group by 1, 2, 3
)
select webhook_id, count(*)::int as moved from gone group by webhook_id
"""


async def parked(conn: Connection, shards: Mapping[int, UUID], kind: Kind, limit: int) -> list[Found]:
    """Webhooks with something set aside, in no line or in lines: up to `limit` of each shard, beyond its webhook."""
    rows = await conn.fetch(_PARKED[kind], list(shards), list(shards.values()), limit)
    return [Found(*row.values()) for row in rows]


_SKIP = """
select c.shard, f.organization_id, f.webhook_id from unnest($1::smallint[], $2::uuid[]) as c(shard, beyond)
cross join lateral (
  with recursive s as (
    (select p.organization_id, p.webhook_id from parked p where p.turn is {null} and p.shard = c.shard
       and p.webhook_id > c.beyond order by p.webhook_id limit 1)
    union all
    select n.* from s cross join lateral (
      select p.organization_id, p.webhook_id from parked p where p.turn is {null} and p.shard = c.shard
        and p.webhook_id > s.webhook_id order by p.webhook_id limit 1) n
  ) select * from s limit $3) f
order by c.shard, f.webhook_id
"""
_PARKED: dict[Kind, str] = {"plain": _SKIP.format(null="null"), "lines": _SKIP.format(null="not null")}


async def idle(conn: Connection, beyond: tuple[UUID, UUID], limit: int) -> tuple[list[Found], tuple[UUID, UUID] | None]:
    """Webhooks that are off or gone and have retries waiting for their time, of the next `limit` webhooks with such,
    and where to go on; None after the last."""
    rows = await conn.fetch(_IDLE, *beyond, limit)
    found = [Found(row["shard"], row["organization_id"], row["webhook_id"]) for row in rows]
    lazy = [each for each, row in zip(found, rows, strict=True) if not row["is_active"]]
    last = found[-1] if len(found) == limit else None
    return lazy, (last.organization_id, last.webhook_id) if last else None


_IDLE = """
with recursive s as (
  (select organization_id, webhook_id, shard from deferred where (organization_id, webhook_id) > ($1::uuid, $2::uuid)
     order by organization_id, webhook_id limit 1)
  union all
  select n.* from s cross join lateral (
    select d.organization_id, d.webhook_id, d.shard from deferred d
    where (d.organization_id, d.webhook_id) > (s.organization_id, s.webhook_id)
    order by d.organization_id, d.webhook_id limit 1) n
)
select t.*, coalesce(w.is_active, false) as is_active from (select * from s limit $3) t
left join outgoing_webhooks w on w.organization_id = t.organization_id and w.id = t.webhook_id
order by t.organization_id, t.webhook_id
"""


async def overrun(conn: Connection, whose: Sequence[tuple[Found, int]]) -> set[UUID]:
    """Webhooks for which more obligations are ready, or due, than so many."""
    rows: list[Any] = await conn.fetch(
        "select k.webhook_id from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::int[])"
        " as k(shard, organization_id, webhook_id, far)"
        f" where exists (select from ready w where {_THEIRS} offset k.far)"
        f" or exists (select from deferred w where {_THEIRS} and w.shard = k.shard and w.run_at <= now() offset k.far)",
        *zip(*((*msgspec.structs.astuple(found), far) for found, far in whose), strict=True),
    )
    return {row["webhook_id"] for row in rows}
