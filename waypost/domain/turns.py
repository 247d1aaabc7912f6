"""Ordered webhooks: deliveries of one conversation stand in a line (`turn`), in order of `seq`, one at a time.

The first of a line is in `ready` or `deferred`, or in `parked` when its webhook was set aside; who follows waits in
`parked` and is woken by the end of the one before. Both are the owner's, on the connection that records outcomes.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from ..postgres.pool import Connection
from .deliveries import Delivery


class Line(msgspec.Struct, frozen=True):
    """Where a line's followers are found."""

    shard: int
    organization_id: UUID
    webhook_id: UUID
    turn: int


def lines(deliveries: Iterable[Delivery]) -> list[Line]:
    """The lines that these stand in, each once, in a fixed order."""
    found = {
        (each.shard, each.organization_id, each.webhook_id, each.turn) for each in deliveries if each.turn is not None
    }
    return [Line(*line) for line in sorted(found)]


async def queue_up(conn: Connection, followers: Sequence[Delivery]) -> int:
    """Sets aside ready obligations that have another of their line before them, and wakes those whose turn has come
    meanwhile. Returns how many were set aside."""
    rows = sorted((each.shard, each.seq, each.organization_id) for each in followers)
    moved = await conn.fetch(_QUEUE_UP, *zip(*rows, strict=True))
    await promote(conn, lines(followers))
    return len(moved)


_QUEUE_UP = """
with gone as (
  delete from ready r using unnest($1::smallint[], $2::bigint[], $3::uuid[]) as f(shard, seq, organization_id)
  where r.shard = f.shard and r.seq = f.seq and r.organization_id = f.organization_id returning r.*
)
insert into parked (shard, organization_id, webhook_id, delivery_id, event_id, event_at, attempts, seq, turn)
select shard, organization_id, webhook_id, delivery_id, event_id, event_at, 0, seq, turn from gone returning shard
"""


async def promote(conn: Connection, waiting: Sequence[Line]) -> int:
    """Queues the first follower of each line that has nobody before it any more; returns how many."""
    if not waiting:
        return 0
    rows = await conn.fetch(_PROMOTE, *zip(*(msgspec.structs.astuple(line) for line in waiting), strict=True))
    return len(rows)


_PROMOTE = """
with first as materialized (
  select p.organization_id, p.webhook_id, p.delivery_id
  from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::bigint[]) as c(shard, organization_id, webhook_id, turn)
  cross join lateral (select * from parked p where p.shard = c.shard and p.webhook_id = c.webhook_id
    and p.turn = c.turn and p.organization_id = c.organization_id order by p.seq limit 1) p
  join outgoing_webhooks w on w.organization_id = c.organization_id and w.id = c.webhook_id and w.is_active
  where not exists (select from deferred d where d.turn = c.turn and d.organization_id = c.organization_id)
    and not exists (
      select from ready b where b.turn = c.turn and b.seq < p.seq and b.organization_id = c.organization_id)
), gone as (
  delete from parked t using first f where (t.organization_id, t.webhook_id, t.delivery_id)
    = (f.organization_id, f.webhook_id, f.delivery_id) returning t.*
)
insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at, attempts, seq, turn,
  base)
select shard, now(), organization_id, webhook_id, delivery_id, event_id, event_at, attempts, seq, turn, base from gone
returning shard
"""
