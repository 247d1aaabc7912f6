"""Buttons, lists, products, carousels, links and flows."""

from waypost.meta.requests import Link

from .example import FILM, PAPER, PHOTO, Example, interactive, offer

INTERACTIVE: dict[str, Example] = {
    "buttons": Example(
        offer(
            "button", body="How?", header={"type": "text", "text": "Choose"}, footer="Soon",
            buttons=[{"id": "btn_buy", "title": "Buy Now 🛒"}, {"id": "btn_info", "title": "More Info"}],
        ),
        interactive(
            "button", header={"type": "text", "text": "Choose"}, body={"text": "How?"}, footer={"text": "Soon"},
            action={
                "buttons": [
                    {"type": "reply", "reply": {"id": "btn_buy", "title": "Buy Now 🛒"}},
                    {"type": "reply", "reply": {"id": "btn_info", "title": "More Info"}},
                ]
            },
        ),
        {
            "type": "button", "body": "How?", "header": {"type": "text", "text": "Choose"}, "footer": "Soon",
            "buttons": [{"id": "btn_buy", "title": "Buy Now 🛒"}, {"id": "btn_info", "title": "More Info"}],
        },
    ),
    "buttons below an image": Example(
        offer("button", body="b", header={"type": "image", "mediaUrl": PHOTO}, buttons=[{"id": "1", "title": "One"}]),
        interactive(
            "button", header={"type": "image", "image": {"link": PHOTO}}, body={"text": "b"},
            action={"buttons": [{"type": "reply", "reply": {"id": "1", "title": "One"}}]},
        ),
        {
            "type": "button", "body": "b", "header": {"type": "image", "url": PHOTO},
            "buttons": [{"id": "1", "title": "One"}],
        },
        [Link("header.mediaUrl", "image", PHOTO)],
    ),
    "buttons below a document": Example(
        offer(
            "button", body="b", header={"type": "document", "mediaUrl": PAPER, "filename": "a.pdf"},
            buttons=[{"id": "1", "title": "One"}],
        ),
        interactive(
            "button", header={"type": "document", "document": {"link": PAPER, "filename": "a.pdf"}},
            body={"text": "b"}, action={"buttons": [{"type": "reply", "reply": {"id": "1", "title": "One"}}]},
        ),
        {
            "type": "button", "body": "b", "header": {"type": "document", "url": PAPER, "filename": "a.pdf"},
            "buttons": [{"id": "1", "title": "One"}],
        },
        [Link("header.mediaUrl", "document", PAPER, "a.pdf")],
    ),
    "list": Example(
        offer(
            "list", body="Browse our catalog:", buttonText="View Products", header={"type": "text", "text": "H"},
            footer="F",
            sections=[
                {
                    "title": "Electronics",
                    "rows": [{"id": "phone_1", "title": "Smartphone X", "description": "Latest model"}],
                }
            ],
        ),
        interactive(
            "list", header={"type": "text", "text": "H"}, body={"text": "Browse our catalog:"}, footer={"text": "F"},
            action={
                "button": "View Products",
                "sections": [
                    {
                        "title": "Electronics",
                        "rows": [{"id": "phone_1", "title": "Smartphone X", "description": "Latest model"}],
                    }
                ],
            },
        ),
        {
            "type": "list", "body": "Browse our catalog:", "header": {"type": "text", "text": "H"}, "footer": "F",
            "buttonText": "View Products",
            "sections": [
                {
                    "title": "Electronics",
                    "rows": [{"id": "phone_1", "title": "Smartphone X", "description": "Latest model"}],
                }
            ],
        },
    ),
    "location request": Example(
        offer("location_request", body="Where?"),
        interactive("location_request_message", body={"text": "Where?"}, action={"name": "send_location"}),
        {"type": "location_request", "body": "Where?"},
    ),
    "product": Example(
        offer("product", catalogId="1", productRetailerId="sku", body="b", footer="f"),
        interactive(
            "product", body={"text": "b"}, footer={"text": "f"},
            action={"catalog_id": "1", "product_retailer_id": "sku"},
        ),
        {"type": "product", "body": "b", "footer": "f", "catalogId": "1", "productRetailerId": "sku"},
    ),
    "product alone": Example(
        offer("product", catalogId="1", productRetailerId="sku"),
        interactive("product", action={"catalog_id": "1", "product_retailer_id": "sku"}),
        {"type": "product", "catalogId": "1", "productRetailerId": "sku"},
    ),
    "product list": Example(
        offer(
            "product_list", header={"type": "text", "text": "H"}, body="b", catalogId="1",
            sections=[{"title": "S", "productItems": [{"productRetailerId": "sku"}]}],
        ),
        interactive(
            "product_list", header={"type": "text", "text": "H"}, body={"text": "b"},
            action={
                "catalog_id": "1",
                "sections": [{"title": "S", "product_items": [{"product_retailer_id": "sku"}]}],
            },
        ),
        {
            "type": "product_list", "header": {"type": "text", "text": "H"}, "body": "b", "catalogId": "1",
            "sections": [{"title": "S", "productItems": [{"productRetailerId": "sku"}]}],
        },
    ),
    "catalog": Example(
        offer("catalog", body="b", thumbnailProductRetailerId="sku", footer="f"),
        interactive(
            "catalog_message", body={"text": "b"}, footer={"text": "f"},
            action={"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "sku"}},
        ),
        {"type": "catalog", "body": "b", "footer": "f", "thumbnailProductRetailerId": "sku"},
    ),
    "catalog without a thumbnail": Example(
        offer("catalog", body="b"),
        interactive("catalog_message", body={"text": "b"}, action={"name": "catalog_message"}),
        {"type": "catalog", "body": "b"},
    ),
    "carousel of links": Example(
        offer(
            "carousel", body="New:",
            cards=[
                {"header": {"type": "image", "mediaUrl": PHOTO}, "body": "One", "buttonText": "Buy",
                 "url": "https://example.com/1"},
                {"header": {"type": "image", "mediaId": "7"}, "buttonText": "Buy", "url": "https://example.com/2"},
            ],
        ),
        interactive(
            "carousel", body={"text": "New:"},
            action={
                "cards": [
                    {"card_index": 0, "type": "cta_url", "header": {"type": "image", "image": {"link": PHOTO}},
                     "body": {"text": "One"}, "action": {"name": "cta_url", "parameters": {
                         "display_text": "Buy", "url": "https://example.com/1"}}},
                    {"card_index": 1, "type": "cta_url", "header": {"type": "image", "image": {"id": "7"}},
                     "action": {"name": "cta_url", "parameters": {
                         "display_text": "Buy", "url": "https://example.com/2"}}},
                ]
            },
        ),
        {
            "type": "carousel", "body": "New:",
            "cards": [
                {"header": {"type": "image", "url": PHOTO}, "body": "One", "buttonText": "Buy",
                 "url": "https://example.com/1"},
                {"header": {"type": "image", "mediaId": "7"}, "buttonText": "Buy", "url": "https://example.com/2"},
            ],
        },
        [Link("cards[0].header.mediaUrl", "image", PHOTO)],
    ),
    "carousel of buttons": Example(
        offer(
            "carousel", body="New:",
            cards=[
                {"header": {"type": "video", "mediaUrl": FILM}, "buttons": [{"id": f"b{n}", "title": "Learn more"}]}
                for n in (0, 1)
            ],
        ),
        interactive(
            "carousel", body={"text": "New:"},
            action={
                "cards": [
                    {"card_index": n, "type": "cta_url", "header": {"type": "video", "video": {"link": FILM}},
                     "action": {"buttons": [
                         {"type": "quick_reply", "quick_reply": {"id": f"b{n}", "title": "Learn more"}}]}}
                    for n in (0, 1)
                ]
            },
        ),
        {
            "type": "carousel", "body": "New:",
            "cards": [
                {"header": {"type": "video", "url": FILM}, "buttons": [{"id": f"b{n}", "title": "Learn more"}]}
                for n in (0, 1)
            ],
        },
        [Link("cards[0].header.mediaUrl", "video", FILM), Link("cards[1].header.mediaUrl", "video", FILM)],
    ),
    "carousel of products": Example(
        offer("carousel", body="b", cards=[{"catalogId": "1", "productRetailerId": sku} for sku in ("a", "b")]),
        interactive(
            "carousel", body={"text": "b"},
            action={
                "cards": [
                    {"card_index": n, "type": "product", "action": {"catalog_id": "1", "product_retailer_id": sku}}
                    for n, sku in enumerate(("a", "b"))
                ]
            },
        ),
        {"type": "carousel", "body": "b",
         "cards": [{"catalogId": "1", "productRetailerId": sku} for sku in ("a", "b")]},
    ),
    "cta_url": Example(
        {"type": "cta_url", "bodyText": "Visit our store", "buttonText": "Open Store",
         "url": "https://store.example.com", "headerText": "Special Offer", "footerText": "Offer expires soon"},
        interactive(
            "cta_url", header={"type": "text", "text": "Special Offer"}, body={"text": "Visit our store"},
            footer={"text": "Offer expires soon"},
            action={"name": "cta_url",
                    "parameters": {"display_text": "Open Store", "url": "https://store.example.com"}},
        ),
        {"type": "cta_url", "header": {"type": "text", "text": "Special Offer"}, "body": "Visit our store",
         "footer": "Offer expires soon", "buttonText": "Open Store", "url": "https://store.example.com"},
    ),
    "cta_url below a video": Example(
        {"type": "cta_url", "bodyText": "b", "buttonText": "Open", "url": "http://example.com",
         "header": {"type": "video", "mediaUrl": FILM}},
        interactive(
            "cta_url", header={"type": "video", "video": {"link": FILM}}, body={"text": "b"},
            action={"name": "cta_url", "parameters": {"display_text": "Open", "url": "http://example.com"}},
        ),
        {"type": "cta_url", "header": {"type": "video", "url": FILM}, "body": "b", "buttonText": "Open",
         "url": "http://example.com"},
        [Link("header.mediaUrl", "video", FILM)],
    ),
    "flow": Example(
        {"type": "flow", "bodyText": "Complete your registration", "flowToken": "token_abc123",
         "flowId": "1234567890", "flowCta": "Start Registration", "flowAction": "navigate",
         "screen": "WELCOME_SCREEN", "data": {"userId": "usr_123"}},
        interactive(
            "flow", body={"text": "Complete your registration"},
            action={
                "name": "flow",
                "parameters": {
                    "flow_message_version": "3", "flow_id": "1234567890", "flow_cta": "Start Registration",
                    "flow_token": "token_abc123", "flow_action": "navigate",
                    "flow_action_payload": {"screen": "WELCOME_SCREEN", "data": {"userId": "usr_123"}},
                },
            },
        ),
        {"type": "flow", "body": "Complete your registration", "flowCta": "Start Registration",
         "flowId": "1234567890", "flowToken": "token_abc123", "flowAction": "navigate",
         "screen": "WELCOME_SCREEN", "data": {"userId": "usr_123"}},
    ),
    "flow by name": Example(
        {"type": "flow", "bodyText": "b", "flowName": "signup", "flowCta": "Go", "flowAction": "data_exchange",
         "mode": "draft", "headerText": "H", "footerText": "F"},
        interactive(
            "flow", header={"type": "text", "text": "H"}, body={"text": "b"}, footer={"text": "F"},
            action={
                "name": "flow",
                "parameters": {"flow_message_version": "3", "flow_name": "signup", "flow_cta": "Go", "mode": "draft",
                               "flow_action": "data_exchange"},
            },
        ),
        {"type": "flow", "header": {"type": "text", "text": "H"}, "body": "b", "footer": "F", "flowCta": "Go",
         "flowName": "signup", "flowAction": "data_exchange", "mode": "draft"},
    ),
}  # fmt: skip
