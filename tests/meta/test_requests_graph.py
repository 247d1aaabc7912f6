"""Each kind of send: our JSON becomes exactly this Graph JSON, which Meta's description and limits accept."""

import json
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from tests.meta.sends import EXAMPLES, FILM, PAPER, PHOTO, TO, Example
from waypost import answers
from waypost.errors import Invalid
from waypost.meta import requests
from waypost.meta.requests import KINDS, Send
from waypost.simulator import schema
from waypost.simulator.graph import contents

ID = UUID("550e8400-e29b-41d4-a716-446655440000")
UPLOADED = {PHOTO: "111", FILM: "222", PAPER: "333"}


def decoded(body: Any) -> Any:
    return answers.decode(Send, json.dumps(body).encode())  # type: ignore[arg-type]


def refused(body: dict[str, Any]) -> Any:
    """What Meta's description or the simulator's limits hold against a body, or None."""
    contents.check(body)
    return schema.problem_of("messages.send/request", body)


def uploaded(value: Any) -> Any:
    """Graph JSON in which the uploaded links are ids."""
    if isinstance(value, dict):
        if value.get("link") in UPLOADED:
            return {"id": UPLOADED[value["link"]], **{key: value[key] for key in value if key != "link"}}
        return {key: uploaded(part) for key, part in value.items()}
    return [uploaded(part) for part in value] if isinstance(value, list) else value


every = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)


@every
def test_a_send_becomes_exactly_this(example: Example) -> None:
    send = requests.checked(decoded(example.body))
    body = requests.message_body(send, ID)
    assert body == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": f"+{TO}", **example.graph,
        "biz_opaque_callback_data": str(ID),
    }  # fmt: skip
    assert refused(json.loads(json.dumps(body))) is None


@every
def test_it_is_stored_like_this(example: Example) -> None:
    assert decoded(example.body).content() == example.content


@every
def test_its_links_are_uploaded_and_sent_by_id(example: Example) -> None:
    send = decoded(example.body)
    assert send.links() == example.links
    assert send.graph(UPLOADED) == uploaded(example.graph)
    assert refused(requests.message_body(send, ID, UPLOADED)) is None


def test_what_was_uploaded_is_stored_with_its_id() -> None:
    media = decoded(EXAMPLES["document by URL"].body).content(UPLOADED)
    assert media == {"mediaId": "333", "url": PAPER, "filename": "report.pdf"}
    header = decoded(EXAMPLES["buttons below an image"].body).content(UPLOADED)["header"]
    assert header == {"type": "image", "mediaId": "111", "url": PHOTO}


def test_every_kind_has_an_example_and_a_place_in_the_union() -> None:
    shown = {(example.given["type"], example.given.get("interactiveType")) for example in EXAMPLES.values()}
    assert shown == set(KINDS)
    union, _choice = Send.__origin__, Send.__metadata__  # type: ignore[attr-defined]
    assert set(union.__args__) == set(KINDS.values())


@every
def test_null_is_absent_and_a_stranger_is_named(example: Example) -> None:
    send = decoded(example.body)
    missing = {field.encode_name: None for field in structs.fields(send) if not field.required}
    assert decoded({**missing, **example.body}) == send
    with pytest.raises(Invalid) as told:
        decoded({**example.body, "colour": "red"})
    assert told.value.details == [{"field": "colour", "message": "is not a known field; remove it."}]


def in_metas_words(value: Any) -> Any:
    """The same with the names that Meta uses for them."""
    names = {
        "parameterName": "parameter_name", "fallbackValue": "fallback_value", "amount1000": "amount_1000",
        "dateTime": "date_time", "couponCode": "coupon_code", "flowToken": "flow_token", "ttlMinutes": "ttl_minutes",
        "flowActionData": "flow_action_data", "thumbnailProductRetailerId": "thumbnail_product_retailer_id",
        "productItems": "product_items", "productRetailerId": "product_retailer_id", "catalogId": "catalog_id",
        "subType": "sub_type", "formattedName": "formatted_name", "firstName": "first_name", "waId": "wa_id",
        "lastName": "last_name", "countryCode": "country_code", "limitedTimeOffer": "limited_time_offer",
        "expirationTimeMs": "expiration_time_ms",
    }  # fmt: skip
    if isinstance(value, dict):
        return {names.get(name, name): in_metas_words(part) for name, part in value.items()}
    return [in_metas_words(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith(("template", "contacts"))])
def test_parameters_and_cards_may_be_spelled_as_meta_does(name: str) -> None:
    """A contact card that arrived, a parameter out of Meta's documentation; the message itself has one spelling."""
    body = EXAMPLES[name].body
    inner = "contacts" if name == "contacts" else "parameters"
    if inner in body:
        assert decoded({**body, inner: in_metas_words(body[inner])}) == decoded(body)
