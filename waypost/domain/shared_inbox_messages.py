"""Messages as an inbox shows them: a thread around any of its messages, single ones, the files of a conversation."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog

from .. import clock
from ..content import MEDIA_TYPES
from ..errors import Invalid, NotFound
from ..paging import cursor_at, place_of, unknown_cursor
from ..postgres.pool import Connection
from . import conversations, reactions, shared_inbox_conversations, shared_inbox_masking, shared_inbox_sends
from .reactions import Reaction
from .shared_inbox_conversations import Conversation, View

log = structlog.get_logger()
#: The files of a conversation are looked for in so many of its last messages.
GALLERY, GALLERY_REACH = 12, 2_000
INBOUND_REACH = 1_000


class Message(msgspec.Struct, rename="camel"):
    """As the API's, but for what is the organization's own. `wamid` is our name of the message, not Meta's;
    `status_timestamps` and `pricing` are empty for those who may not see details. `retryable`: it failed, and may be
    sent again."""

    id: UUID
    conversation_id: UUID
    client_id: str | None
    wamid: str | None
    direction: str
    type: str
    content: Any
    status: str
    timestamp: str
    error: Any
    context: Any
    status_timestamps: Any
    origin: str
    pricing: Any
    edited_at: str | None
    deleted_at: str | None
    reactions: list[Reaction]
    retryable: bool


class Stretch(NamedTuple):
    """A part of a thread, oldest first; cursors of what lies before and after it, None where nothing does."""

    items: list[Message]
    before: str | None
    after: str | None


class Details(msgspec.Struct, rename="camel"):
    """Who the contact is, and the newest files."""

    contact_phone: str | None
    contact_user_id: str | None
    contact_name: str | None
    contact_username: str | None
    first_seen_at: str | None
    window_expires_at: str | None
    media: list[Message]


_COLUMNS = (
    "m.id, m.conversation_id, m.position, m.wamid, m.direction, m.type, m.content, m.status, m.sent_at, m.error,"
    " m.context, m.status_timestamps, m.origin, m.pricing, m.edited_at, m.deleted_at, c.contact_phone"
)
_FROM = (
    f"select {_COLUMNS} from messages m join conversations c on c.organization_id = m.organization_id"
    " and c.id = m.conversation_id where m.organization_id = $1"
)


async def listed(
    conn: Connection,
    view: View,
    conversation_id: UUID,
    limit: int,
    before: str | None = None,
    after: str | None = None,
    around: UUID | None = None,
) -> Stretch:
    """The newest messages, those before or after a cursor, or those around one; raises NotFound, Invalid."""
    total = await conversations.message_count(conn, view.organization_id, view.phone_id, conversation_id)
    first, last = max(1, total - limit + 1), total
    if before:
        last = await _position(conn, view, conversation_id, place_of(before, tuple[UUID])[0]) - 1
        first = max(1, last - limit + 1)
    elif after:
        first = await _position(conn, view, conversation_id, place_of(after, tuple[UUID])[0]) + 1
        last = min(total, first + limit - 1)
    elif around is not None:
        middle = await _position(conn, view, conversation_id, around, noun="message")
        first = max(1, min(middle - limit // 2, total - limit + 1))
        last = min(total, first + limit - 1)
    rows = await conn.fetch(
        f"{_FROM} and m.conversation_id = $2 and m.position between $3 and $4 order by m.position",
        view.organization_id,
        conversation_id,
        first,
        last,
    )
    shown = await _shown(conn, view, rows)
    ends = (cursor_at(rows[0]["id"]), cursor_at(rows[-1]["id"])) if rows else (None, None)
    return Stretch(shown, ends[0] if first > 1 else None, ends[1] if last < total else None)


async def one(conn: Connection, view: View, id_: UUID) -> Message:
    """A message of this number; raises NotFound."""
    found = await these(conn, view, [id_])
    if not found:
        raise NotFound.of("message", id_)
    return found[0]


async def these(conn: Connection, view: View, ids: Collection[UUID], wamids: Collection[str] = ()) -> list[Message]:
    """Those of the messages, by our ids or Meta's, that are this number's, in the order of their threads."""
    rows: list[Any] = []
    if ids:
        rows += await conn.fetch(
            f"{_FROM} and m.phone_id = $2 and m.id = any($3::uuid[])", view.organization_id, view.phone_id, list(ids)
        )
    if wamids:
        rows += await conn.fetch(
            f"{_FROM} and m.phone_id = $2 and m.wamid = any($3::text[])",
            view.organization_id, view.phone_id, list(wamids),
        )  # fmt: skip
    unique = {row["id"]: row for row in rows}
    return await _shown(conn, view, sorted(unique.values(), key=lambda row: (row["conversation_id"], row["position"])))


async def details(conn: Connection, view: View, conversation_id: UUID) -> Details:
    """For those who may see details; raises NotFound."""
    thread: Conversation = await shared_inbox_conversations.one(conn, view, conversation_id)
    total = await conversations.message_count(conn, view.organization_id, view.phone_id, conversation_id)
    first: datetime | None = await conn.fetchval(
        "select sent_at from messages where organization_id = $1 and conversation_id = $2 and position = 1",
        view.organization_id,
        conversation_id,
    )
    rows = await conn.fetch(
        f"{_FROM} and m.conversation_id = $2 and m.position > $3 and m.type = any($4::text[])"
        " and m.deleted_at is null order by m.position desc limit $5",
        view.organization_id, conversation_id, total - GALLERY_REACH, list(MEDIA_TYPES), GALLERY,
    )  # fmt: skip
    return Details(
        thread.contact_phone, thread.contact_user_id, thread.contact_name, thread.contact_username,
        clock.optional_stamp(first), thread.window_expires_at, await _shown(conn, view, rows),
    )  # fmt: skip


async def newest_inbound(conn: Connection, view: View, conversation_id: UUID, id_: UUID | None) -> str | None:
    """Meta's id of the contact's last message, or of the given one of theirs; None where there is none. Raises
    NotFound, Invalid."""
    total = await conversations.message_count(conn, view.organization_id, view.phone_id, conversation_id)
    row = await conn.fetchrow(
        "select wamid, direction from messages where organization_id = $1 and conversation_id = $2 and position > $3"
        " and case when $4::uuid is null then direction = 'inbound' and wamid is not null else id = $4 end"
        " order by position desc limit 1",
        view.organization_id, conversation_id, total - INBOUND_REACH if id_ is None else 0, id_,
    )  # fmt: skip
    if row is None and id_ is not None:
        raise NotFound.of("message", id_)
    if row is not None and row["direction"] != "inbound":
        raise Invalid.field("messageId", "names a message of yours; only a contact's messages can be marked as read.")
    return None if row is None else row["wamid"]


async def wamid_of(conn: Connection, view: View, field: str, alias: str) -> str:
    """Meta's id of a message that a guest names; raises Invalid."""
    id_ = shared_inbox_masking.message_of(alias)
    found: str | None = None
    if id_ is not None:
        found = await conn.fetchval(
            "select wamid from messages where organization_id = $1 and phone_id = $2 and id = $3",
            view.organization_id,
            view.phone_id,
            id_,
        )
    if found is None:
        raise Invalid.field(field, "must be the wamid of a message of this inbox.")
    return found


