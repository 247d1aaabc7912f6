"""Statuses of sent messages: they only move forward, in whatever order they come, also before the send is answered."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..content import RANK, moves_forward
from ..events import Event, compose
from ..meta.notifications import StatusChange
from ..postgres.pool import Connection
from . import reactions, webhooks
from .conversations import Thread
from .ledger import Judged, touched
from .messages import Draft, event_data
from .phones import Phone
from .reactions import Note

#: A change of a message of this phone.
Change = tuple[Phone, StatusChange]


class _Sent(msgspec.Struct):
    """A locked sent message while changes are applied to it."""

    draft: Draft
    times: dict[str, str]
    accepted_at: datetime | None
    events: list[Event] = msgspec.field(default_factory=list)
    changed: bool = False
    newly_accepted: bool = False


async def apply(conn: Connection, changes: Sequence[Change], public_url: str = "") -> Judged:
    """Moves messages forward and publishes their events; a change of an unknown message waits in orphan_statuses.

    `public_url` is this deployment's, for the addresses of media in events. One that is kept waiting is stored.
    """
    return await _apply(conn, changes, await _find(conn, changes), public_url) if changes else Judged()


async def _apply(
    conn: Connection, changes: Sequence[Change], found: dict[tuple[UUID, object], _Sent], public_url: str
) -> Judged:
    orphans: list[Change] = []
    judged = [0, 0]
    for phone, change in changes:
        sent = found.get((phone.id, change.wamid)) or found.get((phone.id, _attempt(change.opaque)))
        if sent is None or (sent.draft.wamid not in (None, change.wamid)):
            orphans.append((phone, change))
        else:
            judged[0 if _advance(sent, change, public_url) else 1] += 1
    moved = {sent.draft.id: sent for sent in found.values() if sent.changed}
    await _save(conn, [moved[id_] for id_ in sorted(moved)])
    await _note_reactions(conn, moved.values())
    await webhooks.publish(conn, [event for sent in moved.values() for event in sent.events])
    kept = await _keep(conn, orphans)
    return Judged(judged[0] + kept.stored, judged[1] + kept.repeated)


async def accept(conn: Connection, accepted: Sequence[tuple[Phone, UUID, str]], public_url: str = "") -> None:
    """Meta accepted sends (phone, id, wamid): `sent`, message.sent (once), and whatever statuses came before."""
    now = clock.now()
    early = await _unkept(conn, [(phone, wamid) for phone, _, wamid in accepted])
    found = await _by_id(conn, [(phone, id_) for phone, id_, _ in accepted])
    attempts = {each[0]: each for _, each in found if isinstance(each, tuple)}
    changes: list[Change] = []
    for phone, message_id, wamid in accepted:
        opaque = "{}.{}".format(*attempts.get(message_id, (message_id, 1)))
        answer = StatusChange(phone.meta_phone_number_id, wamid, "sent", now, None, None, None, None)
        mine = [answer, *early.get((phone.id, wamid), [])]
        changes += [(phone, msgspec.structs.replace(change, opaque=opaque)) for change in mine]
    await _apply(conn, changes, found, public_url)


async def catch_up(conn: Connection, stored: Sequence[tuple[Phone, str]], public_url: str = "") -> None:
    """Statuses that came before messages which were not sent from here (phone, wamid) and are stored now."""
    early = await _unkept(conn, stored)
    await apply(
        conn, [(phone, change) for phone, wamid in stored for change in early.get((phone.id, wamid), [])], public_url
    )


async def _unkept(conn: Connection, wanted: Sequence[tuple[Phone, str]]) -> dict[tuple[UUID, str], list[StatusChange]]:
    """Takes the orphans of messages (phone, wamid) out of their table, each message's in their order."""
    keys = sorted({(phone.organization_id, phone.id, wamid) for phone, wamid in wanted})
    rows = await conn.fetch(
        "delete from orphan_statuses o"
        " using unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, wamid)"
        " where o.organization_id = w.organization_id and o.phone_id = w.phone_id and o.wamid = w.wamid"
        " returning o.phone_id, o.fact",
        *zip(*keys, strict=True),
    )
    found: dict[tuple[UUID, str], list[StatusChange]] = {}
    for phone_id, fact in (row.values() for row in rows):
        change = msgspec.json.decode(fact, type=StatusChange)
        found.setdefault((phone_id, change.wamid), []).append(change)
    return {key: sorted(changes, key=_rank) for key, changes in found.items()}


async def refuse(conn: Connection, phone: Phone, message_id: UUID, error: dict[str, Any], public_url: str = "") -> None:
    """Meta refused a send: `failed`, with its code, and the event that says so; what a status has settled stays."""
    sent = next(iter((await _by_id(conn, [(phone, message_id)])).values()), None)
    if sent is None or sent.draft.status != "pending":
        return
    _mark(sent, "failed", clock.now())
    sent.draft.error = msgspec.json.encode(error).decode()
    _announce(sent, "message.status_updated", public_url)
    await _save(conn, [sent])
    await webhooks.publish(conn, sent.events)


