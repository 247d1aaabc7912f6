"""Which WABA and number a signup takes, and what happens when Meta refuses a step."""

from typing import Any

import pytest

from tests.domain.signup_graph import (
    DEBUG,
    EXCHANGE,
    Tape,
    json_answer,
    link_of,
    phone_row,
    refusal,
    rows_of,
    seen,
    token_and_pin,
)
from tests.stack import Client, Stack

SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization()


def debug_token(stack: Stack, scopes: list[str] = SCOPES, targets: Any = (), **changes: Any) -> Any:
    data = {
        "app_id": stack.rt.config.meta.app_id, "is_valid": True, "scopes": scopes,
        "granular_scopes": [{"scope": scope, "target_ids": list(targets)} for scope in scopes], **changes,
    }  # fmt: skip
    return json_answer({"data": data})


async def test_a_granted_waba_hint_is_honoured_and_another_one_ignored(
    stack: Stack, tape: Tape, client: Client
) -> None:
    mine = await stack.sim("POST", "/signups", {})
    other = await stack.sim("POST", "/signups", {})
    link = await link_of(client)
    hints = {"waba_id": other["waba_id"], "phone_number_id": other["phone_number_id"]}
    answer = await stack.complete(link["id"], mine["code"], data=hints)
    assert answer.data["status"] == "success"
    phone = await phone_row(stack.rt, (await seen(client, link))["phoneNumberId"])
    assert phone["meta_phone_number_id"] == mine["phone_number_id"]
    assert not any(other["waba_id"] in call or other["phone_number_id"] in call for call in tape.calls)


async def test_of_several_granted_wabas_the_hinted_one_is_taken(stack: Stack, tape: Tape, client: Client) -> None:
    first = await stack.sim("POST", "/signups", {})
    second = await stack.sim("POST", "/signups", {})
    tape.scripts[DEBUG] = debug_token(stack, targets=[first["waba_id"], second["waba_id"]])
    answer = await stack.complete((await link_of(client))["id"], second["code"], data={"waba_id": second["waba_id"]})
    assert answer.data["status"] == "success", answer.body
    assert f"GET {second['waba_id']}/phone_numbers" in tape.calls


async def test_without_named_targets_the_hint_is_what_there_is(stack: Stack, tape: Tape, client: Client) -> None:
    signup = await stack.sim("POST", "/signups", {})
    tape.scripts[DEBUG] = debug_token(stack, granular_scopes=[{"scope": scope} for scope in SCOPES])
    link = await link_of(client)
    answer = await stack.complete(link["id"], signup["code"], data={"waba_id": signup["waba_id"]})
    assert answer.data["status"] == "success", answer.body


async def test_the_phone_hint_chooses_among_the_wabas_numbers(stack: Stack, tape: Tape, client: Client) -> None:
    old = await stack.sim("POST", "/signups", {})
    new = await stack.sim("POST", "/signups", {"waba": old["waba_id"]})
    link = await link_of(client)
    await stack.complete(link["id"], new["code"], data={"phone_number_id": old["phone_number_id"]})
    phone = await phone_row(stack.rt, (await seen(client, link))["phoneNumberId"])
    assert phone["meta_phone_number_id"] == old["phone_number_id"]


@pytest.mark.parametrize("hint", [None, "1", "not-an-id"])
async def test_without_a_usable_phone_hint_the_number_onboarded_last_is_taken(
    stack: Stack, tape: Tape, client: Client, hint: str | None
) -> None:
    signup = await stack.sim("POST", "/signups", {})
    nodes = [("11", "2026-01-02T00:00:00+0000"), (signup["phone_number_id"], "2026-03-01T00:00:00+0000"), ("12", None)]
    listed = [{"id": id_, "last_onboarded_time": at} for id_, at in nodes]
    tape.scripts[f"GET {signup['waba_id']}/phone_numbers"] = json_answer({"data": listed})
    link = await link_of(client)
    await stack.complete(link["id"], signup["code"], data={"phone_number_id": hint})
    phone = await phone_row(stack.rt, (await seen(client, link))["phoneNumberId"])
    assert phone["meta_phone_number_id"] == signup["phone_number_id"]


async def test_a_wabas_numbers_are_read_to_the_last_page(stack: Stack, tape: Tape, client: Client) -> None:
    signup = await stack.sim("POST", "/signups", {})
    pages = iter(
        [
            {"data": [{"id": "11"}], "paging": {"cursors": {"after": "A"}, "next": "https://graph.test/next"}},
            {"data": [{"id": signup["phone_number_id"]}], "paging": {"cursors": {"after": "B"}}},
        ]
    )
    call = f"GET {signup['waba_id']}/phone_numbers"
    tape.scripts[call] = lambda: json_answer(next(pages))()
    hint = {"phone_number_id": signup["phone_number_id"]}
    answer = await stack.complete((await link_of(client))["id"], signup["code"], data=hint)
    assert answer.data["status"] == "success" and tape.times(call) == 2


async def test_a_waba_without_a_number_is_told_so(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {"with_phone": False})
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["status"] == "error" and "no phone number yet" in answer.data["message"]
    assert tape.calls == [EXCHANGE, DEBUG, f"GET {signup['waba_id']}/phone_numbers"]
    after = await seen(client, link)
    assert after["status"] == "pending" and after["lastError"] == answer.data["message"]
    assert await rows_of(stack.rt, client.organization_id, "wabas") == 0


