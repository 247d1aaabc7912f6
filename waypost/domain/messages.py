"""Messages: their shape, how they join a conversation, and how they are read back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from .. import clock, events
from ..paging import Page, Slice
from ..postgres.pool import Connection
from . import conversations
from .conversations import Thread
from .phones import Phone


class Message(msgspec.Struct, rename="camel"):
    """As the API shows it."""

    id: UUID
    wamid: str | None
    direction: str
    type: str
    content: msgspec.Raw
    status: str
    timestamp: str
    error: msgspec.Raw | None
    context: msgspec.Raw | None
    status_timestamps: msgspec.Raw
    reactions: list[Any] = []


class Draft(msgspec.Struct):
    """A message about to be stored; JSON columns are texts. `add` gives it its position."""

    phone: Phone
    thread: Thread
    id: UUID
    direction: str
    type: str
    content: str
    status: str
    at: datetime
    wamid: str | None = None
    context: str | None = None
    error: str | None = None
    original: str | None = None
    status_timestamps: str = "{}"
    position: int = 0


def raw(text: str | None) -> msgspec.Raw | None:
    """A JSON column as it goes into an answer, unparsed."""
    return None if text is None else msgspec.Raw(text.encode())


def event_data(draft: Draft, origin: str) -> events.MessageData:
    """`data` of an event about this message as it stands in the draft."""
    thread, phone = draft.thread, draft.phone
    return events.MessageData(
        message_id=draft.id,
        conversation_id=thread.id,
        phone_number_id=phone.id,
        phone_number=phone.number,
        contact_phone=thread.contact_phone,
        contact_user_id=thread.contact_user_id,
        contact_name=thread.contact_name,
        direction=draft.direction,
        type=draft.type,
        content=msgspec.Raw(draft.content.encode()),
        wamid=draft.wamid,
        status=draft.status,
        external_id=phone.external_id,
        error=raw(draft.error),
        context=raw(draft.context),
        timestamp=clock.stamp(draft.at),
        status_timestamps=msgspec.Raw(draft.status_timestamps.encode()),
        origin=origin,
    )


async def known_wamids(conn: Connection, keys: Sequence[tuple[UUID, UUID, str]]) -> set[tuple[UUID, str]]:
    """Which (organization, phone, wamid) are stored already, as (phone, wamid); ask while holding their threads."""
    rows = await conn.fetch(
        "select m.phone_id, m.wamid"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, wamid)"
        " join messages m using (organization_id, phone_id, wamid)",
        *zip(*keys, strict=True),
    )
    return {(row[0], row[1]) for row in rows}


async def add(conn: Connection, drafts: Sequence[Draft]) -> None:
    """Stores drafts and saves their (locked) threads. Within a conversation positions follow the second of `at`."""
    ordered = sorted(drafts, key=lambda draft: _second(draft.at))
    for draft in ordered:
        thread = draft.thread
        newest = thread.last_message_at
        if newest is not None and _second(draft.at) < _second(newest):
            draft.position = await _make_room(conn, draft, [d for d in ordered if d.position and d.thread is thread])
        else:
            draft.position = thread.message_count + 1
            thread.last_message_at = draft.at if newest is None else max(newest, draft.at)
        thread.message_count += 1
        if draft.direction == "inbound":
            thread.unread += 1
            thread.last_inbound_at = max(draft.at, thread.last_inbound_at or draft.at)
    await _insert(conn, ordered)
    unique = {draft.thread.id: draft.thread for draft in ordered}
    await conversations.save(conn, [unique[id_] for id_ in sorted(unique)])


async def _make_room(conn: Connection, draft: Draft, placed: list[Draft]) -> int:
    """The position of a message that comes late; those after it move up by one. Rare: the cost is how late it is.

    `placed` are the earlier ones of the same batch, which are not stored yet.
    """
    before: int = await conn.fetchval(
        "select coalesce((select position from messages where organization_id = $1 and conversation_id = $2"
        " and sent_at < $3 order by position desc limit 1), 0)",
        draft.thread.organization_id,
        draft.thread.id,
        _second(draft.at) + timedelta(seconds=1),
    )
    before = max([before, *(other.position for other in placed)])
    await conn.execute(
        "update messages set position = position + 1"
        " where organization_id = $1 and conversation_id = $2 and position > $3",
        draft.thread.organization_id,
        draft.thread.id,
        before,
    )
    return before + 1


async def _insert(conn: Connection, drafts: Sequence[Draft]) -> None:
    rows = [
        (d.thread.organization_id, d.id, d.phone.id, d.thread.id, d.position, d.direction, d.type, d.content, d.status,
         d.status_timestamps, d.wamid, d.context, d.error, d.original, d.at)
        for d in drafts
    ]  # fmt: skip
    await conn.execute(
        """
        insert into messages (organization_id, id, phone_id, conversation_id, position, direction, type, content,
          status, status_timestamps, wamid, context, error, original, sent_at)
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::text[],
          $8::json[], $9::text[], $10::json[], $11::text[], $12::json[], $13::json[], $14::json[], $15::timestamptz[])
        """,
        *zip(*rows, strict=True),
    )


_COLUMNS = "id, wamid, direction, type, content, status, sent_at, error, context, status_timestamps"


async def listed(
    conn: Connection, organization_id: UUID, phone_id: UUID, conversation_id: UUID, page: Page
) -> Slice[Message]:
    """Messages of a conversation, newest first; raises NotFound."""
    total = await conversations.message_count(conn, organization_id, phone_id, conversation_id)
    newest = total - page.offset
    rows = await conn.fetch(
        f"select {_COLUMNS} from messages where organization_id = $1 and conversation_id = $2"
        " and position <= $3 and position > $4 order by position desc",
        organization_id,
        conversation_id,
        max(newest, 0),
        max(newest - page.limit, 0),
    )
    return Slice([_shown(row) for row in rows], total, page)


def _shown(row: Any) -> Message:
    id_, wamid, direction, type_, content, status, sent_at, error, context, times = row.values()
    return Message(
        id_, wamid, direction, type_, msgspec.Raw(content.encode()), status, clock.stamp(sent_at),
        raw(error), raw(context), msgspec.Raw(times.encode()),
    )  # fmt: skip


def _second(moment: datetime) -> datetime:
    """Meta's clock has whole seconds; ours must not make an answer look older than the question."""
    return moment.replace(microsecond=0)
