"""Keeps the positions of events growing when a database moves to another cluster, whose transactions count from less.

Asked by `schema.migrate` on every start. After a restore new positions begin far above all old ones, so that cursors
from before go on, those too that had read beyond the moment of the copy.
"""

import structlog

from .pool import Connection

log = structlog.get_logger()
#: More transactions than a cluster sees in the 30 days for which a cursor is good.
LEAP = 2**40
#: A visible row was written below xmax, unless another cluster wrote it. One probe of the index per organization.
_LOOK = """
select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next, f.shift, (
  select max(newest.position) from organizations o cross join lateral (
    select position from events where organization_id = o.id and position is not null order by position desc limit 1
  ) newest
) as newest from feed_origin f
"""


async def keep_origin(conn: Connection) -> bool:
    """Moves the origin when positions stand where none can stand yet; whether it did. One caller at a time."""
    if not await conn.fetchval("select to_regclass('feed_origin') is not null"):
        return False  # a schema without a feed
    found = await conn.fetchrow(_LOOK)
    if found["newest"] is None or found["newest"] < found["next"] + found["shift"]:
        return False
    shift: int = found["newest"] - found["next"] + LEAP
    async with conn.transaction():
        # Waits for whoever is writing events, so that nothing stays below the new horizon unseen.
        await conn.execute(
            f"alter table events alter column position set default pg_current_xact_id()::text::bigint + {shift}"
        )
        await conn.execute("update feed_origin set shift = $1", shift)
    log.warning("feed.origin_moved", reason="the database was restored into another cluster", shift=shift)
    return True
