"""Reading over the API: the last message, the window, one conversation, one message, the filters and their refusals."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.messages.tenants import EPOCH
from tests.stack import Client, Number, Stack, notification, text_message

ANA, BEA = "5491155551234", "12025550143"


async def writes(stack: Stack, number: Number, sender: str, *texts: str, at: int = EPOCH, name: str = "Ana") -> None:
    messages = [text_message(f"{number.meta_id}.{text}", sender, text, at + n) for n, text in enumerate(texts)]
    contacts = [{"wa_id": sender, "profile": {"name": name}}]
    assert await stack.notify(notification(number.meta_id, messages=messages, contacts=contacts)) == 200


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization()


@pytest.fixture
async def number(stack: Stack, client: Client) -> Number:
    return await stack.connect(client)


def path(number: Number, rest: str = "") -> str:
    return f"/v1/phones/{number.id}/conversations{rest}"


async def test_a_conversation_shows_its_last_message_and_its_window(
    stack: Stack, client: Client, number: Number
) -> None:
    await writes(stack, number, ANA, "first", "second")
    [shown] = (await client.get(path(number))).data
    assert shown["lastMessage"] == {
        "type": "text", "preview": "second", "direction": "inbound", "status": "delivered",
        "timestamp": "2025-10-09T08:53:21.000Z",
    }  # fmt: skip
    assert shown["lastMessageAt"] == shown["lastMessage"]["timestamp"]
    assert shown["windowExpiresAt"] == "2025-10-10T08:53:21.000Z"
    assert (await client.get(path(number, f"/{shown['id']}"))).data == shown


async def test_the_window_is_opened_by_the_contact_alone(stack: Stack, client: Client, number: Number) -> None:
    sent = await client.post(f"/v1/phones/{number.id}/messages", {"type": "text", "to": BEA, "text": "Hello?"})
    [shown] = (await client.get(path(number))).data
    assert shown["windowExpiresAt"] is None and shown["contactPhone"] == BEA and shown["unreadCount"] == 0
    last = shown["lastMessage"]
    assert (last["type"], last["preview"], last["direction"]) == ("text", "Hello?", "outbound")
    one = (await client.get(f"/v1/phones/{number.id}/messages/{sent.data['messageId']}")).data
    assert last["timestamp"] == one["timestamp"] and last["status"] in ("sent", "delivered", "read")


async def test_a_late_message_is_not_the_last(stack: Stack, client: Client, number: Number) -> None:
    await writes(stack, number, ANA, "new", at=EPOCH + 100)
    await writes(stack, number, ANA, "late", at=EPOCH)
    [shown] = (await client.get(path(number))).data
    assert shown["lastMessage"]["preview"] == "new" and shown["unreadCount"] == 2


async def test_one_message_is_what_the_list_shows(stack: Stack, client: Client, number: Number) -> None:
    await writes(stack, number, ANA, "a", "b", "c")
    [conversation] = (await client.get(path(number))).data
    listed = (await client.get(path(number, f"/{conversation['id']}/messages"))).data
    for message in listed:
        assert (await client.get(f"/v1/phones/{number.id}/messages/{message['id']}")).data == message


async def test_what_is_anothers_is_not_found(stack: Stack, client: Client, number: Number) -> None:
    await writes(stack, number, ANA, "a")
    [conversation] = (await client.get(path(number))).data
    [message] = (await client.get(path(number, f"/{conversation['id']}/messages"))).data
    sibling, stranger = await stack.connect(client), await stack.organization()
    foreign = await stack.connect(stranger)
    for caller, phone in [(client, sibling), (stranger, number), (stranger, foreign)]:
        for rest in (f"conversations/{conversation['id']}", f"messages/{message['id']}"):
            answer = await caller.get(f"/v1/phones/{phone.id}/{rest}")
            assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")
    for query in (f"contactPhone={ANA}", "search=ana"):
        assert (await client.get(path(sibling, f"?{query}"))).data == []
        assert (await stranger.get(path(number, f"?{query}"))).status == 404
        assert (await stranger.get(path(foreign, f"?{query}"))).data == []


@pytest.mark.parametrize("given", [ANA, f"+{ANA}", "+54 9 11 5555-1234", "+54 (9) 11 5555.1234", " 54 9 1155551234"])
async def test_a_contact_is_found_by_number(stack: Stack, client: Client, number: Number, given: str) -> None:
    await writes(stack, number, ANA, "a")
    await writes(stack, number, BEA, "b", name="Bea")
    answer = await client.get(path(number, f"?contactPhone={quote(given)}"))
    assert [each["contactPhone"] for each in answer.data] == [ANA]
    assert answer.body["meta"]["pagination"] == {"page": 1, "limit": 50, "total": 1, "hasMore": False}


async def test_a_part_of_a_number_is_no_number(stack: Stack, client: Client, number: Number) -> None:
    await writes(stack, number, ANA, "a")
    for given in (ANA[:-1], ANA[1:], "1" + ANA, "0"):
        assert (await client.get(path(number, f"?contactPhone={given}"))).data == []
    assert len((await client.get(path(number, f"?search={ANA[1:]}"))).data) == 1


async def test_search_is_narrowed_by_page_and_shows_whole_conversations(
    stack: Stack, client: Client, number: Number
) -> None:
    for n in range(3):
        await writes(stack, number, f"549115555000{n}", f"w{n}", at=EPOCH + n, name=f"Ana {n}")
    whole = {each["id"]: each for each in (await client.get(path(number))).data}
    seen = []
    for page in (1, 2):
        answer = await client.get(path(number, f"?search=ana&limit=2&page={page}"))
        assert answer.body["meta"]["pagination"] == {"page": page, "limit": 2, "total": 3, "hasMore": page == 1}
        seen += answer.data
    assert [each["contactName"] for each in seen] == ["Ana 2", "Ana 1", "Ana 0"]
    assert all(whole[each["id"]] == each for each in seen)


@pytest.mark.parametrize("empty", ["search=", "search=%20%20", "contactPhone=", "cursor=", "page=&limit="])
async def test_an_empty_filter_is_none(stack: Stack, client: Client, number: Number, empty: str) -> None:
    await writes(stack, number, ANA, "a")
    assert len((await client.get(path(number, f"?{empty}"))).data) == 1


REFUSED: list[tuple[str, str]] = [
    ("search=" + "x" * 101, "search"), ("search=a%00b", "search"), ("contactPhone=Ana", "contactPhone"),
    ("contactPhone=%2B", "contactPhone"), ("contactPhone=123%00", "contactPhone"),
    ("contactPhone=" + "1" * 21, "contactPhone"), ("contactPhone=١٢٣", "contactPhone"),
    (f"search=ana&contactPhone={ANA}", "search"), ("search=ana&cursor=x", "cursor"), ("cursor=x&page=1", "cursor"),
    ("cursor=x", "cursor"), ("cursor=%00", "cursor"), ("cursor=W10", "cursor"), ("cursor=WzEsMl0", "cursor"),
    ("cursor=" + "A" * 3000, "cursor"), ("cursor=é", "cursor"), ("limit=0&search=ana", "limit"),
    ("page=0&search=a", "page"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "field"), REFUSED)
async def test_a_filter_that_is_none_is_refused_by_name(client: Client, number: Number, query: str, field: str) -> None:
    answer = await client.get(path(number, f"?{query}"))
    assert (answer.status, answer.fields) == (400, [field]), answer.body


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_cursors_walk_all_conversations_once(stack: Stack, client: Client, number: Number, limit: int) -> None:
    for n in range(7):
        await writes(stack, number, f"549115555000{n}", f"w{n}", at=EPOCH + n // 3)
    seen, cursors = await walked(client, path(number), limit)
    assert [each["id"] for each in seen] == [each["id"] for each in (await client.get(path(number))).data]
    assert len(cursors) == -(-7 // limit) and len(set(cursors)) == len(cursors)


async def walked(client: Client, where: str, limit: int) -> tuple[list[Any], list[str | None]]:
    """Everything behind nextCursor, from the first page on."""
    seen: list[Any] = []
    cursors: list[str | None] = []
    query = ""
    while True:
        answer = await client.get(f"{where}?limit={limit}{query}")
        told = answer.body["meta"]["pagination"]
        assert told["page"] == (None if query else 1) and told["hasMore"] == (told.get("nextCursor") is not None)
        seen += answer.data
        cursors.append(told.get("nextCursor"))
        if told.get("nextCursor") is None:
            assert told["total"] == len(seen)
            return seen, cursors
        query = f"&cursor={told['nextCursor']}"


async def test_messages_that_come_meanwhile_do_not_shift_what_a_cursor_shows(
    stack: Stack, client: Client, number: Number
) -> None:
    await writes(stack, number, ANA, *(f"m{n}" for n in range(6)), at=EPOCH + 10)
    [conversation] = (await client.get(path(number))).data
    where = path(number, f"/{conversation['id']}/messages")
    first = await client.get(f"{where}?limit=3")
    cursor = first.body["meta"]["pagination"]["nextCursor"]
    await writes(stack, number, ANA, "newer", at=EPOCH + 20)
    await writes(stack, number, ANA, "older", at=EPOCH)
    second = await client.get(f"{where}?limit=3&cursor={cursor}")
    assert [each["content"]["body"] for each in second.data] == ["m2", "m1", "m0"]
    last = await client.get(f"{where}?limit=3&cursor={second.body['meta']['pagination']['nextCursor']}")
    assert [each["content"]["body"] for each in last.data] == ["older"]
    assert last.body["meta"]["pagination"] == {
        "page": None, "limit": 3, "total": 8, "hasMore": False, "nextCursor": None,
    }  # fmt: skip


async def test_conversations_that_move_to_the_front_do_not_shift_what_a_cursor_shows(
    stack: Stack, client: Client, number: Number
) -> None:
    senders = [f"549115555000{n}" for n in range(6)]
    for n, sender in enumerate(senders):
        await writes(stack, number, sender, f"w{n}", at=EPOCH + n)
    first = await client.get(path(number, "?limit=2"))
    await writes(stack, number, senders[0], "again", at=EPOCH + 100)
    await writes(stack, number, BEA, "stranger", at=EPOCH + 101)
    cursor = first.body["meta"]["pagination"]["nextCursor"]
    second = await client.get(path(number, f"?limit=10&cursor={cursor}"))
    assert [each["contactPhone"] for each in first.data + second.data] == senders[:0:-1]
    assert second.body["meta"]["pagination"]["total"] == 7


async def test_a_cursor_of_another_list_is_refused(stack: Stack, client: Client, number: Number) -> None:
    for sender in (ANA, BEA):
        await writes(stack, number, sender, f"{sender}.1", f"{sender}.2")
    one, two = (await client.get(path(number))).data
    threads = [path(number, f"/{each['id']}/messages") for each in (one, two)]
    of_list = (await client.get(path(number, "?limit=1"))).body["meta"]["pagination"]["nextCursor"]
    of_thread = (await client.get(f"{threads[0]}?limit=1")).body["meta"]["pagination"]["nextCursor"]
    for where, cursor in [(path(number), of_thread), (threads[0], of_list), (threads[1], of_thread)]:
        answer = await client.get(f"{where}?cursor={cursor}")
        assert (answer.status, answer.fields) == (400, ["cursor"])
    assert (await client.get(f"{path(number, f'/{uuid4()}/messages')}?cursor={of_thread}")).status == 404
