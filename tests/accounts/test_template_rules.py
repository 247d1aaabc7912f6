"""What a template wants against what a send gives: a table of differences, each named; and sends that fit."""

from typing import Any

import pytest

from waypost.domain.template_rules import problems

TITLE = "order_confirmation (en_US)"


def text(value: str, name: str | None = None) -> dict[str, Any]:
    return {"type": "text", "text": value, **({} if name is None else {"parameterName": name})}


def media(kind: str) -> dict[str, Any]:
    return {"type": kind, kind: {"link": "https://example.com/x"}}


def button(index: Any, sub_type: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"subType": sub_type, "index": index, "parameters": list(parameters)}


BODY = {"type": "BODY", "text": "Hi {{1}}, order {{2}} is on its way."}
NAMED = {"type": "BODY", "text": "Hi {{first_name}}, order {{order_id}} is on its way."}
HEADER = {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"}
IMAGE = {"type": "HEADER", "format": "IMAGE"}
URL = {"type": "URL", "text": "Track", "url": "https://example.com/{{1}}"}
STATIC = {"type": "URL", "text": "Home", "url": "https://example.com/"}
QUICK, CALL = {"type": "QUICK_REPLY", "text": "Stop"}, {"type": "PHONE_NUMBER", "text": "Call"}
COPY, FLOW, OTP = (
    {"type": "COPY_CODE", "text": "Copy"},
    {"type": "FLOW", "text": "Book"},
    {"type": "OTP", "text": "Copy"},
)
CARD = {"components": [IMAGE, {"type": "BODY", "text": "{{1}}"}, {"type": "BUTTONS", "buttons": [QUICK, URL]}]}
CAROUSEL = {"type": "CAROUSEL", "cards": [CARD, CARD]}
FULL_CARD = {"header": [media("image")], "body": [text("a")], "buttons": [button(1, "url", text("x"))]}
TWO = [text("Ana"), text("1001")]


def buttons(*several: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(several)}


REFUSED: list[tuple[list[Any], dict[str, Any], str, str]] = [
    ([BODY], {"body": TWO[:1]}, "parameters.body",
     f"the template {TITLE} has 2 placeholders, {{{{1}}}} and {{{{2}}}}; 1 value was given, {{{{2}}}} is missing."),
    ([BODY], {}, "parameters.body", "0 values were given, {{1}} and {{2}} are missing."),
    ([BODY], {"body": [*TWO, text("x")]}, "parameters.body", "3 values were given, take 1 value away."),
    ([{"type": "BODY", "text": "Hello!"}], {"body": TWO[:1]}, "parameters.body", "no placeholder here; 1 value was"),
    ([BODY], {"body": [text("Ana", "first_name"), text("1")]}, "parameters.body", "out parameterName 'first_name'"),
    ([NAMED], {"body": TWO}, "parameters.body[0].parameterName", "is required: the template"),
    ([NAMED], {"body": [text("Ana", "first_name")]}, "parameters.body", "1 value was given, {{order_id}} is missing."),
    ([NAMED], {"body": [text("Ana", "first_name"), text("1", "order")]}, "parameters.body[1].parameterName",
     "there is no {{order}}."),
    ([NAMED], {"body": [text("a", "first_name"), text("b", "first_name"), text("1", "order_id")]},
     "parameters.body[1].parameterName", "gives {{first_name}} a second time."),
    ([NAMED], {}, "parameters.body", "{{first_name}} and {{order_id}} are missing."),
    ([HEADER], {}, "parameters.header", "has 1 placeholder, {{1}}; 0 values were given, {{1}} is missing."),
    ([{"type": "BODY", "text": "Hello!"}], {"header": [text("x")]}, "parameters.header", "has no placeholder here"),
    ([IMAGE], {}, "parameters.header", "has an image in its header; none was given."),
    ([IMAGE], {"header": [media("video")]}, "parameters.header", "has an image in its header; video was given."),
    ([IMAGE], {"header": [text("x")]}, "parameters.header", "has an image in its header; text was given."),
    ([{"type": "HEADER", "format": "VIDEO"}], {"header": [media("image")]}, "parameters.header", "has a video"),
    ([{"type": "HEADER", "format": "DOCUMENT"}], {}, "parameters.header", "has a document in its header; none"),
    ([{"type": "HEADER", "format": "LOCATION"}], {}, "parameters.header", "has a location in its header; none"),
    ([buttons(URL)], {}, "parameters.buttons", "button 0 ('Track') of the template"),
    ([buttons(URL)], {"buttons": [button(0, "url")]}, "parameters.buttons", "placeholder {{1}} in its URL; 0"),
    ([buttons(QUICK, URL)], {"buttons": [button(0, "url", text("x"))]}, "parameters.buttons[0].subType",
     "button 0 ('Stop') of the template order_confirmation (en_US) is a quick_reply button, not url."),
    ([buttons(URL)], {"buttons": [button(0, "url", text("x")), button(1, "url", text("x"))]},
     "parameters.buttons[1].index", "has 1 button; there is no button 1."),
    ([buttons(URL)], {"buttons": [button(0, "url", text("x")), button("0", "url", text("y"))]},
     "parameters.buttons[1].index", "gives button 0 a second time."),
    ([], {"buttons": [button(0, "quick_reply")]}, "parameters.buttons[0].index", "0 buttons; there is no button 0."),
    ([buttons(STATIC)], {"buttons": [button(0, "url", text("x"))]}, "parameters.buttons[0]", "takes no parameters"),
    ([buttons(CALL)], {"buttons": [button(0, "url", text("x"))]}, "parameters.buttons[0]", "takes no parameters"),
    ([buttons(COPY)], {}, "parameters.buttons", "button 0 ('Copy') of the template"),
    ([buttons(COPY)], {"buttons": [button(0, "url", text("x"))]}, "parameters.buttons[0].subType", "is a copy_code"),
    ([buttons(OTP)], {}, "parameters.buttons", "needs the code as its parameter"),
    ([buttons(FLOW)], {"buttons": [button(0, "quick_reply")]}, "parameters.buttons[0].subType", "is a flow button"),
    ([CAROUSEL], {}, "parameters.carousel", "has 2 cards; 0 cards were given."),
    ([CAROUSEL], {"carousel": [FULL_CARD] * 3}, "parameters.carousel", "has 2 cards; 3 cards were given."),
    ([BODY], {"body": TWO, "carousel": [FULL_CARD] * 2}, "parameters.carousel", "has 0 cards; 2 cards were given."),
    ([CAROUSEL], {"carousel": [FULL_CARD, {**FULL_CARD, "body": []}]}, "parameters.carousel[1].body",
     "card 1 of the template order_confirmation (en_US) has 1 placeholder, {{1}}; 0 values were given"),
    ([CAROUSEL], {"carousel": [{**FULL_CARD, "header": []}, FULL_CARD]}, "parameters.carousel[0].header", "an image"),
    ([CAROUSEL], {"carousel": [FULL_CARD, {**FULL_CARD, "buttons": []}]}, "parameters.carousel[1].buttons", "its URL"),
]  # fmt: skip


@pytest.mark.parametrize(("components", "given", "field", "sentence"), REFUSED)
def test_a_difference_is_named(components: Any, given: Any, field: str, sentence: str) -> None:
    found = problems(TITLE, components, given)
    assert found and found[0][0] == field, found
    assert sentence in found[0][1]


FITTING: list[tuple[list[Any], dict[str, Any]]] = [
    ([{"type": "BODY", "text": "Hello!"}], {}),
    ([], {}),
    ([BODY], {"body": TWO}),
    ([BODY, {"type": "FOOTER", "text": "Bye"}], {"body": TWO, "header": None, "buttons": None, "carousel": None}),
    ([{"type": "BODY", "text": "{{1}} and {{1}} again"}], {"body": TWO[:1]}),
    ([NAMED], {"body": [text("1", "order_id"), text("Ana", "first_name")]}),
    ([HEADER, BODY], {"header": [text("1")], "body": TWO}),
    ([IMAGE, BODY], {"header": [media("image")], "body": TWO}),
    ([{"type": "HEADER", "format": "LOCATION"}], {"header": [media("location")]}),
    ([{"type": "HEADER", "format": "PRODUCT"}], {"header": [media("product")]}),
    ([buttons(QUICK, URL)], {"buttons": [button("1", "url", text("x"))]}),
    ([buttons(QUICK, URL)], {"buttons": [button(0, "quick_reply", media("payload")), button(1, "url", text("x"))]}),
    ([buttons(COPY)], {"buttons": [button(0, "copy_code", media("coupon_code"))]}),
    ([buttons(OTP)], {"buttons": [button(0, "url", text("123456"))]}),
    ([buttons(FLOW, CALL, STATIC)], {}),
    ([buttons({"type": "SOMETHING_NEW"})], {"buttons": [button(0, "url", text("x"))]}),
    ([CAROUSEL], {"carousel": [FULL_CARD] * 2}),
    ([{"type": "CAROUSEL", "cards": None}, {"type": "BUTTONS"}, {"type": None}], {}),
]


@pytest.mark.parametrize(("components", "given"), FITTING)
def test_what_fits_passes(components: Any, given: Any) -> None:
    assert problems(TITLE, components, given) == []
