"""The code that the dialog mints, and the token that it is worth."""

import asyncio

import pytest

from .conftest import APP_ID, APP_TOKEN, Hand, Start


async def test_a_code_buys_a_business_token(sim: Hand) -> None:
    signup = await sim.control("POST", "/signups", {})
    answer = await sim.exchange(signup["code"])
    assert answer.status == 200
    assert answer.json["token_type"] == "bearer"
    assert answer.json["access_token"].startswith("EAA")


async def test_the_exchange_takes_a_json_body_too(sim: Hand) -> None:
    signup = await sim.control("POST", "/signups", {})
    body = {"client_id": APP_ID, "client_secret": sim.settings.app_secret, "code": signup["code"]}
    answer = await sim.graph("POST", "oauth/access_token", json={**body, "grant_type": "authorization_code"})
    assert answer.status == 200


async def test_a_code_is_good_once(sim: Hand) -> None:
    signup = await sim.control("POST", "/signups", {})
    await sim.exchange(signup["code"])
    error = (await sim.exchange(signup["code"])).error
    assert (error["code"], error["error_subcode"], error["type"]) == (100, 36009, "OAuthException")
    assert error["message"] == "This authorization code has been used."
    assert error["fbtrace_id"]


async def test_a_code_grows_old(start: Start) -> None:
    sim = await start(code_lifetime=0.05)
    signup = await sim.control("POST", "/signups", {})
    await asyncio.sleep(0.06)
    error = (await sim.exchange(signup["code"])).error
    assert (error["code"], error["error_subcode"]) == (100, 36007)


@pytest.mark.parametrize(
    ("changed", "code", "subcode"),
    [
        ({"client_secret": "wrong"}, 1, None),
        ({"client_id": "1"}, 101, None),
        ({"code": "made up"}, 100, 36009),
        ({"code": ""}, 100, None),
        ({"redirect_uri": "https://elsewhere.example/"}, 100, 36008),
    ],
)
async def test_a_bad_exchange_is_refused(sim: Hand, changed: dict[str, str], code: int, subcode: int | None) -> None:
    signup = await sim.control("POST", "/signups", {})
    answer = await sim.exchange(signup["code"], **changed) if "code" not in changed else await sim.exchange(**changed)
    assert answer.status == 400
    assert (answer.error["code"], answer.error.get("error_subcode")) == (code, subcode)


async def test_a_refused_exchange_leaves_the_code_good(sim: Hand) -> None:
    signup = await sim.control("POST", "/signups", {})
    await sim.exchange(signup["code"], client_secret="wrong")
    assert (await sim.exchange(signup["code"])).status == 200


async def test_the_redirect_address_of_the_dialog_is_needed_again(sim: Hand) -> None:
    back = "https://gateway.example/return"
    signup = await sim.control("POST", "/signups", {"redirect_uri": back})
    assert (await sim.exchange(signup["code"])).status == 400
    assert (await sim.exchange(signup["code"], redirect_uri=back)).status == 200


async def test_debug_token_names_the_wabas(sim: Hand) -> None:
    who = await sim.sign_up()
    answer = await sim.graph("GET", "debug_token", APP_TOKEN, params={"input_token": who.token})
    data = answer.json["data"]
    assert data["app_id"] == APP_ID
    assert data["is_valid"] is True
    assert data["type"] == "SYSTEM_USER"
    granular = {one["scope"]: one["target_ids"] for one in data["granular_scopes"]}
    assert granular == {
        "whatsapp_business_management": [who.waba_id],
        "whatsapp_business_messaging": [who.waba_id],
    }
    assert set(granular) <= set(data["scopes"])


async def test_debug_token_of_an_unknown_token(sim: Hand) -> None:
    answer = await sim.graph("GET", "debug_token", APP_TOKEN, params={"input_token": "EAAnonsense"})
    assert answer.status == 200
    assert answer.json["data"]["is_valid"] is False


@pytest.mark.parametrize(
    ("token", "status", "code"), [(None, 400, 104), ("EAAnonsense", 401, 190), (f"{APP_ID}|wrong", 401, 190)]
)
async def test_debug_token_wants_a_token_itself(sim: Hand, token: str | None, status: int, code: int) -> None:
    answer = await sim.graph("GET", "debug_token", token, params={"input_token": "x"})
    assert (answer.status, answer.error["code"]) == (status, code)


async def test_a_revoked_token_is_worth_nothing(sim: Hand) -> None:
    who = await sim.sign_up()
    assert (await sim.graph("DELETE", "me/permissions", who.token)).json == {"success": True}
    answer = await sim.graph("GET", who.waba_id, who.token)
    assert (answer.status, answer.error["code"], answer.error["error_subcode"]) == (401, 190, 467)
    assert answer.headers["WWW-Authenticate"].startswith('OAuth "Facebook Platform"')
