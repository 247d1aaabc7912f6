"""Who looks at a conversation, or writes there: whispered to all processes, kept nowhere, forgotten by the pages."""

from typing import Literal
from uuid import UUID

import msgspec

from ..postgres.hearing import WHISPERS
from ..postgres.pool import Connection

State = Literal["viewing", "typing"]


class Presence(msgspec.Struct):
    """`who` is a session's public name; `conversation_id` None says that it left."""

    phone_id: UUID
    who: str
    conversation_id: UUID | None
    state: State


async def tell(conn: Connection, presence: Presence) -> None:
    await conn.execute("select pg_notify($1, $2)", WHISPERS, msgspec.json.encode(presence).decode())


async def known(conn: Connection, organization_id: UUID, phone_id: UUID, conversation_id: UUID) -> bool:
    """Whether a conversation is this number's."""
    found: bool = await conn.fetchval(
        "select exists (select from conversations where organization_id = $1 and phone_id = $2 and id = $3)",
        organization_id,
        phone_id,
        conversation_id,
    )
    return found


def heard(payload: str) -> Presence | None:
    try:
        return msgspec.json.decode(payload, type=Presence)
    except msgspec.DecodeError:
        return None
