"""Words and examples of the outgoing webhooks and their log."""

from typing import Any

from . import samples
from .words import Words

WEBHOOK: dict[str, Any] = {
    "id": samples.WEBHOOK,
    "url": "https://myapp.com/webhooks/whatsapp",
    "events": ["message.received", "phone_number.connected"],
    "isActive": True,
    "wabaId": None,
    "hasSecret": True,
    "createdAt": samples.CREATED,
    "updatedAt": samples.CREATED,
}
CREATE: dict[str, Any] = {
    "url": "https://yourapp.com/webhooks/whatsapp",
    "secret": "whsec_your_secret_key_min_16_chars",
    "events": ["message.received", "message.sent", "phone_number.connected"],
    "isActive": True,
}
ATTEMPT = {"at": samples.ANSWERED, "statusCode": 200, "durationMs": 12, "error": None, "responseBody": "ok"}
ENTRY: dict[str, Any] = {
    "id": samples.DELIVERY,
    "eventId": samples.EVENT,
    "event": "message.received",
    "status": "delivered",
    "attempts": [ATTEMPT],
    "createdAt": samples.WRITTEN,
    "nextAttemptAt": None,
}
_LAST = {name: ATTEMPT[name] for name in ("statusCode", "durationMs", "error", "responseBody")}

WORDS = {
    "outgoing_webhooks.create": Words(
        "Registers an address for events. `*` means all of them. With a `secret` every delivery is signed; the secret"
        " is in this answer and in no later one. Addresses must be https and public.",
        {**WEBHOOK, **CREATE, "secret": CREATE["secret"]},
        {"Signed": CREATE, "Everything, unsigned": {"url": "https://yourapp.com/hook", "events": ["*"]}},
    ),
    "outgoing_webhooks.listed": Words(
        "All webhooks, newest first, those that came with an onboarding link included: these have a `wabaId` and get"
        " the events of that account alone.",
        WEBHOOK,
    ),
    "outgoing_webhooks.one": Words("A webhook as it stands, without its secret.", WEBHOOK),
    "outgoing_webhooks.update": Words(
        "Changes what is given and leaves the rest. `isActive: false` keeps what still waits for the webhook, and"
        " switching it on again sends that. The answer has `secret` only when the call set one.",
        {**WEBHOOK, "events": ["*"], "secret": "whsec_another_secret_456"},
        {
            "Everything": {"events": ["*"]},
            "Pause": {"isActive": False},
            "New secret": {"secret": "whsec_another_secret_456"},
        },
    ),
    "outgoing_webhooks.delete": Words(
        "Removes the webhook, and with it what still waits for it.", {"id": samples.WEBHOOK, "deleted": True}
    ),
    "outgoing_webhooks.test": Words(
        'Sends a sample of one of the webhook\'s own events, marked `"test": true`, on the ordinary way, and answers'
        " with what came of it, after at most 35 seconds.",
        {**ENTRY, **_LAST},
        refusals={"400": "The webhook was removed while it was tested."},
    ),
    "outgoing_webhooks.logs": Words(
        "One entry per delivery with each of its attempts, newest first, for 30 days. Pages reach back 10,000 entries,"
        " and `total` counts up to that.",
        ENTRY,
    ),
}