async def _position(conn: Connection, view: View, conversation_id: UUID, id_: UUID, noun: str | None = None) -> int:
    position: int | None = await conn.fetchval(
        "select position from messages where organization_id = $1 and id = $2 and conversation_id = $3",
        view.organization_id,
        id_,
        conversation_id,
    )
    if position is None:
        raise unknown_cursor() if noun is None else NotFound.of(noun, id_)
    return position


async def _shown(conn: Connection, view: View, rows: Sequence[Any]) -> list[Message]:
    """Rows of this number, with reactions, names of other messages and what is remembered of those sent from here."""
    if not rows:
        return []
    organization_id, phone_id = view.organization_id, view.phone_id
    wamids = [row["wamid"] for row in rows if row["wamid"]]
    reacted = await reactions.of(conn, organization_id, phone_id, wamids)
    ours = [row["id"] for row in rows if row["direction"] == "outbound" and row["origin"] is None]
    sent = await shared_inbox_sends.client_ids(conn, organization_id, ours)
    told = [(row, _json(row["content"]), _json(row["context"])) for row in rows]
    aliases = await _aliases(conn, view, {each for _, *parts in told for each in _named(parts)})
    found = []
    for row, content, context in told:
        try:
            found.append(_message(row, view, aliases, content, context, reacted.get(row["wamid"], []), sent))
        except Exception as error:  # one message that cannot be shown must not hide the others
            log.error("inbox.message_skipped", message=str(row["id"]), reason=type(error).__name__)
    return found


def _named(parts: Iterable[Any]) -> list[str]:
    """Meta's ids of other messages in content and context."""
    return [part["wamid"] for part in parts if isinstance(part, dict) and isinstance(part.get("wamid"), str)]


async def _aliases(conn: Connection, view: View, wamids: Collection[str]) -> dict[str, str]:
    if not wamids:
        return {}
    rows = await conn.fetch(
        "select wamid, id from messages where organization_id = $1 and phone_id = $2 and wamid = any($3::text[])",
        view.organization_id,
        view.phone_id,
        list(wamids),
    )
    return {row["wamid"]: shared_inbox_masking.alias_of(row["id"]) for row in rows}


def _message(
    row: Any,
    view: View,
    aliases: dict[str, str],
    content: Any,
    context: Any,
    reacted: list[Reaction],
    sent: dict[UUID, str | None],
) -> Message:
    error, phone = _json(row["error"]), row["contact_phone"]
    shown = shared_inbox_masking.addressed(row["type"], content, view.link_id, aliases)
    if not view.details:
        shown = shared_inbox_masking.content(row["type"], shown, phone)
        error = shared_inbox_masking.failure(error)
    usual = "contact" if row["direction"] == "inbound" else "api"
    return Message(
        id=row["id"],
        conversation_id=row["conversation_id"],
        client_id=sent.get(row["id"]),
        wamid=None if row["wamid"] is None else shared_inbox_masking.alias_of(row["id"]),
        direction=row["direction"],
        type=row["type"],
        content=shown,
        status=row["status"],
        timestamp=clock.stamp(row["sent_at"]),
        error=error,
        context=shared_inbox_masking.context(context, aliases),
        status_timestamps=_json(row["status_timestamps"]) if view.details else {},
        origin=row["origin"] or usual,
        pricing=_json(row["pricing"]) if view.details else None,
        edited_at=clock.optional_stamp(row["edited_at"]),
        deleted_at=clock.optional_stamp(row["deleted_at"]),
        reactions=reacted,
        retryable=row["status"] == "failed" and row["id"] in sent and shared_inbox_sends.may_be_repeated(error),
    )


def _json(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)
