"""Amendments: what became of a message after it was written: the latest edit counts, a deletion ends it, in any order.

An amendment may be told before its message: it waits in its table, and the message is stored as amended.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from ..content import MEDIA_TYPES
from ..postgres.pool import Connection


class Note(NamedTuple):
    """The side that wrote `target` changed it: an edit has `edited_at`, a deletion `deleted_at`."""

    organization_id: UUID
    phone_id: UUID
    target: str
    direction: str
    edited_at: datetime | None
    edited_by: str | None
    content: str | None
    deleted_at: datetime | None


def note_of(
    organization_id: UUID, phone_id: UUID, direction: str, type_: str, content: str, at: datetime, wamid: str
) -> Note | None:
    """From the content of a message of type `edit` or `revoke`; None where it does not say what it is about, or
    what it says now."""
    told = msgspec.json.decode(content)
    target = told.get("wamid")
    if not target:
        return None
    if type_ == "revoke":
        return Note(organization_id, phone_id, target, direction, None, None, None, at)
    following = told["content"]
    if not following or (told["type"] in MEDIA_TYPES and "mediaId" not in following):
        return None
    text = msgspec.json.encode(following).decode()
    return Note(organization_id, phone_id, target, direction, at, wamid, text, None)


async def note(conn: Connection, notes: Sequence[Note]) -> None:
    """Keeps amendments and applies them to the messages that are stored; locks are taken in the order of targets."""
    if not notes:
        return
    merged = _merged(notes)
    await conn.execute(
        """
        insert into amendments as a
          (organization_id, phone_id, target, direction, edited_at, edited_by, content, deleted_at)
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::json[],
          $8::timestamptz[])
        on conflict (organization_id, phone_id, target, direction) do update set
          (edited_at, edited_by, content) = (
            select n.edited_at, n.edited_by, n.content
            from (values
              (a.edited_at, a.edited_by, a.content), (excluded.edited_at, excluded.edited_by, excluded.content)
            ) as n(edited_at, edited_by, content)
            order by n.edited_at desc nulls last, n.edited_by desc limit 1
          ),
          deleted_at = least(a.deleted_at, excluded.deleted_at)
        """,
        *zip(*merged, strict=True),
    )
    await apply(conn, {(each.organization_id, each.phone_id, each.target) for each in merged})


async def apply(conn: Connection, keys: Collection[tuple[UUID, UUID, str]]) -> None:
    """Brings stored messages (organization, phone, wamid) to what is known of them; a deleted one says nothing more."""
    await conn.execute(
        """
        update messages m set
          content = case when a.deleted_at is not null then '{}'::json else coalesce(a.content, m.content) end,
          original = case when a.deleted_at is null then m.original end,
          edited_at = a.edited_at, deleted_at = a.deleted_at
        from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, target)
        join amendments a using (organization_id, phone_id, target)
        where m.organization_id = a.organization_id and m.phone_id = a.phone_id and m.wamid = a.target
          and m.direction = a.direction
        """,
        *zip(*sorted(keys), strict=True),
    )


def _merged(notes: Sequence[Note]) -> list[Note]:
    """One row for each target, as a statement may touch a row only once."""
    known: dict[tuple[UUID, UUID, str, str], Note] = {}
    for each in notes:
        before = known.get(each[:4])
        if before is not None:
            edits = [(n.edited_at, n.edited_by or "", n) for n in (before, each) if n.edited_at is not None]
            last = max(edits, key=lambda edit: edit[:2])[2] if edits else before
            deletions = [n.deleted_at for n in (before, each) if n.deleted_at is not None]
            each = last._replace(deleted_at=min(deletions, default=None))
        known[each[:4]] = each
    return [known[key] for key in sorted(known)]
