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
    """Keeps them; the latest of each side counts, whatever the order of calls, and of one moment the one noted last."""
    if notes:
        await conn.execute(
            "insert into reactions (organization_id, phone_id, target, side, emoji, at, wamid)"
            " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],"
            " $7::text[]) on conflict do nothing",
            *zip(*sorted(notes, key=lambda each: (*each[:4], each.at)), strict=True),
        )


async def withdraw(conn: Connection, notes: Sequence[Note]) -> None:
    """These never came about: what stood before them stands again."""
    if notes:
        keys = sorted((each.organization_id, each.phone_id, each.target, each.wamid) for each in notes)
        await conn.execute(
            "delete from reactions r using unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])"
            " as w(organization_id, phone_id, target, wamid)"
            " where r.organization_id = w.organization_id and r.phone_id = w.phone_id and r.target = w.target"
            " and r.wamid = w.wamid",
            *zip(*keys, strict=True),
        )


async def of(
    conn: Connection, organization_id: UUID, phone_id: UUID, wamids: Collection[str]
) -> dict[str, list[Reaction]]:
    """Reactions that stand, by the message that they are about; the contact's first."""
    if not wamids:
        return {}
    rows = await conn.fetch(_STANDING, organization_id, phone_id, list(wamids))
    found: dict[str, list[Reaction]] = {}
    for target, emoji, side, at in (row.values() for row in rows):
        found.setdefault(target, []).append(Reaction(emoji, side, clock.stamp(at)))
    return found


_STANDING = """
select r.target, r.emoji, r.side, r.at from unnest($3::text[]) as t(target)
cross join (values ('contact'), ('business')) as s(side)
cross join lateral (
  select * from reactions r where r.organization_id = $1 and r.phone_id = $2 and r.target = t.target and r.side = s.side
  order by r.at desc, r.seq desc limit 1) r
where r.emoji is not null order by r.target, r.side desc
"""
