"""Contacts who change number or user id go on in their conversation; that can be undone, and nothing is lost."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.messages.tenants import apply, arrival, connected, events, moment, rows, stored, threads
from tests.stack import Stack, notification
from waypost.directory import Directory
from waypost.domain import conversation_list, conversation_search, conversations, identities, inbound, tally
from waypost.domain.contacts import Contact
from waypost.domain.phones import Phone
from waypost.errors import NotFound
from waypost.meta.notifications import InboundMessage
from waypost.paging import Page
from waypost.runtime import Runtime

OLD, NEW = "16505551234", "12195550100"
OLD_ID, NEW_ID = "US.1111", "US.2222"


@pytest.fixture
async def phone(rt: Runtime) -> Phone:
    return await connected(rt)


def moved(phone: Phone, wamid: str = "y1", second: float = 50, old: str = OLD, new: str = NEW, **changes: Any) -> Any:
    content = f'{{"type":"user_changed_number","waId":"{new}","userId":"{NEW_ID}","previousUserId":"{OLD_ID}"}}'
    fields = {"type": "system", "content": content, "user_id": OLD_ID, **changes}
    return arrival(phone, wamid, second, old, **fields)


def from_new(phone: Phone, wamid: str, second: float) -> Any:
    return arrival(phone, wamid, second, NEW, user_id=NEW_ID)


async def listed(rt: Runtime, phone: Phone) -> list[UUID]:
    """Conversations as they are listed; the list's total agrees."""
    async with rt.pool.transaction() as conn:
        found = await conversation_list.listed(conn, phone.organization_id, phone.id, Page(1, 50))
    assert found.total == len(found.items)
    return [each.id for each in found.items]


async def of(rt: Runtime, phone: Phone, wamid: str) -> UUID:
    [message] = [row for row in await stored(rt, phone) if row["wamid"] == wamid]
    return UUID(str(message["conversation_id"]))


async def test_a_new_number_goes_on_in_the_conversation_of_the_old(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "a1", 1, OLD, user_id=OLD_ID))
    await apply(rt, moved(phone))
    await apply(rt, from_new(phone, "a2", 60), arrival(phone, "a3", 61, None, user_id=NEW_ID))
    assert len({await of(rt, phone, wamid) for wamid in ("a1", "y1", "a2", "a3")}) == 1
    assert await listed(rt, phone) == [await of(rt, phone, "a1")]
    last = (await events(rt, phone))[-1]["data"]
    assert (last["contactPhone"], last["contactUserId"]) == (NEW, NEW_ID)


async def test_undone_the_new_number_is_somebody_else_from_then_on(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "a1", 1, OLD, user_id=OLD_ID))
    await apply(rt, from_new(phone, "b1", 2))
    await apply(rt, moved(phone))
    await apply(rt, from_new(phone, "a2", 60))
    old, new = await of(rt, phone, "a1"), await of(rt, phone, "b1")
    assert await of(rt, phone, "a2") == old and await listed(rt, phone) == [old]
    assert await identities.separate(rt, phone.organization_id, phone.id, old) == new
    assert await listed(rt, phone) == [old, new]
    await apply(rt, moved(phone))
    await apply(rt, from_new(phone, "b2", 70), arrival(phone, "a3", 71, OLD))
    assert (await of(rt, phone, "b2"), await of(rt, phone, "a3")) == (new, old)
    known = {each["id"]: each for each in await threads(rt, phone)}
    assert (known[old]["contact_phone"], known[old]["contact_user_id"]) == (OLD, OLD_ID)
    assert (known[new]["contact_phone"], known[new]["contact_user_id"]) == (NEW, NEW_ID)
    async with rt.pool.transaction() as conn:
        await tally.fold(conn)
    counted = "select sum(entries) from tallies where organization_id = $1 group by level"
    assert [row["sum"] for row in await rows(rt, counted, phone.organization_id)] == [2, 2, 2]


async def test_a_conversation_may_be_separated_by_its_own_id_and_again_without_harm(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "a1", 1), from_new(phone, "b1", 2))
    await apply(rt, moved(phone))
    old, new = await of(rt, phone, "a1"), await of(rt, phone, "b1")
    assert await identities.separate(rt, phone.organization_id, phone.id, new) == new
    for id_ in (old, new):
        assert await identities.separate(rt, phone.organization_id, phone.id, id_) == id_
    with pytest.raises(NotFound):
        await identities.separate(rt, phone.organization_id, phone.id, uuid4())


async def test_numbers_changed_twice_lead_to_the_first_conversation_and_come_apart_one_by_one(
    rt: Runtime, phone: Phone
) -> None:
    third = "13305550100"
    await apply(rt, arrival(phone, "a1", 1))
    await apply(rt, moved(phone))
    content = f'{{"type":"user_changed_number","waId":"{third}"}}'
    await apply(rt, arrival(phone, "y2", 60, NEW, type="system", content=content))
    await apply(rt, arrival(phone, "c1", 70, third))
    first = await of(rt, phone, "a1")
    assert await of(rt, phone, "c1") == first and await listed(rt, phone) == [first]
    assert (await threads(rt, phone))[-1]["contact_phone"] == third
    latest = await identities.separate(rt, phone.organization_id, phone.id, first)
    before = await identities.separate(rt, phone.organization_id, phone.id, first)
    known = {each["id"]: each["contact_phone"] for each in await threads(rt, phone)}
    assert (known[first], known[latest], known[before]) == (OLD, third, NEW)
    await apply(rt, arrival(phone, "c2", 80, third), arrival(phone, "b2", 81, NEW))
    assert (await of(rt, phone, "c2"), await of(rt, phone, "b2")) == (latest, before)


