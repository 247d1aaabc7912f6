"""Reactions: to each message the latest of the contact and of the business; they may be known before the message is."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from .. import clock
from ..postgres.pool import Connection

Side = Literal["contact", "business"]


class Reaction(msgspec.Struct):
    """As the API shows it, in `Message.reactions`."""

    emoji: str
    from_: Side = msgspec.field(name="from")
    timestamp: str


class Note(NamedTuple):
    """Someone reacted to `target`; `emoji` None takes the reaction back. `wamid` is the reaction's own."""

    organization_id: UUID
    phone_id: UUID
    target: str
    side: Side
    emoji: str | None
    at: datetime
    wamid: str


def note_of(organization_id: UUID, phone_id: UUID, side: Side, content: str, at: datetime, wamid: str) -> Note | None:
    """From the content of a message of type `reaction`; None where it does not say what it is about."""
    told = msgspec.json.decode(content)
    target, emoji = told.get("wamid"), told.get("emoji")
    return Note(organization_id, phone_id, target, side, emoji or None, at, wamid) if target else None


async def note(conn: Connection, notes: Sequence[Note]) -> None:
    """Keeps the latest of each side, whatever the order of calls."""
    latest: dict[tuple[UUID, UUID, str, str], Note] = {}
    for each in sorted(notes, key=lambda each: (each.at, each.wamid)):
        latest[each[:4]] = each
    if latest:
        await conn.execute(
            "insert into reactions as r (organization_id, phone_id, target, side, emoji, at, wamid)"
            " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],"
            " $7::text[])"
            " on conflict (organization_id, phone_id, target, side) do update"
            " set emoji = excluded.emoji, at = excluded.at, wamid = excluded.wamid"
            " where (excluded.at, excluded.wamid) > (r.at, r.wamid)",
            *zip(*(latest[key] for key in sorted(latest)), strict=True),
        )


async def of(
    conn: Connection, organization_id: UUID, phone_id: UUID, wamids: Collection[str]
) -> dict[str, list[Reaction]]:
    """Reactions that stand, by the message that they are about; the contact's first."""
    if not wamids:
        return {}
    rows = await conn.fetch(
        "select target, emoji, side, at from reactions where organization_id = $1 and phone_id = $2"
        " and target = any($3::text[]) and emoji is not null order by target, side desc",
        organization_id,
        phone_id,
        list(wamids),
    )
    found: dict[str, list[Reaction]] = {}
    for target, emoji, side, at in (row.values() for row in rows):
        found.setdefault(target, []).append(Reaction(emoji, side, clock.stamp(at)))
    return found
