"""What Meta notifies beside messages: every field and event, statuses by hand, and all of it together in one POST."""

from typing import Any

import pytest

from waypost.simulator import schema
from waypost.simulator.control.changes import EVENTS

from .conftest import Hand, Receiver

ANA = "16505551234"
#: Fields of Meta's description; of all others it says nothing.
DESCRIBED = {field for field in EVENTS if field.startswith("group_")}
#: Described, but not all of it.
NOT_DESCRIBED = {
    ("group_status_update", "group_suspend"): "the description has no suspended groups",
    ("group_status_update", "group_suspend_cleared"): "the description has no suspended groups",
}
PAIRS = [(field, event) for field, events in EVENTS.items() for event in events]


async def change(sim: Hand, receiver: Receiver, field: str, event: str | None = None, **more: Any) -> dict[str, Any]:
    """The value that was posted."""
    wish = {"field": field, "from": ANA, **({"event": event} if event else {}), **more}
    answer = await sim.control("POST", "/changes", wish)
    assert answer["acknowledged"] is True
    change = receiver.payloads[-1]["entry"][0]["changes"][0]
    assert change == {"field": field, "value": answer["value"]}
    return answer["value"]


@pytest.mark.parametrize(("field", "event"), PAIRS, ids=[f"{field}-{event or 'usual'}" for field, event in PAIRS])
async def test_every_field_and_event(sim: Hand, receiver: Receiver, field: str, event: str) -> None:
    who = await sim.connect()
    value = await change(sim, receiver, field, event)
    assert "$" not in str(value)
    assert value.get("event", event) == event or field == "template_category_update"
    entry = receiver.payloads[0]["entry"][0]
    world = await sim.control("GET", "/world")
    partners = event.startswith(("PARTNER_A", "PARTNER_R", "AD_ACC", "MM_LITE", "SOLUTION"))
    assert entry["id"] == (world["wabas"][0]["business_id"] if partners else who.waba_id)
    about_people = "metadata" in value and field != "account_settings_update"
    assert ("time" in entry) is (not about_people)
    if field in DESCRIBED:
        problem = schema.validator().check("notifications/request", receiver.payloads[0])
        assert (problem is not None) == ((field, event) in NOT_DESCRIBED), problem


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"field": "account_update"}, {"event": "DISABLED_UPDATE"}),
        ({"field": "account_update", "event": "ACCOUNT_DELETED"}, {"event": "ACCOUNT_DELETED"}),
        (
            {"field": "account_update", "value": {"ban_info": {"waba_ban_state": "REINSTATE"}}},
            {"ban_info": {"waba_ban_state": "REINSTATE", "waba_ban_date": "April 17, 2026"}},
        ),
        ({"field": "phone_number_quality_update", "event": "FLAGGED"}, {"event": "FLAGGED"}),
        ({"field": "phone_number_name_update", "event": "REJECTED"}, {"rejection_reason": "NAME_NOT_CONSISTENT"}),
        ({"field": "security", "event": "PIN_RESET_REQUEST"}, {"requester": "61555822107539"}),
        (
            {"field": "business_capability_update", "value": {"max_phone_numbers_per_waba": None}},
            {"max_daily_conversations_per_business": 2000},
        ),
        ({"field": "brand_new", "value": {"a": 1}}, {"a": 1}),
    ],
)  # fmt: skip
async def test_values_are_laid_over(
    sim: Hand, receiver: Receiver, wish: dict[str, Any], expected: dict[str, Any]
) -> None:
    await sim.connect()
    value = (await sim.control("POST", "/changes", wish))["value"]
    assert expected.items() <= value.items()
    assert not [key for key, told in wish.get("value", {}).items() if told is None and key in value]
    assert receiver.values == [value]


