"""Customers' messages become conversations: each once, whoever posts it how often, and contacts by all their names."""

import asyncio
import json
import re
from contextlib import AsyncExitStack

import asyncpg
import pytest

from tests.messages.tenants import (
    apply,
    arrival,
    change,
    connected,
    events,
    letters,
    moment,
    rows,
    runtime,
    statements,
    stored,
    threads,
)
from waypost.domain import tally
from waypost.domain.phones import Phone
from waypost.meta.notifications import Unsupported
from waypost.runtime import Runtime

USER = "US.13491208655302741918"


async def test_a_message_opens_a_conversation_and_fires_one_event(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "w1", 5, name="Ana", user_id=USER, context='{"wamid":"w0"}', original='{"x":1}'))
    [thread] = await threads(rt, phone)
    [message] = await stored(rt, phone)
    assert (thread["contact_phone"], thread["contact_user_id"], thread["contact_name"]) == ("16505551234", USER, "Ana")
    assert (thread["message_count"], thread["unread_count"]) == (1, 1)
    assert thread["last_message_at"] == thread["last_inbound_at"] == message["sent_at"] == moment(5)
    assert (message["direction"], message["status"], message["position"]) == ("inbound", "delivered", 1)
    assert (message["original"], message["context"]) == ('{"x":1}', '{"wamid":"w0"}')
    [event] = await events(rt, phone)
    assert event["event"] == "message.received" and event["organizationId"] == str(phone.organization_id)
    assert event["data"] == {
        "messageId": str(message["id"]), "conversationId": str(thread["id"]), "phoneNumberId": str(phone.id),
        "phoneNumber": phone.number, "contactPhone": "16505551234", "contactUserId": USER, "contactName": "Ana",
        "direction": "inbound", "type": "text", "content": {"body": "hi"}, "wamid": "w1", "status": "delivered",
        "externalId": "customer-123", "error": None, "context": {"wamid": "w0"},
        "timestamp": "2025-10-09T08:53:25.000Z", "statusTimestamps": {}, "origin": "contact",
        "contactUsername": None, "pricing": None,
    }  # fmt: skip


async def test_a_repeat_changes_nothing_in_the_same_post_or_another(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "w1"), arrival(phone, "w1"), arrival(phone, "w2"))
    before = (await stored(rt, phone), await threads(rt, phone), await events(rt, phone))
    await apply(rt, arrival(phone, "w2"), arrival(phone, "w1", second=9, content='{"body":"other"}'))
    assert (await stored(rt, phone), await threads(rt, phone), await events(rt, phone)) == before
    assert len(before[0]) == len(before[2]) == before[1][0]["unread_count"] == 2


async def test_two_processes_that_get_the_same_messages_store_each_once(rt: Runtime, dsn: str) -> None:
    async with AsyncExitStack() as stack:
        others = [rt, await runtime(stack, dsn)]
        for _ in range(5):
            phone = await connected(rt)
            facts = [arrival(phone, f"w{n}", n, sender=f"1650555{n % 3:04d}") for n in range(9)]
            posts = [apply(each, *facts[start::2], *facts[:start]) for each in others for start in (0, 1, 4)]
            await asyncio.gather(*posts)
            assert sorted(row["wamid"] for row in await stored(rt, phone)) == sorted(fact.wamid for fact in facts)
            assert len(await events(rt, phone)) == 9
            assert [thread["message_count"] for thread in await threads(rt, phone)] == [3, 3, 3]


async def test_first_messages_of_one_contact_in_two_processes_open_one_conversation(rt: Runtime, dsn: str) -> None:
    async with AsyncExitStack() as stack:
        other = await runtime(stack, dsn)
        for _ in range(8):
            phone = await connected(rt)
            await asyncio.gather(*(apply(each, arrival(phone, f"w{n}", n)) for n, each in enumerate([rt, other] * 3)))
            [thread] = await threads(rt, phone)
            assert (thread["message_count"], thread["unread_count"]) == (6, 6)
            assert [row["position"] for row in await stored(rt, phone)] == [1, 2, 3, 4, 5, 6]
            async with rt.pool.transaction() as conn:
                await tally.fold(conn)
            counted = "select sum(entries) from tallies where organization_id = $1 group by level"
            assert [row["sum"] for row in await rows(rt, counted, phone.organization_id)] == [1, 1, 1]


async def test_a_contact_is_one_by_number_and_by_user_id(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "w1", 1, sender=None, user_id=USER))
    await apply(rt, arrival(phone, "w2", 2, user_id=USER))
    await apply(rt, arrival(phone, "w3", 3))
    [thread] = await threads(rt, phone)
    assert (thread["contact_phone"], thread["contact_user_id"], thread["message_count"]) == ("16505551234", USER, 3)


