"""Words and examples of the event feed: a page of it, and the stream."""

from typing import Any

import msgspec

from . import notifications, samples
from .words import Words

_RECEIVED = notifications.body("message.received", notifications.EVENTS["message.received"][1]["Text"])
_STREAM = f"""retry: 2000

id: {samples.FEED_CURSOR}
event: message.received
data: {msgspec.json.encode(_RECEIVED).decode()}

id: {samples.FEED_CURSOR}
event: heartbeat
data: {{"timestamp":"{samples.ANSWERED}"}}

"""

WORDS = {
    "events.listed": Words(
        "The events of the organization in the one order that all readers see, oldest first, each as webhooks get it,"
        " byte for byte and with the same `eventId`. `nextCursor` is always there: keep it, and give it as `after` to"
        " go on; nothing is skipped, whatever was written at the same time. A page of certain types or of one phone may"
        " be short, or empty, while `hasMore` is true.\n\nWith `Accept: text/event-stream` the same events come as"
        " server-sent events, and go on coming: `id` is the cursor behind the event, `event` its type, `data` its body."
        " A `heartbeat` says every 15 seconds how far the stream is. Connect again with `Last-Event-ID` after an end.",
        _RECEIVED,
        refusals={
            "400": "`after` is not a cursor of this feed, or older than the 30 days for which events are kept.",
            "429": "The organization has 50 streams open; `Retry-After` says when to come back.",
        },
    ),
}


def content(event: dict[str, Any]) -> dict[str, Any]:
    """Both media types of the answer, around an example of an event."""
    return {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["data", "meta"],
                "properties": {"data": {"type": "array", "items": _EVENT}, "meta": _META},
            },
            "example": {
                "data": [event],
                "meta": {"pagination": {"limit": 50, "hasMore": False, "nextCursor": samples.FEED_CURSOR}},
            },
        },
        "text/event-stream": {"schema": {"type": "string"}, "example": _STREAM},
    }


_EVENT: dict[str, Any] = {
    "oneOf": [notifications.schema(event) for event in notifications.EVENTS],
}
_PAGINATION: dict[str, Any] = {
    "limit": {"type": "integer"},
    "hasMore": {"type": "boolean"},
    "nextCursor": {"type": "string", "description": "What to ask with next, also at the end of the feed."},
}
_META: dict[str, Any] = {
    "type": "object",
    "required": ["pagination"],
    "properties": {
        "pagination": {"type": "object", "required": list(_PAGINATION), "properties": _PAGINATION},
    },
}
