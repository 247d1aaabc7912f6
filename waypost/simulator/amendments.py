"""Where Meta's published description lags what Meta does: (schema, what to change, why).

A patch is merged into the schema: None removes a rule, a number chooses an item of a list, `add` lengthens a list.
"""

from typing import Any

Patch = dict[str | int, Any]

_STRING = {"type": "string"}
_INBOUND_BASE: Patch = {"allOf": {0: {"$ref": "BaseMessageProperties_1"}}}
_LOST_BASE = "the bundling of the description points inbound messages at the base of outbound ones"


def _named_action(name: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    if parameters is None:
        return {"required": ["name"], "properties": {"name": {"type": "string", "enum": [name]}}}
    properties = {"name": {"type": "string", "enum": [name]}, "parameters": {"type": "object", **parameters}}
    return {"required": ["name", "parameters"], "properties": properties}


def _nullable(names: str) -> Patch:
    return {"properties": {name: {"nullable": True} for name in names.split()}}


def _inner(name: str, patch: dict[str, Any]) -> Patch:
    """A patch of the object that gives an inbound message its type."""
    return {"allOf": {0: {"$ref": "BaseMessageProperties_1"}, 1: {"properties": {name: patch}}}}


_CTA_URL = {
    "required": ["display_text", "url"],
    "properties": {"display_text": {"type": "string", "minLength": 1, "maxLength": 20}, "url": _STRING},
}
_CARDS = {"required": ["cards"], "properties": {"cards": {"type": "array", "minItems": 2, "maxItems": 10}}}

AMENDMENTS: tuple[tuple[str, Patch, str], ...] = (
    (
        "BaseMessageProperties",
        {
            "required": ["messaging_product"],
            "properties": {
                "messaging_product": {"enum": ["whatsapp"]},
                "recipient": _STRING,
                "recipient_identity_key_hash": _STRING,
                "biz_opaque_callback_data": {"type": "string", "maxLength": 512},
                "message_activity_sharing": {"type": "boolean"},
            },
        },
        "type and recipient_type have defaults, a BSUID in `recipient` may stand for `to`, three fields are missing",
    ),
    ("Message", {"discriminator": {"default": "text"}}, "a message without a type is a text"),
    (
        "TextMessage",
        {"allOf": {1: {"properties": {"text": {"required": ["body"], "properties": {"body": {"minLength": 1}}}}}}},
        "a text without a body is refused",
    ),
    (
        "LocationMessage",
        {
            "allOf": {
                1: {
                    "properties": {
                        "location": {"properties": {"latitude": {"type": None}, "longitude": {"type": None}}}
                    }
                }
            }
        },
        "coordinates may be numbers too",
    ),
    ("ContactsMessage", {"allOf": {1: {"properties": {"contacts": {"maxItems": 257}}}}}, "257 contacts are allowed"),
    ("PhoneObject", {"properties": {"type": {"enum": None}}}, "CELL, MAIN, IPHONE and others are accepted"),
    *(
        (name, _nullable(parts), "null is the same as nothing")
        for name, parts in (
            ("ContactObject", "addresses birthday emails phones urls"),
            ("NameObject", "first_name last_name middle_name prefix suffix"),
            ("PhoneObject", "type wa_id"),
            ("EmailObject", "type"),
            ("UrlObject", "type"),
            ("AddressObject", "city country country_code state street type zip"),
            ("OrganizationObject", "company department title"),
        )
    ),
    (
        "ContactObject",
        {"properties": {"org": {"$ref": None, "allOf": [{"$ref": "OrganizationObject"}], "nullable": True}}},
        "null is the same as nothing",
    ),
    ("MediaObject", {"properties": {"voice": {"type": "boolean"}}}, "voice notes are sent with `voice`"),
    (
        "InteractiveObject",
        {
            "properties": {
                "type": {
                    "enum": {
                        "add": [
                            "cta_url",
                            "location_request_message",
                            "address_message",
                            "carousel",
                            "voice_call",
                            "request_contact_info",
                            "order_details",
                            "order_status",
                        ]
                    }
                }
            }
        },
        "interactive types that came after the description",
    ),
    (
        "ActionObject",
        {
            "oneOf": {
                "add": [
                    _named_action("cta_url", _CTA_URL),
                    _named_action("send_location"),
                    _named_action("address_message", {}),
                    _named_action("voice_call", {}),
                    _named_action("request_contact_info"),
                    _named_action("review_and_pay", {}),
                    _named_action("review_order", {}),
                    _CARDS,
                ],
                3: {"required": ["name"]},
            }
        },
        "actions of those types; a catalogue's thumbnail is optional",
    ),
    (
        "BodyObject",
        {"properties": {"text": {"maxLength": 4096}}},
        "lists take 4096; others are checked by hand",
    ),
    ("LanguageObject", {"required": ["code"]}, "policy is optional and deterministic"),
    (
        "TemplateComponent",
        {
            "properties": {
                "type": {"enum": {"add": ["footer", "limited_time_offer", "carousel"]}},
                "sub_type": {"enum": None},
                "index": {"type": None, "pattern": None},
                "cards": {"type": "array"},
            },
            "discriminator": {
                "mapping": {name: "TemplateComponent" for name in ("footer", "limited_time_offer", "carousel")}
            },
        },
        "component types and button kinds that came later; index may be a number from 0 to 9",
    ),
    (
        "ButtonComponent",
        {
            "allOf": {
                1: {
                    "required": ["sub_type", "parameters"],
                    "properties": {"sub_type": {"enum": None}, "index": {"type": None, "pattern": None}},
                }
            }
        },
        "see TemplateComponent; voice_call buttons have no index",
    ),
    (
        "ParameterObject",
        {
            "properties": {"type": {"enum": {"add": ["gif", "location", "product", "action", "payload"]}}},
            "discriminator": {
                "mapping": {name: "ParameterObject" for name in ("gif", "location", "product", "action", "payload")}
            },
        },
        "header parameters that came later",
    ),
    (
        "ButtonParameterObject",
        {
            "properties": {"type": {"enum": {"add": ["coupon_code", "action", "ttl_minutes"]}}},
            "discriminator": {
                "mapping": {name: "ButtonParameterObject" for name in ("coupon_code", "action", "ttl_minutes")}
            },
        },
        "button parameters of the later button kinds",
    ),
    (
        "MarkMessageRequestPayload",
        {
            "properties": {
                "messaging_product": {"enum": ["whatsapp"]},
                "status": {"enum": ["read"]},
                "typing_indicator": {
                    "type": "object",
                    "required": ["type"],
                    "properties": {"type": {"type": "string", "enum": ["text"]}},
                },
            }
        },
        "read is the only status that a business reports, and the typing indicator rides on it",
    ),
    (
        "media.read/response",
        {"properties": {"file_size": {"type": "integer"}}},
        "documented as a text, and a number in the wild",
    ),
    ("PhoneNumberStatusUpdateRequest", {"properties": {"pin": {"pattern": "^[0-9]{6}$"}}}, "a PIN has six digits"),
    ("WebhookConfiguration", {"required": None}, "an empty object takes the override away"),
    (
        "PhoneNumberInfo",
        {"properties": {"code_verification_status": {"enum": ["VERIFIED", "NOT_VERIFIED", "EXPIRED"]}}},
        "Meta says NOT_VERIFIED",
    ),
    ("WhatsAppCodeVerificationStatus", {"enum": ["VERIFIED", "NOT_VERIFIED", "EXPIRED"]}, "Meta says NOT_VERIFIED"),
    (
        "WhatsAppPhoneNumberStatus",
        {"enum": {"add": ["CONNECTED", "DISCONNECTED", "FLAGGED", "RATE_LIMITED", "UNVERIFIED", "UNKNOWN"]}},
        "a registered number is CONNECTED",
    ),
    (
        "WhatsAppBusinessAccountPhoneNumber",
        {"required": ["id"]},
        "what is listed depends on the fields asked for; the default has no status",
    ),
    ("BusinessVerificationStatus", {"enum": {"add": ["verified", "not_verified"]}}, "Meta answers in lower case"),
    (
        "SubscribedAppsResponse",
        {"properties": {"data": {"items": {"$ref": "SubscribedApp_1"}}}},
        "the richer row",
    ),
    ("ContactResponse", {"properties": {"user_id": _STRING}}, "sends by BSUID are answered with user_id"),
    ("ContactProfile", {"properties": {"user_id": _STRING}}, "every webhook carries the business-scoped user id"),
    (
        "IncomingMessage",
        {
            "oneOf": None,
            "discriminator": {
                "mapping": {
                    "text": "TextMessage_2",
                    "reaction": "ReactionMessage_1",
                    "audio": "AudioMessage_1",
                    "document": "DocumentMessage_1",
                    "image": "ImageMessage_1",
                    "sticker": "StickerMessage_1",
                    "video": "VideoMessage_1",
                    "location": "LocationMessage_1",
                }
            },
        },
        "the bundling of the description points inbound messages at the outbound schemas",
    ),
    *(
        (name, _INBOUND_BASE, _LOST_BASE)
        for name in (
            "TextMessage_2",
            "ReactionMessage_1",
            "AudioMessage_1",
            "DocumentMessage_1",
            "ImageMessage_1",
            "StickerMessage_1",
            "VideoMessage_1",
            "LocationMessage_1",
            "ContactSharingMessage",
            "UnsupportedMessage",
            "ButtonMessage",
            "InteractiveMessageReply",
            "OrderMessage",
            "SystemMessage",
        )
    ),
    ("BaseMessageProperties_1", {"required": ["id", "timestamp"]}, "a hidden number leaves only from_user_id"),
    ("ContextObject", {"required": None}, "a plain reply names no product, a forwarded message no sender"),
    ("LocationMessage_1", _inner("location", {"required": ["latitude", "longitude"]}), "a spot on the map has no name"),
    ("ReactionMessage_1", _inner("reaction", {"required": ["message_id"]}), "a reaction taken back has no emoji"),
    ("OrderMessage", _inner("order", {"required": ["catalog_id", "product_items"]}), "the note is optional"),
    ("UnsupportedMessage", _inner("errors", {"items": {"$ref": "StatusError"}}), "errors have a title and no type"),
    ("ReferralObject", {"required": ["source_url", "source_id", "source_type"]}, "ads in a status have no click id"),
    (
        "ContactSharingMessage",
        _inner(
            "contacts",
            {"items": {"$ref": None, "allOf": [{"$ref": "ContactObject"}, {"properties": {"vcard": _STRING}}]}},
        ),
        "contacts that were asked for bring a vCard",
    ),
    (
        "Statuses",
        {"required": ["id", "status", "timestamp"], "properties": {"status": {"enum": {"add": ["played"]}}}},
        "recipient_id is left out when the number is hidden; voice messages are played",
    ),
    (
        "Change",
        {"properties": {"field": {"enum": {"add": ["group_participants_update", "group_status_update"]}}}},
        "the webhooks' own pages name them so",
    ),
)


def amended(schemas: dict[str, Any]) -> dict[str, Any]:
    for name, patch, _reason in AMENDMENTS:
        schemas[name] = _merged(schemas[name], patch)
    return schemas


def _merged(node: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    if isinstance(node, list):
        items = [_merged(item, patch[place]) if place in patch else item for place, item in enumerate(node)]
        return items + patch.get("add", [])
    whole = dict(node or {})
    for key, value in patch.items():
        if value is None:
            whole.pop(key, None)
        else:
            whole[key] = _merged(whole.get(key), value)
    return whole
