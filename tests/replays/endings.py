"""Deliveries that have ended, straight into the tables, many at a time, and what a replay made of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.workers.rows import Books
from waypost import clock
from waypost.domain import replays
from waypost.domain.replays import Replay, Wanted
from waypost.domain.webhooks import Webhook

ATTEMPTS = 4
HOUR = timedelta(hours=1)

_ENDED = """
with e as (
  insert into events (organization_id, id, type, body, created_at, fanout)
  select $1, gen_random_uuid(), 'message.received', '{}', $3::timestamptz + n * $4::interval, 1
  from generate_series(0, $5::int - 1) n
  returning id, created_at
), d as materialized (select gen_random_uuid() as delivery_id, id, created_at from e)
insert into attempts (organization_id, webhook_id, delivery_id, event_id, event_type, event_at, number, outcome, at,
  duration_ms)
select $1, $2, delivery_id, id, 'message.received', created_at, number,
  case when number = $6 then $7::text else 'retry' end, created_at + number * interval '1 s', 1
from d cross join generate_series($6::int - 1, $6::int) number returning delivery_id
"""


async def ended(
    book: Books,
    webhook: Webhook,
    count: int,
    outcome: str = "exhausted",
    *,
    at: datetime | None = None,
    apart: timedelta = timedelta(milliseconds=1),
) -> set[UUID]:
    """So many, each with two attempts left in the log; their ids."""
    rows = await book.conn.fetch(
        _ENDED, book.organization_id, webhook.id, at or clock.now() - HOUR, apart, count, ATTEMPTS, outcome
    )
    return {row["delivery_id"] for row in rows}


async def begun(
    book: Books,
    webhook: Webhook,
    status: Wanted = "exhausted",
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Replay:
    async with book.conn.transaction():
        return await replays.create(
            book.conn, book.organization_id, webhook.id, since or clock.now() - 2 * HOUR, until or clock.now(), status
        )


async def seen(book: Books, replay: Replay) -> Replay:
    return await replays.one(book.conn, book.organization_id, replay.webhook_id, replay.id)


async def step(book: Books) -> int | None:
    """One step of whichever is due, in a transaction of its own."""
    async with book.conn.transaction():
        return await replays.step(book.conn)


async def queued(book: Books, webhook: Webhook) -> list[Any]:
    """What waits in `deferred`, in the order of its turn."""
    return await book.conn.fetch("select * from deferred where webhook_id = $1 order by run_at", webhook.id)


async def hurry(book: Books) -> None:
    """Those that rest are due."""
    await book.conn.execute("update replays set run_at = now() where organization_id = $1", book.organization_id)
