"""One fixture of tests/fixtures/notifications: what is posted, and what then is to be seen of it, ready to compare.

A fixture has `about`, `notification`, and what comes of it: `facts` (pure), `stored` (conversations, messages, what
waits or was set aside, in the end) and `events` (those of this notification alone). `sent` names messages that the
API sent before, `before` notifications that came before. Values that are null or empty are left out, and our own ids.
"""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from tests.messages.tenants import EPOCH, apply, connected, events, moment, rows
from waypost.directory import Directory
from waypost.domain import conversations, messages, statuses
from waypost.domain.contacts import Contact
from waypost.domain.messages import Draft
from waypost.domain.phones import Phone
from waypost.meta.notifications import facts_of
from waypost.paging import Page
from waypost.runtime import Runtime

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "notifications"
PHONE = "106540352242922"
CONTACT = "16505551234"
JSON_TEXTS = ("content", "context", "original", "error", "pricing", "value")
OURS = {"id", "messageId", "conversationId", "phoneNumberId", "phoneNumber", "externalId"}


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def facts(notification: Any) -> list[dict[str, Any]]:
    """The facts with their JSON read and without the phone, whose id is the fixtures' own."""
    found = []
    for fact in facts_of(json.dumps(notification).encode()):
        told = msgspec.to_builtins(fact)
        read = {name: json.loads(text) if text and name in JSON_TEXTS else text for name, text in told.items()}
        read.pop("body", None)
        if read.pop("meta_phone_id") not in (PHONE, None):
            read["meta_phone_id"] = "another"
        found.append({"fact": type(fact).__name__, **present(read)})
    return found


async def outcome(rt: Runtime, fixture: dict[str, Any]) -> dict[str, Any]:
    """`stored` and `events` of a fixture, at a phone of its own."""
    phone = await connected(rt)
    for wamid in fixture.get("sent", []):
        await sent(rt, phone, wamid)
    for notification in fixture.get("before", []):
        await post(rt, phone, notification)
    known = len(await events(rt, phone))
    await post(rt, phone, fixture["notification"])
    fired = (await events(rt, phone))[known:]
    return {
        "stored": await stored(rt, phone),
        "events": [{"event": event["event"], "data": shown(rt, phone, event["data"])} for event in fired],
    }


async def post(rt: Runtime, phone: Phone, notification: Any) -> None:
    raw = json.dumps(notification).replace(PHONE, phone.meta_phone_number_id)
    await apply(rt, *facts_of(raw.encode()))


async def sent(rt: Runtime, phone: Phone, wamid: str, type_: str = "text", content: str = '{"body":"Hello!"}') -> None:
    """A message that the API sent, and Meta accepted, a minute before."""
    async with rt.pool.transaction() as conn:
        [thread] = await conversations.opened(conn, Directory(), [Contact(phone.organization_id, phone.id, CONTACT)])
        draft = Draft(phone, thread, uuid4(), "outbound", type_, content, "pending", moment(-60))
        await messages.add(conn, [draft])
        await statuses.accept(conn, [(phone, draft.id, wamid)])


async def stored(rt: Runtime, phone: Phone) -> dict[str, Any]:
    """Everything that is kept of a phone, as the API shows it where it does."""
    query = (
        "select * from conversations where organization_id = $1"
        " order by created_at, contact_phone, merged_into is null desc, id"
    )
    threads = await rows(rt, query, phone.organization_id)
    found, seen = [], []
    async with rt.pool.connection() as conn:
        for thread in threads:
            page = await messages.listed(
                conn, phone.organization_id, phone.id, thread["id"], Page(1, 100), rt.config.public_url
            )
            seen += [shown(rt, phone, json.loads(msgspec.json.encode(item))) for item in reversed(page.items)]
            found.append(conversation(thread, threads))
    waiting = await rows(rt, "select * from orphan_statuses where organization_id = $1 order by wamid, status",
                         phone.organization_id)  # fmt: skip
    letters = await rows(rt, "select reason from dead_letters where organization_id = $1 order by id",
                         phone.organization_id)  # fmt: skip
    return present(
        {
            "conversations": found,
            "messages": seen,
            "waiting": [f"{row['status']} {row['wamid']}" for row in waiting],
            "setAside": [row["reason"] for row in letters],
        }
    )


def conversation(thread: dict[str, Any], threads: list[dict[str, Any]]) -> dict[str, Any]:
    """Times are seconds after the tests' epoch; a merge names the other's number or user id."""
    into = next((each for each in threads if each["id"] == thread["merged_into"]), None)
    names = {name: thread[f"contact_{name}"] for name in ("phone", "user_id", "username", "name")}
    return present(
        {
            **names,
            "messages": thread["message_count"],
            "unread": thread["unread_count"],
            "last_message": seconds(thread["last_message_at"]),
            "window_opened": seconds(thread["last_inbound_at"]),
            "merged_into": into and (into["contact_phone"] or into["contact_user_id"]),
        }
    )


def seconds(at: Any) -> int | None:
    return None if at is None else round(at.timestamp()) - EPOCH


def shown(rt: Runtime, phone: Phone, data: dict[str, Any]) -> dict[str, Any]:
    """A message of the API or of an event, with addresses of no deployment; when the API sent is not the fixture's."""
    text = json.dumps(data)
    base = f"{rt.config.public_url}/v1/phones/{phone.id}/"
    read = json.loads(text.replace(base, "https://wa.example.com/v1/phones/PHONE/"))
    if read["origin"] == "api":
        for name in ("pending", "sent"):
            read["statusTimestamps"].pop(name, None)
    return present({name: value for name, value in read.items() if name not in OURS})


def present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value not in ([], {})}
