"""Every type of message: a sound one is accepted, and each of Meta's limits is kept to in Meta's words."""

import copy
from typing import Any

import pytest

from .conftest import Connected, Hand

Content = dict[str, Any]

HTTPS = "https://example.test/a"


def interactive(kind: str, action: Any, body: str | None = "Pick", **more: Any) -> Content:
    text = {} if body is None else {"body": {"text": body}}
    return {"type": "interactive", "interactive": {"type": kind, **text, "action": action, **more}}


def reply(id_: str = "yes", title: str = "Yes") -> Content:
    return {"type": "reply", "reply": {"id": id_, "title": title}}


def buttons(*replies: Content, **more: Any) -> Content:
    return interactive("button", {"buttons": list(replies)}, **more)


def rows(count: int, **more: Any) -> list[Content]:
    return [{"id": f"r{number}", "title": "Row", **more} for number in range(count)]


def menu(*sections: Content, button: str = "Open", **more: Any) -> Content:
    return interactive("list", {"button": button, "sections": list(sections)}, **more)


def cta(text: str = "Open", url: str = HTTPS, **more: Any) -> Content:
    return interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": text, "url": url}}, **more)


def flow(**changed: Any) -> Content:
    usual = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Book", **changed}
    given = {name: value for name, value in usual.items() if value is not None}
    return interactive("flow", {"name": "flow", "parameters": given})


def products(*counts: int, **more: Any) -> Content:
    sections = [{"title": "S", "product_items": [{"product_retailer_id": str(n)} for n in range(n)]} for n in counts]
    header = {"header": {"type": "text", "text": "H"}} if "header" not in more else {}
    given = {name: value for name, value in more.items() if value is not None}
    return interactive("product_list", {"catalog_id": "1", "sections": sections}, **header, **given)


def card(index: int, **changed: Any) -> Content:
    usual = {
        "card_index": index,
        "type": "cta_url",
        "header": {"type": "image", "image": {"link": HTTPS}},
        "body": {"text": "c"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Buy", "url": HTTPS}},
    }
    return {**usual, **changed}


def carousel(*cards: Content, **more: Any) -> Content:
    return interactive("carousel", {"cards": list(cards)}, **more)


def contact(**changed: Any) -> Content:
    name = {"formatted_name": "Bo Li", "first_name": "Bo"}
    return {"type": "contacts", "contacts": [{"name": name, "phones": [{"phone": "+1555", "type": "CELL"}], **changed}]}


def place(latitude: Any, longitude: Any) -> Content:
    return {"type": "location", "location": {"latitude": latitude, "longitude": longitude, "name": "HQ"}}


def template(name: str, *components: Content) -> Content:
    return {
        "type": "template",
        "template": {"name": name, "language": {"code": "en_US"}, "components": list(components)},
    }


_QUICK = {"buttons": [{"type": "quick_reply", "quick_reply": {"id": "1", "title": "Yes"}}]}
_TEXTS = [{"type": "text", "text": "Ana"}, {"type": "text", "text": "1001"}]

OTHERS: list[Content] = [
    {"type": "image", "image": {"link": "https://example.test/a.jpg", "caption": "c" * 1024}},
    {"type": "video", "video": {"link": "https://example.test/a.mp4"}},
    {"type": "sticker", "sticker": {"link": "https://example.test/a.webp"}},
    {"type": "document", "document": {"link": "https://example.test/a.pdf", "filename": "a.pdf", "caption": "c"}},
    {"type": "audio", "audio": {"link": "https://example.test/a.ogg", "voice": True}},
    place(37.4, "-122.1"),
    {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ""}},
    {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👩🏽‍🚀"}},
    contact(),
    buttons(reply(), reply("no", "No"), header={"type": "image", "image": {"link": HTTPS}}, footer={"text": "F"}),
    menu({"title": "A", "rows": rows(10, description="d" * 72)}, body="m" * 4096),
    cta(),
    interactive("location_request_message", {"name": "send_location"}),
    flow(),
    flow(flow_id=None, flow_name="booking", flow_action="navigate", flow_action_payload={"screen": "START"}),
    interactive("product", {"catalog_id": "1", "product_retailer_id": "sku"}, body=None),
    products(15, 15),
    interactive("catalog_message", {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "sku"}}),
    interactive("catalog_message", {"name": "catalog_message"}),
    carousel(*map(card, range(10))),
    carousel(card(0, action=_QUICK), card(1, action=_QUICK)),
    interactive("address_message", {"name": "address_message", "parameters": {"country": "IN"}}),
    interactive("voice_call", {"name": "voice_call", "parameters": {"display_text": "Call", "ttl_minutes": 100}}),
    interactive("call_permission_request", {"name": "call_permission_request"}),
    template("hello_world"),
    template("order_update", {"type": "body", "parameters": _TEXTS}),
]


