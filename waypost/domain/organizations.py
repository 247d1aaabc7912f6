"""Organizations: the tenants."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from .. import clock
from ..errors import Invalid, NotFound
from ..postgres.pool import Connection


class Organization(msgspec.Struct, rename="camel"):
    """As the API and the command line show it."""

    id: UUID
    name: str
    is_suspended: bool
    created_at: str


async def create(conn: Connection, name: str) -> Organization:
    """Raises Invalid for an empty or overlong name."""
    name = name.strip()
    if not 1 <= len(name) <= 200 or "\x00" in name:
        raise Invalid.field("name", "must have 1 to 200 characters.")
    row = await conn.fetchrow(
        "insert into organizations (id, name) values ($1, $2) returning id, name, suspended_at, created_at",
        uuid4(),
        name,
    )
    return _shown(row)


async def one(conn: Connection, id_: UUID) -> Organization:
    """Raises NotFound."""
    row = await conn.fetchrow("select id, name, suspended_at, created_at from organizations where id = $1", id_)
    if row is None:
        raise NotFound(f"There is no organization {id_}.")
    return _shown(row)


async def listed(conn: Connection, after: tuple[datetime, UUID] | None = None, limit: int = 1000) -> list[Organization]:
    """Oldest first, for the operator's command line; bounded, continued with the last one's (created_at, id)."""
    rows = await conn.fetch(
        "select id, name, suspended_at, created_at from organizations"
        " where $1::timestamptz is null or (created_at, id) > ($1, $2) order by created_at, id limit $3",
        *(after or (None, None)),
        limit,
    )
    return [_shown(row) for row in rows]


def _shown(row: Any) -> Organization:
    return Organization(row["id"], row["name"], row["suspended_at"] is not None, clock.stamp(row["created_at"]))
