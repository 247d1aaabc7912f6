"""Templates with each kind of parameter."""

from typing import Any

from waypost.meta.requests import Link

from .example import FILM, PAPER, PHOTO, Example, template

TEMPLATES: dict[str, Example] = {
    "template": template(
        {
            "header": [{"type": "text", "text": "Order #1234"}],
            "body": [{"type": "text", "text": "John"}, {"type": "text", "text": "$99.00"}],
            "buttons": [{"type": "button", "subType": "url", "index": 0,
                         "parameters": [{"type": "text", "text": "order-1234"}]}],
        },
        {"type": "header", "parameters": [{"type": "text", "text": "Order #1234"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "John"}, {"type": "text", "text": "$99.00"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "order-1234"}]},
    ),
    "template without parameters": template(None),
    "template with empty lists": template({"header": [], "body": [], "buttons": []}),
    "template with named values": template(
        {
            "body": [
                {"type": "text", "text": "Ana", "parameterName": "first_name"},
                {"type": "currency", "parameterName": "total",
                 "currency": {"fallbackValue": "$10", "code": "USD", "amount1000": 10000}},
                {"type": "date_time", "parameterName": "day", "dateTime": {"fallbackValue": "2 May"}},
            ]
        },
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "Ana", "parameter_name": "first_name"},
                {"type": "currency", "parameter_name": "total",
                 "currency": {"fallback_value": "$10", "code": "USD", "amount_1000": 10000}},
                {"type": "date_time", "parameter_name": "day", "date_time": {"fallback_value": "2 May"}},
            ],
        },
    ),
    "template with every button": template(
        {
            "buttons": [
                {"subType": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "STOP"}]},
                {"subType": "copy_code", "index": "1", "parameters": [{"type": "coupon_code", "couponCode": "SAVE25"}]},
                {"subType": "flow", "index": 2, "parameters": [{"type": "action", "action": {
                    "flowToken": "t", "flowActionData": {"user_id": {"flow_token": 1}}}}]},
                {"subType": "catalog", "index": 3, "parameters": [
                    {"type": "action", "action": {"thumbnailProductRetailerId": "sku"}}]},
                {"subType": "mpm", "index": 4, "parameters": [{"type": "action", "action": {
                    "thumbnailProductRetailerId": "sku",
                    "sections": [{"title": "S", "productItems": [{"productRetailerId": "sku"}]}]}}]},
                {"subType": "voice_call", "parameters": [
                    {"type": "ttl_minutes", "ttlMinutes": 100}, {"type": "payload", "payload": "x"}]},
            ]
        },
        {"type": "button", "sub_type": "quick_reply", "index": "0",
         "parameters": [{"type": "payload", "payload": "STOP"}]},
        {"type": "button", "sub_type": "copy_code", "index": "1",
         "parameters": [{"type": "coupon_code", "coupon_code": "SAVE25"}]},
        {"type": "button", "sub_type": "flow", "index": "2", "parameters": [{"type": "action", "action": {
            "flow_token": "t", "flow_action_data": {"user_id": {"flow_token": 1}}}}]},
        {"type": "button", "sub_type": "catalog", "index": "3",
         "parameters": [{"type": "action", "action": {"thumbnail_product_retailer_id": "sku"}}]},
        {"type": "button", "sub_type": "mpm", "index": "4", "parameters": [{"type": "action", "action": {
            "thumbnail_product_retailer_id": "sku",
            "sections": [{"product_items": [{"product_retailer_id": "sku"}], "title": "S"}]}}]},
        {"type": "button", "sub_type": "voice_call",
         "parameters": [{"type": "ttl_minutes", "ttl_minutes": 100}, {"type": "payload", "payload": "x"}]},
    ),
    "template with a place": template(
        {"header": [{"type": "location", "location": {
            "latitude": 1.5, "longitude": 2.5, "name": "HQ", "address": "1 Way"}}]},
        {"type": "header", "parameters": [{"type": "location", "location": {
            "latitude": 1.5, "longitude": 2.5, "name": "HQ", "address": "1 Way"}}]},
    ),
    "template with a product": template(
        {"header": [{"type": "product", "product": {"productRetailerId": "sku", "catalogId": "1"}}]},
        {"type": "header",
         "parameters": [{"type": "product", "product": {"product_retailer_id": "sku", "catalog_id": "1"}}]},
    ),
    "template with a limited-time offer": template(
        {"limitedTimeOffer": {"expirationTimeMs": 1700000000000}},
        {"type": "limited_time_offer", "parameters": [
            {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1700000000000}}]},
    ),
}  # fmt: skip


def with_file(kind: str, file: dict[str, Any], links: list[Link]) -> Example:
    """A template whose header is a file."""
    parameter = {"type": kind, kind: file}
    plain = template({"header": [parameter]}, {"type": "header", "parameters": [parameter]})
    return Example(plain.given, plain.graph, plain.content, links)


_FILE = "parameters.header[0]"
TEMPLATES |= {
    "template with an image": with_file("image", {"link": PHOTO}, [Link(f"{_FILE}.image.link", "image", PHOTO)]),
    "template with a known video": with_file("video", {"id": "7"}, []),
    "template with a gif": with_file("gif", {"link": FILM}, [Link(f"{_FILE}.gif.link", "video", FILM)]),
    "template with a document": with_file(
        "document", {"link": PAPER, "filename": "a.pdf"}, [Link(f"{_FILE}.document.link", "document", PAPER, "a.pdf")]
    ),
}


def _carousel() -> Example:
    cards = [
        {
            "header": [{"type": "image", "image": {"link": PHOTO}}],
            "body": [{"type": "text", "text": f"Card {n}"}],
            "buttons": [{"subType": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "p"}]}],
        }
        for n in (0, 1)
    ]
    sent = [
        {
            "card_index": n,
            "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"link": PHOTO}}]},
                {"type": "body", "parameters": [{"type": "text", "text": f"Card {n}"}]},
                {
                    "type": "button", "sub_type": "quick_reply", "index": "0",
                    "parameters": [{"type": "payload", "payload": "p"}],
                },
            ],
        }
        for n in (0, 1)
    ]  # fmt: skip
    body = [{"type": "text", "text": "Ana"}]
    plain = template(
        {"body": body, "carousel": cards}, {"type": "body", "parameters": body}, {"type": "carousel", "cards": sent}
    )
    links = [Link(f"parameters.carousel[{n}].header[0].image.link", "image", PHOTO) for n in (0, 1)]
    return Example(plain.given, plain.graph, plain.content, links)


TEMPLATES["template with a carousel"] = _carousel()
