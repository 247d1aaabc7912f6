"""Conversations as an inbox shows them: in pages by cursor, all, unread or open ones, found by their contact."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
import structlog

from .. import clock
from ..content import digits
from ..errors import NotFound
from ..postgres.pool import Connection
from . import conversation_search, shared_inbox_masking
from .conversation_list import WINDOW, cursor_behind, place_behind
from .previews import preview

log = structlog.get_logger()
Filter = Literal["all", "unread", "open"]
#: Of a rare kind of conversation one call looks through so many; its cursor goes on from there.
WALK = 2_000


class About(msgspec.Struct, rename="camel"):
    """What a reaction is about."""

    type: str
    preview: str | None


class LastMessage(msgspec.Struct, rename="camel"):
    """`preview` is None for a message without words, such as a photo without a caption. `voice`: it was spoken."""

    id: UUID
    type: str
    preview: str | None
    direction: str
    status: str
    timestamp: str
    origin: str
    voice: bool
    about: About | None


class Conversation(msgspec.Struct, rename="camel"):
    """`contact_phone` is `•••• 1234` for those who may not know it. One that was merged is in no list any more."""

    id: UUID
    contact_phone: str | None
    contact_user_id: str | None
    contact_username: str | None
    contact_name: str | None
    unread_count: int
    last_message: LastMessage | None
    window_expires_at: str | None
    last_message_at: str
    created_at: str
    merged_into: UUID | None


class View(NamedTuple):
    """Whose inbox is shown, and whether who the contacts are is."""

    organization_id: UUID
    phone_id: UUID
    link_id: UUID
    details: bool


class Pile(NamedTuple):
    """A page and the cursor behind it, None at the end."""

    items: list[Conversation]
    following: str | None


_COLUMNS = (
    "c.id, c.contact_phone, c.contact_user_id, c.contact_username, c.contact_name, c.unread_count, c.last_inbound_at,"
    " c.last_message_at, c.created_at, c.merged_into"
)
_SHOWN = (
    f"select {_COLUMNS}, m.id as last_id, m.type, m.content, m.direction, m.status, m.sent_at, m.origin,"
    " m.content->>'voice' = 'true' as voice, a.type as about_type, a.content as about from {some} c"
    " left join lateral (select id, type, content, direction, status, sent_at, origin from messages"
    " where organization_id = $1 and conversation_id = c.id and position = c.message_count) m on true"
    " left join lateral (select type, content from messages where m.type = 'reaction' and organization_id = $1"
    " and phone_id = $2 and wamid = m.content->>'wamid' and deleted_at is null) a on true {order}"
)
_THESE = _SHOWN.format(
    some="(select c.*, w.place from unnest($3::uuid[]) with ordinality as w(id, place) join conversations c"
    " on c.organization_id = $1 and c.phone_id = $2 and c.id = w.id)",
    order="order by c.place",
)
_KINDS: dict[Filter, str] = {
    "all": "true",
    "unread": "c.unread_count > 0",
    "open": "c.last_inbound_at > now() - interval '24 hours'",
}
_PAGE = (
    "select c.id, c.last_message_at from (select * from conversations where organization_id = $1 and phone_id = $2"
    " and merged_into is null and (last_message_at, id) < ($3, $4) order by last_message_at desc, id desc limit {walk})"
    " c where {kind} order by c.last_message_at desc, c.id desc limit $5"
)
_END = (
    "select id, last_message_at from conversations where organization_id = $1 and phone_id = $2"
    " and merged_into is null and (last_message_at, id) < ($3, $4) order by last_message_at desc, id desc"
    f" offset {WALK - 1} limit 1"
)
#: Of contacts whose number may not be known a word fits the name, or is the last four digits; a name that is the number
#: must not tell it digit by digit either.
_NAMED = (
    " and not exists (select from unnest($6::text[], $7::text[]) as s(word, part)"
    " where s.word is distinct from right(c.contact_phone, 4)"
    " and (contact_words(c.contact_name, null, null) not like s.part or (s.word ~ '^[0-9]+$'"
    " and position(c.contact_phone in regexp_replace(coalesce(c.contact_name, ''), '[^0-9]', '', 'g')) > 0)))"
)
_SOUGHT = (
    "select c.id, c.last_message_at from unnest($3::uuid[]) as w(id) join conversations c on c.organization_id = $1"
    " and c.phone_id = $2 and c.id = w.id where {kind} and (c.last_message_at, c.id) < ($4, $5){named}"
    " order by c.last_message_at desc, c.id desc limit {limit}"
)


async def listed(conn: Connection, view: View, cursor: str | None, limit: int, kind: Filter) -> Pile:
    """A page, last active first. Nothing is shown twice while messages come in; a page of a rare kind may be short or
    empty although more follows."""
    place = place_behind(cursor)
    who = (view.organization_id, view.phone_id)
    walk = limit + 1 if kind == "all" else WALK
    rows = await conn.fetch(_PAGE.format(walk=walk, kind=_KINDS[kind]), *who, *place, limit + 1)
    end = rows[limit - 1] if len(rows) > limit else None
    if end is None and kind != "all":
        end = await conn.fetchrow(_END, *who, *place)
    return await _pile(conn, view, rows[:limit], end)


async def sought(conn: Connection, view: View, text: str, cursor: str | None, limit: int, kind: Filter) -> Pile:
    """Those whose contact has every word in name, username or number; without details in the name alone, or as the last
    four digits of the number. Bounded as searches of the API are."""
    words = await conversation_search.words(conn, text)
    fits = await conversation_search.matching(conn, view.organization_id, view.phone_id, words) if words else []
    values: list[Any] = [view.organization_id, view.phone_id, fits, *place_behind(cursor)]
    if not view.details:
        values += [words, [conversation_search.part(word) for word in words]]
    named = "" if view.details else _NAMED
    rows = await conn.fetch(_SOUGHT.format(kind=_KINDS[kind], named=named, limit=limit + 1), *values)
    return await _pile(conn, view, rows[:limit], rows[limit - 1] if len(rows) > limit else None)


async def one(conn: Connection, view: View, id_: UUID) -> Conversation:
    """A conversation of this number; raises NotFound."""
    rows = await these(conn, view, [id_])
    if not rows:
        raise NotFound.of("conversation", id_)
    return rows[0]


async def these(conn: Connection, view: View, ids: Sequence[UUID]) -> list[Conversation]:
    """Those of the conversations that are this number's, in the order given."""
    rows = await conn.fetch(_THESE, view.organization_id, view.phone_id, list(ids)) if ids else []
    return [_shown(row, view.details) for row in rows]


