"""What customers do: from as little as the type of a message to the body that Meta would post."""

import base64
import hashlib
from typing import Any

import pytest

from waypost.simulator import schema

from .actions import ACTIONS
from .conftest import Connected, Hand, Receiver

ANA = "16505551234"
#: Actions whose body Meta's description does not cover, and why.
NOT_DESCRIBED = {
    "chat opened": "request_welcome is gone from the description",
    "edit": "edit and revoke came later",
    "edit of an image": "edit and revoke came later",
    "revoke": "edit and revoke came later",
    "hologram": "a type that nobody knows",
    "flow reply": "the description knows replies to buttons and lists alone",
    "call permission": "the description knows replies to buttons and lists alone",
    "unknown reply": "the description knows replies to buttons and lists alone",
    "reply without a payload": "seen in the wild only",
    "button without a context": "seen in the wild only",
    "new user id": "business-scoped ids came later",
    "new identity": "the description has no contacts[] beside a system message",
    "too large a file": "a media type without its object",
}


async def act(sim: Hand, receiver: Receiver, message: dict[str, Any], **letter: Any) -> dict[str, Any]:
    """The value of the notification."""
    answer = await sim.control("POST", "/messages", {"from": ANA, "message": message, **letter})
    assert answer["acknowledged"] is True
    found = [
        value for value in receiver.values if [one["id"] for one in value.get("messages", ())] == answer["messages"]
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", ACTIONS)
async def test_bodies_are_metas(sim: Hand, receiver: Receiver, name: str) -> None:
    await sim.connect()
    value = await act(sim, receiver, ACTIONS[name])
    [message] = value["messages"]
    assert message["type"] == ACTIONS[name]["type"]
    assert message["timestamp"].isdigit() and message["id"].startswith("wamid.")
    assert receiver.bodies[0].isascii()
    problem = schema.validator().check("notifications/request", receiver.payloads[0])
    assert (problem is not None) == (name in NOT_DESCRIBED), problem


def test_only_what_is_done_is_excepted() -> None:
    assert NOT_DESCRIBED.keys() <= ACTIONS.keys()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text", {"text": {"body": "Hello"}}),
        ("text of one's own", {"text": {"body": "Grüße 😀"}}),
        ("location", {"location": {"latitude": 37.4421, "longitude": -122.1615}}),
        ("reaction", {"reaction": {"emoji": "👍"}}),
        ("reaction taken back with nothing", {"reaction": {"emoji": ""}}),
        ("button reply", {"interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}}),
        ("list reply", {"interactive": {"type": "list_reply", "list_reply": {"id": "row-1", "title": "First row"}}}),
        ("call permission", {"interactive": {"call_permission_reply": {"response": "accept", "is_permanent": False}}}),
        ("unknown reply", {"interactive": {"type": "product", "product": {"product_retailer_id": "1"}}}),
        ("button of a template", {"button": {"payload": "Yes", "text": "Yes"}}),
        ("order", {"order": {"catalog_id": "194836987003835"}}),
        ("unsupported edit", {"unsupported": {"type": "edit"}}),
        ("contact that was asked for", {"origin": "contact_request"}),
        ("from an ad", {"referral": {"source_type": "ad", "ctwa_clid": "ARB-simulated-click-1"}}),
        ("forwarded", {"context": {"forwarded": True}}),
        ("forwarded often", {"context": {"frequently_forwarded": True}}),
        ("answer", {"context": {"id": "wamid.of-the-business"}}),
        ("about a product", {"context": {"referred_product": {"product_retailer_id": "sku-1"}}}),
        ("edit", {"edit": {"message": {"type": "text", "text": {"body": "Hello"}, "context": {"id": "M0"}}}}),
        ("hologram", {"hologram": {"depth": 3}}),
        ("in a group", {"group_id": "group-1", "context": {"id": "wamid.of-a-member"}}),
    ],
)
async def test_what_a_type_brings(sim: Hand, receiver: Receiver, name: str, expected: dict[str, Any]) -> None:
    await sim.connect()
    [message] = (await act(sim, receiver, ACTIONS[name]))["messages"]
    assert contains(message, expected), message


def contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(contains(whole.get(key), value) for key, value in part.items())
    return bool(whole == part)


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("reaction taken back", ("reaction", "emoji")),
        ("too large a file", ("video",)),
        ("button without a context", ("context",)),
        ("reply without a payload", ("interactive",)),
        ("from a status ad", ("referral", "ctwa_clid")),
        ("new user id", ("from",)),
        ("new user id", ("from_user_id",)),
        ("text", ("context",)),
        ("answer", ("reply_to",)),
        ("forwarded", ("forwarded",)),
    ],
)
async def test_what_is_left_out(sim: Hand, receiver: Receiver, name: str, absent: tuple[str, ...]) -> None:
    await sim.connect()
    [found] = (await act(sim, receiver, ACTIONS[name]))["messages"]
    for key in absent[:-1]:
        found = found[key]
    assert absent[-1] not in found


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
async def test_media_can_be_looked_up_and_downloaded(sim: Hand, receiver: Receiver, kind: str) -> None:
    who = await sim.connect()
    [message] = (await act(sim, receiver, {"type": kind}))["messages"]
    told = message[kind]
    looked_up = (await sim.graph("GET", told["id"], who.token)).json
    assert (looked_up["mime_type"], looked_up["id"]) == (told["mime_type"], told["id"])
    assert base64.b64decode(told["sha256"]).hex() == looked_up["sha256"]
    for url in (told["url"], looked_up["url"]):
        content = await download(sim, who, url)
        assert hashlib.sha256(content).hexdigest() == looked_up["sha256"]
    async with sim.session.get(told["url"]) as answer:
        assert answer.status == 404


