"""Sending a text: what is refused before Meta hears of it, what Meta gets, and what is stored and told."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.stack import Client, Number, Stack

TEXT = {"type": "text", "to": "5491155551234", "text": "Hello!"}


async def connected(stack: Stack) -> tuple[Client, Number]:
    client = await stack.organization()
    return client, await stack.connect(client)


async def sent(stack: Stack, number: Number) -> list[dict[str, Any]]:
    """What the Graph API accepted from this phone, newest first."""
    return (await stack.sim("GET", f"/sent?phone_number_id={number.meta_id}&limit=1000"))["sent"]


async def thread(client: Client, number: Number) -> list[dict[str, Any]]:
    """The messages of the phone's only conversation, newest first."""
    [conversation] = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    return (await client.get(f"/v1/phones/{number.id}/conversations/{conversation['id']}/messages")).data


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"to": None}, "to", "is required; or give toUserId"),
        ({"to": ""}, "to", "must be a phone number"),
        ({"to": "12345"}, "to", "must be a phone number"),
        ({"to": "+549115555abcd"}, "to", "must be a phone number"),
        ({"to": "US.13491208655302741918"}, "to", "must be a phone number; give a user id as toUserId"),
        ({"to": 5491155551234}, "to", "must be a string"),
        ({"to": ["5491155551234"]}, "to", "must be a string"),
        ({"text": ""}, "text", "must not be empty"),
        ({"text": "   \n"}, "text", "must not be empty"),
        ({"text": "x" * 4097}, "text", "has 4,097 characters; at most 4,096"),
        ({"text": {"body": "Hello"}}, "text", "must be a string"),
        ({"previewUrl": "yes"}, "previewUrl", "must be true or false"),
        ({"surprise": 1}, "surprise", "is not a known field"),
        ({"preview_url": True}, "preview_url", "is not a known field"),
        ({"messaging_product": "whatsapp"}, "messaging_product", "is not a known field"),
        ({"type": "telegram"}, "type", "must be one of text, image, video,"),
        ({"type": 1}, "type", "must be a string"),
    ],
)
async def test_bad_input_names_its_field_and_sends_nothing(
    stack: Stack, changes: dict[str, Any], field: str, message: str
) -> None:
    client = await stack.organization()
    phone_id = uuid4()
    answer = await client.post(f"/v1/phones/{phone_id}/messages", {**TEXT, **changes})
    assert (answer.status, answer.error["code"], answer.fields) == (400, "VALIDATION_ERROR", [field])
    assert message in answer.error["details"][0]["message"]


@pytest.mark.parametrize("missing", ["type", "to", "text"])
async def test_a_missing_field_is_named(stack: Stack, missing: str) -> None:
    client = await stack.organization()
    body = {name: value for name, value in TEXT.items() if name != missing}
    answer = await client.post(f"/v1/phones/{uuid4()}/messages", body)
    assert (answer.status, answer.fields) == (400, [missing])


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"[]", b'"text"', b"\xff", b'{"type":"text","text":"\\ud83d"}'])
async def test_a_body_that_is_no_json_object_is_refused(stack: Stack, raw: bytes) -> None:
    client = await stack.organization()
    answer = await client.call("POST", f"/v1/phones/{uuid4()}/messages", data=raw)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


async def test_meta_gets_exactly_this(stack: Stack) -> None:
    client, number = await connected(stack)
    link = {**TEXT, "previewUrl": True, "text": "see https://example.com ✓ á\n😮"}
    bodies = [TEXT, link, {**TEXT, "previewUrl": None}]
    answers = [await client.post(f"/v1/phones/{number.id}/messages", body) for body in bodies]
    for given, answer, got in zip(bodies, answers, reversed(await sent(stack, number)), strict=True):
        assert (answer.status, set(answer.data)) == (200, {"messageId", "wamid"})
        assert answer.data["wamid"] == got["wamid"]
        assert got["body"] == {
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+5491155551234", "type": "text",
            "text": {"body": given["text"], "preview_url": bool(given.get("previewUrl"))},
            "biz_opaque_callback_data": answer.data["messageId"],
        }  # fmt: skip