async def _pile(conn: Connection, view: View, rows: Sequence[Any], end: Any) -> Pile:
    following = None if end is None else cursor_behind(end)
    return Pile(await these(conn, view, [row["id"] for row in rows]), following)


def _shown(row: Any, details: bool) -> Conversation:
    phone, inbound = row["contact_phone"], row["last_inbound_at"]
    name: str | None = row["contact_name"]
    return Conversation(
        id=row["id"],
        contact_phone=phone if details else shared_inbox_masking.number(phone),
        contact_user_id=row["contact_user_id"] if details else None,
        contact_username=row["contact_username"] if details else None,
        contact_name=name if details or name is None else _name(name, phone),
        unread_count=row["unread_count"],
        last_message=_last(row, details),
        window_expires_at=None if inbound is None else clock.stamp(inbound + WINDOW),
        last_message_at=clock.stamp(row["last_message_at"]),
        created_at=clock.stamp(row["created_at"]),
        merged_into=row["merged_into"],
    )


def _name(name: str, phone: str | None) -> str:
    """A contact may be called by its number."""
    if phone and digits(phone) in digits(name):
        return shared_inbox_masking.number(phone) or ""
    return name


def _last(row: Any, details: bool) -> LastMessage | None:
    if row["type"] is None:
        return None
    origin = row["origin"] or ("contact" if row["direction"] == "inbound" else "api")
    about = (
        About(row["about_type"], _line(row, row["about_type"], row["about"], details)) if row["about_type"] else None
    )
    return LastMessage(
        row["last_id"], row["type"], _line(row, row["type"], row["content"], details), row["direction"], row["status"],
        clock.stamp(row["sent_at"]), origin, bool(row["voice"]), about,
    )  # fmt: skip


def _line(row: Any, type_: str, content: str, details: bool) -> str | None:
    """The words of a message; none where what is stored cannot be read, so that its row is there all the same."""
    try:
        text = preview(type_, msgspec.json.decode(content))
        return text if details else shared_inbox_masking.preview(type_, text, row["contact_phone"])
    except Exception as error:
        names = {"conversation": str(row["id"]), "message": str(row["last_id"])}
        log.error("inbox.preview_skipped", **names, reason=type(error).__name__)
        return None
