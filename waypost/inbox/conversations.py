"""Conversations: listed, searched, shown with who the contact is, marked as read."""

from typing import get_args
from uuid import UUID

import msgspec
from starlette.responses import Response

from ..domain import receipts, shared_inbox_changes, shared_inbox_conversations, shared_inbox_messages
from ..domain.shared_inbox_conversations import Conversation, Filter
from ..domain.shared_inbox_messages import Details
from ..errors import Invalid
from .door import Call, limit_of, paged, with_meta, word_of

FILTERS: tuple[Filter, ...] = get_args(Filter)


class MarkRead(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Up to which message of the contact's, and whether they see that somebody types."""

    message_id: UUID | None = None
    typing: bool | None = None


async def listed(call: Call) -> Response:
    """The cursor of events goes with every page: no event falls between the list and the stream."""
    limit, cursor, text = limit_of(call.query), call.query.get("cursor"), word_of(call.query, "search")
    kind = _filter(call)
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        place = await shared_inbox_changes.horizon(conn)
        if text is None:
            pile = await shared_inbox_conversations.listed(conn, call.view, cursor, limit, kind)
        else:
            pile = await shared_inbox_conversations.sought(conn, call.view, text, cursor, limit, kind)
    return paged(pile.items, limit, pile.following, eventCursor=place.cursor)


async def one(call: Call) -> Conversation:
    async with call.rt.pool.connection() as conn:
        return await shared_inbox_conversations.one(conn, call.view, call.ids["conversation_id"])


async def messages(call: Call) -> Response:
    """Oldest first; `before`, `after` and `around` exclude each other."""
    wanted = {name: call.query[name] for name in ("before", "after", "around") if call.query.get(name)}
    if len(wanted) > 1:
        raise Invalid.field(sorted(wanted)[1], f"cannot be combined with {sorted(wanted)[0]}: give one of them.")
    around = _message_id(wanted.pop("around", None))
    limit = limit_of(call.query)
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        place = await shared_inbox_changes.horizon(conn)
        found = await shared_inbox_messages.listed(
            conn, call.view, call.ids["conversation_id"], limit, **wanted, around=around
        )
    return with_meta(found.items, before=found.before, after=found.after, eventCursor=place.cursor)


async def details(call: Call) -> Details:
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await shared_inbox_messages.details(conn, call.view, call.ids["conversation_id"])


async def mark_read(call: Call) -> Conversation:
    """Up to the contact's last message, at Meta and here. What is read already is not told again, unless to show that
    somebody types."""
    body: MarkRead = await call.body(MarkRead, may_be_missing=True)
    rt, guest, id_ = call.rt, call.guest, call.ids["conversation_id"]
    async with rt.pool.connection() as conn:
        thread = await shared_inbox_conversations.one(conn, call.view, id_)
        wamid = await shared_inbox_messages.newest_inbound(conn, call.view, id_, body.message_id)
    if wamid is None or not (thread.unread_count or body.typing):
        return thread
    await receipts.mark_read(rt, guest.organization_id, guest.phone_id, wamid, typing_indicator=bool(body.typing))
    return await one(call)


def _filter(call: Call) -> Filter:
    given = call.query.get("filter") or "all"
    for kind in FILTERS:
        if given == kind:
            return kind
    raise Invalid.field("filter", f"must be one of {', '.join(FILTERS)}.")


def _message_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid.field("around", "must be the id of a message.") from None
