"""Read receipts: a customer's message and those before it become read, at Meta and in the conversation's count."""

from typing import Any
from uuid import UUID

import msgspec

from ..content import QUIET_TYPES
from ..errors import Invalid, NotFound, UpstreamFailed
from ..meta.graph import GraphError, Refused
from ..meta.refusals import public_error
from ..postgres.pool import Connection
from ..runtime import Runtime
from . import phones, shared_inbox_changes


class MarkedRead(msgspec.Struct, rename="camel"):
    """Answer of a read receipt."""

    wamid: str
    success: bool = True


async def mark_read(
    rt: Runtime, organization_id: UUID, phone_id: UUID, wamid: str, *, typing_indicator: bool = False
) -> MarkedRead:
    """Marks an inbound message read, with those before it; the indicator shows for 25 s or until something is sent.

    Raises NotFound, Invalid for a message of our own, and what Meta refuses.
    """
    async with rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, rt.vault, organization_id, phone_id)
        conversation_id, message_id = await _inbound(conn, organization_id, phone_id, wamid)
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing_indicator:
        body["typing_indicator"] = {"type": "text"}
    try:
        await rt.graph.call("POST", f"{phone.meta_phone_number_id}/messages", token, body=body)
    except Refused as error:
        raise public_error(error.refusal) from error
    except GraphError as error:
        raise UpstreamFailed(f"{error.sentence} Repeat the call: reading twice is harmless.") from error
    async with rt.pool.transaction() as conn:
        counted = await _count_down(conn, organization_id, conversation_id, message_id)
        if counted:
            await shared_inbox_changes.note(conn, organization_id, phone_id, "conversation", [conversation_id])
    if counted:
        rt.bell.ring([organization_id])
    return MarkedRead(wamid)


async def _inbound(conn: Connection, organization_id: UUID, phone_id: UUID, wamid: str) -> tuple[UUID, UUID]:
    row = await conn.fetchrow(
        "select conversation_id, id, direction from messages"
        " where organization_id = $1 and phone_id = $2 and wamid = $3",
        organization_id,
        phone_id,
        wamid,
    )
    if row is None:
        raise NotFound.of("message", wamid)
    if row["direction"] != "inbound":
        raise Invalid.field("wamid", "names a message of yours; only a contact's messages can be marked as read.")
    return row["conversation_id"], row["id"]


async def _count_down(conn: Connection, organization_id: UUID, conversation_id: UUID, message_id: UUID) -> bool:
    """Unread are at most those that came after this one; counted while nothing can be appended, as far as needed.
    Whether there were any."""
    unread: int | None = await conn.fetchval(
        "select unread_count from conversations where organization_id = $1 and id = $2 for update",
        organization_id,
        conversation_id,
    )
    if unread:
        await conn.execute(
            "update conversations set unread_count = least(unread_count, (select count(*) from ("
            " select 1 from messages m where m.organization_id = $1 and m.conversation_id = $2"
            " and m.direction = 'inbound'"
            " and m.position > (select r.position from messages r where r.organization_id = $1 and r.id = $3)"
            " and m.type <> all($5::text[]) limit $4) later)) where organization_id = $1 and id = $2",
            organization_id,
            conversation_id,
            message_id,
            unread,
            sorted(QUIET_TYPES),
        )
    return bool(unread)
