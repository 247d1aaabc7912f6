"""Sends whose outcome is still open after an hour: nothing settles them any more, so somebody has to look."""

from datetime import timedelta
from uuid import UUID

import msgspec

from ..postgres.pool import Connection

LONG = timedelta(hours=1)
MOST = 1000


class Unsettled(msgspec.Struct, frozen=True):
    """How many (counted up to MOST), and the oldest of them as (organization, phone, message)."""

    number: int
    oldest: list[tuple[UUID, UUID, UUID]]


async def look(conn: Connection, shown: int = 5) -> Unsettled:
    """Reads the few rows that are pending, whatever the size of the table."""
    rows = await conn.fetch(
        "select organization_id, phone_id, id from messages"
        " where status = 'pending' and created_at < now() - $1::interval order by created_at limit $2",
        LONG,
        MOST,
    )
    return Unsettled(len(rows), [tuple(row.values()) for row in rows[:shown]])
