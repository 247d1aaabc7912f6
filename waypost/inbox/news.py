"""News of a number as frames for those who see it in the same way: the present state of what has changed."""

from typing import Any
from uuid import UUID

from ..domain import shared_inbox_conversations, shared_inbox_messages
from ..domain.shared_inbox_changes import News
from ..domain.shared_inbox_conversations import View
from ..domain.shared_inbox_messages import Message
from ..runtime import Runtime
from .sse import frame


async def frames(rt: Runtime, view: View, news: News) -> list[bytes]:
    """In the order in which they are to be applied; the last one has the place to resume from."""
    changed = news.messages | news.statuses
    if not changed and not news.targets and not news.conversations:
        return []
    async with rt.pool.transaction("repeatable_read", readonly=True) as conn:
        messages = await shared_inbox_messages.these(conn, view, changed, news.targets)
        threads = {each.conversation_id for each in messages if _is_shown(each, news)} | news.conversations
        conversations = {each.id: each for each in await shared_inbox_conversations.these(conn, view, sorted(threads))}
    found: list[tuple[str, Any]] = []
    told: set[UUID] = set()
    for message in messages:
        if _is_shown(message, news):
            thread = conversations.get(message.conversation_id)
            if thread is None:
                continue
            told.add(thread.id)
            found.append(("message", {"message": message, "conversation": thread}))
        else:
            found.append(("status", _status(message)))
    found += [("conversation", {"conversation": each}) for id_, each in conversations.items() if id_ not in told]
    last = len(found) - 1
    return [frame(event, data, news.place.cursor if nth == last else None) for nth, (event, data) in enumerate(found)]


def _is_shown(message: Message, news: News) -> bool:
    """As a whole: it is new, or more of it has changed than how far it got."""
    return message.id in news.messages or message.id not in news.statuses


def _status(message: Message) -> dict[str, Any]:
    return {
        "conversationId": message.conversation_id,
        "messageId": message.id,
        "status": message.status,
        "statusTimestamps": message.status_timestamps,
        "error": message.error,
        "retryable": message.retryable,
    }
