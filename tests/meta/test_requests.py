"""What every send has around it: recipient, reply, our id."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.meta.sends import EXAMPLES, WAMID
from tests.meta.test_requests_graph import decoded
from waypost.content import RANK, USER_ID, digits, international, moves_forward
from waypost.errors import Invalid
from waypost.meta import requests
from waypost.meta.requests import SendText
from waypost.simulator import schema

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
        "54911x5551234",
        "ana",
        "+",
        "٥٤٩١١٥٥٥٥١٢٣٤",
        "5491155551234,5491155551235",
        "5491155551234\n5491155551235",
        "5491155551234\x00",
        "US.13491208655302741918",
    ],
)
def test_what_is_no_number_is_refused_by_name(to: str) -> None:
    with pytest.raises(Invalid) as caught:
        requests.checked(text(to=to))
    detail, *rest = caught.value.details
    assert detail["field"] == "to" and "phone number" in detail["message"]
    assert [each["message"] for each in rest] == ["must not contain the character U+0000."] * ("\x00" in to)


USER = "US.13491208655302741918"


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ({"to": "54 9 11 5555 1234"}, {"to": "+5491155551234"}),
        ({"to": None, "toUserId": USER}, {"recipient": USER}),
        ({"toUserId": "US.ENT.118"}, {"to": "+5491155551234", "recipient": "US.ENT.118"}),
    ],
)
def test_a_recipient_is_a_number_a_user_id_or_both(who: dict[str, Any], told: dict[str, Any]) -> None:
    body = requests.message_body(requests.checked(text(**who)), ID)
    assert {name: body[name] for name in ("to", "recipient") if name in body} == told
    assert schema.problem_of("messages.send/request", body) is None


@pytest.mark.parametrize("name", EXAMPLES)
def test_all_but_templates_and_reactions_can_be_replies(name: str) -> None:
    send = decoded({**EXAMPLES[name].body, "context": {"wamid": WAMID}})
    if name.startswith(("template", "reaction")):
        assert [field for field, _ in send.check()] == ["context"]
    else:
        body = requests.message_body(requests.checked(send), ID)
        assert body["context"] == {"message_id": WAMID}
        assert schema.problem_of("messages.send/request", body) is None


def test_a_status_moves_forward_in_one_total_order_that_failed_ends() -> None:
    for present, rank in RANK.items():
        assert [following for following in RANK if moves_forward(present, following)] == list(RANK)[rank + 1 :]


@pytest.mark.parametrize("name", ["US.13491208655302741918", "US.ENT.118", "DE.a"])
def test_user_ids_are_told_from_numbers(name: str) -> None:
    assert USER_ID.fullmatch(name)
    assert not USER_ID.fullmatch(name.lower()) and not USER_ID.fullmatch(digits(name))
