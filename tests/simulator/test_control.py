"""The control API: writing as customers, posting anything, looking around, and being told what was wrong."""

import base64
from typing import Any

import pytest

from .conftest import Hand, Receiver, signature


async def test_the_index_tells_what_is_there(sim: Hand) -> None:
    index = await sim.control("GET", "")
    assert "POST /_sim/messages" in index["calls"]
    assert "messages.send" in index["operations"]
    assert "…0131026" in index["recipients"]
    assert sim.settings.base_url in index["example"]


async def test_the_world_is_shown(sim: Hand) -> None:
    who = await sim.connect(phone="+1 631-555-0123")
    world = await sim.control("GET", "/world")
    assert [waba["id"] for waba in world["wabas"]] == [who.waba_id]
    assert world["wabas"][0]["subscribed"] is True
    assert world["phones"][0]["display_phone_number"] == "+1 631-555-0123"
    assert world["phones"][0]["registered"] is True
    assert world["tokens"] == 1
    assert who.token not in str(world)


async def test_a_reset_empties_the_world(sim: Hand) -> None:
    who = await sim.connect()
    await sim.send(who)
    await sim.control("POST", "/faults", {"latency": 0.01})
    await sim.control("POST", "/reset")
    world = await sim.control("GET", "/world")
    assert (world["wabas"], world["phones"], world["sent"]) == ([], [], 0)
    assert (await sim.control("GET", "/faults"))["latency"] is None
    assert (await sim.graph("GET", who.waba_id, who.token)).error["code"] == 190


async def test_a_signup_may_name_what_exists(sim: Hand) -> None:
    first = await sim.control("POST", "/signups", {"phone": "+1 631-555-0123", "waba": "524126980791429"})
    assert first["waba_id"] == "524126980791429"
    again = await sim.control("POST", "/signups", {"phone": "16315550123"})
    assert again["phone_number_id"] == first["phone_number_id"]
    assert again["waba_id"] == first["waba_id"]
    assert again["code"] != first["code"]
    bare = await sim.control("POST", "/signups", {"with_phone": False})
    assert bare["phone_number_id"] is None


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/signups", {"phone": "12"}, "phone"),
        ("/signups", {"waba": "mine"}, "waba"),
        ("/signups", {"phone_number_id": "mine"}, "phone_number_id"),
        ("/signups", {"colour": "red"}, "colour"),
        ("/messages", {"text": "Hi"}, "from"),
        ("/messages", {"from": "16505551234"}, "text"),
        ("/messages", {"from": "16505551234", "text": "Hi", "message": {"type": "text"}}, "text"),
        ("/messages", {"from": "me", "text": "Hi"}, "from"),
        ("/messages", {"from": "16505551234", "text": 7}, "text"),
        ("/messages", {"from": "16505551234", "text": "Hi", "count": 0}, "count"),
        ("/messages", {"from": "16505551234", "text": "Hi", "spread": "wide"}, "spread"),
        ("/messages", {"from": "16505551234", "message": {"text": {}}}, "message.type"),
        ("/messages", {"from": "16505551234", "text": "Hi", "phone_number_id": "1"}, "phone_number_id"),
        ("/messages", {"from": "16505551234", "text": "Hi", "phone": "1999"}, "phone"),
        ("/notifications", {}, "value"),
        ("/notifications", {"value": {}, "body": "x"}, "value"),
        ("/notifications", {"body": "x", "signature": "forged"}, "signature"),
        ("/faults", {"fail": {"nonsense": {"code": 1}}}, "fail.nonsense"),
        ("/faults", {"fail": {"messages.send": {}}}, "fail"),
        ("/faults", {"latency": "slow"}, "latency"),
    ],
)
async def test_bad_input_names_the_field(sim: Hand, path: str, body: dict[str, Any], field: str) -> None:
    await sim.connect()
    answer = await sim.call("POST", f"/_sim{path}", json=body)
    assert answer.status == 400, answer.text
    assert answer.error["field"].startswith(field)
    assert answer.error["message"]


async def test_a_body_that_is_not_json(sim: Hand) -> None:
    answer = await sim.call("POST", "/_sim/messages", data=b"from me")
    assert (answer.status, answer.error["field"]) == (400, "body")


