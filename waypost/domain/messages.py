"""Messages: their shape, how they join a conversation, and how they are read back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .. import clock, events
from ..content import MEDIA_TYPES, QUIET_TYPES, WINDOWLESS_TYPES, with_addresses
from ..errors import NotFound
from ..paging import Page, Slice, cursor_at, place_of, unknown_cursor
from ..postgres.pool import Connection
from . import conversations, reactions
from .conversations import Thread
from .ledger import touched
from .phones import Phone
from .reactions import Reaction


class Message(msgspec.Struct, rename="camel"):
    """As the API shows it. `origin` is `contact`, `api`, `app` (written in the WhatsApp Business app) or `history`."""

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
    origin: str
    pricing: msgspec.Raw | None
    edited_at: str | None
    deleted_at: str | None
    reactions: list[Reaction]


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
    origin: str | None = None
    accepted_at: datetime | None = None
    pricing: str | None = None


def raw(text: str | None) -> msgspec.Raw | None:
    """A JSON column as it goes into an answer, unparsed."""
    return None if text is None else msgspec.Raw(text.encode())


def event_data(draft: Draft, public_url: str) -> events.MessageData:
    """`data` of an event about this message as it stands in the draft."""
    thread, phone = draft.thread, draft.phone
    return events.MessageData(
        message_id=draft.id,
        conversation_id=thread.id,
        phone_number_id=phone.id,
        phone_number=phone.number,
        contact_phone=thread.contact_phone,
        contact_user_id=thread.contact_user_id,
        contact_username=thread.contact_username,
        contact_name=thread.contact_name,
        direction=draft.direction,
        type=draft.type,
        content=_content(draft.type, draft.content, public_url, phone.id),
        wamid=draft.wamid,
        status=draft.status,
        external_id=phone.external_id,
        error=raw(draft.error),
        context=raw(draft.context),
        timestamp=clock.stamp(draft.at),
        status_timestamps=msgspec.Raw(draft.status_timestamps.encode()),
        origin=draft.origin or _usual_origin(draft.direction),
        pricing=raw(draft.pricing),
    )


def _usual_origin(direction: str) -> str:
    return "contact" if direction == "inbound" else "api"


def _content(type_: str, content: str, public_url: str, phone_id: UUID) -> msgspec.Raw:
    if type_ in MEDIA_TYPES:
        told = with_addresses(msgspec.json.decode(content), public_url, phone_id)
        return msgspec.Raw(msgspec.json.encode(told))
    return msgspec.Raw(content.encode())


async def known_wamids(conn: Connection, keys: Sequence[tuple[UUID, UUID, str]]) -> dict[tuple[UUID, str], str]:
    """Which (organization, phone, wamid) are stored already: (phone, wamid) → type; ask while holding their threads."""
    rows = await conn.fetch(
        "select m.phone_id, m.wamid, m.type"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, wamid)"
        " join messages m using (organization_id, phone_id, wamid)",
        *zip(*keys, strict=True),
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def add(conn: Connection, drafts: Sequence[Draft]) -> int:
    """Stores drafts and saves their (locked) threads. Within a conversation positions follow the second of `at`.

    Returns how many rows the database says it added.
    """
    ordered = sorted(drafts, key=lambda draft: _second(draft.at))
    threads = {draft.thread.id: draft.thread for draft in ordered}
    late = [draft for draft in ordered if _is_late(draft)]
    for thread in threads.values():
        thread.message_count += sum(draft.thread is thread for draft in late) if late else 0
    if late:
        await _make_room(conn, late)
    for draft in ordered:
        thread = draft.thread
        if not draft.position:
            thread.message_count += 1
            draft.position = thread.message_count
            thread.last_message_at = max(draft.at, thread.last_message_at or draft.at)
        if draft.direction == "inbound" and draft.origin is None:
            _touch(thread, draft)
    added = await _insert(conn, ordered)
    await conversations.save(conn, [threads[id_] for id_ in sorted(threads)])
    return added


def _touch(thread: Thread, draft: Draft) -> None:
    """The contact did something: unread, and the window to answer in opens."""
    if draft.type not in QUIET_TYPES:
        thread.unread += 1
    if draft.type not in WINDOWLESS_TYPES:
        thread.last_inbound_at = max(draft.at, thread.last_inbound_at or draft.at)


def _is_late(draft: Draft) -> bool:
    newest = draft.thread.last_message_at
    return newest is not None and _second(draft.at) < _second(newest)


async def _make_room(conn: Connection, late: Sequence[Draft]) -> None:
    """Gives late messages their positions and moves those after them up: one statement for all threads of a batch,
    whose cost is how late the earliest of each thread is."""
    rows = [(draft.thread.organization_id, draft.thread.id, nth, _second(draft.at)) for nth, draft in enumerate(late)]
    places = await conn.fetch(
        """
        with late as materialized (
          select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[])
            as l(organization_id, conversation_id, nth, at)
        ), floors as materialized (
          select f.organization_id, f.conversation_id, coalesce((
            select m.position from messages m where m.organization_id = f.organization_id
              and m.conversation_id = f.conversation_id and m.sent_at < f.at + interval '1 second'
            order by m.position desc limit 1
          ), 0) as position
          from (select organization_id, conversation_id, min(at) as at from late group by 1, 2) f
        ), merged as (
          select f.conversation_id, date_trunc('second', m.sent_at) as at, 0 as is_late, m.position as place, m.id,
            m.organization_id, null::int as nth
          from floors f join messages m on m.organization_id = f.organization_id
            and m.conversation_id = f.conversation_id and m.position > f.position
          union all
          select conversation_id, at, 1, nth, null, organization_id, nth from late
        ), placed as materialized (
          select m.organization_id, m.id, m.nth, f.position
            + row_number() over (partition by m.conversation_id order by m.at, m.is_late, m.place) as position
          from merged m join floors f using (organization_id, conversation_id)
        ), moved as (
          update messages m set position = p.position from placed p
          where p.id is not null and m.organization_id = p.organization_id and m.id = p.id and m.position <> p.position
        )
        select nth, position from placed where nth is not null
        """,
        *zip(*rows, strict=True),
    )
    for nth, position in (row.values() for row in places):
        late[nth].position = position


async def _insert(conn: Connection, drafts: Sequence[Draft]) -> int:
    """What was told of a message before it came is applied in the same statement: see amendments.py."""
    rows = [
        (d.thread.organization_id, d.id, d.phone.id, d.thread.id, d.position, d.direction, d.type, d.content, d.status,
         d.status_timestamps, d.wamid, d.context, d.error, d.original, d.at, d.origin, d.accepted_at)
        for d in drafts
    ]  # fmt: skip
    done: str = await conn.execute(
        """
        insert into messages (organization_id, id, phone_id, conversation_id, position, direction, type, status,
          status_timestamps, wamid, context, error, sent_at, origin, accepted_at, content, original, edited_at,
          deleted_at)
        select n.organization_id, n.id, n.phone_id, n.conversation_id, n.position, n.direction, n.type, n.status,
          n.times, n.wamid, n.context, n.error, n.at, n.origin, n.accepted_at,
          case when a.deleted_at is not null then '{}'::json else coalesce(a.content, n.content) end,
          case when a.deleted_at is null then n.original end, a.edited_at, a.deleted_at
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::text[], $8::json[],
          $9::text[], $10::json[], $11::text[], $12::json[], $13::json[], $14::json[], $15::timestamptz[],
          $16::text[], $17::timestamptz[]) as n(organization_id, id, phone_id, conversation_id, position, direction,
          type, content, status, times, wamid, context, error, original, at, origin, accepted_at)
        left join lateral (
          select content, edited_at, deleted_at from amendments
          where organization_id = n.organization_id and phone_id = n.phone_id and target = n.wamid
            and direction = n.direction limit 1
        ) a on true
        """,
        *zip(*rows, strict=True),
    )
    return touched(done)


async def fill(conn: Connection, drafts: Sequence[Draft]) -> int:
    """What the placeholders of imported media stood for: they keep their place and time. Returns how many it found."""
    rows = [(d.phone.organization_id, d.phone.id, d.wamid, d.type, d.content, d.context, d.original) for d in drafts]
    done: str = await conn.execute(
        "update messages m set type = n.type, content = n.content, context = n.context, original = n.original"
        " from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::json[], $6::json[], $7::json[])"
        " as n(organization_id, phone_id, wamid, type, content, context, original)"
        " where m.organization_id = n.organization_id and m.phone_id = n.phone_id and m.wamid = n.wamid"
        " and m.type = 'media_placeholder'",
        *zip(*rows, strict=True),
    )
    return touched(done)


_COLUMNS = (
    "id, phone_id, wamid, direction, type, content, status, sent_at, error, context, status_timestamps, origin,"
    " pricing, edited_at, deleted_at"
)


async def listed(
    conn: Connection, organization_id: UUID, phone_id: UUID, conversation_id: UUID, page: Page, public_url: str = ""
) -> Slice[Message]:
    """Messages of a conversation, newest first, by the number of the page or behind a cursor; raises NotFound.

    `public_url` is this deployment's, for the addresses of media.
    """
    total = await conversations.message_count(conn, organization_id, phone_id, conversation_id)
    newest = total - page.offset
    if page.cursor:
        newest = await _before(conn, organization_id, conversation_id, place_of(page.cursor, tuple[UUID])[0])
    rows = await conn.fetch(
        f"select {_COLUMNS} from messages where organization_id = $1 and conversation_id = $2"
        " and position <= $3 and position > $4 order by position desc",
        organization_id,
        conversation_id,
        max(newest, 0),
        max(newest - page.limit, 0),
    )
    following = cursor_at(rows[-1]["id"]) if newest > page.limit else None
    return Slice(await _shown(conn, organization_id, rows, public_url), total, page, following)


async def _before(conn: Connection, organization_id: UUID, conversation_id: UUID, id_: UUID) -> int:
    """The position in front of a message: messages that came late may have moved it, but never what lies before it."""
    position: int | None = await conn.fetchval(
        "select position from messages where organization_id = $1 and id = $2 and conversation_id = $3",
        organization_id,
        id_,
        conversation_id,
    )
    if position is None:
        raise unknown_cursor()
    return position - 1


async def one(conn: Connection, organization_id: UUID, phone_id: UUID, id_: UUID, public_url: str = "") -> Message:
    """A message of this phone by our id; raises NotFound."""
    row = await conn.fetchrow(
        f"select {_COLUMNS} from messages where organization_id = $1 and id = $2 and phone_id = $3",
        organization_id,
        id_,
        phone_id,
    )
    if row is None:
        raise NotFound.of("message", id_)
    return (await _shown(conn, organization_id, [row], public_url))[0]


async def outcome(conn: Connection, organization_id: UUID, id_: UUID) -> tuple[str | None, str | None]:
    """(wamid, error) of a sent message: both None while its outcome is open."""
    row = await conn.fetchrow(
        "select wamid, error from messages where organization_id = $1 and id = $2", organization_id, id_
    )
    return (None, None) if row is None else (row["wamid"], row["error"])


async def _shown(conn: Connection, organization_id: UUID, rows: Sequence[Any], public_url: str) -> list[Message]:
    """Rows of one phone, with the reactions to them."""
    if not rows:
        return []
    phone_id = rows[0]["phone_id"]
    reacted = await reactions.of(conn, organization_id, phone_id, [row["wamid"] for row in rows if row["wamid"]])
    return [_message(row, public_url, reacted.get(row["wamid"], [])) for row in rows]


def _message(row: Any, public_url: str, reacted: list[Reaction]) -> Message:
    return Message(
        id=row["id"],
        wamid=row["wamid"],
        direction=row["direction"],
        type=row["type"],
        content=_content(row["type"], row["content"], public_url, row["phone_id"]),
        status=row["status"],
        timestamp=clock.stamp(row["sent_at"]),
        error=raw(row["error"]),
        context=raw(row["context"]),
        status_timestamps=msgspec.Raw(row["status_timestamps"].encode()),
        origin=row["origin"] or _usual_origin(row["direction"]),
        pricing=raw(row["pricing"]),
        edited_at=clock.optional_stamp(row["edited_at"]),
        deleted_at=clock.optional_stamp(row["deleted_at"]),
        reactions=reacted,
    )


def _second(moment: datetime) -> datetime:
    """Meta's clock has whole seconds; ours must not make an answer look older than the question."""
    return moment.replace(microsecond=0)
