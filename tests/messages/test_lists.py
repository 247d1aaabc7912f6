"""Conversations in pages, over the API: each entry once, last active first, totals right, the end and beyond."""

from typing import Any

import pytest

from tests.stack import Client, Number, Stack, notification, text_message

EPOCH = 1_760_000_000


async def write(stack: Stack, number: Number, *sent: tuple[str, str, int]) -> None:
    """(wamid, sender, second) in one notification."""
    messages = [text_message(f"{number.meta_id}.{name}", sender, name, EPOCH + second) for name, sender, second in sent]
    assert await stack.notify(notification(number.meta_id, messages=messages)) == 200


async def pages(client: Client, path: str, limit: int) -> list[dict[str, Any]]:
    """All pages one after the other, each checked against the total."""
    seen: list[dict[str, Any]] = []
    for page in range(1, 200):
        answer = await client.get(f"{path}?page={page}&limit={limit}")
        meta = answer.body["meta"]["pagination"]
        seen += answer.data
        assert (meta["page"], meta["limit"]) == (page, limit)
        assert meta["hasMore"] == (len(seen) < meta["total"])
        if not meta["hasMore"]:
            assert len(seen) == meta["total"]
            return seen
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("limit", [1, 4, 9, 100])
async def test_walking_all_pages_shows_each_conversation_once_last_active_first(stack: Stack, limit: int) -> None:
    client = await stack.organization()
    number = await stack.connect(client)
    seconds = [0, 1, 1, 1, 255, 256, 257, 70_000, 70_000, 20_000_000, 20_000_300, 20_000_301]
    await write(stack, number, *((f"w{n}", f"1650555{n:04d}", second) for n, second in enumerate(seconds)))
    await write(stack, number, ("later", "16505550000", 20_000_302), ("late", "16505550011", 5))
    seen = await pages(client, f"/v1/phones/{number.id}/conversations", limit)
    times = [each["lastMessageAt"] for each in seen]
    assert times == sorted(times, reverse=True)
    assert [each["contactPhone"] for each in seen][:4] == ["16505550000", "16505550011", "16505550010", "16505550009"]
    assert sorted(each["contactPhone"] for each in seen) == [f"1650555{n:04d}" for n in range(12)]


async def test_a_conversation_shows_who_and_how_many_are_unread(stack: Stack) -> None:
    client = await stack.organization()
    number = await stack.connect(client)
    contact = {"wa_id": "16505550001", "user_id": "US.1349", "profile": {"name": "Ana"}}
    messages = [text_message(f"{number.meta_id}.{n}", "16505550001", "hi", EPOCH + n) for n in range(3)]
    await stack.notify(notification(number.meta_id, messages=messages, contacts=[contact]))
    answer = await client.get(f"/v1/phones/{number.id}/conversations")
    [shown] = answer.data
    assert {name: shown[name] for name in shown if name not in ("id", "createdAt")} == {
        "contactPhone": "16505550001", "contactUserId": "US.1349", "contactUsername": None, "contactName": "Ana",
        "unreadCount": 3, "lastMessageAt": "2025-10-09T08:53:22.000Z", "windowExpiresAt": "2025-10-10T08:53:22.000Z",
        "lastMessage": {
            "type": "text", "preview": "hi", "direction": "inbound", "status": "delivered",
            "timestamp": "2025-10-09T08:53:22.000Z",
        },
    }  # fmt: skip
    assert answer.body["meta"] == {"pagination": {"page": 1, "limit": 50, "total": 1, "hasMore": False}}


async def test_messages_are_shown_as_the_seed_says(stack: Stack) -> None:
    client = await stack.organization()
    number = await stack.connect(client)
    await write(stack, number, ("w1", "16505550001", 0))
    sent = await client.post(f"/v1/phones/{number.id}/messages", {"type": "text", "to": "16505550001", "text": "Yes?"})
    [conversation] = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    answer = await client.get(f"/v1/phones/{number.id}/conversations/{conversation['id']}/messages")
    outbound, inbound = answer.data
    assert (outbound["id"], outbound["wamid"]) == (sent.data["messageId"], sent.data["wamid"])
    assert (outbound["direction"], outbound["content"]) == ("outbound", {"body": "Yes?"})
    assert {name: inbound[name] for name in inbound if name != "id"} == {
        "wamid": f"{number.meta_id}.w1", "direction": "inbound", "type": "text", "content": {"body": "w1"},
        "status": "delivered", "timestamp": "2025-10-09T08:53:20.000Z", "error": None, "context": None,
        "statusTimestamps": {}, "reactions": [], "origin": "contact", "pricing": None, "editedAt": None,
        "deletedAt": None,
    }  # fmt: skip
    assert answer.body["meta"]["pagination"]["total"] == 2
    assert (await client.get(f"/v1/phones/{number.id}/conversations")).data[0]["unreadCount"] == 1


async def test_a_page_beyond_the_end_is_empty_and_knows_the_total(stack: Stack) -> None:
    client = await stack.organization()
    number = await stack.connect(client)
    for total in (0, 1):
        for page in (2, 3, 10**6, 90_071_992_547_409):
            answer = await client.get(f"/v1/phones/{number.id}/conversations?page={page}&limit=100")
            assert answer.data == []
            assert answer.body["meta"]["pagination"] == {
                "page": page, "limit": 100, "total": total, "hasMore": False,
            }  # fmt: skip
        await write(stack, number, ("w1", "16505550001", 0))
    [conversation] = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    answer = await client.get(f"/v1/phones/{number.id}/conversations/{conversation['id']}/messages?page=90071992547409")
    assert answer.data == [] and answer.body["meta"]["pagination"]["total"] == 1


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=1.5", "page=99999999999999999", "limit=0"])
@pytest.mark.parametrize("path", ["conversations", "conversations/550e8400-e29b-41d4-a716-446655440000/messages"])
async def test_a_page_that_is_none_is_refused_by_name(stack: Stack, query: str, path: str) -> None:
    client = await stack.organization()
    number = await stack.connect(client) if path == "conversations" else None
    phone_id = number.id if number else "550e8400-e29b-41d4-a716-446655440000"
    answer = await client.get(f"/v1/phones/{phone_id}/{path}?{query}")
    assert (answer.status, answer.fields) == (400, [query.partition("=")[0]])


async def test_a_conversation_of_another_phone_or_organization_is_not_found(stack: Stack) -> None:
    client, stranger = await stack.organization(), await stack.organization()
    number, sibling, foreign = await stack.connect(client), await stack.connect(client), await stack.connect(stranger)
    await write(stack, number, ("w1", "16505550001", 0))
    [conversation] = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    for caller, phone_id in [(client, sibling.id), (stranger, number.id), (stranger, foreign.id)]:
        answer = await caller.get(f"/v1/phones/{phone_id}/conversations/{conversation['id']}/messages")
        assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")
    assert (await stranger.get(f"/v1/phones/{number.id}/conversations")).status == 404
    assert (await client.get(f"/v1/phones/{sibling.id}/conversations")).data == []
