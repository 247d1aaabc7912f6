"""Everything that pywa can send is accepted by the simulator, and is there what the library's own words say."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pywa_async import WhatsApp, errors, types
from pywa_async.types import templates
from pywa_async.types.templates import BodyText, TemplateLanguage

from tests.pywa.conftest import Client
from waypost.simulator.inbound.samples import MIME_TYPES, SAMPLES

ANA = "16505551234"
ENGLISH = TemplateLanguage.ENGLISH_US
LINK = "https://example.com/file"
BUTTONS = [types.Button("Yes", callback_data="yes"), types.Button("No", callback_data="no")]
LIST = types.SectionList(
    "Open", [types.Section("A", [types.SectionRow("Soup", callback_data="soup", description="hot")])]
)
CARD = types.Contact(
    name=types.Contact.Name(formatted_name="Bo Chen", first_name="Bo"),
    phones=[types.Contact.Phone(phone="+16505550177", type="CELL", wa_id="16505550177")],
    emails=[types.Contact.Email(email="bo@example.com", type="WORK")],
)
FLOW = types.FlowButton(
    "Book", flow_id="123", flow_token="tok", flow_action_type="navigate", flow_action_screen="START"
)
PRODUCTS = [types.ProductsSection("Bread", ["sku-1", "sku-2"])]
CAROUSEL = [
    types.ImageCarouselCard(body="c", image=f"{LINK}.jpg", buttons=types.URLButton("Buy", "https://example.com/x"))
    for _ in "12"
]

Send = Callable[[WhatsApp], Awaitable[Any]]
SENDS: dict[str, tuple[Send, dict[str, Any]]] = {
    "text": (
        lambda wa: wa.send_message(ANA, "Hi", preview_url=True),
        {"type": "text", "text": {"body": "Hi", "preview_url": True}},
    ),
    "quote": (
        lambda wa: wa.send_message(ANA, "Hi", reply_to_message_id="wamid.x"),
        {"context": {"message_id": "wamid.x"}},
    ),
    "tracker": (lambda wa: wa.send_message(ANA, "Hi", tracker="job"), {"biz_opaque_callback_data": "job"}),
    "identity": (
        lambda wa: wa.send_message(ANA, "Hi", identity_key_hash="DF2l"),
        {"recipient_identity_key_hash": "DF2l"},
    ),
    "user id": (lambda wa: wa.send_message("US.13491208655302741918", "Hi"), {"recipient": "US.13491208655302741918"}),
    "buttons": (
        lambda wa: wa.send_message(ANA, "Well?", header="H", footer="F", buttons=BUTTONS),
        {"interactive": {"type": "button", "header": {"type": "text", "text": "H"}, "footer": {"text": "F"}}},
    ),
    "list": (lambda wa: wa.send_message(ANA, "Menu", buttons=LIST), {"interactive": {"type": "list"}}),
    "url": (
        lambda wa: wa.send_message(ANA, "See", buttons=types.URLButton("Open", "https://example.com/x")),
        {"interactive": {"type": "cta_url", "action": {"name": "cta_url"}}},
    ),
    "flow": (
        lambda wa: wa.send_message(ANA, "Book", buttons=FLOW),
        {
            "interactive": {
                "type": "flow",
                "action": {"name": "flow", "parameters": {"flow_id": "123", "flow_token": "tok"}},
            }
        },
    ),
    "voice call": (
        lambda wa: wa.send_message(ANA, "Call us", buttons=types.VoiceCallButton("Call", ttl_minutes=100)),
        {"interactive": {"type": "voice_call"}},
    ),
    "call permission": (
        lambda wa: wa.send_message(ANA, "May we call?", buttons=types.CallPermissionRequestButton()),
        {"interactive": {"type": "call_permission_request"}},
    ),
    "contact request": (
        lambda wa: wa.request_contact_info(ANA, "Who?"),
        {"interactive": {"type": "request_contact_info"}},
    ),
    "location request": (
        lambda wa: wa.request_location(ANA, "Where?"),
        {"interactive": {"type": "location_request_message", "action": {"name": "send_location"}}},
    ),
    "image by link": (
        lambda wa: wa.send_image(ANA, f"{LINK}.jpg", caption="c"),
        {"type": "image", "image": {"link": f"{LINK}.jpg", "caption": "c"}},
    ),
    "image with buttons": (
        lambda wa: wa.send_image(ANA, f"{LINK}.jpg", caption="c", buttons=BUTTONS),
        {"interactive": {"header": {"type": "image", "image": {"link": f"{LINK}.jpg"}}}},
    ),
    "video by link": (lambda wa: wa.send_video(ANA, f"{LINK}.mp4", caption="c"), {"video": {"link": f"{LINK}.mp4"}}),
    "audio by link": (lambda wa: wa.send_audio(ANA, f"{LINK}.mp3"), {"audio": {"link": f"{LINK}.mp3"}}),
    "voice by link": (lambda wa: wa.send_voice(ANA, f"{LINK}.ogg"), {"audio": {"link": f"{LINK}.ogg", "voice": True}}),
    "document by link": (
        lambda wa: wa.send_document(ANA, f"{LINK}.pdf", filename="a.pdf"),
        {"document": {"link": f"{LINK}.pdf", "filename": "a.pdf"}},
    ),
    "sticker by link": (lambda wa: wa.send_sticker(ANA, f"{LINK}.webp"), {"sticker": {"link": f"{LINK}.webp"}}),
    "location": (
        lambda wa: wa.send_location(ANA, latitude=37.4, longitude=-122.1, name="HQ", address="1 Way"),
        {"type": "location", "location": {"name": "HQ", "address": "1 Way"}},
    ),
    "contact": (lambda wa: wa.send_contact(ANA, CARD), {"type": "contacts"}),
    "contacts": (lambda wa: wa.send_contact(ANA, [CARD, CARD]), {"type": "contacts"}),
    "reaction": (
        lambda wa: wa.send_reaction(ANA, "👍", "wamid.x"),
        {"type": "reaction", "reaction": {"emoji": "👍", "message_id": "wamid.x"}},
    ),
    "reaction taken back": (lambda wa: wa.remove_reaction(ANA, "wamid.x"), {"reaction": {"emoji": ""}}),
    "catalog": (
        lambda wa: wa.send_catalog(ANA, "All of it", thumbnail_product_sku="sku-1"),
        {"interactive": {"type": "catalog_message", "action": {"name": "catalog_message"}}},
    ),
    "product": (
        lambda wa: wa.send_product(ANA, catalog_id="1", sku="sku-1", body="b", footer="f"),
        {"interactive": {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "sku-1"}}},
    ),
    "products": (
        lambda wa: wa.send_products(ANA, catalog_id="1", product_sections=PRODUCTS, title="T", body="b"),
        {"interactive": {"type": "product_list", "header": {"type": "text", "text": "T"}}},
    ),
    "carousel": (lambda wa: wa.send_carousel(ANA, body="b", cards=CAROUSEL), {"interactive": {"type": "carousel"}}),
    "template": (
        lambda wa: wa.send_template(ANA, "hello_world", ENGLISH, []),
        {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}},
    ),
    "template with parameters": (
        lambda wa: wa.send_template(ANA, "order_update", ENGLISH, [BodyText.params("Ana", "1001")]),
        {"type": "template", "template": {"name": "order_update"}},
    ),
    "template with names": (
        lambda wa: wa.send_template(
            ANA,
            "appointment",
            ENGLISH,
            [templates.HeaderText.params(name="Ana"), BodyText.params(day="Monday", hour="10:00")],
        ),
        {"type": "template", "template": {"name": "appointment"}},
    ),
}


def contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(contains(whole.get(key), value) for key, value in part.items())
    return bool(whole == part)


@pytest.mark.parametrize("name", SENDS)
async def test_sends_are_accepted(client: Client, name: str) -> None:
    send, expected = SENDS[name]
    sent = await send(client.wa)
    assert sent.id.startswith("wamid.") and sent.from_phone_id == client.who.phone_number_id
    body = await client.sent()
    assert contains(body, expected), body
    assert sent.to == ("US.13491208655302741918" if name == "user id" else ANA)


@pytest.mark.parametrize("kind", MIME_TYPES)
async def test_media_are_uploaded_and_sent_by_id(client: Client, kind: str) -> None:
    media = await client.wa.upload_media(SAMPLES[kind], mime_type=MIME_TYPES[kind], filename=f"a-{kind}")
    send = getattr(client.wa, f"send_{kind}")
    named = {"filename": "a.pdf"} if kind == "document" else {}
    assert (await send(ANA, media, **named)).id
    assert (await client.sent())[kind]["id"] == media.id
    await send(ANA, SAMPLES[kind], mime_type=MIME_TYPES[kind], **named)
    assert (await client.sent())[kind]["id"] != media.id
    found = await client.wa.get_media_url(media.id)
    assert (found.file_size, found.mime_type) == (len(SAMPLES[kind]), MIME_TYPES[kind])
    assert await client.wa.get_media_bytes(found.url) == SAMPLES[kind]
    assert await client.wa.delete_media(media.id)
    with pytest.raises(errors.WhatsAppError):
        await client.wa.get_media_url(media.id)


async def test_messages_are_marked_as_read(client: Client) -> None:
    written = await client.sim.control("POST", "/messages", {"from": ANA, "text": "Hi"})
    message = (await client.read())[0]
    assert await message.mark_as_read()
    assert await client.wa.indicate_typing(message.id)
    reads = (await client.sim.control("GET", "/sent"))["reads"]
    assert [(one["message_id"], one["typing"]) for one in reads] == [
        (written["messages"][0], typing) for typing in (False, True)
    ]


async def test_a_template_is_made_found_changed_and_deleted(client: Client) -> None:
    made = await client.wa.create_template(
        templates.Template(
            name="welcome",
            language=ENGLISH,
            category=templates.TemplateCategory.UTILITY,
            components=[
                templates.HeaderText("Welcome"),
                BodyText("Hello {{name}}, good to see you.", name="Ana"),
                templates.FooterText(text="The bakery"),
                templates.Buttons(buttons=[templates.QuickReplyButton(text="Thanks")]),
            ],
            parameter_format=templates.ParamFormat.NAMED,
        )
    )
    assert made.status in (templates.TemplateStatus.PENDING, templates.TemplateStatus.APPROVED)
    found = await client.wa.get_template(made.id)
    assert (found.name, found.language, found.parameter_format) == ("welcome", "en_US", "NAMED")
    assert [one.id for one in await client.wa.get_templates(name="welcome")] == [made.id]
    assert len(list(await client.wa.get_templates(statuses=[templates.TemplateStatus.APPROVED]))) > 3
    assert await client.wa.delete_template("welcome")
    assert list(await client.wa.get_templates(name="welcome")) == []


async def test_what_is_known_about_number_and_account(client: Client) -> None:
    phone = await client.wa.get_business_phone_number()
    assert phone.id == client.who.phone_number_id
    assert [one.id for one in await client.wa.get_business_phone_numbers()] == [phone.id]
    account = await client.wa.get_business_account()
    assert account.id == client.who.waba_id


@pytest.mark.parametrize(
    ("send", "kind"),
    [
        (lambda wa: wa.send_message("15550130429", "Hi"), errors.RateLimitHit),
        (lambda wa: wa.send_message("15550131056", "Hi"), errors.TooManyMessages),
        (lambda wa: wa.send_message(ANA, "Hi", buttons=BUTTONS * 2), errors.InvalidParameter),
        (lambda wa: wa.send_template(ANA, "nobody_knows", ENGLISH, []), errors.TemplateNotExists),
        (lambda wa: wa.send_template(ANA, "order_update", ENGLISH, []), errors.TemplateParamCountMismatch),
        (lambda wa: wa.get_business_account(waba_id="1"), errors.WhatsAppError),
    ],
)  # fmt: skip
async def test_refusals_have_their_names(client: Client, send: Send, kind: type[errors.WhatsAppError]) -> None:
    with pytest.raises(kind) as refused:
        await send(client.wa)
    assert refused.value.fbtrace_id
