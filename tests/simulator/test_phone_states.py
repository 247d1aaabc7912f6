"""What becomes of numbers and accounts on Meta's side, and the data of the WhatsApp Business app."""

import time
from typing import Any

import pytest

from waypost.simulator import coexistence

from .conftest import Connected, Hand, Receiver
from .test_schema import conforms


async def shown(sim: Hand, node: str, token: str, fields: str) -> Any:
    return (await sim.graph("GET", node, token, params={"fields": fields})).json


async def test_a_phone_shows_what_became_of_it(sim: Hand) -> None:
    who = await sim.connect()
    change = {
        "level": "HIGH",
        "status": "FLAGGED",
        "quality": "RED",
        "name_status": "PENDING_REVIEW",
        "account_mode": "SANDBOX",
        "messaging_limit": "TIER_100K",
        "verified_name": "Fine Bread",
    }
    await sim.control("POST", f"/phones/{who.phone_number_id}", change)
    fields = "throughput,status,quality_rating,name_status,account_mode,whatsapp_business_manager_messaging_limit"
    seen = await shown(sim, who.phone_number_id, who.token, f"{fields},verified_name,health_status")
    assert seen["throughput"] == {"level": "HIGH"}
    assert [seen[name] for name in fields.split(",")[1:]] == list(change.values())[1:-1]
    assert seen["verified_name"] == "Fine Bread"
    phone = seen["health_status"]["entities"][0]
    assert (phone["can_send_message"], len(phone["additional_info"])) == ("LIMITED", 1)
    answer = await sim.graph("GET", f"{who.waba_id}/phone_numbers", who.token)
    conforms("wabas.phones/response", answer.json)


@pytest.mark.parametrize("kind", ["phones", "wabas"])
@pytest.mark.parametrize("health", ["LIMITED", "BLOCKED"])
async def test_health_is_as_good_as_its_worst_part(sim: Hand, kind: str, health: str) -> None:
    who = await sim.connect()
    node = who.phone_number_id if kind == "phones" else who.waba_id
    error = {"error_code": 141010, "error_description": "No payment method.", "possible_solution": "Add one."}
    more = {"errors": [error]} if health == "BLOCKED" else {"additional_info": ["Name not approved."]}
    await sim.control("POST", f"/{kind}/{node}", {"health": {"can_send_message": health, **more}})
    seen = (await shown(sim, who.phone_number_id, who.token, "health_status"))["health_status"]
    assert seen["can_send_message"] == health
    assert [one["can_send_message"] for one in seen["entities"]].count(health) == 1
    assert any(one.items() >= more.items() for one in seen["entities"])
    await sim.control("POST", f"/{kind}/{node}", {"health": None})
    again = (await shown(sim, who.phone_number_id, who.token, "health_status"))["health_status"]
    assert again["can_send_message"] == "AVAILABLE"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "BANNED"}, 131031),
        ({"status": "RESTRICTED"}, 131048),
        ({"status": "RATE_LIMITED"}, 131048),
        ({"registered": False}, 133010),
    ],
)
async def test_some_states_forbid_sending(sim: Hand, change: dict[str, Any], code: int) -> None:
    who = await sim.connect()
    await sim.control("POST", f"/phones/{who.phone_number_id}", change)
    assert (await sim.send(who)).error["code"] == code


