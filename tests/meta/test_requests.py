"""What may be sent, and the Graph JSON that it becomes."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from waypost.content import RANK, USER_ID, digits, international, moves_forward
from waypost.errors import Invalid
from waypost.meta import requests
from waypost.meta.requests import SendText

ID = UUID("550e8400-e29b-41d4-a716-446655440000")


def text(**changes: Any) -> SendText:
    return msgspec.convert({"type": "text", "to": "5491155551234", "text": "Hello!", **changes}, SendText)


def test_a_text_becomes_graph_json_that_carries_our_id() -> None:
    assert requests.message_body(text(previewUrl=True), ID) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5491155551234",
        "type": "text",
        "text": {"body": "Hello!", "preview_url": True},
        "biz_opaque_callback_data": str(ID),
    }


@pytest.mark.parametrize(("given", "sent"), [(None, False), (False, False), (True, True)])
def test_a_preview_is_made_only_when_asked_for(given: bool | None, sent: bool) -> None:
    assert requests.message_body(text(previewUrl=given), ID)["text"]["preview_url"] is sent
    assert text().content() == {"body": "Hello!"}


@pytest.mark.parametrize(
    "to", ["5491155551234", "+54 9 11 5555-1234", "(54) 911.5555.1234", "+54\u00a09115555\u00a01234", "1234567"]
)
def test_numbers_may_carry_the_usual_punctuation(to: str) -> None:
    assert requests.checked(text(to=to)).check() == []
    assert requests.message_body(text(to=to), ID)["to"] == international(to) == "+" + digits(to)


@pytest.mark.parametrize(
    "to",
    [
        "",
        " ",
        "123456",
        "1234567890123456",
        "US.13491208655302741918",
        "54911x5551234",
        "ana",
        "+",
        "٥٤٩١١٥٥٥٥١٢٣٤",
        "5491155551234,5491155551235",
        "5491155551234\n5491155551235",
        "5491155551234\x00",
    ],
)
def test_what_is_no_number_is_refused_by_name(to: str) -> None:
    with pytest.raises(Invalid) as caught:
        requests.checked(text(to=to))
    [detail] = caught.value.details
    assert detail["field"] == "to" and "phone number" in detail["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [("", "must not be empty."), (" \n\t\u2003", "must not be empty."), ("x" * 4097, "has 4097 characters; at most")],
)
def test_a_text_is_neither_empty_nor_too_long(body: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        requests.checked(text(text=body))
    [detail] = caught.value.details
    assert detail["field"] == "text" and detail["message"].startswith(message)
    assert requests.checked(text(text="😮" * 4096)).check() == []


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        requests.checked(text(to="x", text=""))
    assert [detail["field"] for detail in caught.value.details] == ["to", "text"]


def test_a_status_moves_forward_in_one_total_order_that_failed_ends() -> None:
    for present, rank in RANK.items():
        assert [following for following in RANK if moves_forward(present, following)] == list(RANK)[rank + 1 :]


@pytest.mark.parametrize("name", ["US.13491208655302741918", "US.ENT.118", "DE.a"])
def test_user_ids_are_told_from_numbers(name: str) -> None:
    assert USER_ID.fullmatch(name)
    assert not USER_ID.fullmatch(name.lower()) and not USER_ID.fullmatch(digits(name))
