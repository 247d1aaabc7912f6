"""Templates of a WABA: created under Meta's rules, reviewed, listed in pages, edited, paused, deleted."""

import copy
from typing import Any

import pytest

from .conftest import Answer, Connected, Hand, Receiver, Start

Draft = dict[str, Any]

HANDLE = {"header_handle": ["4::aW1hZ2U="]}
BODY = {"type": "BODY", "text": "Hello {{1}}, welcome to us.", "example": {"body_text": [["Ana"]]}}
URL = {"type": "URL", "text": "Look", "url": "https://example.test/{{1}}", "example": ["https://example.test/a"]}
QUICK = {"type": "QUICK_REPLY", "text": "Yes"}
CALL = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+16315550101"}
OTP = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}
CARD = {
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": HANDLE},
        BODY,
        {"type": "BUTTONS", "buttons": [QUICK]},
    ]
}


def draft(*components: Draft, **changed: Any) -> Draft:
    usual = {"name": "welcome", "language": "en_US", "category": "UTILITY", "components": list(components) or [BODY]}
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def body(text: str, *examples: str) -> Draft:
    return {"type": "BODY", "text": text, "example": {"body_text": [list(examples)]}}


def header(**more: Any) -> Draft:
    return {"type": "HEADER", "format": "TEXT", **more}


def buttons(*several: Draft) -> Draft:
    return {"type": "BUTTONS", "buttons": list(several)}


def named(text: str, **examples: str) -> Draft:
    rows = [{"param_name": name, "example": value} for name, value in examples.items()]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": rows}}


async def create(sim: Hand, who: Connected, wish: Draft) -> Answer:
    return await sim.graph("POST", f"{who.waba_id}/message_templates", who.token, json=wish)


async def listed(sim: Hand, who: Connected, **query: str) -> list[Draft]:
    answer = await sim.graph("GET", f"{who.waba_id}/message_templates", who.token, params={"limit": "100", **query})
    found: list[Draft] = answer.json["data"]
    return found


SOUND: list[Draft] = [
    draft(),
    draft(named("Hello {{name}}, welcome to us.", name="Ana"), parameter_format="NAMED"),
    draft(header(text="For {{1}}", example={"header_text": ["Ana"]}), BODY, {"type": "FOOTER", "text": "Bye"}),
    draft({"type": "header", "format": "image", "example": HANDLE}, {"type": "body", "text": "Look at this."}),
    draft({"type": "HEADER", "format": "LOCATION"}, BODY),
    draft(BODY, buttons(QUICK, QUICK, URL, CALL)),
    draft(BODY, buttons({"type": "COPY_CODE", "example": "BREAD10"}), category="MARKETING"),
    draft(BODY, buttons({"type": "FLOW", "text": "Book", "flow_id": "1"})),
    draft(BODY, {"type": "CAROUSEL", "cards": [CARD, CARD]}, category="MARKETING"),
    draft(
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        buttons(OTP),
        category="AUTHENTICATION",
        message_send_ttl_seconds=60,
    ),
]


@pytest.mark.parametrize("wish", SOUND, ids=[str(number) for number in range(len(SOUND))])
async def test_a_sound_draft_is_reviewed_and_approved(start: Start, receiver: Receiver, wish: Draft) -> None:
    sim = await start(review_delay=0.01)
    who = await sim.connect()
    made = await create(sim, who, wish)
    assert made.status == 200, made.text
    assert (made.json["status"], made.json["category"]) == ("PENDING", wish["category"])
    await receiver.until(lambda seen: seen.bodies)
    change = receiver.payloads[0]["entry"][0]["changes"][0]
    assert change["field"] == "message_template_status_update"
    assert (change["value"]["event"], change["value"]["message_template_id"]) == ("APPROVED", int(made.json["id"]))
    assert receiver.payloads[0]["entry"][0]["time"] > 0
    shown = (await sim.graph("GET", made.json["id"], who.token, params={"fields": "name,status,components"})).json
    assert (shown["name"], shown["status"]) == ("welcome", "APPROVED")
    assert all(part["type"].isupper() for part in shown["components"])


async def test_a_review_may_end_badly(start: Start, receiver: Receiver) -> None:
    sim = await start(review_delay=0.0)
    who = await sim.connect()
    made = await create(sim, who, draft(name="offer_rejected"))
    assert made.json["status"] == "REJECTED"
    await receiver.until(lambda seen: seen.bodies)
    value = receiver.values[0]
    assert (value["event"], value["reason"]) == ("REJECTED", "INVALID_FORMAT")
    shown = await listed(sim, who, name="offer_rejected", fields="rejected_reason,status")
    assert [(one["status"], one["rejected_reason"]) for one in shown] == [("REJECTED", "INVALID_FORMAT")]


