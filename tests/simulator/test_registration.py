"""Registering a number, and the override of its callback."""

import pytest

from .conftest import VERIFY_TOKEN, Answer, Connected, Hand, Receiver


async def register(sim: Hand, who: Connected, pin: str = "123456", **changed: object) -> Answer:
    body = {"messaging_product": "whatsapp", "pin": pin, **changed}
    return await sim.graph("POST", f"{who.phone_number_id}/register", who.token, json=body)


async def test_the_first_pin_becomes_the_pin(sim: Hand) -> None:
    who = await sim.sign_up()
    assert (await register(sim, who, "111111")).json == {"success": True}
    assert (await register(sim, who, "222222")).error["code"] == 133005
    assert (await register(sim, who, "111111")).status == 200


async def test_a_pin_that_was_set_before_must_match(sim: Hand) -> None:
    who = await sim.sign_up(pin="654321")
    assert (await register(sim, who)).error["message"] == "(#133005) Two step verification PIN mismatch"
    assert (await register(sim, who, "654321")).status == 200


@pytest.mark.parametrize("pin", ["12345", "1234567", "abcdef"])
async def test_a_pin_has_six_digits(sim: Hand, pin: str) -> None:
    assert (await register(sim, await sim.sign_up(), pin)).error["code"] in (100, 131009)


async def test_a_pin_is_required(sim: Hand) -> None:
    who = await sim.sign_up()
    answer = await sim.graph(
        "POST", f"{who.phone_number_id}/register", who.token, json={"messaging_product": "whatsapp"}
    )
    assert answer.error["message"] == "(#100) The parameter pin is required."


async def test_an_unverified_number_cannot_register(sim: Hand) -> None:
    assert (await register(sim, await sim.sign_up(verified=False))).error["code"] == 133006


async def test_a_coexistence_number_is_registered_already(sim: Hand) -> None:
    who = await sim.sign_up(coexistence=True)
    assert (await register(sim, who)).status == 400
    shown = await sim.graph("GET", who.phone_number_id, who.token, params={"fields": "is_on_biz_app,platform_type"})
    assert shown.json == {"is_on_biz_app": True, "platform_type": "CLOUD_API", "id": who.phone_number_id}
    assert (await sim.send(who)).status == 200


async def test_ten_registrations_in_three_days(sim: Hand) -> None:
    who = await sim.sign_up()
    for _ in range(10):
        assert (await register(sim, who)).status == 200
    assert (await register(sim, who)).error["code"] == 133016


async def test_deregistering_stops_sending(sim: Hand) -> None:
    who = await sim.connect()
    assert (await sim.graph("POST", f"{who.phone_number_id}/deregister", who.token)).json == {"success": True}
    refused = await sim.send(who)
    assert (refused.status, refused.error["message"]) == (400, "(#133010) Account not registered")


async def override(sim: Hand, who: Connected, **configuration: str) -> Answer:
    body = {"webhook_configuration": configuration}
    return await sim.graph("POST", who.phone_number_id, who.token, json=body)


async def configured(sim: Hand, who: Connected) -> dict[str, str]:
    answer = await sim.graph("GET", who.phone_number_id, who.token, params={"fields": "webhook_configuration"})
    found: dict[str, str] = answer.json["webhook_configuration"]
    return found


async def test_an_override_is_set_shown_and_taken_away(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    answer = await override(sim, who, override_callback_uri=receiver.url, verify_token=VERIFY_TOKEN)
    assert answer.json == {"success": True}
    assert (await configured(sim, who))["phone_number"] == receiver.url
    assert (await override(sim, who, override_callback_uri="")).status == 200
    assert await configured(sim, who) == {"application": receiver.url}


async def test_an_override_needs_a_subscribed_app(sim: Hand, receiver: Receiver) -> None:
    who = await sim.sign_up()
    answer = await override(sim, who, override_callback_uri=receiver.url, verify_token=VERIFY_TOKEN)
    assert answer.error["code"] == 100
    assert "must be subscribed" in answer.error["message"]


@pytest.mark.parametrize(
    ("url", "token", "code"),
    [
        ("{}", "wrong", 2200),
        ("{}/elsewhere", VERIFY_TOKEN, 2200),
        ("http://127.0.0.1:9/closed", VERIFY_TOKEN, 2200),
        ("ftp://127.0.0.1/", VERIFY_TOKEN, 100),
        ("https://" + "long" * 60, VERIFY_TOKEN, 100),
        ("{}", "", 100),
    ],
)
async def test_an_override_that_does_not_answer(sim: Hand, receiver: Receiver, url: str, token: str, code: int) -> None:
    who = await sim.connect()
    answer = await override(sim, who, override_callback_uri=url.format(receiver.url), verify_token=token)
    assert (answer.status, answer.error["code"]) == (400, code)
    assert "phone_number" not in await configured(sim, who)
