"""Statuses move a sent message forward only, told in whatever order and however often; each event fires once."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages.tenants import apply, arrival, change, connected, events, moment, rows, runtime, stored
from waypost import clock
from waypost.content import RANK
from waypost.directory import Directory
from waypost.domain import conversations, messages, reactions, statuses
from waypost.domain.contacts import Contact
from waypost.domain.messages import Draft
from waypost.domain.phones import Phone
from waypost.domain.reactions import Note
from waypost.runtime import Runtime

ERROR = '{"code":131026,"title":"Message undeliverable","message":"Message undeliverable","details":"No WhatsApp."}'


async def pending(rt: Runtime, phone: Phone, to: str = "16505551234") -> UUID:
    """A message that was handed to Meta and has no answer yet."""
    async with rt.pool.transaction() as conn:
        [thread] = await conversations.opened(conn, Directory(), [Contact(phone.organization_id, phone.id, to)])
        draft = Draft(phone, thread, uuid4(), "outbound", "text", '{"body":"x"}', "pending", clock.now())
        await messages.add(conn, [draft])
    return draft.id


async def accepted(rt: Runtime, phone: Phone, wamid: str = "wamid.1") -> UUID:
    id_ = await pending(rt, phone)
    async with rt.pool.transaction() as conn:
        await statuses.accept(conn, [(phone, id_, wamid)])
    return id_


async def one(rt: Runtime, phone: Phone) -> dict[str, Any]:
    [message] = await stored(rt, phone)
    return message


async def told(rt: Runtime, phone: Phone) -> list[str]:
    """The phone's events in short, `sent` for message.sent; received ones left out."""
    found = [event for event in await events(rt, phone) if event["event"] != "message.received"]
    return ["sent" if event["event"] == "message.sent" else event["data"]["status"] for event in found]


async def orphans(rt: Runtime, phone: Phone) -> list[str]:
    query = "select status from orphan_statuses where organization_id = $1 and phone_id = $2 order by status"
    return [row["status"] for row in await rows(rt, query, phone.organization_id, phone.id)]


