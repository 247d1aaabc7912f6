"""The message templates that every new WABA is given: (name, language, category, status, components)."""

from typing import Any

STARTERS: tuple[tuple[str, str, str, str, list[dict[str, Any]]], ...] = (
    ("hello_world", "en_US", "UTILITY", "APPROVED", [{"type": "BODY", "text": "Hello! This is a first message."}]),
    (
        "order_update",
        "en_US",
        "UTILITY",
        "APPROVED",
        [
            {
                "type": "BODY",
                "text": "Hi {{1}}, your order {{2}} is on its way.",
                "example": {"body_text": [["Ana", "1001"]]},
            },
            {"type": "FOOTER", "text": "Answer STOP to hear no more."},
        ],
    ),
    ("spring_sale", "en_US", "MARKETING", "PENDING", [{"type": "BODY", "text": "Our spring sale has begun."}]),
)