Quiet = tuple[Hand, Connected]


async def send(quiet: Quiet, content: Content) -> Any:
    sim, who = quiet
    body = {"messaging_product": "whatsapp", "to": "16505551234", "context": {"message_id": "wamid.q"}, **content}
    return await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)


@pytest.mark.parametrize("content", OTHERS, ids=[f"{one['type']}{number}" for number, one in enumerate(OTHERS)])
async def test_every_other_type_is_accepted(quiet: Quiet, content: Content) -> None:
    answer = await send(quiet, content)
    assert answer.status == 200, answer.text
    assert ("message_status" in answer.json["messages"][0]) == (content["type"] == "template")


def without(content: Content, *path: str) -> Content:
    changed = copy.deepcopy(content)
    node = changed
    for name in path[:-1]:
        node = node[name]
    del node[path[-1]]
    return changed


def length(label: str, shortest: int, longest: int) -> str:
    return f"{label} length invalid. Min length: {shortest}, Max length: {longest}"


def count(label: str, fewest: int, most: int) -> str:
    return f"Invalid {label} count. Min allowed {label}: {fewest}, Max allowed {label}: {most}"


HEADER = {"type": "text", "text": "h" * 61}
BROKEN: list[tuple[Content, int, str]] = [
    ({"type": "image", "image": {}}, 100, "image"),
    ({"type": "image", "image": {"id": "1", "link": "https://example.test/a"}}, 100, "image"),
    ({"type": "image", "image": {"link": HTTPS, "caption": "c" * 1025}}, 131009, length("Caption", 0, 1024)),
    ({"type": "image", "image": {"link": "ftp://example.test"}}, 100, "'ftp://example.test' is not a valid URI."),
    ({"type": "image", "image": {"id": "99"}}, 100, "Param image['id'] is not a valid whatsapp business account media"),
    ({"type": "reaction", "reaction": {"message_id": "w", "emoji": "", "colour": 1}}, 100, 'Unexpected key "colour"'),
    ({"type": "reaction", "reaction": {"emoji": "😮"}}, 131008, "message_id"),
    ({"type": "reaction", "reaction": {"message_id": "wamid.x"}}, 131008, "emoji"),
    ({"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "ok"}}, 131009, "one emoji"),
    (place(91, 0), 131009, "Latitude must be a number between -90 and 90"),
    (place(0, "-181"), 131009, "Longitude must be a number between -180 and 180"),
    (place("north", 0), 131009, "Latitude"),
    (without(place(0, 0), "location", "longitude"), 131008, "location['longitude']"),
    ({"type": "contacts", "contacts": []}, 131009, count("contacts", 1, 257)),
    ({"type": "contacts", "contacts": contact()["contacts"] * 258}, 131009, count("contacts", 1, 257)),
    (contact(name={"first_name": "Bo"}), 131008, "contacts[0]['name']['formatted_name'] is missing."),
    (contact(name={"formatted_name": "Bo"}), 131008, "one of first_name"),
    (contact(colour="red"), 100, 'Unexpected key "colour"'),
    (buttons(), 131009, count("buttons", 1, 3)),
    (buttons(*(reply(str(n), str(n)) for n in range(4))), 131009, count("buttons", 1, 3)),
    (buttons(reply(title="")), 131009, length("Button title", 1, 20)),
    (buttons(reply(title="y" * 21)), 131009, length("Button title", 1, 20)),
    (buttons(reply("y" * 257)), 131009, length("Button id", 1, 256)),
    (buttons(reply("a", "Yes"), reply("b", "Yes")), 131009, "Duplicate button titles are not allowed"),
    (buttons(reply("a", "Yes"), reply("a", "No")), 131009, "Duplicate button ids are not allowed"),
    (buttons(reply(), body="b" * 1025), 131009, length("Body text", 1, 1024)),
    (buttons(reply(), body=""), 131009, length("Body text", 1, 1024)),
    (buttons(reply(), body=None), 131008, "interactive['body']['text']"),
    (buttons(reply(), header=HEADER), 131009, length("Header text", 1, 60)),
    (buttons(reply(), footer={"text": "f" * 61}), 131009, length("Footer text", 1, 60)),
    (buttons(reply(), header={"type": "image"}), 131008, "interactive['header']['image']"),
    (menu({"rows": rows(1)}, button="o" * 21), 131009, length("List button", 1, 20)),
    (menu(), 131009, count("sections", 1, 10)),
    (menu(*({"title": "A", "rows": []} for _ in range(11))), 131009, count("sections", 1, 10)),
    (menu({"title": "A", "rows": rows(6)}, {"title": "B", "rows": rows(5)}), 131009, "Total rows count exceeds 10"),
    (menu({"title": "A", "rows": rows(1)}, {"title": "B", "rows": rows(1)}), 131009, "Duplicate row ids"),
    (menu({"rows": rows(1)}, {"title": "B", "rows": [{"id": "x", "title": "X"}]}), 131008, "Section title is required"),
    (menu({"title": "A", "rows": []}), 131009, count("rows", 1, 10)),
    (menu({"title": "t" * 25, "rows": rows(1)}), 131009, length("Section title", 1, 24)),
    (menu({"rows": rows(1, title="t" * 25)}), 131009, length("Row title", 1, 24)),
    (menu({"rows": rows(1, id="i" * 201)}), 131009, length("Row id", 1, 200)),
    (menu({"rows": rows(1, description="d" * 73)}), 131009, length("Row description", 0, 72)),
    (menu({"rows": rows(1)}, body="b" * 4097), 131009, length("Body text", 1, 4096)),
    (menu({"rows": rows(1)}, header={"type": "image", "image": {"link": HTTPS}}), 131009, "Header of type image"),
    (cta("o" * 21), 131009, length("Display text", 1, 20)),
    (cta(url="example.test"), 131009, "Url is invalid"),
    (flow(flow_cta="c" * 31), 131009, length("Flow CTA", 1, 30)),
    (flow(flow_name="both"), 131009, "Exactly one of flow_id and flow_name"),
    (flow(flow_id=None), 131009, "Exactly one of flow_id and flow_name"),
    (flow(flow_action="data_exchange", flow_action_payload={"screen": "A"}), 131009, "flow_action_payload"),
    (interactive("product", {"catalog_id": "1"}, header={"type": "text", "text": "H"}), 131009, "Header of type text"),
    (products(16, 15), 131009, "Total products count exceeds 30"),
    (products(*[1] * 11), 131009, count("sections", 1, 10)),
    (products(1, header=None), 131008, "'interactive['header']' is mandatory"),
    (carousel(card(0)), 131009, count("cards", 2, 10)),
    (carousel(*map(card, range(11))), 131009, count("cards", 2, 10)),
    (carousel(card(0), card(2)), 131009, "card_index must count the cards from 0"),
    (carousel(card(0), card(1, action=_QUICK)), 131009, "All cards must have the same type"),
    (carousel(card(0), card(1), footer={"text": "F"}), 131009, "Footer is not allowed"),
    (carousel(card(0), card(1), header={"type": "text", "text": "H"}), 131009, "Header of type text"),
    (carousel(card(0), card(1, body={"text": "c" * 161})), 131009, length("Card body text", 1, 160)),
    (carousel(card(0), card(1, body={"text": "a\nb\nc\nd"})), 131009, "line breaks"),
    (carousel(card(0, header={}), card(1, header={})), 131009, "Card header must be an image or a video"),
    (interactive("quiz", {"name": "quiz"}), 100, "interactive['type'] must be one of"),
    ({"type": "template", "template": {"name": "x"}}, 100, "template['language']"),
]


@pytest.mark.parametrize(("content", "code", "words"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
async def test_their_mistakes_are_named(quiet: Quiet, content: Content, code: int, words: str) -> None:
    answer = await send(quiet, content)
    assert (answer.status, answer.error["code"]) == (400, code), answer.text
    assert words in answer.error["message"] + answer.error.get("error_data", {}).get("details", "")


SHAPELESS: list[Any] = [None, 7, "x", [], {}, [{}], {"type": []}, {"type": "list", "action": []}]


@pytest.mark.parametrize("kind", ["text", "image", "location", "contacts", "reaction", "interactive", "template"])
async def test_a_body_of_another_shape_is_refused_too(quiet: Quiet, kind: str) -> None:
    sim, who = quiet
    for content in SHAPELESS:
        body = {"messaging_product": "whatsapp", "to": "16505551234", "type": kind, kind: content}
        answer = await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)
        assert answer.status == 400, f"{content}: {answer.text}"
