"""Syncs: what is to be asked of Meta, and when. One row per subject and kind; any number of workers share the work.

A wish for a sync moves its row forward, within an allowance; whoever claims a row holds it by a lease. The regular
round is the same row, due again after PERIOD.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Literal
from uuid import UUID

import msgspec

from ..errors import RateLimited
from ..postgres.pool import Connection

#: `phone` and `waba` read facts, `templates` the list of a WABA, `release` takes a disconnected phone's callback away,
#: `import` asks for the contacts and the history of a number that is on the WhatsApp Business app.
Kind = Literal["phone", "waba", "templates", "release", "import"]
#: What a wish may cost: so many seconds of allowance per sync, and how far it may be overdrawn for a burst.
PAUSE, BURST = timedelta(minutes=1), timedelta(minutes=15)
PERIOD = timedelta(hours=6)
LEASE = timedelta(seconds=60)
FIRST_RETRY, LAST_RETRY = timedelta(seconds=15), timedelta(hours=1)

Wanted = tuple[UUID, UUID, Kind]


class Job(msgspec.Struct, frozen=True):
    """A claimed sync."""

    organization_id: UUID
    subject_id: UUID
    kind: Kind
    failures: int


async def want(conn: Connection, wanted: Collection[Wanted]) -> set[tuple[object, ...]]:
    """Asks for syncs (organization, subject, kind) soon; asking for what is due already writes nothing. Returns the
    (subject, kind) that are due sooner now."""
    if not wanted:
        return set()
    sooner = await conn.fetch(
        "insert into account_syncs as s (organization_id, subject_id, kind, due_at, free_at)"
        " select organization_id, subject_id, kind, now(), now()"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, subject_id, kind) order by 1, 2, 3"
        " on conflict (organization_id, subject_id, kind) do update"
        " set due_at = greatest(now(), s.free_at - $4::interval)"
        " where s.due_at > greatest(now(), s.free_at - $4::interval) returning s.subject_id, s.kind",
        *zip(*sorted(set(wanted)), strict=True),
        BURST,
    )
    return {tuple(row.values()) for row in sooner}


async def claim(conn: Connection, limit: int) -> list[Job]:
    """Syncs that are due and that nobody runs, the longest due first; they are the caller's for LEASE."""
    rows = await conn.fetch(
        "with due as (select organization_id, subject_id, kind from account_syncs where due_at <= now()"
        " and (claimed_until is null or claimed_until < now()) order by due_at limit $1 for update skip locked)"
        " update account_syncs s set claimed_until = now() + $2::interval, due_at = now() + $2::interval,"
        " free_at = greatest(s.free_at, now()) + $3::interval from due"
        " where (s.organization_id, s.subject_id, s.kind) = (due.organization_id, due.subject_id, due.kind)"
        " returning s.organization_id, s.subject_id, s.kind, s.failures",
        limit,
        LEASE,
        PAUSE,
    )
    return [Job(*row.values()) for row in rows]


async def claim_now(conn: Connection, organization_id: UUID, subject_id: UUID, kind: Kind) -> Job | None:
    """A sync for a caller who waits; None while somebody else runs it. Raises RateLimited beyond the allowance."""
    await want(conn, [(organization_id, subject_id, kind)])
    row = await conn.fetchrow(
        "with present as (select organization_id, subject_id, kind, claimed_until > now() as is_taken,"
        " extract(epoch from free_at - $5::interval - now())::int as seconds from account_syncs"
        " where organization_id = $1 and subject_id = $2 and kind = $3 for update),"
        " claimed as (update account_syncs s set claimed_until = now() + $4::interval, due_at = now() + $4::interval,"
        " free_at = greatest(s.free_at, now()) + $6::interval from present p"
        " where (s.organization_id, s.subject_id, s.kind) = (p.organization_id, p.subject_id, p.kind)"
        " and p.is_taken is not true and p.seconds <= 0 returning s.failures)"
        " select p.is_taken, p.seconds, c.failures from present p left join claimed c on true",
        organization_id, subject_id, kind, LEASE, BURST, PAUSE,
    )  # fmt: skip
    if row["failures"] is not None:
        return Job(organization_id, subject_id, kind, row["failures"])
    if row["is_taken"]:
        return None
    seconds = max(1, row["seconds"])
    raise RateLimited(f"This was asked of Meta very often; ask again in {seconds} seconds.", retry_after=seconds)


async def done(conn: Connection, job: Job, again: timedelta | None = None) -> None:
    """Next at the regular time (spread by a fifth) or after `again`, or at once when it was wanted meanwhile."""
    await conn.execute(
        "update account_syncs set synced_at = now(), failures = 0, error = null, claimed_until = null,"
        " due_at = case when due_at < claimed_until then due_at else now() + $4::interval * (0.8 + 0.4 * random()) end"
        " where organization_id = $1 and subject_id = $2 and kind = $3",
        *_key(job),
        PERIOD if again is None else min(again, PERIOD),
    )


async def failed(conn: Connection, job: Job, error: str) -> None:
    """Tried again later, and later each time."""
    await conn.execute(
        "update account_syncs set failures = least(failures + 1, 1000), error = $4, claimed_until = null,"
        " due_at = now() + $5::interval * (0.8 + 0.4 * random())"
        " where organization_id = $1 and subject_id = $2 and kind = $3",
        *_key(job),
        error[:500],
        min(LAST_RETRY, FIRST_RETRY * 2 ** min(job.failures, 20)),
    )


async def give_back(conn: Connection, job: Job) -> None:
    """A runner that has to stop leaves the sync to others at once."""
    await conn.execute(
        "update account_syncs set claimed_until = null, due_at = now()"
        " where organization_id = $1 and subject_id = $2 and kind = $3",
        *_key(job),
    )


async def forget(conn: Connection, organization_id: UUID, subject_id: UUID, kinds: Collection[Kind]) -> None:
    """What no longer needs to be asked."""
    await conn.execute(
        "delete from account_syncs where organization_id = $1 and subject_id = $2 and kind = any($3::text[])",
        organization_id,
        subject_id,
        list(kinds),
    )


def _key(job: Job) -> tuple[UUID, UUID, str]:
    return job.organization_id, job.subject_id, job.kind
