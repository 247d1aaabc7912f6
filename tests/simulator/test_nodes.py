"""The app, WABAs and phones as Graph shows them: fields, pages, subscriptions, and who may see what."""

import pytest

from .conftest import APP_ID, APP_TOKEN, VERIFY_TOKEN, Connected, Hand, Receiver


async def test_the_app_is_seen_with_its_token(sim: Hand) -> None:
    answer = await sim.graph("GET", APP_ID, APP_TOKEN, params={"fields": "id,name"})
    assert answer.json == {"name": "Waypost", "id": APP_ID}
    assert answer.headers["facebook-api-version"] == "v25.0"


async def test_a_waba_shows_the_fields_asked_for(sim: Hand) -> None:
    who = await sim.sign_up(name="Green Grocer")
    fields = "name,currency,timezone_id,owner_business_info{id,name},health_status"
    answer = await sim.graph("GET", who.waba_id, who.token, params={"fields": fields})
    assert answer.json["id"] == who.waba_id
    assert answer.json["name"] == "Green Grocer"
    assert answer.json["currency"] == "USD"
    assert answer.json["owner_business_info"]["name"] == "Green Grocer"
    assert answer.json["health_status"]["can_send_message"] == "AVAILABLE"


async def test_an_unknown_field_is_refused(sim: Hand) -> None:
    who = await sim.sign_up()
    answer = await sim.graph("GET", who.waba_id, who.token, params={"fields": "name,colour"})
    assert answer.status == 400
    assert "nonexisting field (colour)" in answer.error["message"]


async def test_what_a_token_may_not_see_looks_missing(sim: Hand) -> None:
    mine, other = await sim.sign_up(), await sim.sign_up()
    hidden = await sim.graph("GET", other.phone_number_id, mine.token)
    missing = await sim.graph("GET", "100000000000000", mine.token)
    for answer in (hidden, missing):
        assert (answer.status, answer.error["code"], answer.error["error_subcode"]) == (400, 100, 33)
        assert answer.error["type"] == "GraphMethodException"
        assert answer.error["message"].startswith("Unsupported get request. Object with ID")
    assert (await sim.graph("GET", other.phone_number_id, APP_TOKEN)).error["error_subcode"] == 33


@pytest.mark.parametrize(("token", "status", "code"), [(None, 400, 104), ("EAAnonsense", 401, 190)])
async def test_a_node_wants_a_token(sim: Hand, token: str | None, status: int, code: int) -> None:
    who = await sim.sign_up()
    answer = await sim.graph("GET", who.waba_id, token)
    assert (answer.status, answer.error["code"]) == (status, code)


async def test_a_token_may_stand_in_the_query(sim: Hand) -> None:
    who = await sim.sign_up()
    assert (await sim.graph("GET", who.waba_id, params={"access_token": who.token})).status == 200


@pytest.mark.parametrize(
    ("path", "status", "used"),
    [("/v20.0/{}", 200, "v21.0"), ("/{}", 200, "v26.0"), ("/v99.0/{}", 400, None), ("/v25.0/{}/nonsense", 400, None)],
)
async def test_versions_and_paths(sim: Hand, path: str, status: int, used: str | None) -> None:
    who = await sim.sign_up()
    answer = await sim.call("GET", path.format(who.waba_id), headers={"Authorization": f"Bearer {who.token}"})
    assert answer.status == status
    if used:
        assert answer.headers["facebook-api-version"] == used
    else:
        assert answer.error["code"] == 2500
        assert answer.error["message"].startswith("Unknown path components")


async def test_phones_come_in_pages(sim: Hand) -> None:
    who = await sim.sign_up()
    for _ in range(4):
        await sim.control("POST", "/signups", {"waba": who.waba_id})
    seen: list[str] = []
    query = {"limit": "2", "fields": "id,display_phone_number"}
    for expected in (2, 2, 1):
        answer = await sim.graph("GET", f"{who.waba_id}/phone_numbers", who.token, params=query)
        assert len(answer.json["data"]) == expected
        seen += [phone["id"] for phone in answer.json["data"]]
        query["after"] = answer.json["paging"]["cursors"]["after"]
    assert "next" not in answer.json["paging"]
    assert len(set(seen)) == 5
    past = await sim.graph("GET", f"{who.waba_id}/phone_numbers", who.token, params=query)
    assert past.json == {"data": []}
    back = {"limit": "2", "before": answer.json["paging"]["cursors"]["before"]}
    earlier = await sim.graph("GET", f"{who.waba_id}/phone_numbers", who.token, params=back)
    assert [phone["id"] for phone in earlier.json["data"]] == seen[2:4]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"after": "nonsense"}])
