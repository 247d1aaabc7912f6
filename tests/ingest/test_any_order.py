"""What Meta posts may come in any order, in any batches, and repeated: what is kept in the end is always the same."""

import random
from collections import Counter
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest import told
from tests.messages.tenants import EPOCH, apply, connected, events
from waypost.domain.phones import Phone
from waypost.meta.notifications import Fact, facts_of
from waypost.runtime import Runtime

PEOPLE = [("16505551234", "US.1111"), ("16505559999", "US.2222")]
STATUSES = ["sent", "delivered", "read", "played", "failed"]
EMOJIS = st.sampled_from(["👍", "😮", "", None])
PRICING = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}


class Item(NamedTuple):
    """One thing that happens: of whom, of which side, what, and about which earlier message."""

    kind: str
    person: int
    ours: bool
    about: int
    detail: Any


ITEMS = st.one_of(
    st.builds(Item, st.just("text"), st.integers(0, 1), st.booleans(), st.just(0), st.sampled_from(["a", "b"])),
    st.builds(Item, st.just("reaction"), st.just(0), st.booleans(), st.integers(0, 5), EMOJIS),
    st.builds(Item, st.just("edit"), st.just(0), st.just(False), st.integers(0, 5), st.sampled_from(["x", "y"])),
    st.builds(Item, st.just("revoke"), st.just(0), st.just(False), st.integers(0, 5), st.none()),
    st.builds(Item, st.just("status"), st.just(0), st.just(True), st.integers(0, 5), st.sampled_from(STATUSES)),
)


def stories(items: list[Item]) -> list[dict[str, Any]]:
    """The notifications in their tidy order: each item a second after the one before, about a text of before."""
    texts = [(n, item) for n, item in enumerate(items) if item.kind == "text"] or [(0, items[0])]
    found = []
    for n, item in enumerate(items):
        about, target = texts[item.about % len(texts)]
        person = item.person if item.kind == "text" else target.person
        ours = item.ours if item.kind in ("text", "reaction") else target.ours
        if item.kind == "status":
            ours_only = [(m, text) for m, text in texts if text.ours]
            wamid = f"w{ours_only[item.about % len(ours_only)][0]}" if ours_only else "wamid.S1"
            found.append(value("statuses", status(wamid, item.detail, n)))
        else:
            written = {**frame(n, person, ours), **body(item, f"w{about}")}
            found.append(value("message_echoes" if ours else "messages", written))
    return found


def frame(n: int, person: int, ours: bool) -> dict[str, Any]:
    number, user = PEOPLE[person]
    sides = (
        {"from": "15550783881", "to": number, "to_user_id": user} if ours else {"from": number, "from_user_id": user}
    )
    return {**sides, "id": f"w{n}", "timestamp": str(EPOCH + n)}


def body(item: Item, target: str) -> dict[str, Any]:
    if item.kind == "text":
        return {"type": "text", "text": {"body": item.detail}}
    if item.kind == "reaction":
        return {"type": "reaction", "reaction": {"message_id": target, "emoji": item.detail}}
    if item.kind == "revoke":
        return {"type": "revoke", "revoke": {"original_message_id": target}}
    message = {"type": "text", "text": {"body": item.detail}}
    return {"type": "edit", "edit": {"original_message_id": target, "message": message}}


def status(wamid: str, name: str, n: int) -> dict[str, Any]:
    error = {"errors": [{"code": 131026, "title": "Undeliverable"}]} if name == "failed" else {"pricing": PRICING}
    return {"id": wamid, "status": name, "timestamp": str(EPOCH + STATUSES.index(name) * 100), **error}


def value(name: str, item: dict[str, Any]) -> dict[str, Any]:
    field = "smb_message_echoes" if name == "message_echoes" else "messages"
    inside = {"metadata": {"display_phone_number": "15550783881", "phone_number_id": told.PHONE}, name: [item]}
    return {"entry": [{"id": "1", "changes": [{"field": field, "value": inside}]}]}


async def played(rt: Runtime, batches: list[list[dict[str, Any]]]) -> tuple[dict[str, Any], Counter[str], list[Any]]:
    """State, events of messages by wamid, and status events, after these posts at a phone of its own."""
    phone: Phone = await connected(rt)
    await told.sent(rt, phone, "wamid.S1")
    for batch in batches:
        facts: list[Fact] = []
        for story in batch:
            raw = told.json.dumps(story).replace(told.PHONE, phone.meta_phone_number_id)
            facts += facts_of(raw.encode())
        await apply(rt, *facts)
    state = await told.stored(rt, phone)
    state["conversations"].sort(key=lambda each: each["phone"])
    state["messages"].sort(key=lambda each: (each["timestamp"], each["wamid"]))
    fired = await events(rt, phone)
    moved = [(e["data"]["wamid"], e["data"]["status"]) for e in fired if e["event"] == "message.status_updated"]
    return state, Counter(e["data"]["wamid"] for e in fired if e["event"] != "message.status_updated"), moved


@given(st.lists(ITEMS, min_size=1, max_size=14), st.randoms(use_true_random=False), st.integers(1, 5))
@settings(max_examples=80, deadline=None)
async def test_any_order_repetition_and_batching_ends_as_the_tidy_order_does(
    rt: Runtime, items: list[Item], chance: random.Random, size: int
) -> None:
    tidy = stories(items)
    shuffled = [*tidy, *chance.choices(tidy, k=len(tidy) // 2)]
    chance.shuffle(shuffled)
    expected, told_once, _ = await played(rt, [[story] for story in tidy])
    state, told_any, moved = await played(rt, [shuffled[n : n + size] for n in range(0, len(shuffled), size)])
    assert state == expected
    assert told_any == told_once and set(told_any.values()) == {1}
    assert len(moved) == len(set(moved))
    final = {message["wamid"]: message["status"] for message in state["messages"] if message["direction"] == "outbound"}
    last = dict(moved)
    assert last == {wamid: final[wamid] for wamid in last}
    assert {wamid for wamid, name in final.items() if name != "sent"} == set(last)
