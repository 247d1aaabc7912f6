"""Replays: the ended deliveries of a span of a webhook's events, queued anew under their ids, a piece at a time.

The row is the job: any worker takes up the one that waited longest and moves it on by one transaction, so that restarts
and several workers are nothing special. A replay never gets far ahead of what its webhook takes.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
import structlog

from .. import clock
from ..errors import Invalid, NotFound
from ..paging import Page, Slice
from ..postgres.pool import Collision, Connection
from ..postgres.schema import RETENTION_DAYS
from ..runtime import Runtime
from . import webhooks

log = structlog.get_logger()

Wanted = Literal["exhausted", "delivered", "all"]
WANTED: tuple[Wanted, ...] = ("exhausted", "delivered", "all")
STATES = ("running", "completed", "cancelled")
PIECE = 500
#: With so many that wait for a retry or are set aside, nothing more is queued.
MOST_WAITING = 5_000
MOST_RUNNING = 10
#: Pages of the list reach back this far.
REACH = 1_000
PAUSE, PAUSE_WHILE_OFF, PAUSE_AFTER_FAILURE = timedelta(seconds=1), timedelta(seconds=5), timedelta(minutes=1)


class Replay(msgspec.Struct, rename="camel"):
    """As the API shows it; `queued` so far, `reached_at` being the event time up to which it has looked."""

    id: UUID
    webhook_id: UUID
    since: str
    until: str
    status: Wanted
    state: str
    queued: int
    reached_at: str
    created_at: str
    updated_at: str
    completed_at: str | None


class _Job(msgspec.Struct):
    organization_id: UUID
    id: UUID
    webhook_id: UUID
    until: datetime
    status: Wanted
    reached_at: datetime
    reached_id: UUID | None
    is_active: bool


_COLUMNS = "id, webhook_id, since, until, status, state, queued, reached_at, created_at, updated_at, completed_at"


async def create(
    conn: Connection, organization_id: UUID, webhook_id: UUID, since: datetime, until: datetime, status: Wanted
) -> Replay:
    """A new one; the span has been validated. Raises NotFound, and Invalid while the webhook is off or has too many."""
    webhook = await webhooks.one(conn, organization_id, webhook_id, lock=True)
    if not webhook.is_active:
        raise Invalid.field("isActive", "is false; switch the webhook on before replaying to it.")
    running: int = await conn.fetchval(
        "select count(*) from replays where organization_id = $1 and webhook_id = $2 and state = 'running'",
        organization_id,
        webhook_id,
    )
    if running >= MOST_RUNNING:
        raise Invalid(f"{MOST_RUNNING} replays of this webhook are running; wait for one of them, or cancel one.")
    row = await conn.fetchrow(
        "insert into replays (organization_id, id, webhook_id, since, until, status, reached_at, created_at,"
        f" updated_at) values ($1, $2, $3, $4, $5, $6, $4, $7, $7) returning {_COLUMNS}",
        organization_id, uuid4(), webhook_id, since, until, status, clock.now(),
    )  # fmt: skip
    return _shown(row)


async def listed(conn: Connection, organization_id: UUID, webhook_id: UUID, page: Page) -> Slice[Replay]:
    """Newest first; raises NotFound, and Invalid beyond the reach of pages."""
    await webhooks.one(conn, organization_id, webhook_id)
    if page.offset + page.limit > REACH:
        raise Invalid.field("page", f"reaches back {REACH:,} replays.")
    total: int = await conn.fetchval(
        "select count(*) from (select from replays where organization_id = $1 and webhook_id = $2 limit $3) r",
        organization_id,
        webhook_id,
        REACH,
    )
    rows = await conn.fetch(
        f"select {_COLUMNS} from replays where organization_id = $1 and webhook_id = $2"
        " order by created_at desc, id desc offset $3 limit $4",
        organization_id,
        webhook_id,
        page.offset,
        page.limit,
    )
    return Slice([_shown(row) for row in rows], total, page)


async def one(conn: Connection, organization_id: UUID, webhook_id: UUID, id_: UUID) -> Replay:
    """Raises NotFound."""
    row = await conn.fetchrow(
        f"select {_COLUMNS} from replays where organization_id = $1 and webhook_id = $2 and id = $3",
        organization_id,
        webhook_id,
        id_,
    )
    if row is None:
        raise NotFound.of("replay", id_)
    return _shown(row)


async def cancel(conn: Connection, organization_id: UUID, webhook_id: UUID, id_: UUID) -> Replay:
    """Queues nothing more; one that has ended stays as it is. Raises NotFound."""
    await conn.execute(
        "update replays set state = 'cancelled', updated_at = $4, completed_at = $4"
        " where organization_id = $1 and webhook_id = $2 and id = $3 and state = 'running'",
        organization_id,
        webhook_id,
        id_,
        clock.now(),
    )
    return await one(conn, organization_id, webhook_id, id_)


async def run(rt: Runtime) -> None:
    """Moves them on, each in its turn, until all of them rest or have ended."""
    while True:
        async with rt.pool.transaction() as conn:
            queued = await step(conn)
        if queued is None:
            return
        if queued:
            rt.bell.ring()


async def step(conn: Connection) -> int | None:
    """Moves the one that has waited longest on by one piece, and returns how many it queued; None when none is due."""
    row = await conn.fetchrow(_DUE)
    if row is None:
        return None
    job = _Job(*row.values())
    try:
        async with conn.transaction():
            return await _move(conn, job)
    except Collision:
        await _rest(conn, job, PAUSE)
    except Exception:
        # With the connection lost this raises too, and the next round begins with the same one.
        await _rest(conn, job, PAUSE_AFTER_FAILURE)
        log.exception("replays.failed", organization=str(job.organization_id), replay=str(job.id))
    return 0


async def forget(conn: Connection) -> None:
    """Those whose events are gone."""
    await conn.execute("delete from replays where created_at < now() - $1::interval", timedelta(days=RETENTION_DAYS))


async def _move(conn: Connection, job: _Job) -> int:
    if not job.is_active:
        return await _rest(conn, job, PAUSE_WHILE_OFF)
    waiting: int = await conn.fetchval(_WAITING, job.organization_id, job.webhook_id, MOST_WAITING)
    limit = min(PIECE, MOST_WAITING - waiting)
    if limit <= 0:
        return await _rest(conn, job, PAUSE)
    looked, queued, at, id_ = (await conn.fetchrow(
        _PIECES[job.status], job.organization_id, job.webhook_id, job.reached_at, job.reached_id, job.until, limit,
        webhooks.shard_of(job.webhook_id),
    )).values()  # fmt: skip
    if looked == limit:
        await conn.execute(_ON, job.organization_id, job.id, queued, at, id_, clock.now())
    else:
        await conn.execute(_COMPLETED, job.organization_id, job.id, queued, clock.now())
        log.info("replays.completed", organization=str(job.organization_id), replay=str(job.id))
    return int(queued)


async def _rest(conn: Connection, job: _Job, pause: timedelta) -> int:
    await conn.execute(
        "update replays set run_at = now() + $3::interval where organization_id = $1 and id = $2",
        job.organization_id,
        job.id,
        pause,
    )
    return 0


#: Of whichever organization: who has waited longest comes first.
_DUE = """
select r.organization_id, r.id, r.webhook_id, r.until, r.status, r.reached_at, r.reached_id, w.is_active
from replays r join outgoing_webhooks w on w.organization_id = r.organization_id and w.id = r.webhook_id
where r.state = 'running' and r.run_at <= now() order by r.run_at limit 1 for update of r skip locked
"""
_WAITING = (
    "select (select count(*) from (select from deferred where organization_id = $1 and webhook_id = $2 limit $3) d)"
    " + (select count(*) from (select from parked where organization_id = $1 and webhook_id = $2 limit $3) p)"
)
_ON = (
    "update replays set queued = queued + $3, reached_at = $4, reached_id = $5, updated_at = $6, run_at = now()"
    " where organization_id = $1 and id = $2"
)
_COMPLETED = (
    "update replays set state = 'completed', queued = queued + $3, reached_at = until, updated_at = $4,"
    " completed_at = $4 where organization_id = $1 and id = $2"
)
#: Beyond the cursor, in the index's own order. Another replay of the same deliveries, or a call that redelivers one,
#: makes this wait for the attempt and then find it replayed. What is queued keeps the order of its events. Each attempt
#: is joined by all of its key: given the organization as a constant, a plan made without statistics reads all of it.
_PIECE = """
with piece as materialized (
  select organization_id, webhook_id, delivery_id, number, at, event_at from attempts
  where organization_id = $1 and webhook_id = $2 and event_at >= $3 and event_at <= $5 and at >= $3 - interval '1 hour'
    and (event_at > $3 or $4::uuid is null or delivery_id < $4) and outcome {outcome}
  order by event_at, delivery_id desc limit $6
), again as (
  update attempts a set outcome = 'replayed' from piece p
  where (a.organization_id, a.webhook_id, a.event_at, a.delivery_id, a.number, a.at)
    = (p.organization_id, p.webhook_id, p.event_at, p.delivery_id, p.number, p.at) and a.outcome {outcome}
    and exists (select from events e
      where (e.organization_id, e.created_at, e.id) = (a.organization_id, a.event_at, a.event_id))
  returning a.delivery_id, a.event_id, a.event_at, a.number
), queued as (
  insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at, attempts, base)
  select $7, now() + row_number() over (order by event_at) * interval '1 microsecond', $1, $2, delivery_id, event_id,
    event_at, number, number from again
)
select (select count(*) from piece), (select count(*) from again), last.event_at, last.delivery_id
from (select) always
left join (select event_at, delivery_id from piece order by event_at desc, delivery_id limit 1) last on true
"""
_PIECES: Mapping[Wanted, str] = {
    "exhausted": _PIECE.format(outcome="= 'exhausted'"),
    "delivered": _PIECE.format(outcome="= 'delivered'"),
    "all": _PIECE.format(outcome="in ('delivered', 'exhausted')"),
}


def _shown(row: Any) -> Replay:
    id_, webhook_id, since, until, status, state, queued, reached, created, updated, completed = row.values()
    return Replay(
        id_, webhook_id, clock.stamp(since), clock.stamp(until), status, state, queued, clock.stamp(reached),
        clock.stamp(created), clock.stamp(updated), clock.optional_stamp(completed),
    )  # fmt: skip
