"""The books: what came in against what became of it, for facts from Meta and for deliveries, over a span of time.

Asked by `waypost doctor --accounting`, by a chore of the gateway for its metrics, and by tests. Both equations hold in
every snapshot: what is counted together was written together.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ..postgres import schema
from ..postgres.pool import Connection

#: The migration that began the books, and the length of the pieces in which a long span is read.
BEGAN = 7
PIECE = timedelta(hours=1)
#: Clocks of machines may differ so much that an attempt seems older than its event.
SKEW = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Facts(msgspec.Struct, rename="camel"):
    """accepted = stored + repeated + set_aside; the rows are there: noted_messages = messages, set_aside = letters."""

    accepted: int = 0
    stored: int = 0
    repeated: int = 0
    set_aside: int = 0
    noted_messages: int = 0
    messages: int = 0
    dead_letters: int = 0
    unaccounted: int = 0


class Deliveries(msgspec.Struct, rename="camel"):
    """owed = delivered + exhausted + ready + deferred + parked + dropped, and no delivery is counted twice."""

    events: int = 0
    owed: int = 0
    delivered: int = 0
    exhausted: int = 0
    ready: int = 0
    deferred: int = 0
    parked: int = 0
    dropped: int = 0
    in_two_places: int = 0
    ended_twice: int = 0
    unaccounted: int = 0

    @property
    def waiting(self) -> int:
        return self.ready + self.deferred + self.parked


class Balance(msgspec.Struct, rename="camel"):
    """Of the half-open span from `since` to `until`."""

    since: datetime
    until: datetime
    facts: Facts
    deliveries: Deliveries

    @property
    def is_even(self) -> bool:
        return not self.facts.unaccounted and not self.deliveries.unaccounted


async def balance(
    conn: Connection, since: datetime, until: datetime | None = None, told: Callable[[float], None] | None = None
) -> Balance:
    """Both equations, in whole minutes; without `until` up to the snapshot. The caller's transaction is one repeatable
    read. `told` hears after each piece which part of the span is done.

    The books begin with their migration, and reach as far back as the events that are kept.
    """
    now = await conn.fetchval("select now()")
    since = max(_up(since), await _beginning(conn, now))
    end = max(_down(until) if until else now, since)
    facts, deliveries = Facts(), Deliveries()
    pieces = _pieces(since, end, is_open=until is None)
    for nth, (first, last) in enumerate(pieces, 1):
        _sum(facts, await conn.fetchrow(_FACTS, first, last))
        _sum(deliveries, await conn.fetchrow(_DELIVERIES, first, last, first - SKEW))
        if told:
            told(nth / len(pieces))
    facts.unaccounted = _facts_missing(facts)
    deliveries.unaccounted = _deliveries_missing(deliveries)
    return Balance(since, end, facts, deliveries)


def _facts_missing(facts: Facts) -> int:
    """How far the sides are apart, each on its own: a surplus makes up for no loss."""
    return (
        abs(facts.accepted - facts.stored - facts.repeated - facts.set_aside)
        + abs(facts.noted_messages - facts.messages)
        + abs(facts.set_aside - facts.dead_letters)
    )


def _deliveries_missing(of: Deliveries) -> int:
    placed = of.delivered + of.exhausted + of.waiting + of.dropped
    return abs(of.owed - placed) + of.in_two_places + of.ended_twice


async def _beginning(conn: Connection, now: datetime) -> datetime:
    """With a database's first minute, or with the minute after an older one was migrated: nothing before was noted."""
    first, began = await conn.fetchrow(
        "select min(applied_at), max(applied_at) filter (where number = $1) from schema_migrations", BEGAN
    )
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = _down(first) if began - first < MINUTE else _up(began)
    return max(begins, midnight - timedelta(days=schema.RETENTION_DAYS))


def _pieces(since: datetime, until: datetime, is_open: bool) -> list[tuple[datetime, datetime]]:
    """An open end takes in what other machines' clocks have dated ahead of the database's."""
    pieces, first = [], since
    while first < until:
        pieces.append((first, min(first + PIECE, until)))
        first += PIECE
    if is_open:
        first = pieces.pop()[0] if pieces else since
        pieces.append((first, until + SKEW))
    return pieces


def _down(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _up(at: datetime) -> datetime:
    return _down(at + MINUTE - timedelta(microseconds=1))


def _sum(into: Facts | Deliveries, row: Any) -> None:
    for name, number in row.items():
        setattr(into, name, getattr(into, name) + number)


_FACTS = """
select coalesce(sum(accepted), 0)::bigint as accepted, coalesce(sum(stored), 0)::bigint as stored,
  coalesce(sum(repeated), 0)::bigint as repeated, coalesce(sum(set_aside), 0)::bigint as set_aside,
  coalesce(sum(messages), 0)::bigint as noted_messages,
  (select count(*) from messages where created_at >= $1 and created_at < $2
    and (direction = 'inbound' or origin in ('app', 'history'))) as messages,
  (select count(*) from dead_letters where received_at >= $1 and received_at < $2
    and source = 'notification') as dead_letters
from ledger where at >= $1 and at < $2
"""

#: Rows of a waiting table by their webhooks, which the index leads with: a step for each that has something there
#: (`offset 0` keeps the planner from joining them to the whole table instead).
_WAITING = """
  {table}_of as (
    (select organization_id, webhook_id from {table} order by 1, 2 limit 1)
    union all
    select n.organization_id, n.webhook_id from {table}_of w cross join lateral (
      select organization_id, webhook_id from {table} t
      where (t.organization_id, t.webhook_id) > (w.organization_id, w.webhook_id) order by 1, 2 limit 1
    ) n
  ), {table}_in as (
    select r.delivery_id from {table}_of w cross join lateral (
      select delivery_id from {table} t where t.organization_id = w.organization_id and t.webhook_id = w.webhook_id
        and t.event_at >= $1 and t.event_at < $2 offset 0
    ) r
  )
"""
_DELIVERIES = f"""
with recursive {",".join(_WAITING.format(table=table) for table in ("ready", "deferred", "parked"))}, each as (
  select count(*) filter (where place = 'r') as ready, count(*) filter (where place = 'f') as deferred,
    count(*) filter (where place = 'p') as parked, count(*) filter (where place = 'd') as delivered,
    count(*) filter (where place = 'x') as exhausted
  from (
    select delivery_id, 'r' as place from ready_in union all select delivery_id, 'f' from deferred_in
    union all select delivery_id, 'p' from parked_in
    union all select delivery_id, case outcome when 'delivered' then 'd' else 'x' end from attempts
      where event_at >= $1 and event_at < $2 and at >= $3 and outcome in ('delivered', 'exhausted')
  ) p group by delivery_id
), e as (
  select count(*) as events, coalesce(sum(fanout), 0) as owed from events where created_at >= $1 and created_at < $2
)
select e.events, e.owed::bigint as owed,
  coalesce(sum(ready), 0)::bigint as ready, coalesce(sum(deferred), 0)::bigint as deferred,
  coalesce(sum(parked), 0)::bigint as parked, coalesce(sum(delivered), 0)::bigint as delivered,
  coalesce(sum(exhausted), 0)::bigint as exhausted,
  (select coalesce(sum(deliveries), 0)::bigint from dropped_deliveries
    where event_minute >= $1 and event_minute < $2) as dropped,
  count(*) filter (where ready + deferred + parked + least(delivered + exhausted, 1) > 1) as in_two_places,
  count(*) filter (where delivered + exhausted > 1) as ended_twice
from e left join each on true group by e.events, e.owed
"""