async def adopt_orphans(conn: Connection, limit: int = 500, public_url: str = "") -> list[UUID]:
    """Applies kept statuses whose message is known by now (they crossed with the answer): whose, one for each."""
    rows = await conn.fetch(
        "select o.organization_id, o.wamid, p.id, p.waba_id, p.meta_phone_number_id, p.number, p.external_id"
        " from orphan_statuses o"
        " join messages m on m.organization_id = o.organization_id and m.phone_id = o.phone_id and m.wamid = o.wamid"
        " and m.direction = 'outbound'"
        " join phones p on p.organization_id = o.organization_id and p.id = o.phone_id"
        " where o.received_at > now() - interval '10 minutes'"
        " order by o.organization_id, o.phone_id, o.wamid limit $1 for update of o skip locked",
        limit,
    )
    known = {(row["id"], row["wamid"]): row for row in rows}
    stored = [
        (Phone(organization_id, *phone), wamid) for organization_id, wamid, *phone in map(_values, known.values())
    ]
    if stored:
        await catch_up(conn, stored, public_url)
    return [row["organization_id"] for row in rows]


def _values(row: Any) -> Any:
    return row.values()


async def forget_orphans(conn: Connection) -> None:
    """Drops statuses of messages that were never sent from here, after a month."""
    await conn.execute("delete from orphan_statuses where received_at < now() - interval '30 days'")


def _rank(change: StatusChange) -> tuple[int, bool]:
    """`played` says all that `read` says, and comes after it."""
    return RANK[_reached(change)], change.status == "played"


def _reached(change: StatusChange) -> str:
    return "read" if change.status == "played" else change.status


def _advance(sent: _Sent, change: StatusChange, public_url: str) -> bool:
    """Whether the change said anything new."""
    before, sent.changed = sent.changed, False
    _move(sent, change, public_url)
    is_news, sent.changed = sent.changed, sent.changed or before
    return is_news


def _move(sent: _Sent, change: StatusChange, public_url: str) -> None:
    """The times of a message end the same whatever the order: of two for one state the earlier counts."""
    at = change.at or clock.now()
    status = _reached(change)
    sent.draft.wamid = change.wamid
    if sent.accepted_at is None:
        sent.accepted_at = at
        sent.newly_accepted = True
        if moves_forward(sent.draft.status, "sent"):
            _mark(sent, "sent", at)
        _announce(sent, "message.sent", public_url)
    for state in {status, change.status}:
        _time(sent, state, at)
    if change.pricing and change.status != "sent" and change.pricing != sent.draft.pricing:
        sent.draft.pricing = change.pricing
        sent.changed = True
    if moves_forward(sent.draft.status, status):
        _mark(sent, status, at)
        sent.draft.error = change.error if status == "failed" else sent.draft.error
        if status != "sent":
            _announce(sent, "message.status_updated", public_url)


def _time(sent: _Sent, state: str, at: datetime) -> None:
    """When the message was sent is known from the answer already: Meta's second says nothing new."""
    known, told = sent.times.get(state), clock.stamp(at)
    if known is None or (state != "sent" and told < known):
        sent.times[state] = told
        sent.changed = True


def _mark(sent: _Sent, status: str, at: datetime) -> None:
    sent.draft.status = status
    sent.times.setdefault(status, clock.stamp(at))
    sent.changed = True


def _announce(sent: _Sent, type_: str, public_url: str) -> None:
    sent.draft.status_timestamps = msgspec.json.encode(sent.times).decode()
    phone = sent.draft.phone
    data = event_data(sent.draft, public_url)
    sent.events.append(compose(type_, phone.organization_id, phone.waba_id, clock.instant(), data))
    sent.changed = True


async def _note_reactions(conn: Connection, sent: Iterable[_Sent]) -> None:
    """A reaction counts from when Meta accepted it, as of when it was sent, unless it fails."""
    accepted: list[Note] = []
    failed: list[Note] = []
    for each in sent:
        if each.draft.type == "reaction" and (each.newly_accepted or each.draft.status == "failed"):
            of = each.draft
            owner, phone = of.phone.organization_id, of.phone.id
            if note := reactions.note_of(owner, phone, "business", of.content, of.at, of.wamid or ""):
                (failed if of.status == "failed" else accepted).append(note)
    await reactions.note(conn, accepted)
    await reactions.withdraw(conn, failed)


