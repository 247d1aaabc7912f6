"""Sending through the Graph API: what is accepted and how, what is refused and with which words."""

import base64
from typing import Any

import pytest

from .conftest import Hand


async def test_a_text_is_accepted(sim: Hand) -> None:
    who = await sim.connect()
    answer = await sim.send(who, "+1 (650) 555-1234")
    assert answer.status == 200
    assert answer.json["contacts"] == [{"input": "+1 (650) 555-1234", "wa_id": "16505551234"}]
    raw = base64.b64decode(answer.json["messages"][0]["id"].removeprefix("wamid."))
    assert raw.startswith(b"\x1c\x18\x0b16505551234\x15\x02\x00\x11\x18\x12")
    assert raw.endswith(b"\x00")


async def test_no_two_messages_share_an_id(sim: Hand) -> None:
    who = await sim.connect()
    assert len({(await sim.send(who)).json["messages"][0]["id"] for _ in range(20)}) == 20


async def test_a_message_without_a_type_is_a_text(sim: Hand) -> None:
    who = await sim.connect()
    body = {"messaging_product": "whatsapp", "to": "16505551234", "text": {"body": "x"}}
    assert (await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)).status == 200


async def test_the_world_remembers_what_was_sent(sim: Hand) -> None:
    who = await sim.connect()
    wamid = (await sim.send(who, text="remember me", biz_opaque_callback_data="job-1")).json["messages"][0]["id"]
    await sim.send(who, "16505550000")
    seen = await sim.control("GET", "/sent?to=16505551234")
    assert seen["count"] == 2
    assert [one["wamid"] for one in seen["sent"]] == [wamid]
    assert seen["sent"][0]["body"]["text"] == {"body": "remember me"}


async def test_a_person_is_written_to_by_user_id(sim: Hand) -> None:
    who = await sim.connect()
    body = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}, "recipient": "US.1349120865530"}
    answer = await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)
    assert answer.json["contacts"] == [{"input": "US.1349120865530", "user_id": "US.1349120865530"}]


TEXT: dict[str, Any] = {
    "messaging_product": "whatsapp",
    "to": "16505551234",
    "type": "text",
    "text": {"body": "Hello", "preview_url": True},
}
REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"messaging_product": None}, 100, "(#100) The parameter messaging_product is required."),
    ({"messaging_product": "x"}, 100, '(#100) Param messaging_product must be one of {WHATSAPP} - got "x".'),
    ({"to": None}, 100, "Parameter 'to' or 'recipient' is mandatory"),
    ({"to": "nobody"}, 131009, "Recipient phone number is not valid"),
    ({"to": 16505551234}, 100, "(#100) Param to must be a string."),
    ({"text": None}, 100, "Parameter 'text' is mandatory for type 'text'"),
    ({"text": "Hello"}, 100, "(#100) Param text must be an object."),
    ({"text": {}}, 100, "(#100) The parameter text['body'] is required."),
    ({"text": {"body": 7}}, 100, "(#100) Param text['body'] must be a string."),
    ({"text": {"body": "x", "foo": 1}}, 100, '(#100) Unexpected key "foo" on param "text"'),
    ({"text": {"body": "x" * 4097}}, 100, "(#100) Param text['body'] must be at most 4096 characters long."),
    ({"text": {"body": " "}}, 100, "(#100) Param text['body'] must be non-empty."),
    ({"text": {"body": ""}}, 131009, "text['body']"),
    ({"foo": 1}, 100, '(#100) Unexpected key "foo" on param "message"'),
    ({"type": "telegram"}, 100, "(#100) Param type must be one of {TEXT, AUDIO"),
    ({"type": ["text"]}, 100, "(#100) Param type must be one of"),
    ({"biz_opaque_callback_data": "x" * 513}, 131009, "biz_opaque_callback_data"),
    ({"recipient_type": "crowd"}, 100, "(#100) Param recipient_type must be one of {INDIVIDUAL, GROUP}"),
]


@pytest.mark.parametrize(("change", "code", "words"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
async def test_a_bad_message_is_refused(sim: Hand, change: dict[str, Any], code: int, words: str) -> None:
    who = await sim.connect()
    body = {key: value for key, value in {**TEXT, **change}.items() if value is not None}
    answer = await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)
    assert (answer.status, answer.error["code"]) == (400, code), answer.text
    details = answer.error.get("error_data", {}).get("details", "")
    assert words in answer.error["message"] or words in details
    assert (await sim.control("GET", "/sent"))["count"] == 0


async def test_a_body_that_is_not_json(sim: Hand) -> None:
    who = await sim.connect()
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
    answer = await sim.call("POST", f"/v25.0/{who.phone_number_id}/messages", headers=headers, data=b"{nonsense")
    assert (answer.status, answer.error["code"]) == (400, 100)


async def test_one_does_not_write_to_oneself(sim: Hand) -> None:
    who = await sim.connect(phone="16315550123")
    assert (await sim.send(who, "+16315550123")).error["code"] == 131021


@pytest.mark.parametrize(("ending", "code", "status"), [("0130429", 130429, 400), ("0131016", 131016, 500)])
async def test_a_magic_recipient_is_refused_at_once(sim: Hand, ending: str, code: int, status: int) -> None:
    who = await sim.connect()
    answer = await sim.send(who, f"1555{ending}")
    assert (answer.status, answer.error["code"]) == (status, code)
    assert answer.error["message"].startswith(f"(#{code}) ")
    assert answer.error["error_data"]["messaging_product"] == "whatsapp"


async def test_a_customers_message_is_marked_as_read(sim: Hand) -> None:
    who = await sim.connect()
    written = await sim.control("POST", "/messages", {"from": "16505551234", "text": "Hi"})
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": written["messages"][0]}
    edge = f"{who.phone_number_id}/messages"
    assert (await sim.graph("POST", edge, who.token, json=body)).json == {"success": True}
    typing = {**body, "typing_indicator": {"type": "text"}}
    assert (await sim.graph("POST", edge, who.token, json=typing)).json == {"success": True}
    reads = (await sim.control("GET", "/sent"))["reads"]
    assert [(one["message_id"], one["typing"]) for one in reads] == [
        (written["messages"][0], False),
        (written["messages"][0], True),
    ]


async def test_only_a_customers_message_can_be_read(sim: Hand) -> None:
    who = await sim.connect()
    own = (await sim.send(who)).json["messages"][0]["id"]
    edge = f"{who.phone_number_id}/messages"
    for message_id in (own, "wamid.nonsense", "x"):
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        assert (await sim.graph("POST", edge, who.token, json=body)).error["code"] == 131009
    wrong = {"messaging_product": "whatsapp", "status": "delivered", "message_id": own}
    assert (await sim.graph("POST", edge, who.token, json=wrong)).error["code"] == 100