async def test_an_account_shows_what_became_of_it(sim: Hand) -> None:
    who = await sim.connect()
    change = {"review_status": "REJECTED", "verification_status": "pending", "subscribed": False}
    await sim.control("POST", f"/wabas/{who.waba_id}", change)
    seen = await shown(sim, who.waba_id, who.token, "account_review_status,business_verification_status")
    assert (seen["account_review_status"], seen["business_verification_status"]) == ("REJECTED", "pending")
    assert (await sim.graph("GET", f"{who.waba_id}/subscribed_apps", who.token)).json == {"data": []}
    await sim.control("POST", f"/wabas/{who.waba_id}", {"tokens": "revoked"})
    assert (await sim.send(who)).error["code"] == 190
    await sim.control("POST", f"/wabas/{who.waba_id}", {"tokens": "valid"})
    assert (await sim.send(who)).status == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/phones/1", {}, "phone_id"),
        ("/phones/{phone}", {"level": "LOW"}, "level"),
        ("/phones/{phone}", {"colour": 1}, "colour"),
        ("/phones/{phone}", {"health": {"can_send_message": "MAYBE"}}, "health"),
        ("/wabas/1", {}, "waba_id"),
        ("/wabas/{waba}", {"tokens": "lost"}, "tokens"),
        ("/templates", {"name": "x"}, "components"),
        ("/media/1/expire", {}, "media_id"),
    ],
)
async def test_bad_input_names_the_field(sim: Hand, path: str, body: dict[str, Any], field: str) -> None:
    who = await sim.connect()
    address = path.format(phone=who.phone_number_id, waba=who.waba_id)
    answer = await sim.call("POST", f"/_sim{address}", json=body)
    assert (answer.status, answer.error["field"].startswith(field)) == (400, True), answer.text


async def ask(sim: Hand, who: Connected, kind: str, **changed: Any) -> Any:
    body = {"messaging_product": "whatsapp", "sync_type": kind, **changed}
    return await sim.graph("POST", f"{who.phone_number_id}/smb_app_data", who.token, json=body)


async def test_the_apps_data_are_asked_for_once_each(sim: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str, str]] = []
    for kind in ("smb_app_state_sync", "history"):
        monkeypatch.setitem(
            coexistence.ANNOUNCERS,
            kind,
            lambda stage, phone, request, kind=kind: told.append((kind, phone.id, request)),
        )
    who = await sim.sign_up(coexistence=True)
    first = await ask(sim, who, "smb_app_state_sync")
    assert first.json["messaging_product"] == "whatsapp"
    second = await ask(sim, who, "history")
    assert told == [
        ("smb_app_state_sync", who.phone_number_id, first.json["request_id"]),
        ("history", who.phone_number_id, second.json["request_id"]),
    ]
    assert (await ask(sim, who, "history")).error["code"] == 2593107
    assert (await ask(sim, who, "gossip")).error["message"].startswith("(#100) Param sync_type must be one of")
    assert (await ask(sim, who, "history", messaging_product="")).error["code"] == 100


async def test_contacts_and_history_come_as_notifications(sim: Hand, receiver: Receiver) -> None:
    who = await sim.sign_up(coexistence=True)
    await sim.graph("POST", f"{who.waba_id}/subscribed_apps", who.token)
    assert (await ask(sim, who, "smb_app_state_sync")).status == 200
    assert (await ask(sim, who, "history")).status == 200
    await receiver.until(lambda seen: len(seen.values) == 4)
    names = {row["contact"]["full_name"] for value in receiver.values for row in value.get("state_sync", [])}
    assert names == {"Ana", "Bo Li"}
    chunks = [chunk for value in receiver.values for chunk in value.get("history", [])]
    assert sorted(chunk["metadata"]["progress"] for chunk in chunks) == [50, 100]


async def test_the_apps_data_are_there_for_a_day_and_only_with_the_app(sim: Hand) -> None:
    late = await sim.sign_up(coexistence=True)
    await sim.control("POST", f"/phones/{late.phone_number_id}", {"onboarded_at": time.time() - 86_401})
    assert (await ask(sim, late, "history")).error["code"] == 2593108
    assert (await ask(sim, await sim.connect(), "history")).error["code"] == 100


async def test_a_coexistence_number_keeps_out_of_registration(sim: Hand) -> None:
    who = await sim.sign_up(coexistence=True)
    seen = await shown(sim, who.phone_number_id, who.token, "is_on_biz_app,platform_type")
    assert (seen["is_on_biz_app"], seen["platform_type"]) == (True, "CLOUD_API")
    body = {"messaging_product": "whatsapp", "pin": "123456"}
    assert (await sim.graph("POST", f"{who.phone_number_id}/register", who.token, json=body)).status == 400
    assert (await sim.graph("POST", f"{who.phone_number_id}/deregister", who.token)).error["code"] == 133010
