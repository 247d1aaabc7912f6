"""Since when a webhook has only failed: written by the owner of its shard once a minute, never while it works.

One that has only failed for days is switched off; what waits for it is kept.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from ..postgres.pool import Connection

Pair = tuple[UUID, UUID]


async def note(conn: Connection, failed: Sequence[tuple[UUID, UUID, datetime]], patience: timedelta) -> list[Pair]:
    """(organization, webhook, when it failed) are noted; returns those that were switched off now."""
    rows = await conn.fetch(_NOTE, *zip(*sorted(failed), strict=True), patience)
    return [(row["organization_id"], row["id"]) for row in rows if not row["is_active"]]


_NOTE = """
update outgoing_webhooks w set
  failing_since = coalesce(w.failing_since, f.at),
  is_active = not (w.failing_since is not null and w.failing_since <= f.at - $4::interval),
  switched_off = case when w.failing_since <= f.at - $4::interval then 'failing' end,
  updated_at = case when w.failing_since <= f.at - $4::interval then greatest(now(), w.updated_at + interval '1 ms')
    else w.updated_at end
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as f(organization_id, id, at)
where w.organization_id = f.organization_id and w.id = f.id and w.is_active
returning w.organization_id, w.id, w.is_active
"""


async def forget(conn: Connection, pairs: Iterable[Pair]) -> None:
    """These have had a success."""
    await conn.execute(
        "update outgoing_webhooks w set failing_since = null"
        " from unnest($1::uuid[], $2::uuid[]) as k(organization_id, id)"
        " where w.organization_id = k.organization_id and w.id = k.id and w.failing_since is not null",
        *zip(*sorted(pairs), strict=True),
    )
