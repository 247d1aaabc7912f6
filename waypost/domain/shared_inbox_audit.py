"""The audit of shared inboxes: a line, in the table and in the log, for each change of a link and each session."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import structlog

from ..postgres.pool import Connection

log = structlog.get_logger()
KEPT_DAYS = 365


async def note(
    conn: Connection, organization_id: UUID, link_id: UUID, action: str, details: Mapping[str, Any] | None = None
) -> None:
    """`action` is created, updated, rotated, revoked, opened or closed; `details` hold no secret."""
    told = dict(details or {})
    await conn.execute(
        "insert into inbox_audit (organization_id, link_id, action, details) values ($1, $2, $3, $4)",
        organization_id,
        link_id,
        action,
        msgspec.json.encode(told).decode(),
    )
    log.info(f"inbox.{action}", organization=str(organization_id), link=str(link_id), **told)


async def forget(conn: Connection, limit: int = 10_000) -> None:
    """Retention, the same for everybody."""
    await conn.execute(
        "delete from inbox_audit where (organization_id, id) in (select organization_id, id from inbox_audit"
        " where at < now() - make_interval(days => $1) order by at limit $2)",
        KEPT_DAYS,
        limit,
    )
