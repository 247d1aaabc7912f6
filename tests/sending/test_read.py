"""Read receipts: what Meta gets, what becomes read here, and what cannot be read."""

import asyncio
from typing import Any

import pytest

from tests.messages.test_sending import TEXT, connected
from tests.stack import Client, Number, Stack, notification

SENDER = "16505551234"


async def reads(stack: Stack, number: Number) -> list[dict[str, Any]]:
    told = (await stack.sim("GET", "/sent"))["reads"]
    ours = [each for each in told if each["phone_number_id"] == number.meta_id]
    return [{"message_id": each["message_id"], "typing": each["typing"]} for each in ours]


async def wrote(stack: Stack, client: Client, number: Number, count: int, before: int = 0) -> list[str]:
    """Wamids of all of a customer's messages, oldest first, once `count` more are stored."""
    for index in range(count):
        await stack.customer_writes(number, SENDER, f"no. {index}")
    for _ in range(100):
        conversation = (await client.get(f"/v1/phones/{number.id}/conversations")).data[0]
        messages = (await client.get(f"/v1/phones/{number.id}/conversations/{conversation['id']}/messages")).data
        if len(messages) == before + count:
            return [message["wamid"] for message in reversed(messages)]
        await asyncio.sleep(0.05)
    raise AssertionError("the messages did not arrive")


async def unread(client: Client, number: Number) -> int:
    return (await client.get(f"/v1/phones/{number.id}/conversations")).data[0]["unreadCount"]


@pytest.mark.parametrize(
    ("body", "typing"),
    [(None, False), ({}, False), ({"showTypingIndicator": False}, False), ({"showTypingIndicator": None}, False),
     ({"showTypingIndicator": True}, True)],
)  # fmt: skip
async def test_a_message_and_those_before_it_become_read(stack: Stack, body: Any, typing: bool) -> None:
    client, number = await connected(stack)
    wamids = await wrote(stack, client, number, 3)
    assert await unread(client, number) == 3
    answer = await client.post(f"/v1/phones/{number.id}/messages/{wamids[1]}/read", body)
    assert (answer.status, answer.data) == (200, {"wamid": wamids[1], "success": True})
    assert await unread(client, number) == 1
    assert await reads(stack, number) == [{"message_id": wamids[1], "typing": typing}]


async def test_reading_again_or_an_older_one_takes_nothing_back(stack: Stack) -> None:
    client, number = await connected(stack)
    wamids = await wrote(stack, client, number, 3)
    counts = []
    for wamid in (wamids[2], wamids[0], wamids[2]):
        assert (await client.post(f"/v1/phones/{number.id}/messages/{wamid}/read")).status == 200
        counts.append(await unread(client, number))
    assert counts == [0, 0, 0]
    [wamid] = (await wrote(stack, client, number, 1, before=3))[3:]
    assert await unread(client, number) == 1
    await client.post(f"/v1/phones/{number.id}/messages/{wamid}/read", {})
    assert await unread(client, number) == 0


async def test_what_is_no_message_to_read_is_not_left_unread(stack: Stack) -> None:
    client, number = await connected(stack)
    [wamid] = await wrote(stack, client, number, 1)
    reaction = {"id": "wamid.later", "from": SENDER, "timestamp": "1999999999", "type": "reaction",
                "reaction": {"message_id": wamid, "emoji": "👍"}}  # fmt: skip
    assert await stack.notify(notification(number.meta_id, messages=[reaction])) == 200
    assert await unread(client, number) == 1
    await client.post(f"/v1/phones/{number.id}/messages/{wamid}/read")
    assert await unread(client, number) == 0


async def test_a_message_of_ones_own_cannot_be_read(stack: Stack) -> None:
    client, number = await connected(stack)
    sent = await client.post(f"/v1/phones/{number.id}/messages", TEXT)
    answer = await client.post(f"/v1/phones/{number.id}/messages/{sent.data['wamid']}/read")
    assert (answer.status, answer.fields) == (400, ["wamid"])


@pytest.mark.parametrize("wamid", ["wamid.unknown", "nonsense", "wamid.a/b==", "wamid.%00"])
async def test_an_unknown_message_is_not_found(stack: Stack, wamid: str) -> None:
    client, number = await connected(stack)
    answer = await client.post(f"/v1/phones/{number.id}/messages/{wamid}/read")
    assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")


async def test_a_wamid_with_slashes_is_found(stack: Stack) -> None:
    client, number = await connected(stack)
    [old] = await wrote(stack, client, number, 1)
    async with stack.rt.pool.connection() as conn:
        await conn.execute("update messages set wamid = 'wamid.a/b+c==' where phone_id = $1", number.id)
    await stack.sim("POST", "/faults", {"fail": {"messages.send": {"code": 131009}}})
    try:
        for spelled in ("wamid.a/b+c==", "wamid.a%2Fb%2Bc%3D%3D"):
            answer = await client.post(f"/v1/phones/{number.id}/messages/{spelled}/read")
            assert answer.error["details"]["meta"]["code"] == 131009
    finally:
        await stack.sim("DELETE", "/faults")
    assert old.startswith("wamid.")


async def test_when_meta_refuses_it_stays_unread(stack: Stack) -> None:
    client, number = await connected(stack)
    [wamid] = await wrote(stack, client, number, 1)
    for fault, status in (({"fail": {"messages.send": {"code": 190}}}, 403), ({"drop": {"messages.send": {}}}, 502)):
        await stack.sim("POST", "/faults", fault)
        answer = await client.post(f"/v1/phones/{number.id}/messages/{wamid}/read")
        await stack.sim("DELETE", "/faults")
        assert answer.status == status and await unread(client, number) == 1


@pytest.mark.parametrize("body", [{"showTypingIndicator": "yes"}, {"typing": True}])
async def test_bad_input_names_its_field(stack: Stack, body: dict[str, Any]) -> None:
    client, number = await connected(stack)
    [wamid] = await wrote(stack, client, number, 1)
    answer = await client.post(f"/v1/phones/{number.id}/messages/{wamid}/read", body)
    assert (answer.status, answer.fields) == (400, list(body)) and await reads(stack, number) == []


async def test_reading_needs_the_scope_send(stack: Stack) -> None:
    client, number = await connected(stack)
    [wamid] = await wrote(stack, client, number, 1)
    narrow = await stack.with_scopes(client, "read", "manage")
    assert (await narrow.post(f"/v1/phones/{number.id}/messages/{wamid}/read")).status == 403