@given(
    st.lists(st.sampled_from(["sent", "delivered", "read", "failed"]), min_size=1, max_size=7),
    st.data(),
    st.sampled_from(["status first", "answer first", "answer between"]),
)
@settings(max_examples=80, deadline=None)
async def test_any_order_gives_the_same_message_and_message_sent_once(
    rt: Runtime, kinds: list[str], data: st.DataObject, answer: str
) -> None:
    phone = await connected(rt)
    id_ = await pending(rt, phone)
    cut = {"status first": len(kinds), "answer first": 0, "answer between": len(kinds) // 2}[answer]
    with_id = data.draw(st.lists(st.booleans(), min_size=len(kinds), max_size=len(kinds)))
    facts = [
        change(phone, "wamid.1", kind, RANK[kind], opaque=str(id_) if named else None, error=ERROR * (kind == "failed"))
        for kind, named in zip(kinds, with_id, strict=True)
    ]
    for fact in facts[:cut]:
        await apply(rt, fact)
    async with rt.pool.transaction() as conn:
        await statuses.accept(conn, [(phone, id_, "wamid.1")])
    await apply(rt, *facts[cut:])
    message = await one(rt, phone)
    last = max(["sent", *kinds], key=lambda kind: RANK[kind])
    assert (message["status"], message["wamid"]) == (last, "wamid.1")
    assert message["error"] == (ERROR if last == "failed" else None)
    times = json.loads(message["status_timestamps"])
    assert set(times) == {"sent", *kinds}
    assert all(times[kind] == clock.stamp(moment(RANK[kind])) for kind in set(kinds) - {"sent"})
    fired = await told(rt, phone)
    assert fired[0] == "sent" and fired.count("sent") == 1
    assert [RANK[kind] for kind in fired[1:]] == sorted({RANK[kind] for kind in fired[1:]})
    assert fired[-1] == last and await orphans(rt, phone) == []


async def test_a_status_tells_the_customer_what_changed(rt: Runtime, phone: Phone) -> None:
    id_ = await accepted(rt, phone)
    await apply(rt, change(phone, "wamid.1", "failed", 8, error=ERROR))
    sent, failed = await events(rt, phone)
    assert sent["event"] == "message.sent" and failed["event"] == "message.status_updated"
    assert sent["data"]["status"] == "sent" and sent["data"]["origin"] == "api"
    assert failed["data"]["messageId"] == sent["data"]["messageId"] == str(id_)
    assert (failed["data"]["status"], failed["data"]["direction"]) == ("failed", "outbound")
    assert failed["data"]["error"] == json.loads(ERROR)
    assert failed["data"]["statusTimestamps"]["failed"] == "2025-10-09T08:53:28.000Z"
    assert failed["data"]["contactPhone"] == "16505551234" and failed["data"]["externalId"] == "customer-123"


async def test_a_status_that_precedes_the_answer_is_kept_and_adopted_by_it(rt: Runtime, phone: Phone) -> None:
    id_ = await pending(rt, phone)
    await apply(rt, change(phone, "wamid.1", "read", 3), change(phone, "wamid.1", "delivered", 2))
    assert (await one(rt, phone))["status"] == "pending" and await told(rt, phone) == []
    assert await orphans(rt, phone) == ["delivered", "read"]
    async with rt.pool.transaction() as conn:
        await statuses.accept(conn, [(phone, id_, "wamid.1")])
    assert (await one(rt, phone))["status"] == "read" and await orphans(rt, phone) == []
    assert await told(rt, phone) == ["sent", "delivered", "read"]


async def test_an_orphan_that_crossed_with_the_answer_is_adopted_by_the_chore(rt: Runtime, phone: Phone) -> None:
    await apply(rt, *(change(phone, "wamid.1", kind, RANK[kind]) for kind in ("read", "sent", "delivered")))
    id_ = await pending(rt, phone)
    answered = "update messages set wamid = 'wamid.1', status = 'sent', accepted_at = now() where id = $1 returning 1"
    await rows(rt, answered, id_)
    async with rt.pool.transaction() as conn:
        assert len(await statuses.adopt_orphans(conn)) == 3
    assert (await one(rt, phone))["status"] == "read" and await orphans(rt, phone) == []
    assert await told(rt, phone) == ["delivered", "read"]
    async with rt.pool.transaction() as conn:
        assert len(await statuses.adopt_orphans(conn)) == 0


async def test_an_orphan_of_a_message_that_was_never_sent_from_here_waits_a_month(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "wamid.in"))
    for wamid, kind in (("wamid.1", "sent"), ("wamid.in", "read"), ("wamid.1", "sent")):
        await apply(rt, change(phone, wamid, kind))
    async with rt.pool.transaction() as conn:
        assert len(await statuses.adopt_orphans(conn)) == 0
        await statuses.forget_orphans(conn)
    assert await orphans(rt, phone) == ["read", "sent"]
    aged = "update orphan_statuses set received_at = now() - interval '31 days' where phone_id = $1 returning 1"
    await rows(rt, aged, phone.id)
    async with rt.pool.transaction() as conn:
        await statuses.forget_orphans(conn)
    assert await orphans(rt, phone) == []
    assert (await one(rt, phone))["status"] == "delivered" and await told(rt, phone) == []


@pytest.mark.parametrize("kind", ["sent", "delivered", "read", "failed"])
async def test_a_status_that_names_only_our_id_settles_a_pending_message(rt: Runtime, phone: Phone, kind: str) -> None:
    id_ = await pending(rt, phone)
    await apply(rt, change(phone, "wamid.9", kind, 4, opaque=str(id_)), change(phone, "wamid.9", kind, 4))
    message = await one(rt, phone)
    assert (message["status"], message["wamid"]) == (kind, "wamid.9")
    assert await told(rt, phone) == (["sent"] if kind == "sent" else ["sent", kind])
    async with rt.pool.transaction() as conn:
        await statuses.accept(conn, [(phone, id_, "wamid.9")])
    assert (await one(rt, phone))["status"] == kind and (await told(rt, phone)).count("sent") == 1


async def test_two_messages_that_claim_one_id_do_not_mix(rt: Runtime, phone: Phone) -> None:
    id_ = await accepted(rt, phone, "wamid.1")
    await apply(rt, change(phone, "wamid.2", "read", opaque=str(id_)), change(phone, "wamid.1", "delivered"))
    message = await one(rt, phone)
    assert (message["wamid"], message["status"]) == ("wamid.1", "delivered")
    assert await orphans(rt, phone) == ["read"]


@pytest.mark.parametrize("opaque", ["job-42", "", "550e8400-e29b-41d4-a716-446655440000", "{}", "x" * 512])
async def test_what_others_attached_to_their_sends_means_nothing_here(rt: Runtime, phone: Phone, opaque: str) -> None:
    await pending(rt, phone)
    await apply(rt, change(phone, "wamid.1", "read", opaque=opaque))
    assert (await one(rt, phone))["status"] == "pending" and await orphans(rt, phone) == ["read"]