@pytest.mark.parametrize("order", ["notice first", "message first"])
async def test_the_notice_and_the_first_message_in_one_batch(rt: Runtime, phone: Phone, order: str) -> None:
    await apply(rt, arrival(phone, "a1", 1))
    batch = [moved(phone), from_new(phone, "b1", 60)]
    await apply(rt, *(batch if order == "notice first" else batch[::-1]))
    assert await listed(rt, phone) == [await of(rt, phone, "a1")]
    await apply(rt, from_new(phone, "b2", 70))
    assert await of(rt, phone, "b2") == await of(rt, phone, "a1")


async def test_a_change_that_is_rolled_back_is_not_remembered(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "a1", 1))
    directory = Directory()
    with pytest.raises(RuntimeError):
        async with rt.pool.transaction() as conn:
            await inbound.receive(conn, directory, [moved(phone)], "")
            raise RuntimeError
    assert directory.among([(phone.id, f"wa:{NEW}")]) == {}
    async with rt.pool.transaction() as conn:
        await inbound.receive(conn, directory, [from_new(phone, "b1", 60)], "")
    assert await of(rt, phone, "b1") != await of(rt, phone, "a1")


async def test_messages_and_undoing_at_once_lose_nothing(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "a1", 1), from_new(phone, "b1", 2))
    await apply(rt, moved(phone))
    old = await of(rt, phone, "a1")
    posts = [apply(rt, from_new(phone, f"n{n}", 60 + n), arrival(phone, f"o{n}", 60 + n)) for n in range(8)]
    separating = identities.separate(rt, phone.organization_id, phone.id, old)
    await asyncio.gather(*posts[:4], separating, *posts[4:])
    assert {row["wamid"] for row in await stored(rt, phone)} >= {f"{c}{n}" for c in "no" for n in range(8)}
    for thread in await threads(rt, phone):
        own = [row["position"] for row in await stored(rt, phone) if row["conversation_id"] == thread["id"]]
        assert own == list(range(1, thread["message_count"] + 1))
    assert len(await listed(rt, phone)) == 2


async def test_a_number_is_found_where_its_messages_go(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "a1", 1))
    await apply(rt, moved(phone))
    for number in (OLD, NEW):
        async with rt.pool.transaction() as conn:
            found = await conversation_search.by_number(conn, phone.organization_id, phone.id, number, Page(1, 50))
        assert [each.id for each in found.items] == [await of(rt, phone, "a1")]


async def test_a_contact_without_a_number_is_answered_in_the_same_conversation(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "a1", 1, None, user_id=OLD_ID, username="ana.b"))
    async with rt.pool.transaction() as conn:
        person = Contact(phone.organization_id, phone.id, None, OLD_ID)
        [thread] = await conversations.opened(conn, Directory(), [person])
    assert thread.id == await of(rt, phone, "a1") and thread.contact_phone is None
    assert (await events(rt, phone))[0]["data"]["contactUsername"] == thread.contact_username == "ana.b"


async def test_parallel_first_messages_and_a_change_open_one_conversation_each(rt: Runtime) -> None:
    for _ in range(5):
        phone = await connected(rt)
        facts: list[InboundMessage] = [arrival(phone, f"a{n}", n) for n in range(3)]
        await asyncio.gather(*(apply(rt, fact) for fact in [*facts, moved(phone), from_new(phone, "b1", 60)]))
        assert len({await of(rt, phone, fact.wamid) for fact in facts}) == 1
        assert len(await listed(rt, phone)) == 1 and len(await threads(rt, phone)) == 2


async def test_over_the_api_a_merge_is_seen_and_undone(stack: Stack) -> None:
    client = await stack.organization()
    number = await stack.connect(client)
    base = f"/v1/phones/{number.id}/conversations"
    await stack.customer_writes(number, OLD, "hi")
    await stack.customer_writes(number, NEW, "hi, new")
    before = {each["contactPhone"]: each for each in (await client.get(base)).data}
    kept, merged = before[OLD], before[NEW]
    system = {"body": "b", "wa_id": NEW, "type": "user_changed_number"}
    frame = {"id": "y1", "from": OLD, "timestamp": str(int(moment(0).timestamp())), "type": "system", "system": system}
    assert await stack.notify(notification(number.meta_id, messages=[frame])) == 200
    [only] = (await client.get(base)).data
    assert (only["id"], only["contactPhone"]) == (kept["id"], NEW)
    reader = await stack.with_scopes(client, "read", "send")
    assert (await reader.post(f"{base}/{kept['id']}/separate")).status == 403
    alone = await client.post(f"{base}/{kept['id']}/separate")
    assert alone.status == 200 and (alone.data["id"], alone.data["contactPhone"]) == (merged["id"], NEW)
    found = {each["id"]: each["contactPhone"] for each in (await client.get(base)).data}
    assert found == {kept["id"]: OLD, merged["id"]: NEW}
    again = await client.post(f"{base}/{kept['id']}/separate")
    assert (again.status, again.data["id"]) == (200, kept["id"])
