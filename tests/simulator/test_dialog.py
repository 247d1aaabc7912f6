"""The dialog and the SDK over plain HTTP: how they open, and what each ending leaves behind."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from .conftest import APP_ID, CONFIG_ID, Hand

OPENED = {
    "client_id": APP_ID,
    "config_id": CONFIG_ID,
    "response_type": "code",
    "override_default_response_type": "true",
    "channel": "f1",
    "origin": "http://localhost:8080",
}


async def test_the_sdk_may_be_loaded_from_anywhere(sim: Hand) -> None:
    for locale in ("en_US", "de_DE"):
        answer = await sim.call("GET", f"/{locale}/sdk.js")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "window.FB" in answer.text
        assert "eval" not in answer.text


async def test_the_dialog_opens(sim: Hand) -> None:
    known = await sim.control("POST", "/signups", {"name": "Green <Grocer>"})
    answer = await sim.call("GET", "/v25.0/dialog/oauth", params=OPENED)
    assert answer.status == 200
    assert "Meta simulator" in answer.text
    assert known["waba_id"] in answer.text
    assert "<Grocer>" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "onclick" not in answer.text
    for asset in ("dialog.js", "dialog.css"):
        assert f"/dialog/{asset}" in answer.text
        assert (await sim.call("GET", f"/dialog/{asset}")).status == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_id": "1"}, "client_id"),
        ({"config_id": ""}, "config_id"),
        ({"response_type": "token"}, "response_type"),
        ({"override_default_response_type": "false"}, "override_default_response_type"),
        ({"channel": ""}, "neither a redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
    ],
)
async def test_a_dialog_opened_wrongly_says_why(sim: Hand, change: dict[str, str], words: str) -> None:
    answer = await sim.call("GET", "/v25.0/dialog/oauth", params={**OPENED, **change})
    assert answer.status == 400
    assert words in answer.text
    assert "dialog.js" not in answer.text


async def end(sim: Hand, outcome: str, **more: str) -> dict[str, Any]:
    answer = await sim.call("POST", "/v25.0/dialog/oauth", json={"outcome": outcome, **more})
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


async def test_finishing_shares_a_verified_number(sim: Hand) -> None:
    ending = await end(sim, "finish", phone="+1 631-555-0123", name="Corner Bakery")
    info = ending["session_info"]
    assert (info["type"], info["event"], info["version"]) == ("WA_EMBEDDED_SIGNUP", "FINISH", "3")
    assert info["data"].keys() >= {"phone_number_id", "waba_id", "business_id"}
    token = (await sim.exchange(ending["code"])).json["access_token"]
    shown = await sim.graph("GET", info["data"]["phone_number_id"], token)
    assert shown.json["display_phone_number"] == "+1 631-555-0123"
    assert shown.json["code_verification_status"] == "VERIFIED"


async def test_an_existing_account_gets_another_number(sim: Hand) -> None:
    first = (await end(sim, "finish"))["session_info"]["data"]
    second = (await end(sim, "finish", waba=first["waba_id"]))["session_info"]["data"]
    assert second["waba_id"] == first["waba_id"]
    assert second["phone_number_id"] != first["phone_number_id"]


@pytest.mark.parametrize(
    ("outcome", "event", "phones", "facts"),
    [
        ("unverified", "FINISH_ONLY_WABA", 1, {"code_verification_status": "NOT_VERIFIED"}),
        ("no_number", "FINISH_ONLY_WABA", 0, {}),
        ("coexistence", "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", 1, {"is_on_biz_app": True}),
    ],
)
async def test_other_ways_to_finish(sim: Hand, outcome: str, event: str, phones: int, facts: dict[str, object]) -> None:
    ending = await end(sim, outcome)
    info = ending["session_info"]
    assert info["event"] == event
    assert "phone_number_id" not in info["data"]
    token = (await sim.exchange(ending["code"])).json["access_token"]
    fields = {"fields": "id,code_verification_status,is_on_biz_app"}
    listed = (await sim.graph("GET", f"{info['data']['waba_id']}/phone_numbers", token, params=fields)).json["data"]
    assert len(listed) == phones
    for phone in listed:
        assert facts.items() <= phone.items()


async def test_a_used_code(sim: Hand) -> None:
    ending = await end(sim, "used_code")
    assert ending["session_info"]["event"] == "FINISH"
    assert (await sim.exchange(ending["code"])).error["error_subcode"] == 36009


async def test_leaving(sim: Hand) -> None:
    ending = await end(sim, "cancel", step="PHONE_NUMBER_VERIFICATION")
    assert ending["session_info"]["event"] == "CANCEL"
    assert ending["session_info"]["data"] == {"current_step": "PHONE_NUMBER_VERIFICATION"}
    assert ending["code"] is None
    failed = (await end(sim, "error"))["session_info"]
    assert failed["event"] == "CANCEL"
    assert failed["data"].keys() == {"error_message", "error_id", "session_id", "timestamp"}
    assert await end(sim, "close") == {"session_info": None, "code": None, "redirect": None}
    assert (await sim.control("GET", "/world"))["wabas"] == []


async def test_the_full_page_dialog_goes_back_with_a_code(sim: Hand) -> None:
    back = "https://gateway.example/signup/1/return?keep=1"
    ending = await end(sim, "finish", redirect_uri=back, state="s&t")
    assert (ending["session_info"], ending["code"]) == (None, None)
    query = parse_qs(urlsplit(ending["redirect"]).query)
    assert ending["redirect"].startswith("https://gateway.example/signup/1/return?keep=1&")
    assert query["state"] == ["s&t"]
    assert (await sim.exchange(query["code"][0], redirect_uri=back)).status == 200


async def test_the_full_page_dialog_goes_back_without_one(sim: Hand) -> None:
    ending = await end(sim, "cancel", redirect_uri="https://gateway.example/return", state="s")
    query = parse_qs(urlsplit(ending["redirect"]).query)
    assert (query["error"], query["error_reason"], query["state"]) == (["access_denied"], ["user_denied"], ["s"])
    assert "code" not in query


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outcome": "shrug"}, "outcome"),
        ({"outcome": "cancel", "step": "x"}, "step"),
        ({"outcome": "finish", "phone": "12"}, "phone"),
    ],
)
async def test_a_bad_choice_names_the_field(sim: Hand, body: dict[str, str], field: str) -> None:
    answer = await sim.call("POST", "/v25.0/dialog/oauth", json=body)
    assert (answer.status, answer.error["field"]) == (400, field)
