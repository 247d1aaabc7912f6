"""Meta's own description: the committed distillate is fresh, and what the simulator says conforms to it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from waypost.simulator import schema
from waypost.simulator.amendments import AMENDMENTS

from . import distil
from .conftest import Hand, Receiver
from .test_contents import OTHERS

ROOT = Path(__file__).parents[2]
DESCRIPTION = Path(
    os.environ.get("META_OPENAPI", ROOT / ".." / "shared" / "meta" / "business-messaging-api_v23.0.yaml")
)


def test_the_distillate_is_fresh() -> None:
    if not DESCRIPTION.exists():
        pytest.skip("Meta's OpenAPI description is not here; set META_OPENAPI to the path of its YAML to compare.")
    assert distil.distil(DESCRIPTION) == distil.TARGET.read_text(encoding="utf-8"), (
        "Write it anew: python -m tests.simulator.distil PATH_TO_YAML"
    )


def test_the_distillate_holds_structure_only() -> None:
    whole = json.loads(distil.TARGET.read_text(encoding="utf-8"))
    for part in (whole["operations"], whole["schemas"]):
        for name, node in part.items():
            assert_structure(node if part is whole["schemas"] else {"allOf": list(node.values())}, name)


def assert_structure(node: Any, where: str) -> None:
    for key, value in node.items() if isinstance(node, dict) else ():
        assert key in distil.KEPT, f"{where}: {key}"
        if key != "mapping":
            assert_parts(value, key, where)


def assert_parts(value: Any, key: str, where: str) -> None:
    parts = list(value.values()) if key == "properties" else value if isinstance(value, list) else [value]
    for part in parts:
        assert_structure(part, f"{where}.{key}")


def test_amendments_change_what_exists_and_say_why() -> None:
    whole = json.loads(distil.TARGET.read_text(encoding="utf-8"))
    bodies = {f"{name}/{part}" for name, parts in whole["operations"].items() for part in parts}
    for name, patch, reason in AMENDMENTS:
        assert name in whole["schemas"] or name in bodies
        assert patch
        assert len(reason) > 10 and "\n" not in reason


def conforms(name: str, value: Any) -> None:
    checker = schema.validator()
    assert name in checker.schemas
    assert checker.check(name, value) is None


@pytest.mark.parametrize(
    ("name", "path", "query"),
    [
        (
            "wabas.read",
            "{waba}",
            {"fields": "id,name,currency,country,timezone_id,ownership_type"},
        ),
        ("wabas.phones", "{waba}/phone_numbers", {}),
        (
            "wabas.phones",
            "{waba}/phone_numbers",
            {"fields": "id,display_phone_number,status,account_mode"},
        ),
        ("wabas.subscriptions", "{waba}/subscribed_apps", {}),
        ("templates.list", "{waba}/message_templates", {}),
        ("phones.read", "{phone}", {}),
        ("phones.read", "{phone}", {"fields": "id,name_status,quality_rating,code_verification_status"}),
    ],
)
async def test_what_is_read_conforms(sim: Hand, name: str, path: str, query: dict[str, str]) -> None:
    who = await sim.connect()
    address = path.format(waba=who.waba_id, phone=who.phone_number_id)
    answer = await sim.graph("GET", address, who.token, params=query)
    assert answer.status == 200
    conforms(f"{name}/response", answer.json)


@pytest.mark.parametrize(
    ("name", "method", "path", "body"),
    [
        ("wabas.subscribe", "POST", "{waba}/subscribed_apps", None),
        ("phones.register", "POST", "{phone}/register", {"messaging_product": "whatsapp", "pin": "123456"}),
        ("phones.update", "POST", "{phone}", {"pin": "123456"}),
        ("phones.deregister", "POST", "{phone}/deregister", None),
        ("wabas.unsubscribe", "DELETE", "{waba}/subscribed_apps", None),
        *(("messages.send", "POST", "{phone}/messages", {"to": "16505551234", **content}) for content in OTHERS),
    ],
)
async def test_what_is_done_conforms(sim: Hand, name: str, method: str, path: str, body: dict[str, Any] | None) -> None:
    who = await sim.connect()
    if body is not None:
        body = {"messaging_product": "whatsapp", **body} if name == "messages.send" else body
    answer = await sim.graph(method, path.format(waba=who.waba_id, phone=who.phone_number_id), who.token, json=body)
    assert answer.status == 200
    conforms(f"{name}/response", answer.json)


async def test_refusals_conform(sim: Hand) -> None:
    who = await sim.connect()
    refusals = [
        await sim.graph("GET", who.waba_id, "EAAnonsense"),
        await sim.graph("GET", "1", who.token),
        await sim.send(who, "nobody"),
        await sim.send(who, "15550131056"),
    ]
    for answer in refusals:
        conforms("GraphAPIError", answer.json)


INBOUND: list[dict[str, Any]] = [
    {"type": "text", "text": {"body": "Hi"}, "context": {"from": "15550001111", "id": "wamid.x"}},
    {"type": "image", "image": {"mime_type": "image/jpeg", "sha256": "b64=", "id": "1", "caption": "c"}},
    {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "😮"}},
    {
        "type": "location",
        "location": {"latitude": 37.4, "longitude": -122.1, "name": "HQ", "address": "1 Way"},
    },
    {
        "type": "interactive",
        "context": {"from": "15550001111", "id": "wamid.x"},
        "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}},
    },
]


@pytest.mark.parametrize("message", INBOUND, ids=[message["type"] for message in INBOUND])
async def test_notifications_of_messages_conform(sim: Hand, receiver: Receiver, message: dict[str, Any]) -> None:
    await sim.connect()
    await sim.control("POST", "/messages", {"from": "16505551234", "message": message})
    await sim.control("POST", "/messages", {"from": "16505551234", "message": message, "hide_phone": True})
    for payload in receiver.payloads:
        conforms("notifications/request", payload)


async def test_notifications_of_statuses_conform(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    await sim.send(who)
    await sim.send(who, "15550131026")
    await receiver.until(lambda seen: len(seen.statuses) == 4)
    for payload in receiver.payloads:
        conforms("notifications/request", payload)