BROKEN: list[tuple[Draft, int | None, str]] = [
    (draft(name=None), None, "The parameter name is required."),
    (draft(language=None), None, "The parameter language is required."),
    (draft(components=[]), None, "The parameter components is required."),
    (draft(name="Welcome!"), None, "Param name must be at most 512 lower-case letters"),
    (draft(name="w" * 513), None, "Param name must be at most 512"),
    (draft(language="english"), None, "Param language"),
    (draft(category="SPAM"), None, "Param category must be one of"),
    (draft(parameter_format="LOOSE"), None, "Param parameter_format"),
    (draft(message_send_ttl_seconds=10), None, "must be between 30 and 43200 for UTILITY"),
    (draft({"type": "POEM"}), None, "Param components must be one of"),
    (draft(BODY, BODY), None, "may be given once"),
    (draft(header(text="Hi")), None, "BODY is missing"),
    (draft(body("x" * 1025)), 2388040, "1 to 1024 characters"),
    (draft(body("")), 2388040, "1 to 1024 characters"),
    (draft(body("{{1}}, welcome to us all.", "Ana")), 2388299, "start or end"),
    (draft(body("Welcome to us, {{1}}", "Ana")), 2388299, "start or end"),
    (draft(body("Hi {{1}} {{2}} {{3}} you.", "a", "b", "c")), 2388293, "too many variables"),
    (draft(body("Hello {{2}}, welcome to us.", "Ana")), 2388072, "{{1}}, {{2}} and so on"),
    (draft(body("Hello {{name}}, welcome to us.", "Ana")), 2388072, "{{1}}, {{2}} and so on"),
    (draft(body("Hello {{1}}, welcome to us.")), 2388043, "example of each variable"),
    (draft(named("Hello {{Name}}, welcome to us.", Name="A"), parameter_format="NAMED"), 2388072, "lower-case names"),
    (draft(named("Hello {{name}}, welcome to us."), parameter_format="NAMED"), 2388043, "example of each variable"),
    (draft(header(text="h" * 61), BODY), 2388047, "1 to 60 characters"),
    (draft(header(text="{{1}} and {{2}}"), BODY), 2388047, "at most one variable"),
    (draft(header(text="For {{1}}"), BODY), 2388043, "example of each variable"),
    (draft(header(format="IMAGE"), BODY), 2388273, "no example.header_handle"),
    (draft(header(format="SONG"), BODY), None, "Param format must be one of"),
    (draft(BODY, {"type": "FOOTER", "text": "f" * 61}), 2388073, "1 to 60 characters"),
    (draft(BODY, {"type": "FOOTER", "text": "Bye {{1}}"}), 2388073, "no variables"),
    (draft(BODY, buttons()), None, "The parameter buttons is required."),
    (draft(BODY, buttons(*[QUICK] * 11)), None, "at most 10 buttons"),
    (draft(BODY, buttons(URL, URL, URL)), None, "at most 2 buttons of type URL"),
    (draft(BODY, buttons(CALL, CALL)), None, "at most 1 buttons of type PHONE_NUMBER"),
    (draft(BODY, buttons(QUICK, URL, QUICK)), None, "stand together"),
    (draft(BODY, buttons({**QUICK, "text": "t" * 26})), None, "Button text has 1 to 25 characters"),
    (draft(BODY, buttons({**QUICK, "type": "MAGIC"})), None, "Param type must be one of"),
    (draft(BODY, buttons({**URL, "url": "example.test"})), None, "begins with http:// or https://"),
    (draft(BODY, buttons({**URL, "url": "https://example.test/" + "u" * 2000})), None, "at most 2000 characters"),
    (draft(BODY, buttons({**URL, "url": "https://{{1}}.test/"})), None, "at its end"),
    (draft(BODY, buttons({**URL, "example": None})), None, "needs an example"),
    (draft(BODY, buttons({"type": "FLOW", "text": "Book"})), None, "The parameter flow_id is required."),
    (draft(BODY, buttons(OTP)), None, "only such a template has one"),
    (draft(BODY, category="AUTHENTICATION"), None, "The parameter buttons is required."),
    (draft(BODY, buttons({**OTP, "otp_type": "FAX"}), category="AUTHENTICATION"), None, "Param otp_type"),
    (draft(BODY, {"type": "CAROUSEL", "cards": [CARD]}, category="MARKETING"), None, "2 to 10 cards"),
    (
        draft(
            BODY,
            {"type": "CAROUSEL", "cards": [CARD, {"components": [CARD["components"][0], buttons(QUICK)]}]},
            category="MARKETING",
        ),
        None,
        "the same components",
    ),
    (draft(BODY, {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "t" * 17}}), None, "1 to 16 characters"),
]


