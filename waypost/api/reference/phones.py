"""Words and examples of phones, WABAs and templates."""

from typing import Any

from . import samples
from .words import Words

PHONE: dict[str, Any] = {
    "id": samples.PHONE,
    "wabaId": samples.WABA,
    "phoneNumber": samples.NUMBER,
    "verifiedName": "Acme Corp",
    "label": "Support",
    "externalId": "customer-123",
    "metadata": {"plan": "gold"},
    "metaPhoneNumberId": "106540352242922",
    "isPhoneRegistered": True,
    "registrationError": None,
    "status": "CONNECTED",
    "qualityRating": "GREEN",
    "nameStatus": "APPROVED",
    "messagingLimit": "TIER_1K",
    "messagesPerSecond": 80,
    "isOnBusinessApp": False,
    "createdAt": samples.CONNECTED,
    "connectedAt": samples.CONNECTED,
    "disconnectedAt": None,
    "lastSyncedAt": samples.WRITTEN,
}
WABA: dict[str, Any] = {
    "id": samples.WABA,
    "metaWabaId": "102290129340398",
    "name": "Acme Corp",
    "reviewStatus": "APPROVED",
    "verificationStatus": "verified",
    "isSubscribed": True,
    "tokenError": None,
    "tokenExpiresAt": None,
    "createdAt": samples.CONNECTED,
    "lastSyncedAt": samples.WRITTEN,
}
TEMPLATE: dict[str, Any] = {
    "id": "594425479261596",
    "name": "order_confirmation",
    "language": "en_US",
    "status": "APPROVED",
    "category": "UTILITY",
    "parameterFormat": "POSITIONAL",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "{{1}}"},
        {"type": "BODY", "text": "Hello {{1}}, your total is {{2}}."},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://example.com/{{1}}"}]},
    ],
    "quality": "GREEN",
    "rejectedReason": None,
    "lastSyncedAt": samples.WRITTEN,
}
HEALTH: dict[str, Any] = {
    "capabilities": {"canReceiveMessages": True, "canSendMessages": True, "canSendTemplates": True},
    "checks": [
        {"name": "connection", "ok": True, "message": f"{samples.NUMBER} is connected.", "fix": None},
        {"name": "token", "ok": True, "message": "The access token is valid.", "fix": None},
    ],
    "lastSyncedAt": samples.WRITTEN,
}

WORDS = {
    "phones.listed": Words("The numbers of the organization, newest first, disconnected ones included.", PHONE),
    "phones.one": Words("One number, with what Meta said of it last.", PHONE),
    "phones.update": Words(
        "Changes your own words about the number: `label` and `metadata`. What is absent stays; null clears.",
        {**PHONE, "label": "Sales"},
        {"Label": {"label": "Sales"}, "Clear": {"label": None, "metadata": None}},
    ),
    "phones.disconnect": Words(
        "Takes the number out of use: Meta is told to send nothing more for it. Conversations and messages stay"
        " readable. The number can be connected again through a new onboarding link.",
        {**PHONE, "disconnectedAt": samples.ANSWERED},
    ),
    "phones.show_health": Words(
        "Whether the number is ready: each of `capabilities` is true when nothing stops it, and `checks` says what is"
        " wrong and who can mend it. Answers at once from what is known here, and has Meta asked behind it: a later"
        " call may know more.",
        HEALTH,
    ),
    "wabas.listed": Words("The WhatsApp Business Accounts of the organization, newest first.", WABA),
    "wabas.one": Words(
        "One account, with the last notices that Meta sent about it.",
        {
            **WABA,
            "notices": [
                {"matter": "review", "event": "APPROVED", "at": samples.CONNECTED, "value": {"decision": "APPROVED"}}
            ],
        },
    ),
    "templates.listed": Words(
        "The templates that this number can send, as last read from Meta; `components` are Meta's own.", TEMPLATE
    ),
    "templates.sync": Words(
        "Reads the templates from Meta now and answers when that is done.",
        {"templates": 12, "lastSyncedAt": samples.ANSWERED},
        meta=True,
    ),
}
