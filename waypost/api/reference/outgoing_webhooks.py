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
    "ordering": "none",
    "maxPerSecond": None,
    "maxConcurrency": None,
    "failingSince": None,
    "switchedOffReason": None,
    "previousSecretExpiresAt": None,
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
        " is in this answer and in no later one. Addresses must be https and public. `ordering: conversation` sends the"
        " events of one conversation one after the other, in their order; `maxPerSecond` and `maxConcurrency` keep"
        " deliveries to what your server takes.",
        {**WEBHOOK, **CREATE, "secret": CREATE["secret"]},
        {
            "Signed": CREATE,
            "Everything, unsigned": {"url": "https://yourapp.com/hook", "events": ["*"]},
            "In order, limited": {
                "url": "https://yourapp.com/hook",
                "events": ["*"],
                "ordering": "conversation",
                "maxPerSecond": 50,
                "maxConcurrency": 8,
            },
        },
    ),
    "outgoing_webhooks.listed": Words(
        "All webhooks, newest first, those that came with an onboarding link included: these have a `wabaId` and get"
        " the events of that account alone.",
        WEBHOOK,
    ),
    "outgoing_webhooks.one": Words(
        "A webhook as it stands, without its secret. `failingSince` is set while every delivery fails; after five"
        " days of that it is switched off, and `switchedOffReason` says so.",
        WEBHOOK,
    ),
    "outgoing_webhooks.update": Words(
        "Changes what is given and leaves the rest. `isActive: false` keeps what still waits for the webhook, and"
        " switching it on again sends that. A limit of 0 is removed. A changed `ordering` holds for the events from"
        " then on. A `secret` takes effect at once, and alone: to change it without a break, rotate it. The answer has"
        " `secret` only when the call set one.",
        {**WEBHOOK, "events": ["*"], "secret": "whsec_another_secret_456"},
        {
            "Everything": {"events": ["*"]},
            "Pause": {"isActive": False},
            "New secret": {"secret": "whsec_another_secret_456"},
            "A limit, and none": {"maxPerSecond": 20, "maxConcurrency": 0},
        },
    ),
    "outgoing_webhooks.rotate_secret": Words(
        "Sets a new secret, a made-up one unless it is given, and keeps the one before for `graceHours` (24 unless"
        " given, at most 168): until then `webhook-signature` has a signature of each, the new one first."
        " `X-Webhook-Signature-256` is made with the new one at once. A third secret ends the first. The new secret is"
        " in this answer and in no later one.",
        {
            **WEBHOOK,
            "previousSecretExpiresAt": "2026-11-23T14:30:00.000Z",
            "updatedAt": samples.WRITTEN,
            "secret": "whsec_4J0nZ8Qm6cTtq1uVb5nKs8dLe2wGh4jPx3Qz7mYc0rA",
        },
        {"Made up": {}, "Ours, for two days": {"secret": "whsec_another_secret_456", "graceHours": 48}},
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