GRANTS: list[tuple[dict[str, Any], str]] = [
    ({"scopes": SCOPES[:1], "targets": ["1"]}, "whatsapp_business_messaging was not granted"),
    ({"scopes": [], "targets": []}, "whatsapp_business_management was not granted"),
    ({"targets": []}, "No WhatsApp Business Account was shared"),
    ({"targets": ["1"], "app_id": "999"}, "not for this app"),
    ({"targets": ["1"], "is_valid": False}, "not for this app"),
]


@pytest.mark.parametrize(("grant", "sentence"), GRANTS, ids=[sentence for _, sentence in GRANTS])
async def test_what_was_not_granted_ends_the_signup_before_anything_is_changed(
    stack: Stack, tape: Tape, client: Client, grant: dict[str, Any], sentence: str
) -> None:
    tape.scripts[DEBUG] = debug_token(stack, **grant)
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["status"] == "error" and sentence in answer.data["message"]
    assert tape.calls == [EXCHANGE, DEBUG]
    assert sentence in (await seen(client, link))["lastError"]


async def test_a_token_that_meta_does_not_hand_out_ends_the_signup(stack: Stack, tape: Tape, client: Client) -> None:
    tape.scripts[EXCHANGE] = json_answer({"token_type": "bearer"})
    answer = await stack.complete((await link_of(client))["id"], "some-code")
    assert answer.data["status"] == "error" and "access token" in answer.data["message"]
    assert tape.calls == [EXCHANGE]


@pytest.mark.parametrize(
    ("wish", "reason"), [({"pin": "000111"}, "(133005)"), ({"verified": False}, "(133006)")], ids=["pin", "unverified"]
)
async def test_a_refused_registration_leaves_the_number_connected_but_not_registered(
    stack: Stack, tape: Tape, client: Client, wish: dict[str, Any], reason: str
) -> None:
    link = await link_of(client, webhookUrl=stack.receiver.url + f"/{reason[1:7]}", webhookEvents=["*"])
    signup = await stack.sim("POST", "/signups", wish)
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["status"] == "success"
    assert tape.times(f"POST {signup['phone_number_id']}/register") == 1
    after = await seen(client, link)
    assert after["status"] == "completed" and after["isPhoneRegistered"] is False
    row = await phone_row(stack.rt, after["phoneNumberId"])
    assert reason in row["registration_error"] and row["pin"] is None and not row["is_registered"]
    [event] = await stack.receiver.wait_event(f"/{reason[1:7]}", "phone_number.connected")
    assert event.data["isPhoneRegistered"] is False


async def test_a_number_on_the_business_app_is_never_registered(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {"coexistence": True})
    await stack.complete(link["id"], signup["code"])
    assert not any(call.endswith("/register") for call in tape.calls)
    assert (await seen(client, link))["isPhoneRegistered"] is True


async def test_a_refused_override_is_recorded_and_not_fatal(stack: Stack, tape: Tape, client: Client) -> None:
    path = "/override-refused"
    link = await link_of(client, webhookUrl=stack.receiver.url + path, webhookEvents=["message.received"])
    signup = await stack.sim("POST", "/signups", {})
    tape.scripts[f"POST {signup['phone_number_id']}"] = refusal(2200, "Callback verification failed")
    assert (await stack.complete(link["id"], signup["code"])).data["status"] == "success"
    row = await phone_row(stack.rt, (await seen(client, link))["phoneNumberId"])
    assert row["override_error"] == "Meta refused (2200): Callback verification failed"
    told = {"phone_number_id": signup["phone_number_id"], "from": "16505551234", "text": "by the app's callback"}
    await stack.sim("POST", "/messages", told)
    [received] = await stack.receiver.wait_event(path, "message.received")
    assert received.data["content"] == {"body": "by the app's callback"}


@pytest.mark.parametrize("step", ["subscribed_apps", "phone_numbers", ""])
async def test_a_refused_step_ends_the_signup_with_metas_reason_for_the_customer_only(
    stack: Stack, tape: Tape, client: Client, step: str
) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    verb = "POST" if step == "subscribed_apps" else "GET"
    call = f"{verb} {signup['waba_id']}/{step}".rstrip("/")
    tape.scripts[call] = refusal(200, "(#200) Permissions error", error_data={"details": "Business not verified."})
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["message"] == "Meta refused a step of the signup (code 200). Please try again."
    assert tape.times(call) == 1
    after = await seen(client, link)
    assert after["status"] == "pending" and after["lastError"] == "Meta refused (200): Business not verified."
    tape.scripts.clear()
    again = await stack.sim("POST", "/signups", {"phone_number_id": signup["phone_number_id"]})
    assert (await stack.complete(link["id"], again["code"])).data["status"] == "success"
    assert "lastError" not in await seen(client, link)


async def test_a_number_that_comes_back_is_registered_with_the_pin_that_it_has(
    stack: Stack, tape: Tape, client: Client
) -> None:
    number = await stack.connect(client)
    token, pin = await token_and_pin(stack.rt, number.id)
    assert pin is not None and len(pin) == 6 and pin.isdigit()
    await stack.rt.graph.call("POST", f"{number.meta_id}/deregister", token)
    link = await link_of(client)
    again = await stack.sim("POST", "/signups", {"phone_number_id": number.meta_id})
    assert (await stack.complete(link["id"], again["code"])).data["status"] == "success"
    after = await seen(client, link)
    assert after["phoneNumberId"] == number.id and after["isPhoneRegistered"] is True
    assert (await token_and_pin(stack.rt, number.id))[1] == pin