async def test_the_account_is_the_one_in_question(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect(phone="16315550123", name="Corner Bakery")
    info = (await change(sim, receiver, "account_update", "PARTNER_REMOVED"))["waba_info"]
    assert info["waba_id"] == who.waba_id
    name = await change(sim, receiver, "phone_number_name_update")
    assert (name["display_phone_number"], name["requested_verified_name"]) == ("16315550123", "Corner Bakery")


async def templates(sim: Hand, token: str, waba_id: str, name: str) -> list[dict[str, Any]]:
    query = {"name": name, "fields": "name,language,status,category,quality_score"}
    answer = await sim.graph("GET", f"{waba_id}/message_templates", token, params=query)
    found: list[dict[str, Any]] = answer.json["data"]
    return found


async def test_a_template_becomes_what_is_said_of_it(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    about = {"template": "order_update", "language": "en_US"}
    status = await change(sim, receiver, "message_template_status_update", "PAUSED", **about)
    assert (status["message_template_name"], status["other_info"]["title"]) == ("order_update", "FIRST_PAUSE")
    quality = await change(sim, receiver, "message_template_quality_update", "RED", **about)
    assert (quality["previous_quality_score"], quality["new_quality_score"]) == ("UNKNOWN", "RED")
    category = await change(sim, receiver, "template_category_update", "MARKETING", **about)
    assert (category["previous_category"], category["new_category"]) == ("UTILITY", "MARKETING")
    soon = await change(sim, receiver, "template_category_update", "impending", **about)
    assert (soon["new_category"], soon["correct_category"]) == ("MARKETING", "UTILITY")
    found = {one["language"]: one for one in await templates(sim, who.token, who.waba_id, "order_update")}
    template = found["en_US"]
    assert (template["status"], template["category"]) == ("PAUSED", "MARKETING")
    assert template["quality_score"]["score"] == "RED"


async def test_the_parts_of_a_template_are_told(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    value = await change(sim, receiver, "message_template_components_update", template="order_update")
    assert value["message_template_element"].startswith("Hi {{1}}")
    assert value["message_template_footer"]


async def test_echoes_are_what_the_business_writes_by_hand(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect(phone="16315550123")
    message = {"type": "image", "image": {"caption": "Fresh"}}
    value = await change(sim, receiver, "smb_message_echoes", message=message, name="Ana", identity="hidden")
    [echo] = value["message_echoes"]
    assert (echo["from"], echo["to_user_id"], "to" in echo) == ("16315550123", value["contacts"][0]["user_id"], False)
    assert (await sim.graph("GET", echo["image"]["id"], who.token)).json["mime_type"] == "image/jpeg"
    for told in ({"type": "edit"}, {"type": "revoke"}, {}):
        [echo] = (await change(sim, receiver, "smb_message_echoes", message=told))["message_echoes"]
        assert echo["type"] == told.get("type", "text")


async def test_a_chunk_of_history(sim: Hand, receiver: Receiver) -> None:
    await sim.connect(phone="16315550123")
    messages = [
        {"text": {"body": "Are you open?"}, "id": "wamid.1", "timestamp": "1750000000"},
        {"by": "business", "text": {"body": "Until six"}, "state": "DELIVERED"},
        {"type": "image", "id": "wamid.3"},
    ]
    value = await change(sim, receiver, "history", messages=messages, metadata={"progress": 55})
    [chunk] = value["history"]
    assert chunk["metadata"] == {"phase": 0, "chunk_order": 1, "progress": 55}
    [thread] = chunk["threads"]
    assert (thread["id"], thread["context"]["wa_id"]) == (ANA, ANA)
    first, second, third = thread["messages"]
    assert (first["from"], first["id"], first["timestamp"]) == (ANA, "wamid.1", "1750000000")
    assert (second["from"], second["to"], second["history_context"]) == ("16315550123", ANA, {"status": "DELIVERED"})
    assert (third["type"], "image" in third) == ("media_placeholder", False)
    [media] = (await change(sim, receiver, "history", "media", message={"type": "image", "id": "wamid.3"}))["messages"]
    assert (media["id"], media["image"]["mime_type"]) == ("wamid.3", "image/jpeg")
    declined = await change(sim, receiver, "history", "declined")
    assert declined["history"][0]["errors"][0]["code"] == 2593109


async def test_contacts_of_the_app(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    [row] = (await change(sim, receiver, "smb_app_state_sync", name="Ana Lima"))["state_sync"]
    assert (row["action"], row["contact"]["full_name"], row["contact"]["phone_number"]) == ("add", "Ana Lima", ANA)
    [row] = (await change(sim, receiver, "smb_app_state_sync", message={"action": "remove"}))["state_sync"]
    assert (row["action"], "full_name" in row["contact"]) == ("remove", False)


async def test_errors_without_messages(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    value = await change(sim, receiver, "messages", value={"errors": [130429, {"code": 0}]})
    assert [error["code"] for error in value["errors"]] == [130429, 0]
    assert "messages" not in value and "statuses" not in value


async def test_statuses_by_hand(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    await sim.control("POST", "/faults", {"statuses": {"off": True}})
    who = await sim.sign_up(phone=(await sim.control("GET", "/world"))["phones"][0]["display_phone_number"])
    wamid = (await sim.send(who, biz_opaque_callback_data="job-1")).json["messages"][0]["id"]
    told = [
        "read",
        {"status": "sent", "timestamp": "1750000000", "pricing": None},
        "played",
        "deleted",
        "warning",
        "failed",
    ]
    await sim.control("POST", "/statuses", {"statuses": told, "copies": 2, "batch": 12})
    seen = receiver.statuses
    assert [one["status"] for one in seen] == [
        one["status"] if isinstance(one, dict) else one for one in told for _ in "12"
    ]
    assert {one["id"] for one in seen} == {wamid}
    assert {one["biz_opaque_callback_data"] for one in seen} == {"job-1"}
    assert (seen[2]["timestamp"], "pricing" in seen[2]) == ("1750000000", False)
    assert seen[-1]["errors"][0]["code"] == 131026


async def test_statuses_of_a_message_that_nobody_sent(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    wish = {
        "wamid": "wamid.orphan",
        "statuses": [{"status": "failed", "errors": [131049]}, "delivered"],
        "contacts": False,
    }
    await sim.control("POST", "/statuses", wish)
    assert [(one["id"], one["status"]) for one in receiver.statuses] == [
        ("wamid.orphan", "failed"),
        ("wamid.orphan", "delivered"),
    ]
    assert not any("contacts" in value for value in receiver.values)


BATCH: list[dict[str, Any]] = [
    {"message": {"from": ANA, "message": {"type": "image"}}},
    {"message": {"from": "16505550000", "text": "Hi", "count": 2}},
    {"statuses": {"wamid": "wamid.x", "statuses": ["sent", "delivered"]}},
    {"change": {"field": "account_update"}},
]


@pytest.mark.parametrize(("spread", "entries", "changes"), [("messages", 1, 2), ("changes", 1, 6), ("entries", 6, 6)])
async def test_everything_in_one_post(sim: Hand, receiver: Receiver, spread: str, entries: int, changes: int) -> None:
    await sim.connect()
    answer = await sim.control("POST", "/batches", {"parts": BATCH, "spread": spread})
    assert (len(answer["posts"]), len(receiver.payloads), len(answer["messages"])) == (1, 1, 3)
    entry = receiver.payloads[0]["entry"]
    assert (len(entry), sum(len(one["changes"]) for one in entry)) == (entries, changes)
    assert sum(len(value.get("messages", ())) for value in receiver.values) == 3
    assert [one["status"] for one in receiver.statuses] == ["sent", "delivered"]


async def test_a_batch_shuffled_repeated_and_cut(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    wish = {"parts": BATCH, "order": "reversed", "copies": 2, "drop": 1, "batch": 4, "spread": "changes"}
    answer = await sim.control("POST", "/batches", wish)
    assert [len(value.get("messages", ())) for value in receiver.values] == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert len(answer["posts"]) == 3


async def test_what_has_another_address_travels_alone(sim: Hand, receiver: Receiver, receivers: Any) -> None:
    who = await sim.connect()
    of_phone = await receivers()
    override = {"override_callback_uri": of_phone.url, "verify_token": "are you there"}
    await sim.graph("POST", who.phone_number_id, who.token, json={"webhook_configuration": override})
    await sim.control("POST", "/batches", {"parts": BATCH})
    assert (len(of_phone.payloads), len(receiver.payloads)) == (1, 1)
    assert receiver.payloads[0]["entry"][0]["changes"][0]["field"] == "account_update"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/changes", {}, "field"),
        ("/changes", {"field": "account_update", "event": "BIRTHDAY"}, "event"),
        ("/changes", {"field": "history", "event": "BIRTHDAY"}, "event"),
        ("/changes", {"field": "account_update", "value": {"ban_info": "x"}}, "value.ban_info"),
        ("/changes", {"field": "message_template_status_update", "template": "nope"}, "template"),
        ("/changes", {"field": "smb_message_echoes", "message": {"type": "hologram"}}, "message.type"),
        ("/changes", {"field": "smb_app_state_sync", "message": {"action": "lose"}}, "message.action"),
        ("/changes", {"field": "history", "messages": [{"state": "LOST"}]}, "messages[0].state"),
        ("/changes", {"field": "messages", "value": {"errors": 7}}, "value.errors"),
        ("/statuses", {"statuses": ["sent"]}, "wamid"),
        ("/statuses", {"wamid": "wamid.x", "statuses": [{}]}, "statuses[0].status"),
        ("/statuses", {"wamid": "w", "statuses": [{"status": "failed", "errors": ["x"]}]}, "statuses[0].errors[0]"),
        ("/batches", {"parts": [{}]}, "parts[0]"),
        ("/batches", {"parts": [{"message": {"from": ANA}}]}, "text"),
        ("/batches", {"parts": [{"message": {"from": ANA, "texts": "x"}}]}, "parts"),
    ],
)  # fmt: skip
async def test_bad_input_names_the_field(sim: Hand, path: str, body: dict[str, Any], field: str) -> None:
    await sim.connect()
    answer = await sim.call("POST", f"/_sim{path}", json=body)
    assert answer.status == 400, answer.text
    assert answer.error["field"].startswith(field), answer.text
