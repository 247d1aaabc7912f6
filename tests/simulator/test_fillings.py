"""Sending templates: filled rightly they go; filled wrongly Meta says where, and expects how many."""

from typing import Any

import pytest

from .conftest import Connected, Hand

Component = dict[str, Any]


def text(*values: str) -> list[Component]:
    return [{"type": "text", "text": value} for value in values]


def named(**values: str) -> list[Component]:
    return [{"type": "text", "parameter_name": name, "text": value} for name, value in values.items()]


def body(*parameters: Component) -> Component:
    return {"type": "body", "parameters": list(parameters)}


def header(*parameters: Component) -> Component:
    return {"type": "header", "parameters": list(parameters)}


def button(index: Any, sub_type: str, *parameters: Component) -> Component:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": list(parameters)}


def media(kind: str) -> Component:
    return {"type": kind, kind: {"link": "https://example.test/a"}}


def code(value: str) -> Component:
    return {"type": "coupon_code", "coupon_code": value}


def card(index: int, *components: Component) -> Component:
    usual = (header(media("image")), body(*text("roll")), button(1, "url", *text("roll")))
    return {"card_index": index, "components": list(components or usual)}


LOCATION = {"type": "location", "location": {"latitude": "1", "longitude": "2", "name": "HQ", "address": "A"}}
OFFER = {
    "type": "limited_time_offer",
    "parameters": [{"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_800_000_000_000}}],
}
PAYLOAD = {"type": "payload", "payload": "YES"}
HOURS = [header(media("image")), body(*text("Ana", "BREAD")), button(0, "copy_code", code("BREAD"))]
MONEY = {"type": "currency", "currency": {"fallback_value": "$10", "code": "USD", "amount_1000": 10000}}
DATE = {"type": "date_time", "date_time": {"fallback_value": "2 May"}}
APPOINTMENT = [header(*named(name="Ana")), body(*named(hour="10:00", day="Monday"))]

SOUND: list[tuple[str, list[Component]]] = [
    ("hello_world", []),
    ("order_update", [body(*text("Ana", "1001"))]),
    ("order_update", [body(MONEY, DATE)]),
    ("appointment", APPOINTMENT),
    ("appointment", [*APPOINTMENT, button("1", "quick_reply", PAYLOAD)]),
    ("receipt", [header(media("document")), body(*text("1001"))]),
    ("new_arrival", [header(media("image")), body(*text("Ana")), button(0, "url", *text("a"))]),
    ("how_it_is_done", [header(media("video"))]),
    ("pick_up", [header(LOCATION)]),
    ("discount", [body(*text("Ana")), button(0, "copy_code", code("BREAD10"))]),
    ("booking", []),
    ("booking", [button(0, "flow", {"type": "action", "action": {"flow_token": "t"}})]),
    ("menu", [body(*text("Ana")), {"type": "carousel", "cards": [card(0), card(1)]}]),
    ("last_hours", [*HOURS, OFFER, button(1, "url", *text("a"))]),
    ("login_code", [body(*text("123456")), button(0, "url", *text("123456"))]),
]


Quiet = tuple[Hand, Connected]


async def send(quiet: Quiet, name: str, components: list[Component], language: str = "en_US", **more: Any) -> Any:
    sim, who = quiet
    template = {"name": name, "language": {"code": language}, "components": components}
    frame = {"messaging_product": "whatsapp", "type": "template", "template": template}
    to = more or {"to": "16505551234"}
    return await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json={**frame, **to})


@pytest.mark.parametrize(("name", "components"), SOUND, ids=[f"{one[0]}{n}" for n, one in enumerate(SOUND)])
async def test_what_is_filled_rightly_goes(quiet: Quiet, name: str, components: list[Component]) -> None:
    answer = await send(quiet, name, components)
    assert answer.status == 200, answer.text
    assert answer.json["messages"][0]["message_status"] == "accepted"


def mismatch(where: str, given: int, wanted: int) -> str:
    return f"{where}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"


def button_count(index: int, given: int, wanted: int) -> str:
    return mismatch(f"buttons: Button at index {index}", given, wanted)


IMAGE = header(media("image"))
BROKEN: list[tuple[str, list[Component], int, str]] = [
    ("nonsense", [], 132001, "template name (nonsense) does not exist in en_US"),
    ("spring_sale", [], 132001, "template name (spring_sale) does not exist in en_US"),
    ("winter_sale", [], 132015, "paused"),
    ("autumn_sale", [], 132016, "disabled"),
    ("hello_world", [body(*text("Ana"))], 132000, mismatch("body", 1, 0)),
    ("order_update", [], 132000, mismatch("body", 0, 2)),
    ("order_update", [body(*text("Ana"))], 132000, mismatch("body", 1, 2)),
    ("order_update", [body(*text("Ana", "1", "2"))], 132000, mismatch("body", 3, 2)),
    ("order_update", [header(media("image")), body(*text("Ana", "1"))], 132000, mismatch("header", 1, 0)),
    ("order_update", [body(media("image"), *text("1"))], 132012, "expected TEXT, received IMAGE"),
    ("order_update", [body(*text("Ana", "a\nb"))], 132018, "new-line/tab characters"),
    ("order_update", [body(*text("Ana", "a     b"))], 132018, "more than 4 consecutive spaces"),
    ("order_update", [body(*text("Ana", ""))], 131008, "Parameter of type text is missing text value"),
    ("order_update", [body(*text("Ana", "x" * 1000))], 132005, "translated text is too long"),
    ("appointment", [header(*text("Ana")), APPOINTMENT[1]], 100, "Parameter name is missing or empty"),
    ("appointment", [APPOINTMENT[0], body(*named(hour="1", week="2"))], 100, "parameter name 'week' is not one of"),
    ("appointment", [APPOINTMENT[0], body(*named(hour="1"), *named(hour="2"))], 132012, "given twice"),
    ("receipt", [body(*text("1001"))], 132012, "header: Format mismatch, expected DOCUMENT, received UNKNOWN"),
    ("receipt", [IMAGE, body(*text("1001"))], 132012, "expected DOCUMENT, received IMAGE"),
    ("pick_up", [header({"type": "location", "location": {"name": "x"}})], 131008, "latitude"),
    ("new_arrival", [IMAGE, body(*text("Ana"))], 131008, "buttons: Button at index 0 of type Url requires a parameter"),
    ("new_arrival", [IMAGE, body(*text("A")), button(0, "url", *text("a", "b"))], 132000, button_count(0, 2, 1)),
    (
        "new_arrival",
        [IMAGE, body(*text("A")), button(0, "quick_reply", PAYLOAD)],
        132012,
        "not of sub_type quick_reply",
    ),
    ("new_arrival", [IMAGE, body(*text("A")), button(5, "url", *text("a"))], 132012, "no button at index 5"),
    ("new_arrival", [IMAGE, body(*text("A")), button(10, "url", *text("a"))], 131009, "between 0 and 9"),
    ("new_arrival", [IMAGE, body(*text("A")), *[button(0, "url", *text("a"))] * 2], 132012, "an index is given twice"),
    ("new_arrival", [IMAGE, body(*text("A")), button(1, "url", *text("a"))], 132012, "PHONE_NUMBER"),
    ("discount", [body(*text("Ana"))], 131008, "Button at index 0 of type CopyCode requires a parameter"),
    ("discount", [body(*text("A")), button(0, "copy_code", *text("B"))], 132012, "expects coupon_code, received text"),
    ("discount", [body(*text("A")), button(0, "copy_code", code("no spaces"))], 131009, "alphanumeric"),
    ("discount", [body(*text("A")), button(0, "copy_code", code("B" * 16))], 131009, "at most 15"),
    ("booking", [button(0, "flow", *text("x"))], 132012, "expects action"),
    ("menu", [body(*text("Ana"))], 132012, "carousel: 0 cards given, the template has 2"),
    ("menu", [body(*text("Ana")), {"type": "carousel", "cards": [card(0), card(0)]}], 132012, "count the cards from 0"),
    (
        "menu",
        [body(*text("Ana")), {"type": "carousel", "cards": [card(0), card(1, IMAGE, body())]}],
        132000,
        mismatch("body", 0, 1),
    ),
    ("last_hours", [*HOURS, button(1, "url", *text("a"))], 131008, "expiration_time_ms is missing"),
    ("hello_world", [OFFER], 132012, "limited_time_offer: the template has no such component"),
    ("login_code", [body(*text("123456"))], 131008, "Button at index 0 of type Url requires a parameter"),
    ("login_code", [body(*text("1" * 16)), button(0, "url", *text("1" * 16))], 131009, "Verification code length"),
]


@pytest.mark.parametrize(("name", "components", "number", "words"), BROKEN, ids=[str(n) for n in range(len(BROKEN))])
async def test_what_is_filled_wrongly_is_named(
    quiet: Quiet, name: str, components: list[Component], number: int, words: str
) -> None:
    answer = await send(quiet, name, components)
    assert answer.error["code"] == number, answer.text
    assert words in answer.error["message"] + answer.error.get("error_data", {}).get("details", "")
    assert answer.status == (404 if number == 132001 else 400)


async def test_a_language_must_match_exactly(quiet: Quiet) -> None:
    components = [body(*text("Ana", "1001"))]
    assert (await send(quiet, "order_update", components, "es")).status == 200
    missing = await send(quiet, "order_update", components, "es_MX")
    assert missing.error["error_data"]["details"] == "template name (order_update) does not exist in es_MX"


async def test_a_code_is_not_sent_to_a_user_id(quiet: Quiet) -> None:
    components = [body(*text("123456")), button(0, "url", *text("123456"))]
    answer = await send(quiet, "login_code", components, recipient="US.1349120865530")
    assert answer.error["code"] == 131062
    both = {"recipient": "US.1349120865530", "to": "16505551234"}
    assert (await send(quiet, "login_code", components, **both)).status == 200
    assert (await send(quiet, "hello_world", [], recipient="not an id")).error["code"] == 131009


async def test_media_of_a_header_may_be_named_by_id(quiet: Quiet) -> None:
    unknown = [header({"type": "document", "document": {"id": "99"}}), body(*text("1001"))]
    answer = await send(quiet, "receipt", unknown)
    assert (
        "['parameters'][0]['document']['id'] is not a valid whatsapp business account media" in answer.error["message"]
    )


async def test_a_phone_button_takes_no_parameter(sim: Hand) -> None:
    who = await sim.connect()
    static = {"type": "URL", "text": "Look", "url": "https://example.test"}
    wish = {"name": "fixed", "components": [{"type": "BODY", "text": "x"}, {"type": "BUTTONS", "buttons": [static]}]}
    await sim.control("POST", "/templates", wish)
    content = {"name": "fixed", "language": {"code": "en_US"}, "components": [button(0, "url", *text("a"))]}
    frame = {"messaging_product": "whatsapp", "to": "16505551234", "type": "template", "template": content}
    answer = await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=frame)
    assert answer.error["error_data"]["details"] == button_count(0, 1, 0)
