"""The section `webhooks` of OpenAPI: the four events as they arrive at a customer's server."""

from typing import Any

from ... import events
from . import messages, samples

_MESSAGE: dict[str, Any] = {
    "messageId": samples.MESSAGE,
    "conversationId": samples.CONVERSATION,
    "phoneNumberId": samples.PHONE,
    "phoneNumber": samples.NUMBER,
    "contactPhone": samples.CONTACT,
    "contactUserId": samples.USER_ID,
    "contactUsername": None,
    "contactName": "Ana Pérez",
    "direction": "inbound",
    "type": "text",
    "content": {"body": "Hi, I'd like to place an order"},
    "wamid": samples.INBOUND_WAMID,
    "status": "delivered",
    "externalId": "customer-123",
    "error": None,
    "context": None,
    "timestamp": samples.WRITTEN,
    "statusTimestamps": {},
    "origin": "contact",
    "pricing": None,
}
_FILE = f"{samples.BASE}/v1/phones/{samples.PHONE}/media/{samples.MEDIA}"
PHOTO: dict[str, Any] = {
    **_MESSAGE,
    "type": "image",
    "content": {
        "url": f"{_FILE}/download",
        "mediaId": samples.MEDIA,
        "mimeType": "image/jpeg",
        "caption": "Photo of the product",
        "mediaUrl": _FILE,
        "downloadUrl": f"{_FILE}/download",
    },
}
_SENT: dict[str, Any] = {
    **_MESSAGE,
    "messageId": samples.SENT,
    "direction": "outbound",
    "content": {"body": "Hello!"},
    "wamid": samples.SENT_WAMID,
    "status": "sent",
    "timestamp": samples.ANSWERED,
    "statusTimestamps": {"pending": samples.ANSWERED, "sent": "2026-11-22T14:30:20.390Z"},
    "origin": "api",
}
_FAILED = {"code": 131026, "title": "Message undeliverable", "message": "Message undeliverable", "details": None}

#: Event -> what it says, and examples of `data` by name.
EVENTS: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "message.received": ("A contact wrote.", {"Text": _MESSAGE, "Photo": PHOTO}),
    "message.sent": (
        'Meta accepted a message that was sent, or one was written in the WhatsApp Business app (`origin: "app"`).'
        " Once per message.",
        {"Sent": _SENT},
    ),
    "message.status_updated": (
        "A message that was sent became `delivered`, `read` or `failed`.",
        {
            "Read": {**_SENT, "status": "read", "statusTimestamps": messages.SENT["statusTimestamps"]},
            "Failed": {**_SENT, "status": "failed", "error": _FAILED},
        },
    ),
    "phone_number.connected": (
        "An onboarding link was completed. Ask the phone's health before sending traffic.",
        {
            "Connected": {
                "onboardingLinkId": samples.LINK,
                "externalId": "customer-123",
                "phoneNumberId": samples.PHONE,
                "phoneNumber": samples.NUMBER,
                "wabaId": samples.WABA,
                "metaWabaId": "102290129340398",
                "isPhoneRegistered": True,
            }
        },
    ),
}
SHAPES = (events.MessageData, events.ConnectedData)

_HEADERS: tuple[tuple[str, bool, str, str], ...] = (
    ("X-Webhook-Event", True, "The event type.", "message.received"),
    ("X-Webhook-Timestamp", True, "The time of this attempt.", samples.WRITTEN),
    ("X-Webhook-Delivery", True, "The delivery's id, the same on every attempt and replay.", samples.DELIVERY),
    ("X-Webhook-Signature-256", False, "`sha256=` and the hex HMAC-SHA256 of the raw body, keyed with the secret.",
     "sha256=5f1d7a84db00d2fce00b31a7fc73224f0a0aa8ea6b4bb5b6fb5bdbe5bdf1f3f0"),
    ("webhook-id", False, "Standard Webhooks: the event's id. With a secret.", samples.EVENT),
    ("webhook-timestamp", False, "Standard Webhooks: seconds since 1970 of this attempt. With a secret.", "1795271400"),
    ("webhook-signature", False,
     "Standard Webhooks: `v1,` and a base64 HMAC-SHA256, two of them during a rotation. With a secret.",
     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
)  # fmt: skip


def body(event: str, data: dict[str, Any]) -> dict[str, Any]:
    """An event as it arrives, around an example of its data."""
    return {
        "event": event,
        "timestamp": samples.ANSWERED,
        "organizationId": samples.ORGANIZATION,
        "eventId": samples.EVENT,
        "data": data,
    }


def section() -> dict[str, Any]:
    """`webhooks` of the document."""
    return {event: {"post": _operation(event, told, examples)} for event, (told, examples) in EVENTS.items()}


def _operation(event: str, told: str, examples: dict[str, dict[str, Any]]) -> dict[str, Any]:
    shown = {name: {"value": body(event, data)} for name, data in examples.items()}
    content = {"schema": schema(event), "examples": shown}
    return {
        "operationId": f"webhook.{event}",
        "summary": event,
        "description": f"{told} Repeated with growing pauses until it is answered with a 2xx within 30 seconds.",
        "tags": ["Events"],
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": always, "description": says, "schema": {"type": "string"},
             "example": example}
            for name, always, says, example in _HEADERS
        ],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "2XX": {"description": "Delivered."},
            "410": {"description": "The webhook is switched off; what waits for it is kept."},
            "default": {"description": "Anything else is a failure; the delivery is repeated."},
        },
    }  # fmt: skip


def schema(event: str) -> dict[str, Any]:
    """Of the body of an event."""
    data = "ConnectedData" if event == "phone_number.connected" else "MessageData"
    return {
        "type": "object",
        "required": ["event", "timestamp", "organizationId", "eventId", "data"],
        "properties": {
            "event": {"const": event},
            "timestamp": {"type": "string", "format": "date-time", "description": "When the event was made."},
            "organizationId": {"type": "string", "format": "uuid"},
            "eventId": {"type": "string", "format": "uuid", "description": "The same for every webhook that gets it."},
            "data": {"$ref": f"#/components/schemas/{data}"},
            "test": {"const": True, "description": "Only on a test delivery."},
        },
    }
