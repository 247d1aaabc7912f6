"""One inbound message of every kind that Meta's reference names, written for these tests: kind -> message object."""

from typing import Any

MEDIA = {"sha256": "b64=", "id": "6546", "url": "https://lookaside.fbsbx.com/x"}
REPLY_TO = {"from": "15550783881", "id": "wamid.orig"}


def interactive(kind: str, reply: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "context": REPLY_TO, "interactive": {"type": kind, kind: reply}}


KINDS: dict[str, dict[str, Any]] = {
    "image": {"type": "image", "image": {"caption": "c", "mime_type": "image/jpeg", **MEDIA}},
    "video": {"type": "video", "video": {"caption": "c", "mime_type": "video/mp4", **MEDIA}},
    "voice": {"type": "audio", "audio": {"mime_type": "audio/ogg; codecs=opus", "voice": True, **MEDIA}},
    "document": {"type": "document", "document": {"filename": "a.pdf", "mime_type": "application/pdf", **MEDIA}},
    "sticker": {"type": "sticker", "sticker": {"mime_type": "image/webp", "animated": False, **MEDIA}},
    "location": {"type": "location", "location": {"latitude": 37.46, "longitude": -122.21, "name": "HQ"}},
    "button reply": interactive("button_reply", {"id": "yes", "title": "Yes"}),
    "list reply": interactive("list_reply", {"id": "r1", "title": "Row", "description": "d"}),
    "flow reply": interactive("nfm_reply", {"name": "flow", "body": "Sent", "response_json": '{"k":"v"}'}),
    "call permission": interactive("call_permission_reply", {"response": "accept", "is_permanent": False}),
    "template button": {"type": "button", "context": REPLY_TO, "button": {"payload": "STOP", "text": "Stop"}},
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.target", "emoji": "😮"}},
    "reaction taken back": {"type": "reaction", "reaction": {"message_id": "wamid.target", "emoji": ""}},
    "order": {
        "type": "order",
        "order": {"catalog_id": "194", "product_items": [{"product_retailer_id": "sku", "quantity": 2}]},
    },
    "edit": {"type": "edit", "edit": {"original_message_id": "wamid.o", "message": {"type": "text", "text": {}}}},
    "revoke": {"type": "revoke", "revoke": {"original_message_id": "wamid.o"}},
    "of tomorrow": {"type": "hologram", "hologram": {"depth": 3, "nested": {"a": [1, None, True]}}},
}

#: Kinds whose content is not one object named like the type: kind -> (message, content).
ODD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "contacts": (
        {"type": "contacts", "origin": "contact_request", "contacts": [{"name": {"formatted_name": "Bo"}}]},
        {"contacts": [{"name": {"formatted_name": "Bo"}}]},
    ),
    "system": (
        {"type": "system", "system": {"body": "moved", "wa_id": "1219", "type": "user_changed_number"}},
        {"body": "moved", "wa_id": "1219", "type": "user_changed_number"},
    ),
    "identity": (
        {"type": "system", "identity": {"hash": "x"}, "system": {"type": "customer_identity_changed"}},
        {"type": "customer_identity_changed"},
    ),
    "unsupported": (
        {"type": "unsupported", "errors": [{"code": 131051}], "unsupported": {"type": "poll"}},
        {"type": "poll"},
    ),
    "unsupported without a payload": ({"type": "unsupported", "errors": [{"code": 1}]}, {"errors": [{"code": 1}]}),
    "interactive without a payload": ({"type": "interactive"}, {}),
    "text that is only a referral": ({"type": "text", "referral": {"source_id": "1"}}, {}),
    "a type that is no name": ({"type": "Not A Type!", "errors": [{"code": 1}]}, {"errors": [{"code": 1}]}),
    "no type": ({"errors": [{"code": 2}]}, {"errors": [{"code": 2}]}),
    "a scalar as payload": ({"type": "hologram", "hologram": 7}, {"hologram": 7}),
}
