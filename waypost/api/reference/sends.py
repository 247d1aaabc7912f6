"""One example body of each kind of message, by a name for people; OpenAPI and llms-full.txt show them."""

from typing import Any

from . import samples

_TO = samples.CONTACT


def _interactive(kind: str, **rest: Any) -> dict[str, Any]:
    return {"type": "interactive", "to": _TO, "interactiveType": kind, **rest}


_VIA_URL = "https://example.com/"
_CARD_HEADER = {"type": "image", "mediaUrl": _VIA_URL + "photo.jpg"}

BODIES: dict[str, dict[str, Any]] = {
    "Text": {"type": "text", "to": _TO, "text": "Hello!", "previewUrl": False},
    "Reply to a message": {
        "type": "text", "to": _TO, "text": "Yes, until six.", "context": {"wamid": samples.INBOUND_WAMID},
    },
    "To a user id": {"type": "text", "toUserId": samples.USER_ID, "text": "Hello!"},
    "Image by URL": {"type": "image", "to": _TO, "mediaUrl": _VIA_URL + "photo.jpg", "caption": "Check this out!"},
    "Video by URL": {"type": "video", "to": _TO, "mediaUrl": _VIA_URL + "clip.mp4", "caption": "How it works"},
    "Voice message": {"type": "audio", "to": _TO, "mediaId": samples.MEDIA, "voice": True},
    "Document by media id": {
        "type": "document", "to": _TO, "mediaId": samples.MEDIA, "caption": "Report", "filename": "report.pdf",
    },
    "Sticker": {"type": "sticker", "to": _TO, "mediaId": samples.MEDIA},
    "Template": {
        "type": "template", "to": _TO, "templateName": "order_confirmation", "languageCode": "en_US",
        "parameters": {
            "header": [{"type": "text", "text": "Order #1234"}],
            "body": [{"type": "text", "text": "John"}, {"type": "text", "text": "$99.00"}],
            "buttons": [
                {"type": "button", "subType": "url", "index": 0, "parameters": [{"type": "text", "text": "order-1234"}]}
            ],
        },
    },
    "Template with named placeholders": {
        "type": "template", "to": _TO, "templateName": "appointment_reminder", "languageCode": "en_US",
        "parameters": {"body": [{"type": "text", "parameterName": "first_name", "text": "Ana"}]},
    },
    "Reply buttons": _interactive(
        "button", body="How would you like to proceed?", header={"type": "text", "text": "Choose an option"},
        footer="Reply within 24 hours",
        buttons=[{"id": "btn_buy", "title": "Buy Now"}, {"id": "btn_info", "title": "More Info"}],
    ),
    "List": _interactive(
        "list", body="Browse our catalog:", buttonText="View Products",
        sections=[
            {"title": "Phones", "rows": [{"id": "phone_1", "title": "Smartphone X", "description": "Latest model"}]}
        ],
    ),
    "Location request": _interactive("location_request", body="Where shall we deliver?"),
    "Product": _interactive("product", catalogId="194836987", productRetailerId="sku-1", body="Back in stock"),
    "Product list": _interactive(
        "product_list", header={"type": "text", "text": "New this week"}, body="Have a look:", catalogId="194836987",
        sections=[{"title": "Phones", "productItems": [{"productRetailerId": "sku-1"}]}],
    ),
    "Catalog": _interactive("catalog", body="Everything we have", thumbnailProductRetailerId="sku-1"),
    "Carousel": _interactive(
        "carousel", body="Two of our phones",
        cards=[
            {"header": _CARD_HEADER, "body": name, "buttonText": "Look", "url": _VIA_URL + name}
            for name in ("x", "y")
        ],
    ),
    "Link button": {
        "type": "cta_url", "to": _TO, "bodyText": "Visit our store", "buttonText": "Open Store",
        "url": "https://store.example.com", "headerText": "Special Offer", "footerText": "Offer expires soon",
    },
    "Flow": {
        "type": "flow", "to": _TO, "bodyText": "Complete your registration", "flowToken": "token_abc123",
        "flowId": "1234567890", "flowCta": "Start Registration", "flowAction": "navigate",
        "screen": "WELCOME_SCREEN", "data": {"userId": "usr_123"},
    },
    "Reaction": {"type": "reaction", "to": _TO, "wamid": samples.INBOUND_WAMID, "emoji": "👍"},
    "Location": {
        "type": "location", "to": _TO, "latitude": -34.6037, "longitude": -58.3816, "name": "Obelisco",
        "address": "Av. 9 de Julio, Buenos Aires",
    },
    "Contact cards": {
        "type": "contacts", "to": _TO,
        "contacts": [
            {
                "name": {"formattedName": "Ana Pérez", "firstName": "Ana", "lastName": "Pérez"},
                "phones": [{"phone": "+54 9 11 6666-7777", "type": "CELL", "waId": samples.CONTACT}],
            }
        ],
    },
}  # fmt: skip
