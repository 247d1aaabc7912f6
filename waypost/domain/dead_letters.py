"""Dead letters: what was well signed and could not be applied, kept with the reason, shown by `doctor` and metrics."""

from collections.abc import Sequence
from uuid import UUID

from ..postgres.pool import Connection

#: organization if known, reason, body
Letter = tuple[UUID | None, str, bytes]


async def keep(conn: Connection, source: str, letters: Sequence[Letter]) -> None:
    """Stores letters; nothing about them is judged again."""
    if letters:
        await conn.execute(
            "insert into dead_letters (organization_id, source, reason, body)"
            " select o, $4, r, b from unnest($1::uuid[], $2::text[], $3::bytea[]) as l(o, r, b)",
            *zip(*letters, strict=True),
            source,
        )


async def recent(conn: Connection, limit: int = 1000) -> dict[str, int]:
    """Reasons among the newest letters, with their numbers: a bounded look, whatever the table's size."""
    rows = await conn.fetch(
        "select reason, count(*) as letters from (select reason from dead_letters order by received_at desc limit $1) l"
        " group by reason order by 2 desc",
        limit,
    )
    return {row["reason"]: row["letters"] for row in rows}
