"""Whom a message goes to: numbers, user ids, both; and what Meta's answer teaches about them."""

import asyncio

from tests.messages.test_sending import TEXT, connected, sent, thread
from tests.stack import Client, Number, Stack

USER_ID = "US.13491208655302741918"
BY_ID = {"type": "text", "toUserId": USER_ID, "text": "Hello!"}


async def conversations(client: Client, number: Number) -> list[tuple[str | None, str | None]]:
    found = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    return [(each["contactPhone"], each["contactUserId"]) for each in found]


async def test_a_contact_without_a_number_is_written_to_by_user_id(stack: Stack) -> None:
    client, number = await connected(stack)
    answer = await client.post(f"/v1/phones/{number.id}/messages", BY_ID)
    assert answer.status == 200
    [accepted] = await sent(stack, number)
    assert accepted["body"]["recipient"] == USER_ID and "to" not in accepted["body"]
    assert await conversations(client, number) == [(None, USER_ID)]
    [told] = await stack.receiver.wait_event(number.path, "message.sent")
    assert (told.data["contactPhone"], told.data["contactUserId"]) == (None, USER_ID)


async def test_who_wrote_without_a_number_is_answered_in_the_same_conversation(stack: Stack) -> None:
    client, number = await connected(stack)
    await stack.sim("POST", "/messages", {
        "phone_number_id": number.meta_id, "from": "16505551234", "identity": "hidden", "text": "Hi!",
    })  # fmt: skip
    [received] = await stack.receiver.wait_event(number.path, "message.received")
    assert received.data["contactPhone"] is None
    to = received.data["contactUserId"]
    assert (await client.post(f"/v1/phones/{number.id}/messages", {**BY_ID, "toUserId": to})).status == 200
    assert [message["direction"] for message in await thread(client, number)] == ["outbound", "inbound"]


async def test_metas_answer_teaches_the_user_id_once(stack: Stack) -> None:
    client, number = await connected(stack)
    path = f"/v1/phones/{number.id}/messages"
    assert (await client.post(path, {**TEXT, "toUserId": USER_ID})).status == 200
    assert await conversations(client, number) == [(TEXT["to"], USER_ID)]
    assert (await client.post(path, BY_ID)).status == 200
    assert len(await conversations(client, number)) == 1 and len(await thread(client, number)) == 2


async def test_concurrent_sends_by_number_and_by_user_id_share_a_conversation_once_it_is_known(stack: Stack) -> None:
    client, number = await connected(stack)
    path = f"/v1/phones/{number.id}/messages"
    await client.post(path, {**TEXT, "toUserId": USER_ID})
    bodies = [TEXT, BY_ID, {**TEXT, "toUserId": USER_ID}] * 4
    answers = await asyncio.gather(*(client.post(path, body) for body in bodies))
    assert {answer.status for answer in answers} == {200}
    assert len(await conversations(client, number)) == 1 and len(await thread(client, number)) == 13


async def test_a_reply_quotes_a_message(stack: Stack) -> None:
    client, number = await connected(stack)
    path = f"/v1/phones/{number.id}/messages"
    first = (await client.post(path, TEXT)).data["wamid"]
    await client.post(path, {**TEXT, "context": {"wamid": first}})
    assert [each["body"].get("context") for each in await sent(stack, number)] == [{"message_id": first}, None]
    assert [message["context"] for message in await thread(client, number)] == [{"wamid": first}, None]


async def test_a_reaction_shows_at_its_message_and_can_be_taken_back(stack: Stack) -> None:
    client, number = await connected(stack)
    path = f"/v1/phones/{number.id}/messages"
    first = (await client.post(path, TEXT)).data["wamid"]
    reaction = {"type": "reaction", "to": TEXT["to"], "wamid": first, "emoji": "🙂"}
    for emoji, shown in (("🙂", [("🙂", "business")]), ("👍", [("👍", "business")]), ("", [])):
        assert (await client.post(path, {**reaction, "emoji": emoji})).status == 200
        target = (await thread(client, number))[-1]
        assert [(each["emoji"], each["from"]) for each in target["reactions"]] == shown
