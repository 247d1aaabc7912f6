"""The message templates that every new WABA is given: one of each kind that a send fills differently."""

from typing import Any

_HANDLE = {"header_handle": ["4::aW1hZ2U="]}
_CARD: dict[str, Any] = {
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": _HANDLE},
        {"type": "BODY", "text": "A {{1}} for you, fresh today.", "example": {"body_text": [["croissant"]]}},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "I want it"},
                {"type": "URL", "text": "Look", "url": "https://example.test/{{1}}", "example": ["croissant"]},
            ],
        },
    ]
}


def _body(text: str, *example: str) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "BODY", "text": text}
    return {**body, "example": {"body_text": [list(example)]}} if example else body


def _buttons(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _starter(name: str, *components: dict[str, Any], **other: str) -> dict[str, Any]:
    usual = {"language": "en_US", "category": "UTILITY", "status": "APPROVED"}
    return {"name": name, "components": list(components), **usual, **other}


STARTERS: tuple[dict[str, Any], ...] = (
    _starter("hello_world", _body("Hello! This is a first message.")),
    _starter(
        "order_update",
        _body("Hi {{1}}, your order {{2}} is on its way.", "Ana", "1001"),
        {"type": "FOOTER", "text": "Answer STOP to hear no more."},
    ),
    _starter("spring_sale", _body("Our spring sale has begun."), category="MARKETING", status="PENDING"),
    _starter(
        "appointment",
        {
            "type": "HEADER", "format": "TEXT", "text": "For {{name}}",
            "example": {"header_text_named_params": [{"param_name": "name", "example": "Ana"}]},
        },
        {
            "type": "BODY", "text": "We expect you on {{day}} at {{hour}} in our shop.",
            "example": {"body_text_named_params": [{"param_name": "day", "example": "Monday"},
                                                   {"param_name": "hour", "example": "10:00"}]},
        },
        _buttons({"type": "QUICK_REPLY", "text": "Confirm"}, {"type": "QUICK_REPLY", "text": "Cancel"}),
        parameter_format="NAMED",
    ),
    _starter(
        "receipt",
        {"type": "HEADER", "format": "DOCUMENT", "example": _HANDLE},
        _body("Thank you. The receipt of your order {{1}} is attached.", "1001"),
    ),
    _starter(
        "new_arrival",
        {"type": "HEADER", "format": "IMAGE", "example": _HANDLE},
        _body("Hello {{1}}, something new has just come out of our oven.", "Ana"),
        _buttons(
            {"type": "URL", "text": "Look", "url": "https://example.test/{{1}}", "example": ["https://example.test/a"]},
            {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+16315550101"},
            {"type": "QUICK_REPLY", "text": "No more of these"},
        ),
        category="MARKETING",
    ),
    _starter("how_it_is_done", {"type": "HEADER", "format": "VIDEO", "example": _HANDLE}, _body("See how we bake.")),
    _starter("pick_up", {"type": "HEADER", "format": "LOCATION"}, _body("Your order waits for you at our shop.")),
    _starter(
        "discount",
        _body("Hello {{1}}, this code takes something off your next order.", "Ana"),
        _buttons({"type": "COPY_CODE", "text": "Copy offer code", "example": "BREAD10"}),
        category="MARKETING",
    ),
    _starter(
        "booking",
        _body("Choose your day and hour here."),
        _buttons(
            {"type": "FLOW", "text": "Book", "flow_id": "1000000000000001", "flow_action": "navigate",
             "navigate_screen": "START"}
        ),
    ),
    _starter(
        "menu",
        _body("Hello {{1}}, this is our menu of today.", "Ana"),
        {"type": "CAROUSEL", "cards": [_CARD, _CARD]},
        category="MARKETING",
    ),
    _starter(
        "last_hours",
        {"type": "HEADER", "format": "IMAGE", "example": _HANDLE},
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Until tonight", "has_expiration": True}},
        _body("Hello {{1}}, the code {{2}} is good until tonight only.", "Ana", "BREAD10"),
        _buttons(
            {"type": "COPY_CODE", "text": "Copy offer code", "example": "BREAD10"},
            {"type": "URL", "text": "Order", "url": "https://example.test/{{1}}", "example": ["https://example.test/a"]},
        ),
        category="MARKETING",
    ),
    _starter(
        "login_code",
        {"type": "BODY", "text": "*{{1}}* is your verification code.", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        _buttons({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}),
        category="AUTHENTICATION",
    ),
    _starter("order_update", _body("Hola {{1}}, tu pedido {{2}} está en camino.", "Ana", "1001"), language="es"),
    _starter("winter_sale", _body("Our winter sale has begun."), category="MARKETING", status="PAUSED"),
    _starter("autumn_sale", _body("Our autumn sale has begun."), category="MARKETING", status="DISABLED"),
)  # fmt: skip
