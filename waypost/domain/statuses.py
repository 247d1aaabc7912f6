"""Statuses of sent messages: they only move forward, in whatever order they come, also before the send is answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..content import RANK, moves_forward
from ..events import Event, compose
from ..meta.notifications import StatusChange
from ..postgres.pool import Connection
from . import webhooks
from .conversations import Thread
from .messages import Draft, event_data
from .phones import Phone

#: A change of a message of this phone.
Change = tuple[Phone, StatusChange]


class _Sent(msgspec.Struct):
    """A locked sent message while changes are applied to it."""

    draft: Draft
    times: dict[str, str]
    accepted_at: datetime | None
    events: list[Event] = msgspec.field(default_factory=list)
    changed: bool = False


async def apply(conn: Connection, changes: Sequence[Change]) -> None:
    """Moves messages forward and publishes their events; a change of an unknown message waits in orphan_statuses."""
    if changes:
        await _apply(conn, changes, await _find(conn, changes))


async def _apply(conn: Connection, changes: Sequence[Change], found: dict[tuple[UUID, object], _Sent]) -> None:
    orphans: list[Change] = []
    for phone, change in changes:
        sent = found.get((phone.id, change.wamid)) or found.get((phone.id, _uuid(change.opaque)))
        if sent is None or (sent.draft.wamid not in (None, change.wamid)):
            orphans.append((phone, change))
        else:
            _advance(sent, change)
    touched = {sent.draft.id: sent for sent in found.values() if sent.changed}
    await _save(conn, [touched[id_] for id_ in sorted(touched)])
    await webhooks.publish(conn, [event for sent in touched.values() for event in sent.events])
    await _keep(conn, orphans)


async def accept(conn: Connection, accepted: Sequence[tuple[Phone, UUID, str]]) -> None:
    """Meta accepted sends (phone, id, wamid): `sent`, message.sent (once), and whatever statuses came before."""
    now = clock.now()
    keys = {(phone.organization_id, phone.id, wamid) for phone, _, wamid in accepted}
    rows = await conn.fetch(
        "delete from orphan_statuses o"
        " using unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, wamid)"
        " where o.organization_id = w.organization_id and o.phone_id = w.phone_id and o.wamid = w.wamid"
        " returning o.phone_id, o.fact",
        *zip(*keys, strict=True),
    )
    early = [(row["phone_id"], msgspec.json.decode(row["fact"], type=StatusChange)) for row in rows]
    changes: list[Change] = []
    for phone, message_id, wamid in accepted:
        mine = sorted((change for at, change in early if at == phone.id and change.wamid == wamid), key=_rank)
        answer = StatusChange(phone.meta_phone_number_id, wamid, "sent", now, None, None, None, None)
        changes += [(phone, msgspec.structs.replace(change, opaque=str(message_id))) for change in [answer, *mine]]
    await _apply(conn, changes, await _by_id(conn, [(phone, message_id) for phone, message_id, _ in accepted]))


async def refuse(conn: Connection, phone: Phone, message_id: UUID, error: dict[str, Any]) -> None:
    """Meta refused a send: `failed`, with its code, and the event that says so; what a status has settled stays."""
    sent = (await _by_id(conn, [(phone, message_id)])).get((phone.id, message_id))
    if sent is None or sent.draft.status != "pending":
        return
    _mark(sent, "failed", clock.now())
    sent.draft.error = msgspec.json.encode(error).decode()
    _announce(sent, "message.status_updated", clock.now())
    await _save(conn, [sent])
    await webhooks.publish(conn, sent.events)


async def adopt_orphans(conn: Connection, limit: int = 500) -> int:
    """Applies kept statuses whose message is known by now (they crossed with the answer); returns how many."""
    rows = await conn.fetch(
        "select o.organization_id, o.fact, p.id, p.waba_id, p.meta_phone_number_id, p.number, p.external_id"
        " from orphan_statuses o"
        " join messages m on m.organization_id = o.organization_id and m.phone_id = o.phone_id and m.wamid = o.wamid"
        " and m.direction = 'outbound'"
        " join phones p on p.organization_id = o.organization_id and p.id = o.phone_id"
        " where o.received_at > now() - interval '10 minutes'"
        " order by o.organization_id, o.phone_id, o.wamid limit $1 for update of o skip locked",
        limit,
    )
    changes: list[Change] = []
    for organization_id, fact, *phone in (row.values() for row in rows):
        changes.append((Phone(organization_id, *phone), msgspec.json.decode(fact, type=StatusChange)))
    for phone_, change in changes:
        await conn.execute(
            "delete from orphan_statuses where organization_id = $1 and phone_id = $2 and wamid = $3 and status = $4",
            phone_.organization_id,
            phone_.id,
            change.wamid,
            change.status,
        )
    await apply(conn, sorted(changes, key=lambda kept: _rank(kept[1])))
    return len(changes)


async def forget_orphans(conn: Connection) -> None:
    """Drops statuses of messages that were never sent from here, after a month."""
    await conn.execute("delete from orphan_statuses where received_at < now() - interval '30 days'")


def _rank(change: StatusChange) -> int:
    return RANK[change.status]


def _advance(sent: _Sent, change: StatusChange) -> None:
    at = change.at or clock.now()
    sent.draft.wamid = change.wamid
    if sent.accepted_at is None:
        sent.accepted_at = at
        if moves_forward(sent.draft.status, "sent"):
            _mark(sent, "sent", at)
        _announce(sent, "message.sent", at)
    if change.status not in sent.times:
        sent.times[change.status] = clock.stamp(at)
        sent.changed = True
    if moves_forward(sent.draft.status, change.status):
        _mark(sent, change.status, at)
        sent.draft.error = change.error if change.status == "failed" else sent.draft.error
        if change.status != "sent":
            _announce(sent, "message.status_updated", at)


def _mark(sent: _Sent, status: str, at: datetime) -> None:
    sent.draft.status = status
    sent.times.setdefault(status, clock.stamp(at))
    sent.changed = True


def _announce(sent: _Sent, type_: str, at: datetime) -> None:
    sent.draft.status_timestamps = msgspec.json.encode(sent.times).decode()
    phone = sent.draft.phone
    sent.events.append(compose(type_, phone.organization_id, phone.waba_id, clock.now(), event_data(sent.draft, "api")))
    sent.changed = True


_SELECT = (
    "select m.organization_id, m.id, m.phone_id, m.type, m.content, m.status, m.status_timestamps, m.wamid, m.context,"
    " m.error, m.accepted_at, m.sent_at, c.id as conversation_id, c.contact_phone, c.contact_user_id, c.contact_name"
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
    """Locked messages by (phone, wamid), and by (phone, id) where only what we attached to the send names them."""
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
    unnamed = [(p, _uuid(c.opaque)) for p, c in changes if (p.id, c.wamid) not in by_wamid]
    by_id = await _by_id(conn, [(phone, id_) for phone, id_ in unnamed if id_ is not None])
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
        (row["phone_id"], row["id"]): _sent(row, keys[(row["organization_id"], row["phone_id"], row["id"])])
        for row in rows
    }


def _sent(row: Any, phone: Phone) -> _Sent:
    thread = Thread(
        phone.organization_id, row["conversation_id"], phone.id, row["contact_phone"], row["contact_user_id"],
        row["contact_name"], 0, None, None,
    )  # fmt: skip
    draft = Draft(
        phone, thread, row["id"], "outbound", row["type"], row["content"], row["status"], row["sent_at"],
        row["wamid"], row["context"], row["error"], None, row["status_timestamps"],
    )  # fmt: skip
    return _Sent(draft, msgspec.json.decode(row["status_timestamps"]), row["accepted_at"])


async def _save(conn: Connection, sent: Sequence[_Sent]) -> None:
    if not sent:
        return
    rows = [
        (s.draft.phone.organization_id, s.draft.id, s.draft.status, msgspec.json.encode(s.times).decode(),
         s.draft.wamid, s.draft.error, s.accepted_at)
        for s in sent
    ]  # fmt: skip
    await conn.execute(
        "update messages m set status = n.status, status_timestamps = n.times, wamid = n.wamid, error = n.error,"
        " accepted_at = n.accepted_at"
        " from unnest($1::uuid[], $2::uuid[], $3::text[], $4::json[], $5::text[], $6::json[], $7::timestamptz[])"
        " as n(organization_id, id, status, times, wamid, error, accepted_at)"
        " where m.organization_id = n.organization_id and m.id = n.id",
        *zip(*rows, strict=True),
    )


async def _keep(conn: Connection, orphans: Sequence[Change]) -> None:
    if not orphans:
        return
    unique = {(p.organization_id, p.id, c.wamid, c.status): c for p, c in orphans}
    rows = [
        (*key, change.at or clock.now(), msgspec.json.encode(change).decode())
        for key, change in sorted(unique.items(), key=lambda item: item[0])
    ]
    await conn.execute(
        "insert into orphan_statuses (organization_id, phone_id, wamid, status, at, fact)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::json[])"
        " on conflict do nothing",
        *zip(*rows, strict=True),
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