async def test_an_accepted_message_is_stored_told_once_and_moved_by_its_statuses(stack: Stack) -> None:
    client, number = await connected(stack)
    answer = await client.post(f"/v1/phones/{number.id}/messages", TEXT)
    [told] = await stack.receiver.wait_event(number.path, "message.sent")
    assert (told.data["messageId"], told.data["wamid"]) == (answer.data["messageId"], answer.data["wamid"])
    assert (told.data["origin"], told.data["direction"], told.data["status"]) == ("api", "outbound", "sent")
    assert (told.data["content"], told.data["contactPhone"]) == ({"body": "Hello!"}, "5491155551234")
    updated = await stack.receiver.wait_event(number.path, "message.status_updated", 2)
    assert {each.data["status"] for each in updated} == {"delivered", "read"}
    [message] = await thread(client, number)
    assert (message["status"], message["error"]) == ("read", None)
    assert set(message["statusTimestamps"]) == {"pending", "sent", "delivered", "read"}
    await asyncio.sleep(0.2)
    assert len([each for each in stack.receiver.got if each.path == number.path and each.event == "message.sent"]) == 1


@pytest.mark.parametrize("typed", ["+54 9 11 5555-1234", "5491155551234", "(549) 11 5555.1234"])
async def test_however_a_number_is_written_it_is_one_contact(stack: Stack, typed: str) -> None:
    client, number = await connected(stack)
    assert (await client.post(f"/v1/phones/{number.id}/messages", {**TEXT, "to": typed})).status == 200
    await stack.customer_writes(number, "5491155551234", "Hi")
    inbound, outbound = await thread(client, number)
    assert (inbound["direction"], outbound["direction"]) == ("inbound", "outbound")


async def test_concurrent_sends_to_a_new_contact_share_one_conversation(stack: Stack) -> None:
    client, number = await connected(stack)
    posts = [client.post(f"/v1/phones/{number.id}/messages", {**TEXT, "text": f"no. {n}"}) for n in range(12)]
    answers = await asyncio.gather(*posts, stack.customer_writes(number, "5491155551234", "Hi"))
    assert {answer.status for answer in answers[:-1]} == {200}
    found = await thread(client, number)
    assert sorted(message["content"]["body"] for message in found) == sorted(["Hi", *(f"no. {n}" for n in range(12))])
    assert len(await sent(stack, number)) == 12


async def test_sending_does_not_make_a_conversation_unread(stack: Stack) -> None:
    client, number = await connected(stack)
    await client.post(f"/v1/phones/{number.id}/messages", TEXT)
    [conversation] = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    assert (conversation["unreadCount"], conversation["contactPhone"]) == (0, "5491155551234")


async def test_a_phone_of_others_or_none_or_disconnected_is_not_found(stack: Stack) -> None:
    (client, number), (stranger, foreign) = await connected(stack), await connected(stack)
    async with stack.rt.pool.connection() as conn:
        await conn.execute("update phones set disconnected_at = now() where id = $1", number.id)
    for caller, phone_id in ((client, foreign.id), (client, number.id), (stranger, number.id), (client, uuid4())):
        answer = await caller.post(f"/v1/phones/{phone_id}/messages", TEXT)
        assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")
    assert await sent(stack, number) == [] and await sent(stack, foreign) == []
    assert (await client.get(f"/v1/phones/{number.id}/conversations")).data == []


async def test_sending_needs_the_scope_send(stack: Stack) -> None:
    client, number = await connected(stack)
    for scopes, status in ((("read", "manage"), 403), (("send",), 200)):
        narrow = await stack.with_scopes(client, *scopes)
        assert (await narrow.post(f"/v1/phones/{number.id}/messages", TEXT)).status == status
    assert len(await sent(stack, number)) == 1