async def test_another_phone_cannot_touch_a_message_by_wamid_or_by_our_id(rt: Runtime, phone: Phone) -> None:
    settled, waiting = await accepted(rt, phone, "wamid.1"), await pending(rt, phone)
    for other in (await connected(rt), await connected(rt, phone.organization_id)):
        await apply(
            rt,
            change(other, "wamid.1", "read", opaque=str(settled)),
            change(other, "wamid.2", "failed", opaque=str(waiting)),
        )
        assert await orphans(rt, other) == ["failed", "read"]
    assert [row["status"] for row in await stored(rt, phone)] == ["sent", "pending"]
    assert await told(rt, phone) == ["sent"]


async def test_a_status_cannot_touch_a_customers_message(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "wamid.1"))
    [message] = await stored(rt, phone)
    await apply(rt, change(phone, "wamid.1", "read"), change(phone, "wamid.2", "failed", opaque=str(message["id"])))
    assert await stored(rt, phone) == [message]


async def test_a_refusal_fails_a_pending_message_and_no_other(rt: Runtime, phone: Phone) -> None:
    first, second = await pending(rt, phone), await accepted(rt, phone, "wamid.2")
    async with rt.pool.transaction() as conn:
        for id_ in (first, second, uuid4()):
            await statuses.refuse(conn, phone, id_, {"code": 131030})
        await statuses.refuse(conn, phone, first, {"code": 1})
    found = await stored(rt, phone)
    assert [(row["status"], row["error"]) for row in found] == [("failed", '{"code":131030}'), ("sent", None)]
    assert sorted(await told(rt, phone)) == ["failed", "sent"]


async def test_statuses_of_one_message_in_two_processes_move_it_forward_once(rt: Runtime, dsn: str) -> None:
    async def post(runtime_: Runtime, phone: Phone, kinds: Sequence[str]) -> None:
        for kind in kinds:
            await apply(runtime_, *(change(phone, f"wamid.{n}", kind) for n in (1, 2, 3)))

    async with AsyncExitStack() as stack:
        other = await runtime(stack, dsn)
        phone = await connected(rt)
        for n in (1, 2, 3):
            await accepted(rt, phone, f"wamid.{n}")
        async with asyncio.TaskGroup() as group:
            for each, kinds in [(rt, ("delivered", "read")), (other, ("read", "delivered")), (other, ("sent", "read"))]:
                group.create_task(post(each, phone, kinds))
    assert {row["status"] for row in await stored(rt, phone)} == {"read"}
    fired = await told(rt, phone)
    assert fired.count("sent") == fired.count("read") == 3 and fired.count("delivered") <= 3


async def test_events_of_one_moment_are_read_in_the_order_in_which_they_were_published(
    rt: Runtime, phone: Phone
) -> None:
    for n in range(30):
        id_ = await pending(rt, phone)
        await apply(rt, *(change(phone, f"wamid.{n}", kind, RANK[kind]) for kind in ("read", "delivered")))
        async with rt.pool.transaction() as conn:
            await statuses.accept(conn, [(phone, id_, f"wamid.{n}")])
    assert await told(rt, phone) == ["sent", "delivered", "read"] * 30
    query = "select count(*) as n, count(distinct created_at) as different from events where organization_id = $1"
    [counted] = await rows(rt, query, phone.organization_id)
    assert counted["n"] == counted["different"] == 90


@pytest.mark.parametrize(
    "kinds", [["played"], ["played", "read"], ["read", "played"], ["played", "delivered", "played"]]
)
async def test_played_means_read_and_is_told_once(rt: Runtime, phone: Phone, kinds: list[str]) -> None:
    await accepted(rt, phone)
    seconds = {"delivered": 1, "read": 3, "played": 9}
    for kind in kinds:
        await apply(rt, change(phone, "wamid.1", kind, seconds[kind]))
    message = await one(rt, phone)
    times = json.loads(message["status_timestamps"])
    assert message["status"] == "read" and times["played"] == clock.stamp(moment(9))
    assert times["read"] == clock.stamp(moment(3 if "read" in kinds else 9))
    assert await told(rt, phone) == ["sent", "read"]


async def test_played_waits_for_its_message_too(rt: Runtime, phone: Phone) -> None:
    id_ = await pending(rt, phone)
    await apply(rt, *(change(phone, "wamid.1", kind, 5) for kind in ("played", "read", "delivered")))
    async with rt.pool.transaction() as conn:
        await statuses.accept(conn, [(phone, id_, "wamid.1")])
    assert await told(rt, phone) == ["sent", "delivered", "read"]
    assert set(json.loads((await one(rt, phone))["status_timestamps"])) == {"sent", "delivered", "read", "played"}