async def test_the_history_under_the_number_wins_where_both_names_are_known(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "w1", 1), arrival(phone, "w2", 2, sender=None, user_id=USER))
    by_number, by_id = await threads(rt, phone)
    await apply(rt, arrival(phone, "w3", 3, user_id=USER))
    by_id_after, by_number_after = await threads(rt, phone)
    assert by_number_after["id"] == by_number["id"] and by_number_after["message_count"] == 2
    assert by_id_after["id"] == by_id["id"] and by_id_after["message_count"] == 1


async def test_a_new_name_replaces_the_old_and_no_name_leaves_it(rt: Runtime, phone: Phone) -> None:
    for n, (name, shown) in enumerate([("Ana", "Ana"), (None, "Ana"), ("Ana B.", "Ana B.")]):
        await apply(rt, arrival(phone, f"w{n}", n, name=name))
        assert (await threads(rt, phone))[0]["contact_name"] == shown
    assert [event["data"]["contactName"] for event in await events(rt, phone)] == ["Ana", "Ana", "Ana B."]


async def test_the_same_contact_and_wamid_at_two_phones_are_two_conversations(rt: Runtime, phone: Phone) -> None:
    for other in (await connected(rt, phone.organization_id), await connected(rt)):
        await apply(rt, arrival(phone, "w1"), arrival(other, "w1"))
        assert [row["wamid"] for row in await stored(rt, other)] == ["w1"]
        assert (await threads(rt, other))[0]["id"] != (await threads(rt, phone))[0]["id"]
    assert len(await stored(rt, phone)) == 1


async def test_one_batch_serves_many_tenants_and_keeps_what_belongs_to_none(rt: Runtime, phone: Phone) -> None:
    other = await connected(rt)
    stranger = Phone(phone.organization_id, phone.id, phone.waba_id, "999", "+1", None)
    await apply(
        rt,
        arrival(phone, "w1"),
        arrival(stranger, "nobody-1"),
        arrival(other, "w2"),
        change(stranger, "nobody-2", "sent"),
        Unsupported(other.meta_phone_number_id, "field x is not handled", b'{"nobody-3":1}'),
    )
    assert [len(await stored(rt, each)) for each in (phone, other)] == [1, 1]
    lost, status, unsupported = await letters(rt, "nobody-")
    assert lost["reason"] == status["reason"] == "no connected phone has Meta's id 999"
    assert json.loads(lost["body"])["content"] == '{"body":"hi"}' and lost["organization_id"] is None
    assert (unsupported["organization_id"], unsupported["source"]) == (other.organization_id, "notification")


async def test_what_a_contact_does_without_writing_is_not_unread_and_opens_no_window(rt: Runtime, phone: Phone) -> None:
    about = '{"wamid":"w1","emoji":"x","type":"text","content":{"body":"x"}}'
    for n, (type_, unread, opened) in enumerate(
        [("edit", 0, None), ("revoke", 0, None), ("system", 0, None), ("reaction", 0, 4), ("unsupported", 1, 5)], 1
    ):
        await apply(rt, arrival(phone, f"w-{type_}", n, type=type_, content=about))
        [thread] = await threads(rt, phone)
        assert thread["unread_count"] == unread, type_
        assert thread["last_inbound_at"] == (opened and moment(opened)), type_


async def test_a_batch_of_texts_or_statuses_takes_as_many_statements_as_one(rt: Runtime, phone: Phone) -> None:
    await apply(rt, *(arrival(phone, f"old{n}", sender=f"1650555{n:04d}") for n in range(20)))
    few = await statements(rt, [arrival(phone, "w0", 1, sender="16505550000")])
    many = await statements(rt, [arrival(phone, f"x{n}", 1, sender=f"1650555{n:04d}") for n in range(20)])
    assert few == many and len(few) <= 7
    assert not any(re.search("reactions|contact_book|into amendments", statement) for statement in few)
    assert len(await statements(rt, [change(phone, f"s{n}", "read") for n in range(20)])) <= 4


async def test_a_disconnected_phone_receives_nothing(rt: Runtime, phone: Phone) -> None:
    await rows(rt, "update phones set disconnected_at = now() where id = $1 returning 1", phone.id)
    await apply(rt, arrival(phone, "to-a-gone-phone"))
    assert await stored(rt, phone) == [] and len(await letters(rt, "to-a-gone-phone")) == 1


async def test_a_message_without_a_time_is_as_of_now(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "w1", at=None))
    [message] = await stored(rt, phone)
    assert abs((message["created_at"] - message["sent_at"]).total_seconds()) < 60


async def test_a_failed_transaction_leaves_nothing_behind(rt: Runtime, phone: Phone) -> None:
    poisonous = arrival(phone, "w2", content="{")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await apply(rt, arrival(phone, "w1"), poisonous)
    assert await stored(rt, phone) == [] and await threads(rt, phone) == [] and await events(rt, phone) == []
    await apply(rt, arrival(phone, "w1"))
    assert len(await stored(rt, phone)) == 1
