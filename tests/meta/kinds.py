"""One inbound message of every kind that Meta's reference names, written for these tests: (message, our content)."""

from typing import Any

SAID = {"mediaId": "6546", "sha256": "b64="}
MEDIA = {"sha256": "b64=", "id": "6546", "url": "https://lookaside.fbsbx.com/x"}
REPLY_TO = {"from": "15550783881", "id": "wamid.orig"}
UNKNOWN = {"code": 1, "title": None, "message": None, "details": None}


def interactive(kind: str, reply: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "context": REPLY_TO, "interactive": {"type": kind, kind: reply}}


def media(type_: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, type_: {**more, **MEDIA}}


#: Kinds whose content repeats all that Meta says, so that nothing else is kept.
TOLD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "image": (media("image", caption="c", mime_type="image/jpeg"), {"caption": "c", "mimeType": "image/jpeg", **SAID}),
    "video": (media("video", caption="c", mime_type="video/mp4"), {"caption": "c", "mimeType": "video/mp4", **SAID}),
    "voice": (media("audio", mime_type="audio/ogg", voice=True), {"mimeType": "audio/ogg", "voice": True, **SAID}),
    "document": (media("document", filename="a.pdf"), {"filename": "a.pdf", **SAID}),
    "sticker": (media("sticker", animated=False), {"animated": False, **SAID}),
    "location": (
        {"type": "location", "location": {"latitude": 37.46, "longitude": -122.21, "name": "HQ"}},
        {"latitude": 37.46, "longitude": -122.21, "name": "HQ"},
    ),
    "template button": (
        {"type": "button", "context": REPLY_TO, "button": {"payload": "STOP", "text": "Stop"}},
        {"payload": "STOP", "text": "Stop"},
    ),
    "reaction": (
        {"type": "reaction", "reaction": {"message_id": "wamid.target", "emoji": "😮"}},
        {"emoji": "😮", "wamid": "wamid.target"},
    ),
    "reaction taken back": (
        {"type": "reaction", "reaction": {"message_id": "wamid.target", "emoji": ""}},
        {"emoji": None, "wamid": "wamid.target"},
    ),
    "revoke": ({"type": "revoke", "revoke": {"original_message_id": "wamid.o"}}, {"wamid": "wamid.o"}),
}

#: Kinds of which Meta's own object is kept too.
KEPT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "media that says more": (media("image", width_px=7), SAID),
    "media whose id is a number": ({"type": "image", "image": {"id": 6546, "x": 1}}, {"mediaId": "6546"}),
    "media that is no object": ({"type": "image", "image": "6546"}, {"image": "6546"}),
    "button reply": (
        interactive("button_reply", {"id": "yes", "title": "Yes"}),
        {"type": "button_reply", "buttonReply": {"id": "yes", "title": "Yes"}},
    ),
    "list reply": (
        interactive("list_reply", {"id": "r1", "title": "Row", "description": "d"}),
        {"type": "list_reply", "listReply": {"id": "r1", "title": "Row", "description": "d"}},
    ),
    "flow reply": (
        interactive("nfm_reply", {"name": "flow", "body": "Sent", "response_json": '{"a_b":"v"}'}),
        {"type": "nfm_reply", "nfmReply": {"name": "flow", "body": "Sent", "response": {"a_b": "v"}}},
    ),
    "flow reply that is no object": (
        interactive("nfm_reply", {"name": "flow", "response_json": "7"}),
        {"type": "nfm_reply", "nfmReply": {"name": "flow", "responseJson": "7"}},
    ),
    "flow reply that came read": (
        interactive("nfm_reply", {"response_json": {"a_b": 1}}),
        {"type": "nfm_reply", "nfmReply": {"response": {"a_b": 1}}},
    ),
    "flow reply without answers": (
        interactive("nfm_reply", {"name": "x"}),
        {"type": "nfm_reply", "nfmReply": {"name": "x"}},
    ),
    "call permission": (
        interactive("call_permission_reply", {"response": "accept", "is_permanent": False}),
        {"type": "call_permission_reply", "callPermissionReply": {"response": "accept", "isPermanent": False}},
    ),
    "a reply of tomorrow": (
        interactive("voice_reply", {"some_key": 1}),
        {"type": "voice_reply", "voice_reply": {"some_key": 1}},
    ),
    "a reply that is none": (
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": 7}},
        {"type": "button_reply", "buttonReply": {}},
    ),
    "order": (
        {"type": "order", "order": {"catalog_id": "194", "product_items": [{"product_retailer_id": "sku"}]}},
        {"catalogId": "194", "productItems": [{"productRetailerId": "sku"}]},
    ),
    "edit": (
        {
            "type": "edit",
            "edit": {"original_message_id": "wamid.o", "message": {"type": "text", "text": {"body": "b"}}},
        },
        {"wamid": "wamid.o", "type": "text", "content": {"body": "b"}},
    ),
    "edit of an edit": (
        {"type": "edit", "edit": {"original_message_id": "wamid.o", "message": {"type": "edit", "edit": {}}}},
        {"wamid": "wamid.o", "type": "edit", "content": {}},
    ),
    "edit that says nothing": ({"type": "edit", "edit": 7}, {"wamid": None, "type": "unsupported", "content": {}}),
    "contacts": (
        {"type": "contacts", "origin": "contact_request", "contacts": [{"name": {"formatted_name": "Bo"}}]},
        {"contacts": [{"name": {"formattedName": "Bo"}}], "origin": "contact_request"},
    ),
    "contacts that are no list": ({"type": "contacts", "contacts": {"name": "Bo"}}, {"contacts": []}),
    "system": (
        {"type": "system", "system": {"body": "moved", "wa_id": "1219", "type": "user_changed_number"}},
        {"body": "moved", "waId": "1219", "type": "user_changed_number"},
    ),
    "identity": (
        {"type": "system", "identity": {"created_timestamp": "1"}, "system": {"type": "customer_identity_changed"}},
        {"type": "customer_identity_changed", "identity": {"createdTimestamp": "1"}},
    ),
    "of tomorrow": (
        {"type": "hologram", "hologram": {"depth_mm": 3, "nested": {"a": [1, None, True]}}},
        {"depth_mm": 3, "nested": {"a": [1, None, True]}},
    ),
    "unsupported": (
        {"type": "unsupported", "errors": [{"code": 1}], "unsupported": {"type": "poll"}},
        {"type": "poll", "errors": [UNKNOWN]},
    ),
    "unsupported without a payload": ({"type": "unsupported", "errors": [{"code": 1}]}, {"errors": [UNKNOWN]}),
    "interactive without a payload": ({"type": "interactive"}, {}),
    "text that is only a referral": (
        {"type": "text", "referral": {"source_id": "1"}},
        {"body": "", "referral": {"sourceId": "1"}},
    ),
    "media from an ad": ({**media("image"), "referral": {"ctwa_clid": "1"}}, {**SAID, "referral": {"ctwaClid": "1"}}),
    "a type that is no name": ({"type": "Not A Type!", "errors": [{"code": 1}]}, {"errors": [UNKNOWN]}),
    "no type": ({"errors": [{"code": 1}, "x"]}, {"errors": [UNKNOWN]}),
    "a scalar as payload": ({"type": "hologram", "hologram": 7}, {"hologram": 7}),
}