async def test_bad_paging_is_refused(sim: Hand, query: dict[str, str]) -> None:
    who = await sim.sign_up()
    assert (await sim.graph("GET", f"{who.waba_id}/phone_numbers", who.token, params=query)).status == 400


async def test_subscribing_and_unsubscribing(sim: Hand) -> None:
    who = await sim.sign_up()
    edge = f"{who.waba_id}/subscribed_apps"
    assert (await sim.graph("GET", edge, who.token)).json == {"data": []}
    assert (await sim.graph("POST", edge, who.token)).json == {"success": True}
    assert (await sim.graph("POST", edge, who.token)).json == {"success": True}
    listed = (await sim.graph("GET", edge, who.token)).json["data"]
    assert [one["whatsapp_business_api_data"]["id"] for one in listed] == [APP_ID]
    assert (await sim.graph("DELETE", edge, who.token)).json == {"success": True}
    assert (await sim.graph("GET", edge, who.token)).json == {"data": []}


async def test_a_wabas_override_is_checked_and_reset(sim: Hand, receiver: Receiver) -> None:
    who = await sim.sign_up()
    edge = f"{who.waba_id}/subscribed_apps"
    wrong = {"override_callback_uri": receiver.url, "verify_token": "wrong"}
    assert (await sim.graph("POST", edge, who.token, json=wrong)).error["code"] == 2200
    right = {"override_callback_uri": receiver.url, "verify_token": VERIFY_TOKEN}
    assert (await sim.graph("POST", edge, who.token, json=right)).status == 200
    listed = (await sim.graph("GET", edge, who.token)).json["data"]
    assert listed[0]["override_callback_uri"] == receiver.url
    await sim.graph("POST", edge, who.token)
    assert "override_callback_uri" not in (await sim.graph("GET", edge, who.token)).json["data"][0]


async def test_the_apps_callback_is_set_after_the_handshake(sim: Hand, receiver: Receiver) -> None:
    body = {"object": "whatsapp_business_account", "callback_url": receiver.url, "fields": "messages"}
    edge = f"{APP_ID}/subscriptions"
    missing = await sim.graph("POST", edge, APP_TOKEN, data=body)
    assert missing.error["message"] == "(#100) The parameter verify_token is required."
    assert (await sim.graph("POST", edge, APP_TOKEN, data={**body, "verify_token": "wrong"})).status == 400
    assert (await sim.graph("POST", edge, APP_TOKEN, data={**body, "verify_token": VERIFY_TOKEN})).status == 200
    listed = (await sim.graph("GET", edge, APP_TOKEN)).json["data"]
    assert listed[0]["callback_url"] == receiver.url


async def test_templates_are_listed_and_filtered(sim: Hand) -> None:
    who = await sim.sign_up()
    edge = f"{who.waba_id}/message_templates"
    everything = (await sim.graph("GET", edge, who.token)).json["data"]
    assert {"hello_world", "order_update"} <= {one["name"] for one in everything}
    approved = await sim.graph("GET", edge, who.token, params={"status": "APPROVED", "fields": "name,status"})
    assert {one["status"] for one in approved.json["data"]} == {"APPROVED"}
    assert len(approved.json["data"]) < len(everything)


async def read(sim: Hand, who: Connected, fields: str) -> dict[str, object]:
    answer = await sim.graph("GET", who.phone_number_id, who.token, params={"fields": fields})
    found: dict[str, object] = answer.json
    return found


async def test_a_phone_before_and_after_registration(sim: Hand) -> None:
    before = await sim.sign_up(phone="+1 631-555-0123", name="Corner Bakery")
    fields = "status,platform_type,display_phone_number,verified_name,health_status,is_on_biz_app"
    shown = await read(sim, before, fields)
    assert shown["display_phone_number"] == "+1 631-555-0123"
    assert shown["verified_name"] == "Corner Bakery"
    assert (shown["status"], shown["platform_type"]) == ("PENDING", "NOT_APPLICABLE")
    assert shown["health_status"]["can_send_message"] == "BLOCKED"  # type: ignore[index]
    after = await sim.connect()
    assert (await read(sim, after, fields))["status"] == "CONNECTED"


async def test_a_phone_shows_its_default_fields(sim: Hand) -> None:
    who = await sim.connect()
    shown = (await sim.graph("GET", who.phone_number_id, who.token)).json
    assert {"verified_name", "code_verification_status", "quality_rating", "throughput", "id"} <= shown.keys()
    assert shown["throughput"] == {"level": "STANDARD"}