@pytest.mark.parametrize(("wish", "subcode", "words"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
async def test_a_bad_draft_is_refused(
    quiet: tuple[Hand, Connected], wish: Draft, subcode: int | None, words: str
) -> None:
    sim, who = quiet
    answer = await create(sim, who, wish)
    assert (answer.status, answer.error["code"]) == (400, 100), answer.text
    assert words in answer.error["message"] + answer.error.get("error_data", {}).get("details", "")
    assert answer.error.get("error_subcode") == subcode
    assert ("error_user_msg" in answer.error) >= (subcode is not None)
    assert await listed(sim, who, name=str(wish.get("name"))) == []


async def test_a_name_is_used_once_in_a_language(sim: Hand) -> None:
    who = await sim.connect()
    assert (await create(sim, who, draft())).status == 200
    assert (await create(sim, who, draft())).error["error_subcode"] == 2388024
    assert (await create(sim, who, draft(language="es"))).status == 200


async def test_there_is_room_for_so_many(start: Start) -> None:
    sim = await start(template_limit=5)
    who = await sim.connect()
    assert (await create(sim, who, draft())).error["error_subcode"] == 2388019


async def test_an_edit_goes_back_to_review(start: Start, receiver: Receiver) -> None:
    sim = await start(review_delay=0.0)
    who = await sim.connect()
    template_id = (await create(sim, who, draft())).json["id"]
    pending = (await listed(sim, who, name="spring_sale"))[0]["id"]
    refused = await sim.graph("POST", pending, who.token, json={"components": [BODY]})
    assert refused.error["error_subcode"] == 2388039
    changed = {"components": [body("Good day {{1}}, welcome to us.", "Ana")]}
    assert (await sim.graph("POST", template_id, who.token, json=changed)).json == {"success": True}
    assert (await listed(sim, who, content="good day"))[0]["id"] == template_id
    await receiver.until(lambda seen: len(seen.values) == 3)
    fields = [payload["entry"][0]["changes"][0]["field"] for payload in receiver.payloads]
    assert sorted(fields)[0] == "message_template_components_update"
    again = await sim.graph("POST", template_id, who.token, json=changed)
    assert again.error["error_user_title"] == "Template edit limit reached"
    assert (await sim.graph("POST", template_id, who.token, json={})).error["code"] == 100


async def test_deleting_takes_all_languages_or_one(sim: Hand) -> None:
    who = await sim.connect()
    edge = f"{who.waba_id}/message_templates"
    both = await listed(sim, who, name="order_update")
    assert {one["language"] for one in both} == {"en_US", "es"}
    one = {"name": "order_update", "hsm_id": both[0]["id"]}
    assert (await sim.graph("DELETE", edge, who.token, params=one)).json == {"success": True}
    assert len(await listed(sim, who, name="order_update")) == 1
    assert (await sim.graph("DELETE", edge, who.token, params={"name": "order_update"})).status == 200
    assert await listed(sim, who, name="order_update") == []
    gone = await sim.graph("DELETE", edge, who.token, params={"name": "order_update"})
    assert (gone.status, gone.error["code"]) == (400, 100)
    assert (await create(sim, who, draft(name="order_update"))).error["error_subcode"] == 2388023
    assert (await sim.graph("DELETE", edge, who.token)).error["message"].endswith("name is required.")


async def test_a_paused_one_is_unpaused(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    paused = (await listed(sim, who, status="PAUSED"))[0]["id"]
    assert (await sim.graph("POST", f"{paused}/unpause", who.token)).json == {"success": True}
    assert await listed(sim, who, status="PAUSED") == []
    await receiver.until(lambda seen: seen.values)
    assert receiver.values[0]["event"] == "APPROVED"
    assert (await sim.graph("POST", f"{paused}/unpause", who.token)).error["code"] == 100


async def test_they_are_listed_in_pages(sim: Hand) -> None:
    who = await sim.connect()
    edge = f"{who.waba_id}/message_templates"
    everything = [one["id"] for one in await listed(sim, who)]
    query, seen = {"limit": "5", "fields": "id,name"}, list[str]()
    while True:
        answer = (await sim.graph("GET", edge, who.token, params=query)).json
        seen += [one["id"] for one in answer["data"]]
        if "next" not in answer["paging"]:
            break
        query["after"] = answer["paging"]["cursors"]["after"]
    assert seen == everything
    bad = await sim.graph("GET", edge, who.token, params={"after": "nonsense"})
    assert (bad.status, bad.error["code"]) == (400, 131059)


async def test_others_see_nothing(sim: Hand) -> None:
    who, other = await sim.connect(), await sim.connect()
    template_id = (await listed(sim, who))[0]["id"]
    for method, path in (("GET", template_id), ("POST", template_id), ("POST", f"{template_id}/unpause")):
        answer = await sim.graph(method, path, other.token, json={} if method == "POST" else None)
        assert answer.error["error_subcode"] == 33
    assert (await create(sim, Connected(other.token, who.waba_id, ""), draft())).error["error_subcode"] == 33


async def test_one_is_put_there_by_the_control_api(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    wish = {"name": "mine", "components": [copy.deepcopy(BODY)], "status": "PAUSED", "announce": True}
    first = await sim.control("POST", "/templates", wish)
    await receiver.until(lambda seen: seen.values)
    assert receiver.values[0]["event"] == "PAUSED"
    again = await sim.control("POST", "/templates", {**wish, "status": "APPROVED", "announce": False})
    assert again["id"] == first["id"]
    assert [one["status"] for one in await listed(sim, who, name="mine")] == ["APPROVED"]
    bad = await sim.call("POST", "/_sim/templates", json={**wish, "waba_id": "1"})
    assert (bad.status, bad.error["field"]) == (400, "waba_id")
    health = (await sim.graph("GET", first["id"], who.token, params={"fields": "health_status"})).json
    assert health["health_status"]["entities"][0]["entity_type"] == "MESSAGE_TEMPLATE"
