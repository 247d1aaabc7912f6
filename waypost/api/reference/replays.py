"""Words and examples of redelivering and replaying."""

from typing import Any

from . import samples
from .outgoing_webhooks import ENTRY
from .words import Words

AGAIN: dict[str, Any] = {**ENTRY, "status": "pending", "nextAttemptAt": samples.ANSWERED}
REPLAY: dict[str, Any] = {
    "id": samples.REPLAY,
    "webhookId": samples.WEBHOOK,
    "since": "2026-11-20T00:00:00.000Z",
    "until": samples.WRITTEN,
    "status": "exhausted",
    "state": "running",
    "queued": 1500,
    "reachedAt": "2026-11-21T17:04:11.302Z",
    "createdAt": samples.WRITTEN,
    "updatedAt": samples.ANSWERED,
    "completedAt": None,
}
_BEGUN = {**REPLAY, "queued": 0, "reachedAt": REPLAY["since"], "updatedAt": samples.WRITTEN}

WORDS = {
    "replays.redeliver": Words(
        "Sends one delivery once more, under its own id. One that ended is queued anew, with the whole schedule before"
        " it; one that waits for its next attempt goes now; one that is on its way is answered as it is. It"
        " stands in no line: `ordering` does not hold it back.",
        AGAIN,
        refusals={"400": "The webhook is off, or the delivery's event is more than 30 days old."},
    ),
    "replays.create": Words(
        "Sends the deliveries of a span of events once more, under their own ids: those that were given up, or with"
        " `status` those that arrived, or both. What still waits is left as it is. It works in the background, no"
        " faster than the webhook takes what it queues, and rests while the webhook is off. `until` is the present"
        " unless given; deliveries that end later are not part of it.",
        _BEGUN,
        {
            "What failed": {"since": "2026-11-20T00:00:00Z"},
            "Everything of an hour": {
                "since": "2026-11-20T08:00:00Z",
                "until": "2026-11-20T09:00:00Z",
                "status": "all",
            },
        },
    ),
    "replays.listed": Words("The replays of a webhook, newest first, for 30 days.", REPLAY),
    "replays.one": Words(
        "How far a replay has come: `queued` deliveries so far, and all events up to `reachedAt` looked at.", REPLAY
    ),
    "replays.cancel": Words(
        "Ends a replay where it stands; what it has queued is sent all the same. One that has ended stays as it is.",
        {**REPLAY, "state": "cancelled", "completedAt": samples.ANSWERED},
    ),
}