async def download(sim: Hand, who: Connected, url: str) -> bytes:
    async with sim.session.get(url, headers={"Authorization": f"Bearer {who.token}"}) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_a_file_of_the_testers_own(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    content = base64.b64encode(b"name,price\n").decode()
    file = {"content": content, "mime_type": "text/csv", "filename": "prices.csv"}
    [message] = (await act(sim, receiver, {"type": "document", "file": file}))["messages"]
    assert (message["document"]["mime_type"], message["document"]["filename"]) == ("text/csv", "prices.csv")
    assert await download(sim, who, message["document"]["url"]) == b"name,price\n"
    [message] = (await act(sim, receiver, {"type": "image", "file": {"size": 70_000}}))["messages"]
    assert len(await download(sim, who, message["image"]["url"])) == 70_000


async def test_a_media_object_with_an_id_is_taken_as_it_is(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    image = {"id": "6546", "mime_type": "image/jpeg", "caption": "c"}
    [message] = (await act(sim, receiver, {"type": "image", "image": image}))["messages"]
    assert message["image"] == image


@pytest.mark.parametrize(
    ("identity", "sender", "contact"),
    [
        ("both", {"from": ANA, "from_user_id": "US.1"}, {"wa_id": ANA, "user_id": "US.1"}),
        ("hidden", {"from_user_id": "US.1"}, {"user_id": "US.1"}),
        ("in_from", {"from": "US.1", "from_user_id": "US.1"}, {"wa_id": "US.1", "user_id": "US.1"}),
        ("number", {"from": ANA}, {"wa_id": ANA}),
    ],
)
async def test_how_a_customer_is_known(
    sim: Hand, receiver: Receiver, identity: str, sender: dict[str, str], contact: dict[str, str]
) -> None:
    await sim.connect()
    value = await act(sim, receiver, {"type": "text"}, identity=identity, user_id="US.1", name="Ana")
    [message] = value["messages"]
    assert {key: told for key, told in message.items() if key.startswith("from")} == sender
    assert value["contacts"] == [{"profile": {"name": "Ana"}, **contact}]
    if identity == "hidden":
        assert ANA.encode() not in receiver.bodies[0] + base64.b64decode(message["id"].removeprefix("wamid."))


async def test_what_is_known_about_a_customer_is_remembered(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    about = {"name": "Ana", "username": "@ana.b", "parent_user_id": "US.ENT.7", "identity_key_hash": "DF2l"}
    first = await act(sim, receiver, {"type": "text"}, identity="hidden", **about)
    again = await act(sim, receiver, {"type": "text"})
    assert again["contacts"] == first["contacts"]
    [contact] = again["contacts"]
    assert contact["profile"] == {"name": "Ana", "username": "@ana.b"}
    assert (contact["parent_user_id"], contact["identity_key_hash"]) == ("US.ENT.7", "DF2l")
    assert again["messages"][0]["from_parent_user_id"] == "US.ENT.7"


async def test_a_new_number_is_the_same_person(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    before = (await act(sim, receiver, {"type": "text"}, name="Ana"))["messages"][0]
    value = await act(sim, receiver, {"type": "system", "system": {"wa_id": "12195551234"}})
    assert "contacts" not in value
    [message] = value["messages"]
    system = message["system"]
    assert (message["from"], system["wa_id"]) == (ANA, "12195551234")
    assert system["previous_user_id"] == before["from_user_id"] != system["user_id"]
    assert system["body"] == f"User Ana changed from {ANA} to 12195551234"
    after = await act(sim, receiver, {"type": "text"}, **{"from": "12195551234"})
    assert after["messages"][0]["from_user_id"] == system["user_id"]
    assert after["contacts"][0]["profile"]["name"] == "Ana"


async def test_a_new_user_id_replaces_the_old(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    before = (await act(sim, receiver, {"type": "text"}, identity="hidden"))["messages"][0]
    [told] = (await act(sim, receiver, ACTIONS["new user id"]))["messages"]
    assert told["system"]["previous_user_id"] == before["from_user_id"]
    after = (await act(sim, receiver, {"type": "text"}))["messages"][0]
    assert after["from_user_id"] == told["system"]["user_id"] != before["from_user_id"]


async def test_replies_choose_from_what_was_offered(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    await act(sim, receiver, {"type": "text"})
    offers = {
        "button_reply": {
            "type": "button",
            "body": {"text": "Well?"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "sure", "title": "Sure"}}]},
        },
        "list_reply": {
            "type": "list",
            "body": {"text": "Menu"},
            "action": {"button": "Open", "sections": [{"title": "A", "rows": [{"id": "soup", "title": "Soup"}]}]},
        },
    }
    for kind, interactive in offers.items():
        body = {"messaging_product": "whatsapp", "to": ANA, "type": "interactive", "interactive": interactive}
        answer = await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)
        wamid = answer.json["messages"][0]["id"]
        reply = {"type": "interactive", "interactive": {"type": kind}}
        message = (await act(sim, receiver, reply))["messages"][0]
        assert message["context"] == {"from": message["context"]["from"], "id": wamid}
        assert message["interactive"][kind]["id"] in ("sure", "soup")


async def test_edits_deletions_and_reactions_find_their_message(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    written = (await act(sim, receiver, {"type": "text"}))["messages"][0]["id"]
    edit = (await act(sim, receiver, {"type": "edit"}))["messages"][0]
    revoke = (await act(sim, receiver, {"type": "revoke"}))["messages"][0]
    assert edit["edit"]["original_message_id"] == revoke["revoke"]["original_message_id"] == written
    assert len({written, edit["id"], revoke["id"]}) == 3
    sent = (await sim.send(who, ANA)).json["messages"][0]["id"]
    reaction = (await act(sim, receiver, {"type": "reaction"}))["messages"][0]
    assert reaction["reaction"]["message_id"] == sent
    answer = (await act(sim, receiver, {"type": "text", "reply_to": True}))["messages"][0]
    assert answer["context"]["id"] == sent


async def test_errors_are_completed_from_their_codes(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    value = await act(sim, receiver, ACTIONS["reply without a payload"], errors=[131000])
    assert (value["errors"][0]["code"], value["errors"][0]["title"]) == (131000, "Something went wrong")
    video = await act(sim, receiver, {**ACTIONS["too large a file"], "errors": [{"code": 1, "title": "Odd"}]})
    [error] = video["messages"][0]["errors"]
    assert (error["code"], error["title"], error["message"]) == (1, "Odd", "Odd")


async def test_contacts_may_be_fewer_than_messages(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    letter = {"from": ANA, "text": "Hi", "count": 4, "customers": 2, "batch": 4}
    for contacts, rows in (("all", 2), ("first", 1), ("none", 0)):
        await sim.control("POST", "/messages", {**letter, "contacts": contacts})
        value = receiver.values[-1]
        assert (len(value["messages"]), len(value.get("contacts", []))) == (4, rows)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({}, "message.type"),
        ({"type": 7}, "message.type"),
        ({"type": "hologram"}, "message.type"),
        ({"type": "text", "text": "Hi"}, "message.text"),
        ({"type": "image", "image": "me.jpg"}, "message.image"),
        ({"type": "image", "file": {"size": 0}}, "message.file.size"),
        ({"type": "image", "file": {"pages": 3}}, "message.file"),
        ({"type": "image", "file": {"content": "%%%"}}, "message.file"),
        ({"type": "text", "referral": "an ad"}, "message.referral"),
        ({"type": "text", "referred_product": 7}, "message.referred_product"),
        ({"type": "text", "referral": {"welcome_message": "Hi"}}, "message.referral.welcome_message"),
        ({"type": "unsupported", "errors": 131051}, "message.errors"),
        ({"type": "unsupported", "errors": ["odd"]}, "message.errors[0]"),
        ({"type": "edit", "edit": {"message": {"type": "hologram"}}}, "message.edit.message.type"),
        ({"type": "edit", "edit": {"message": {"text": "no"}}}, "message.edit.message.text"),
        ({"type": "system", "system": {"wa_id": "?"}}, "message.system.wa_id"),
    ],
)
async def test_what_cannot_be_a_message_is_named(sim: Hand, message: dict[str, Any], field: str) -> None:
    await sim.connect()
    answer = await sim.call("POST", "/_sim/messages", json={"from": ANA, "message": message})
    assert (answer.status, answer.error["field"]) == (400, field), answer.text


@pytest.mark.parametrize(
    ("letter", "field"),
    [({"identity": "shy"}, "identity"), ({"contacts": "some"}, "contacts"), ({"errors": [None]}, "errors[0]")],
)
async def test_what_cannot_be_a_customer_is_named(sim: Hand, letter: dict[str, Any], field: str) -> None:
    await sim.connect()
    answer = await sim.call("POST", "/_sim/messages", json={"from": ANA, "text": "Hi", **letter})
    assert (answer.status, answer.error["field"]) == (400, field), answer.text