_SELECT = (
    "select m.organization_id, m.id, m.phone_id, m.type, m.content, m.status, m.status_timestamps, m.wamid, m.context,"
    " m.error, m.accepted_at, m.sent_at, m.origin, m.pricing, m.attempt, c.id as conversation_id, c.contact_phone,"
    " c.contact_user_id, c.contact_name, c.contact_username"
    " from {wanted} join messages m using ({key})"
    " join conversations c on c.organization_id = m.organization_id and c.id = m.conversation_id"
    " where m.direction = 'outbound' order by m.id for update of m"
)
_BY_WAMID = _SELECT.format(
    wanted="unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, wamid)",
    key="organization_id, phone_id, wamid",
)
_BY_ID = _SELECT.format(
    wanted="unnest($1::uuid[], $2::uuid[], $3::uuid[]) as w(organization_id, phone_id, id)",
    key="organization_id, phone_id, id",
)


async def _find(conn: Connection, changes: Sequence[Change]) -> dict[tuple[UUID, object], _Sent]:
    """Locked messages by (phone, wamid), and by (phone, attempt) where only what we attached to the send names them:
    what comes late of an attempt that failed is not about the one after it."""
    keys = {(phone.organization_id, phone.id, change.wamid): phone for phone, change in changes}
    rows = await conn.fetch(
        _BY_WAMID,
        *zip(*keys, strict=True),
    )
    by_wamid: dict[tuple[UUID, object], _Sent] = {}
    for row in rows:
        by_wamid[(row["phone_id"], row["wamid"])] = _sent(
            row, keys[(row["organization_id"], row["phone_id"], row["wamid"])]
        )
    unnamed = [(p, _attempt(c.opaque)) for p, c in changes if (p.id, c.wamid) not in by_wamid]
    by_id = await _by_id(conn, [(phone, attempt[0]) for phone, attempt in unnamed if attempt is not None])
    return {**by_wamid, **by_id}


async def _by_id(conn: Connection, wanted: Sequence[tuple[Phone, UUID]]) -> dict[tuple[UUID, object], _Sent]:
    if not wanted:
        return {}
    keys = {(phone.organization_id, phone.id, id_): phone for phone, id_ in wanted}
    rows = await conn.fetch(
        _BY_ID,
        *zip(*keys, strict=True),
    )
    return {
        (row["phone_id"], (row["id"], row["attempt"])): _sent(
            row, keys[(row["organization_id"], row["phone_id"], row["id"])]
        )
        for row in rows
    }


def _sent(row: Any, phone: Phone) -> _Sent:
    thread = Thread(
        phone.organization_id, row["conversation_id"], phone.id, row["contact_phone"], row["contact_user_id"],
        row["contact_name"], 0, None, None, contact_username=row["contact_username"],
    )  # fmt: skip
    draft = Draft(
        phone, thread, row["id"], "outbound", row["type"], row["content"], row["status"], row["sent_at"],
        row["wamid"], row["context"], row["error"], None, row["status_timestamps"], origin=row["origin"],
        pricing=row["pricing"],
    )  # fmt: skip
    return _Sent(draft, msgspec.json.decode(row["status_timestamps"]), row["accepted_at"])


async def _save(conn: Connection, sent: Sequence[_Sent]) -> None:
    """The rows are locked; the WHERE clause says once more that nothing moves back."""
    if not sent:
        return
    rows = [
        (s.draft.phone.organization_id, s.draft.id, s.draft.status, msgspec.json.encode(s.times).decode(),
         s.draft.wamid, s.draft.error, s.accepted_at, s.draft.pricing)
        for s in sent
    ]  # fmt: skip
    await conn.execute(
        "update messages m set status = n.status, status_timestamps = n.times, wamid = n.wamid, error = n.error,"
        " accepted_at = n.accepted_at, pricing = n.pricing"
        " from unnest($1::uuid[], $2::uuid[], $3::text[], $4::json[], $5::text[], $6::json[], $7::timestamptz[],"
        " $8::json[]) as n(organization_id, id, status, times, wamid, error, accepted_at, pricing)"
        " where m.organization_id = n.organization_id and m.id = n.id"
        f" and array_position({_ORDER}, n.status) >= array_position({_ORDER}, m.status)",
        *zip(*rows, strict=True),
    )


_ORDER = "array['" + "', '".join(RANK) + "']"


async def _keep(conn: Connection, orphans: Sequence[Change]) -> Judged:
    """The database decides which are new: two writers may keep the same one."""
    if not orphans:
        return Judged()
    unique = {(p.organization_id, p.id, c.wamid, c.status): c for p, c in orphans}
    rows = [
        (*key, change.at or clock.now(), msgspec.json.encode(change).decode())
        for key, change in sorted(unique.items(), key=lambda item: item[0])
    ]
    done: str = await conn.execute(
        "insert into orphan_statuses (organization_id, phone_id, wamid, status, at, fact)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::json[])"
        " on conflict do nothing",
        *zip(*rows, strict=True),
    )
    return Judged(touched(done), len(orphans) - touched(done))


def _attempt(text: str | None) -> tuple[UUID, int] | None:
    """Message and number of the attempt, of what travels with a send."""
    id_, _, number = (text or "").partition(".")
    try:
        return (UUID(id_), int(number or 1)) if id_ else None
    except ValueError:
        return None
