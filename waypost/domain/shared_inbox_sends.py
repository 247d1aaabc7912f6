"""What was sent from an inbox: the browser's own id of a message, and its body, for when it has to be sent again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..errors import Invalid
from ..meta import requests
from ..meta.refusals import DENIED, RETRYABLE
from ..postgres.pool import Connection
from . import shared_inbox_changes
from .conversation_list import WINDOW

KEPT_DAYS = 30
#: Meta's codes of failures after which the same message may well arrive: nothing left (None), throttles, outages, and
#: what its owner mends, such as a lost connection or a missing payment. Others would fail again.
AGAIN: frozenset[int | None] = frozenset({None, 131042}) | RETRYABLE | DENIED
CLOSED = 131047


class Errand(msgspec.Struct, frozen=True):
    """A send on behalf of a guest, to the contact of a conversation."""

    organization_id: UUID
    phone_id: UUID
    conversation_id: UUID
    link_id: UUID
    client_id: str | None = None


class Kept(msgspec.Struct):
    """A sent message as it can be sent again."""

    conversation_id: UUID
    type: str
    status: str
    attempt: int
    error: dict[str, Any] | None
    contact_phone: str | None
    contact_user_id: str | None
    contact_name: str | None
    contact_username: str | None
    body: str | None
    client_id: str | None


def may_be_repeated(error: dict[str, Any] | None) -> bool:
    """Whether a failure is one that may pass; `error` is the message's."""
    return (error or {}).get("code") in AGAIN


async def window(conn: Connection, errand: Errand, type_: str) -> None:
    """Refuses what may not be sent when the contact has not written for a day; raises Invalid. Templates may always."""
    if type_ == "template":
        return
    last: datetime | None = await conn.fetchval(
        "select last_inbound_at from conversations where organization_id = $1 and phone_id = $2 and id = $3",
        errand.organization_id,
        errand.phone_id,
        errand.conversation_id,
    )
    if last is None or last + WINDOW <= clock.now():
        raise _closed(last)


def _closed(last: datetime | None) -> Invalid:
    title = "More than 24 hours have passed since the contact last wrote"
    return Invalid(
        f"{title}; until they write again only an approved template can be sent. Nothing was sent.",
        details={
            "reason": "windowClosed",
            "windowExpiresAt": None if last is None else clock.stamp(last + WINDOW),
            "meta": {"code": CLOSED, "subcode": None, "title": title, "details": None, "retryable": False},
        },
    )


async def keep(conn: Connection, sent: Sequence[tuple[Errand, UUID, requests.Send]]) -> None:
    """Beside the pending messages, in the same transaction; other browsers are told of them."""
    if not sent:
        return
    rows = [(e.organization_id, id_, e.link_id, e.client_id, msgspec.json.encode(m).decode()) for e, id_, m in sent]
    await conn.execute(
        "insert into inbox_sends (organization_id, message_id, link_id, client_id, body)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::json[])",
        *zip(*rows, strict=True),
    )
    for errand, id_, _ in sent:
        await shared_inbox_changes.note(conn, errand.organization_id, errand.phone_id, "message", [id_])


async def client_ids(conn: Connection, organization_id: UUID, ids: Collection[UUID]) -> dict[UUID, str | None]:
    """Messages that were sent from an inbox, with the browser's ids of them."""
    if not ids:
        return {}
    rows = await conn.fetch(
        "select message_id, client_id from inbox_sends where organization_id = $1 and message_id = any($2::uuid[])",
        organization_id,
        list(ids),
    )
    return {row["message_id"]: row["client_id"] for row in rows}


async def kept(conn: Connection, organization_id: UUID, phone_id: UUID, id_: UUID) -> Kept | None:
    """A message of ours with what it takes to send it again; None when this number has no such message."""
    row = await conn.fetchrow(
        "select m.conversation_id, m.type, m.status, m.attempt, m.error, c.contact_phone, c.contact_user_id,"
        " c.contact_name, c.contact_username, s.body, s.client_id from messages m"
        " join conversations c on c.organization_id = m.organization_id and c.id = m.conversation_id"
        " left join inbox_sends s on s.organization_id = m.organization_id and s.message_id = m.id"
        " where m.organization_id = $1 and m.phone_id = $2 and m.id = $3 and m.direction = 'outbound'",
        organization_id,
        phone_id,
        id_,
    )
    if row is None:
        return None
    known = dict(row)
    error = known.pop("error")
    return Kept(**known, error=None if error is None else msgspec.json.decode(error))


async def reopen(conn: Connection, errand: Errand, id_: UUID, attempt: int) -> int | None:
    """A failed message is pending again: the number of its new attempt, or None when somebody else was quicker.

    Nothing of the attempt before is left in the row, so that what Meta still tells of that one finds no message.
    """
    times = msgspec.json.encode({"pending": clock.stamp(clock.now())}).decode()
    following: int | None = await conn.fetchval(
        "update messages set status = 'pending', status_timestamps = $5, wamid = null, error = null, pricing = null,"
        " accepted_at = null, attempt = attempt + 1 where organization_id = $1 and phone_id = $2 and id = $3"
        " and status = 'failed' and attempt = $4 returning attempt",
        errand.organization_id, errand.phone_id, id_, attempt, times,
    )  # fmt: skip
    if following is not None:
        await shared_inbox_changes.note(conn, errand.organization_id, errand.phone_id, "message", [id_])
    return following


async def forget(conn: Connection, limit: int = 10_000) -> None:
    """Retention, the same for everybody."""
    await conn.execute(
        "delete from inbox_sends where (organization_id, message_id) in (select organization_id, message_id"
        " from inbox_sends where created_at < now() - make_interval(days => $1) order by created_at limit $2)",
        KEPT_DAYS,
        limit,
    )
