"""Small regular work that any number of workers may do side by side: each chore is harmless when done twice."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
import structlog
from prometheus_client import Gauge

from .. import clock
from ..domain import (
    accounting,
    completion,
    conversation_search,
    idempotency,
    media_links,
    pacing,
    replays,
    resync,
    shared_inbox_audit,
    shared_inbox_changes,
    shared_inbox_sends,
    shared_inbox_sessions,
    statuses,
    tally,
    unsettled,
    webhook_secrets,
)
from ..errors import Unavailable
from ..postgres import schema
from ..runtime import Runtime

log = structlog.get_logger()
FOLD = 20_000
#: The books are looked at when their last minutes are closed.
CLOSED = timedelta(minutes=5)
FACTS_UNACCOUNTED = Gauge(
    "waypost_unaccounted_facts", "Facts of the last five whole minutes of which it is not known what became."
)
DELIVERIES_UNACCOUNTED = Gauge(
    "waypost_unaccounted_deliveries", "Deliveries of the last five whole minutes that are nowhere, or twice."
)


async def adopt_orphans(rt: Runtime) -> None:
    async with rt.pool.transaction() as conn:
        adopted = await statuses.adopt_orphans(conn, public_url=rt.config.public_url)
    if adopted:
        log.info("chores.statuses_adopted", statuses=len(adopted))
        rt.bell.ring(adopted)


async def resume_signups(rt: Runtime) -> None:
    if ended := await completion.resume(rt):
        log.info("chores.signups_resumed", signups=ended)


async def resync_accounts(rt: Runtime) -> None:
    """Until nothing more is due: a wish is granted within a second or two, however many there are."""
    while await resync.run(rt) == resync.AT_ONCE:
        pass


async def keep_days(rt: Runtime) -> None:
    async with rt.pool.connection() as conn:
        await schema.keep_partitions(conn)
        await statuses.forget_orphans(conn)
        await media_links.forget_old(conn)
        await replays.forget(conn)
        await webhook_secrets.forget(conn)


async def keep_sending_tidy(rt: Runtime) -> None:
    async with rt.pool.connection() as conn:
        await pacing.forget(conn)
        await idempotency.forget(conn)


async def keep_inboxes_tidy(rt: Runtime) -> None:
    async with rt.pool.connection() as conn:
        await shared_inbox_sessions.forget(conn)
        await shared_inbox_changes.forget(conn)
        await shared_inbox_sends.forget(conn)
        await shared_inbox_audit.forget(conn)


async def report_unsettled(rt: Runtime) -> None:
    async with rt.pool.connection() as conn:
        seen = await unsettled.look(conn)
    if seen.number:
        oldest = [{"organization": str(o), "phone": str(p), "message": str(m)} for o, p, m in seen.oldest]
        log.warning("sends.unsettled_for_an_hour", number=seen.number, oldest=oldest)


async def keep_statistics(rt: Runtime) -> None:
    async with rt.pool.connection() as conn:
        if analyzed := await schema.keep_statistics(conn):
            log.info("chores.analyzed", tables=analyzed)


async def fold_tallies(rt: Runtime) -> None:
    """Until there is little left: a busy second leaves more than one round takes."""
    folded = FOLD
    while folded == FOLD:
        async with rt.pool.transaction() as conn:
            folded = await tally.fold(conn, FOLD)


async def fold_contacts(rt: Runtime) -> None:
    async with rt.pool.connection() as conn:
        await conversation_search.fold(conn)


async def keep_books(rt: Runtime) -> None:
    """What metrics show of the books, and a line in the log when they are not even; nothing is counted at a scrape."""
    until = clock.now().replace(second=0, microsecond=0)
    async with rt.pool.transaction("repeatable_read", readonly=True) as conn:
        seen = await accounting.balance(conn, until - CLOSED, until)
    FACTS_UNACCOUNTED.set(seen.facts.unaccounted)
    DELIVERIES_UNACCOUNTED.set(seen.deliveries.unaccounted)
    if not seen.is_even:
        log.error("books.uneven", **msgspec.to_builtins(seen, str_keys=True))


#: seconds between two rounds, chore
CHORES: tuple[tuple[float, Callable[[Runtime], Awaitable[None]]], ...] = (
    (1.0, adopt_orphans),
    (2.0, resume_signups),
    (1.0, resync_accounts),
    (1.0, replays.run),
    (1.0, keep_statistics),
    (0.5, fold_tallies),
    (1.0, fold_contacts),
    (60.0, keep_sending_tidy),
    (60.0, keep_inboxes_tidy),
    (600.0, report_unsettled),
    (3600.0, keep_days),
)


async def run(rt: Runtime) -> None:
    """Every chore in its own rhythm, until cancelled."""
    await asyncio.gather(*(_repeat(rt, pause, chore) for pause, chore in CHORES))


async def run_in_gateway(rt: Runtime) -> None:
    """The chores that a gateway does itself: it must not need a worker to stay quick."""
    rhythms = ((1.0, keep_statistics), (0.5, fold_tallies), (1.0, fold_contacts), (60.0, keep_books))
    await asyncio.gather(*(_repeat(rt, pause, chore) for pause, chore in rhythms))


async def _repeat(rt: Runtime, pause: float, chore: Callable[[Runtime], Awaitable[None]]) -> None:
    while True:
        try:
            await chore(rt)
        except Unavailable:
            log.warning("chores.database_away", chore=chore.__name__)
        except Exception:
            log.exception("chores.failed", chore=chore.__name__)
        await asyncio.sleep(pause)