async def test_with_two_phones_one_must_be_named(sim: Hand, receiver: Receiver) -> None:
    await sim.connect(phone="16315550123")
    other = await sim.connect(phone="16315550124")
    letter = {"from": "16505551234", "text": "Hi"}
    assert (await sim.call("POST", "/_sim/messages", json=letter)).error["field"] == "phone_number_id"
    await sim.control("POST", "/messages", {**letter, "phone": "+1 631 555 0124"})
    assert receiver.values[0]["metadata"] == {
        "display_phone_number": "16315550124",
        "phone_number_id": other.phone_number_id,
    }


@pytest.mark.parametrize(
    ("spread", "entries", "changes", "messages"), [("entries", 3, 1, 1), ("changes", 1, 3, 1), ("messages", 1, 1, 3)]
)
async def test_a_batch_in_one_post(
    sim: Hand, receiver: Receiver, spread: str, entries: int, changes: int, messages: int
) -> None:
    await sim.connect()
    letter = {"from": "16505550000", "text": "Hi", "count": 3, "batch": 3, "customers": 2, "spread": spread}
    answer = await sim.control("POST", "/messages", letter)
    assert len(answer["posts"]) == 1
    payload = receiver.payloads[0]
    assert len(payload["entry"]) == entries
    assert len(payload["entry"][0]["changes"]) == changes
    assert len(payload["entry"][0]["changes"][0]["value"]["messages"]) == messages
    seen = [message for value in receiver.values for message in value["messages"]]
    assert [message["id"] for message in seen] == answer["messages"]
    assert [message["from"] for message in seen] == ["16505550000", "16505550001", "16505550000"]


async def test_messages_repeated_reordered_and_lost(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    letter = {"from": "16505551234", "text": "Hi", "count": 4, "batch": 9, "copies": 2, "order": "reversed", "drop": 1}
    written = (await sim.control("POST", "/messages", letter))["messages"]
    seen = [message["id"] for message in receiver.values[0]["messages"]]
    assert seen == [wamid for wamid in reversed(written[:3]) for _ in range(2)]


async def test_any_message_object(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    message = {"id": "wamid.mine", "type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "😮"}}
    answer = await sim.control("POST", "/messages", {"from": "16505551234", "message": message})
    assert answer["messages"] == ["wamid.mine"]
    assert receiver.values[0]["messages"][0]["reaction"] == message["reaction"]


async def test_a_customer_may_hide_the_number(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    await sim.control("POST", "/messages", {"from": "16505551234", "text": "Hi", "hide_phone": True})
    value = receiver.values[0]
    assert b"16505551234" not in receiver.bodies[0]
    assert b"16505551234" not in base64.b64decode(value["messages"][0]["id"].removeprefix("wamid."))
    assert value["messages"][0]["from_user_id"] == value["contacts"][0]["user_id"]
    assert value["messages"][0]["from_user_id"].startswith("US.")


async def test_not_waiting_for_the_gateway(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    receiver.delay = 0.2
    answer = await sim.control("POST", "/messages", {"from": "16505551234", "text": "Hi", "wait": False})
    assert answer["acknowledged"] is False
    await receiver.until(lambda seen: seen.bodies)


@pytest.mark.parametrize(("kind", "header"), [("valid", True), ("wrong", False), ("none", "")])
async def test_posting_the_very_text(sim: Hand, receiver: Receiver, kind: str, header: object) -> None:
    body = '{"not": "what you expect"'
    answer = await sim.control("POST", "/notifications", {"body": body, "signature": kind})
    assert answer["outcome"] == 200
    assert receiver.bodies == [body.encode()]
    sent = receiver.signatures[0]
    assert sent == "" if header == "" else (sent == signature(body.encode())) is header


async def test_posting_a_whole_payload_elsewhere(sim: Hand, receiver: Receiver) -> None:
    payload = {"object": "page", "entry": []}
    await sim.control("POST", "/notifications", {"payload": payload, "url": receiver.url})
    assert receiver.payloads == [payload]
    logged = (await sim.control("GET", "/notifications?limit=1"))["notifications"]
    assert [(one["url"], one["outcome"]) for one in logged] == [(receiver.url, 200)]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_sim/nonsense/more"), ("PUT", "/_sim/world"), ("POST", "/_sim/sent")]
)
async def test_an_unknown_call_points_to_the_index(sim: Hand, method: str, path: str) -> None:
    answer = await sim.call(method, path)
    assert (answer.status, "GET /_sim" in answer.error["message"]) == (404, True)