async def test_what_a_message_cost_is_kept_and_told(rt: Runtime, phone: Phone) -> None:
    await accepted(rt, phone)
    cost = '{"type":"regular","category":"marketing"}'
    await apply(rt, change(phone, "wamid.1", "delivered", pricing=cost), change(phone, "wamid.1", "read"))
    assert (await one(rt, phone))["pricing"] == cost
    last = [event["data"]["pricing"] for event in await events(rt, phone)]
    assert last == [None, json.loads(cost), json.loads(cost)]


async def test_a_status_of_what_is_known_already_writes_nothing(rt: Runtime, phone: Phone) -> None:
    await accepted(rt, phone)
    for kind in ("delivered", "read"):
        await apply(rt, change(phone, "wamid.1", kind, 5))
    version = "select xmin::text, ctid::text from messages where organization_id = $1"
    before = await rows(rt, version, phone.organization_id)
    await apply(rt, *(change(phone, "wamid.1", kind, 7, pricing='{"x":1}') for kind in ("sent",)))
    await apply(rt, change(phone, "wamid.1", "delivered", 7), change(phone, "wamid.1", "read", 6))
    assert await rows(rt, version, phone.organization_id) == before


async def test_the_statement_itself_moves_nothing_back(rt: Runtime, phone: Phone) -> None:
    await accepted(rt, phone)
    await apply(rt, change(phone, "wamid.1", "read", 5))
    async with rt.pool.transaction() as conn:
        found = await statuses._find(conn, [(phone, change(phone, "wamid.1", "read"))])
        [sent] = found.values()
        sent.draft.status = "delivered"
        await statuses._save(conn, [sent])
    assert (await one(rt, phone))["status"] == "read"


async def reacted(rt: Runtime, phone: Phone, emojis: Sequence[str]) -> list[UUID]:
    """Reactions of the business to `wamid.in`, not yet accepted by Meta."""
    made = []
    async with rt.pool.transaction() as conn:
        person = Contact(phone.organization_id, phone.id, "16505551234")
        [thread] = await conversations.opened(conn, Directory(), [person])
        for n, emoji in enumerate(emojis):
            content = json.dumps({"emoji": emoji, "wamid": "wamid.in"})
            draft = Draft(phone, thread, uuid4(), "outbound", "reaction", content, "pending", moment(n))
            await messages.add(conn, [draft])
            made.append(draft.id)
    return made


async def standing(rt: Runtime, phone: Phone) -> list[tuple[str, str]]:
    async with rt.pool.connection() as conn:
        found = await reactions.of(conn, phone.organization_id, phone.id, ["wamid.in"])
    return [(each.emoji, each.from_) for each in found.get("wamid.in", [])]


async def test_a_reaction_of_the_business_counts_once_meta_accepted_it(rt: Runtime, phone: Phone) -> None:
    await apply(rt, arrival(phone, "wamid.in"))
    ids = await reacted(rt, phone, ["👍", "🙏", ""])
    shown = []
    for n in (1, 0, 2):
        async with rt.pool.transaction() as conn:
            await statuses.accept(conn, [(phone, ids[n], f"wamid.{n}")])
        shown.append(await standing(rt, phone))
    assert shown == [[("🙏", "business")], [("🙏", "business")], []]


@pytest.mark.parametrize("at_once", [True, False])
async def test_of_two_reactions_of_one_second_the_one_that_was_told_later_stands(
    rt: Runtime, phone: Phone, at_once: bool
) -> None:
    told = [
        Note(phone.organization_id, phone.id, "wamid.in", "contact", emoji, moment(1), wamid)
        for emoji, wamid in (("👍", "wamid.z"), ("🙏", "wamid.a"), ("😂", "wamid.m"))
    ]
    async with rt.pool.transaction() as conn:
        for notes in [told] if at_once else [[each] for each in told]:
            await reactions.note(conn, notes)
        await reactions.note(conn, told[:1])  # a repetition is nothing new
    assert await standing(rt, phone) == [("😂", "contact")]


@pytest.mark.parametrize("second", ["🙏", ""])
@pytest.mark.parametrize("told", list(permutations(["accept 0", "accept 1", "fail 1"])))
async def test_a_reaction_that_fails_leaves_the_one_before_standing_in_whatever_order_it_is_told(
    rt: Runtime, phone: Phone, told: Sequence[str], second: str
) -> None:
    await apply(rt, arrival(phone, "wamid.in"))
    ids = await reacted(rt, phone, ["👍", second])
    for what, n in (each.split() for each in told):
        if what == "fail":
            await apply(rt, change(phone, f"wamid.{n}", "failed", 9))
        else:
            async with rt.pool.transaction() as conn:
                await statuses.accept(conn, [(phone, ids[int(n)], f"wamid.{n}")])
    assert await standing(rt, phone) == [("👍", "business")]
