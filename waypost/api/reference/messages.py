"""Words and examples of sending, marking as read, conversations and messages."""

from typing import Any

from . import samples
from .sends import BODIES
from .words import Words

CONVERSATION: dict[str, Any] = {
    "id": samples.CONVERSATION,
    "contactPhone": samples.CONTACT,
    "contactUserId": samples.USER_ID,
    "contactUsername": None,
    "contactName": "Ana Pérez",
    "unreadCount": 1,
    "lastMessage": {
        "type": "text", "preview": "Hi there!", "direction": "inbound", "status": "delivered",
        "timestamp": samples.WRITTEN,
    },
    "windowExpiresAt": "2026-11-23T14:30:00.000Z",
    "lastMessageAt": samples.WRITTEN,
    "createdAt": samples.CREATED,
}  # fmt: skip
RECEIVED: dict[str, Any] = {
    "id": samples.MESSAGE,
    "wamid": samples.INBOUND_WAMID,
    "direction": "inbound",
    "type": "text",
    "content": {"body": "Hi there!"},
    "status": "delivered",
    "timestamp": samples.WRITTEN,
    "error": None,
    "context": None,
    "statusTimestamps": {},
    "origin": "contact",
    "pricing": None,
    "editedAt": None,
    "deletedAt": None,
    "reactions": [{"emoji": "👍", "from": "business", "timestamp": samples.ANSWERED}],
}
SENT: dict[str, Any] = {
    **RECEIVED,
    "id": samples.SENT,
    "wamid": samples.SENT_WAMID,
    "direction": "outbound",
    "content": {"body": "Hello!"},
    "status": "read",
    "timestamp": samples.ANSWERED,
    "context": {"wamid": samples.INBOUND_WAMID},
    "statusTimestamps": {
        "pending": samples.ANSWERED,
        "sent": "2026-11-22T14:30:20.390Z",
        "delivered": "2026-11-22T14:30:21.000Z",
        "read": "2026-11-22T14:31:05.000Z",
    },
    "origin": "api",
    "reactions": [],
}

WORDS = {
    "messages.send": Words(
        "Sends one message from this number. `type`, and for `interactive` also `interactiveType`, says which shape the"
        " body has. 200 means that Meta accepted the message; what becomes of it arrives as events. Within 24 hours"
        " after the contact last wrote anything may be sent; later only templates.\n\n"
        "A refusal is never a 2xx: the message is kept as `failed`, and Meta's own words are in `details.meta`."
        " **502 means that nobody knows yet**: the message stays `pending`, its id is in `details.messageId`, and the"
        " status that follows settles it. Repeat such a call only with the same `Idempotency-Key`.",
        {"messageId": samples.SENT, "wamid": samples.SENT_WAMID},
        BODIES,
        meta=True,
        refusals={"409": "The Idempotency-Key came before with another body, or its first call is still under way."},
    ),
    "messages.mark_read": Words(
        "Shows the contact that this message, and all before it, were read, and takes them off `unreadCount`."
        " `showTypingIndicator` also shows that you are typing, for 25 seconds or until you send. The body may be left"
        " out. Repeating the call is harmless.",
        {"wamid": samples.INBOUND_WAMID, "success": True},
        {"Only read": {"showTypingIndicator": False}, "And typing": {"showTypingIndicator": True}},
        meta=True,
    ),
    "conversations.listed": Words(
        "The conversations of a number, the last active first. `contactPhone` finds the one with a number;"
        " `search` finds by parts of the contact's name, username or number. `windowExpiresAt` says until when anything"
        " may be sent; it is null for a contact who never wrote.",
        CONVERSATION,
    ),
    "conversations.one": Words("One conversation with its last message.", CONVERSATION),
    "conversations.separate": Words(
        "Takes apart two contacts that were merged because Meta said that they are one person, and answers with this"
        " conversation as it stands then.",
        CONVERSATION,
        refusals={"400": "Nothing was merged into the conversation, nor was it merged."},
    ),
    "conversations.listed_messages": Words(
        "The messages of a conversation, newest first, in both directions. `content` depends on `type`.", RECEIVED
    ),
    "conversations.message": Words("One message as it stands now, with the time of each status it reached.", SENT),
}
