"""Conversations as they are read: one, or a page of a phone's, last active first; each with its last message."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..errors import NotFound
from ..paging import Page, Slice, cursor_at, place_of
from ..postgres.pool import Connection
from . import tally
from .conversations import list_key
from .previews import preview

#: After the contact's last message anything may be sent for this long; later only templates.
WINDOW = timedelta(hours=24)
#: Before the first of a list.
_FRONT = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=0))


class LastMessage(msgspec.Struct, rename="camel"):
    """`preview` is None for a message without words, such as a photo without a caption."""

    type: str
    preview: str | None
    direction: str
    status: str
    timestamp: str


class Conversation(msgspec.Struct, rename="camel"):
    """As the API shows it; `window_expires_at` may be past, and is None while the contact has never written."""

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


_COLUMNS = (
    "c.id, c.contact_phone, c.contact_user_id, c.contact_username, c.contact_name, c.unread_count, c.last_inbound_at,"
    " c.last_message_at, c.created_at"
)
_SHOWN = (
    f"select {_COLUMNS}, m.type, m.content, m.direction, m.status, m.sent_at from {{some}} c"
    " left join lateral (select type, content, direction, status, sent_at from messages where organization_id = $1"
    " and conversation_id = c.id and position = c.message_count) m on true {order}"
)
_PAGE = _SHOWN.format(
    some="(select * from conversations where organization_id = $1 and phone_id = $2 and merged_into is null"
    " and (last_message_at, id) < ($3, $4) order by last_message_at desc, id desc offset $5 limit $6)",
    order="order by c.last_message_at desc, c.id desc",
)
_THESE = _SHOWN.format(
    some="(select c.*, w.place from unnest($3::uuid[]) with ordinality as w(id, place) join conversations c"
    " on c.organization_id = $1 and c.phone_id = $2 and c.id = w.id)",
    order="order by c.place",
)


async def listed(conn: Connection, organization_id: UUID, phone_id: UUID, page: Page) -> Slice[Conversation]:
    """A page by its number or cursor. With cursors nothing is shown twice while messages come in: a conversation that
    moves to the front meanwhile is met there the next time."""
    key = list_key(phone_id)
    total = await tally.total(conn, organization_id, key)
    (before, least), skip = place_behind(page.cursor), 0
    if page.offset and not page.cursor:
        found, skip = await tally.locate(conn, organization_id, key, page.offset)
        if found is None:
            return Slice([], total, page, None)
        before = found
    rows = await conn.fetch(_PAGE, organization_id, phone_id, before, least, skip, page.limit + 1)
    more = len(rows) > page.limit
    last = rows[page.limit - 1] if more else None
    following = cursor_behind(last) if last else None
    return Slice([_shown(row) for row in rows[: page.limit]], total, page, following)


def cursor_behind(row: Any) -> str:
    """For the conversation of a row with `last_message_at` and `id`."""
    return cursor_at(clock.micros(row["last_message_at"]), row["id"])


def place_behind(cursor: str | None) -> tuple[datetime, UUID]:
    """What follows was last active before this, or then and has a lesser id; without a cursor all. Raises Invalid."""
    if not cursor:
        return _FRONT
    micros, least = place_of(cursor, tuple[int, UUID])
    return clock.at_micros(max(0, min(micros, 2**57))), least


async def one(conn: Connection, organization_id: UUID, phone_id: UUID, id_: UUID) -> Conversation:
    """A conversation of this phone; raises NotFound."""
    rows = await these(conn, organization_id, phone_id, [id_])
    if not rows:
        raise NotFound.of("conversation", id_)
    return rows[0]


async def these(conn: Connection, organization_id: UUID, phone_id: UUID, ids: Sequence[UUID]) -> list[Conversation]:
    """Those of the conversations that are this phone's, in the order given."""
    return [_shown(row) for row in await conn.fetch(_THESE, organization_id, phone_id, list(ids))]


def _shown(row: Any) -> Conversation:
    id_, phone, user, username, name, unread, inbound, last, created, *message = row.values()
    window = None if inbound is None else clock.stamp(inbound + WINDOW)
    return Conversation(
        id_, phone, user, username, name, unread, _last(*message), window, clock.stamp(last), clock.stamp(created)
    )


def _last(type_: str | None, content: Any, direction: str, status: str, at: datetime) -> LastMessage | None:
    if type_ is None:
        return None
    return LastMessage(type_, preview(type_, msgspec.json.decode(content)), direction, status, clock.stamp(at))
