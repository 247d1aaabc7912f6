"""Tenants made by SQL, facts made by hand, and what the database then holds: for tests of the verbs without a door."""

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from tests.stack import settings
from waypost.app import opened
from waypost.domain import inbound
from waypost.domain.phones import Phone, token_context
from waypost.meta.notifications import InboundMessage, StatusChange
from waypost.runtime import Runtime

EPOCH = 1_760_000_000
NOWHERE = "http://127.0.0.1:1"
_numbers = count(1)


async def runtime(stack: AsyncExitStack, dsn: str, graph: str = NOWHERE, pool_size: int = 4) -> Runtime:
    """A runtime as one process of the deployment has it; its Graph API is where nobody listens, unless told."""
    return await stack.enter_async_context(opened(settings(graph, 1), dsn, ("test-key",), pool_size))


async def connected(rt: Runtime, organization_id: UUID | None = None) -> Phone:
    """A connected phone of a new organization, or of that one."""
    number, waba_id = next(_numbers), uuid4()
    organization_id_ = organization_id or uuid4()
    phone = Phone(organization_id_, uuid4(), waba_id, f"{uuid4().int % 10**15}", f"+1555{number:07d}", "customer-123")
    token = rt.vault.seal("token", token_context(organization_id_, str(number)))
    async with rt.pool.transaction() as conn:
        if organization_id is None:
            await conn.execute("insert into organizations (id, name) values ($1, 'Acme')", organization_id_)
        await conn.execute(
            "insert into wabas (organization_id, id, meta_waba_id, token) values ($1, $2, $3, $4)",
            organization_id_, waba_id, str(number), token,
        )  # fmt: skip
        await conn.execute(
            "insert into phones (organization_id, id, waba_id, meta_phone_number_id, number, external_id,"
            " is_registered) values ($1, $2, $3, $4, $5, $6, true)",
            phone.organization_id, phone.id, phone.waba_id, phone.meta_phone_number_id, phone.number, phone.external_id,
        )  # fmt: skip
    return phone


def moment(second: float) -> datetime:
    return datetime.fromtimestamp(EPOCH + second, UTC)


def arrival(phone: Phone, wamid: str, second: float = 0, sender: str | None = "16505551234", **changes: Any) -> Any:
    """A customer's text."""
    fields = {
        "meta_phone_id": phone.meta_phone_number_id, "wamid": wamid, "wa_id": sender, "user_id": None, "name": None,
        "at": moment(second), "type": "text", "content": '{"body":"hi"}', "context": None, "original": None,
    }  # fmt: skip
    return InboundMessage(**{**fields, **changes})


def change(phone: Phone, wamid: str, status: str, second: float = 0, **changes: Any) -> StatusChange:
    """A status of a sent message."""
    fields = {"at": moment(second), "opaque": None, "wa_id": None, "user_id": None, "error": None}
    return StatusChange(phone.meta_phone_number_id, wamid, status, **{**fields, **changes})


async def apply(rt: Runtime, *facts: Any) -> None:
    await inbound.commit(rt, facts)


async def statements(rt: Runtime, facts: Sequence[Any]) -> list[str]:
    """Applies facts, and gives the statements that it took, without those of the transaction."""
    seen: list[str] = []
    async with rt.pool.transaction() as conn:
        conn.add_query_logger(lambda record: seen.append(record.query))
        try:
            await inbound.receive(conn, rt.directory, facts, "", look=False)
        finally:
            conn._query_loggers.clear()
    return seen


async def rows(rt: Runtime, query: str, *values: Any) -> list[dict[str, Any]]:
    async with rt.pool.connection() as conn:
        return [dict(row) for row in await conn.fetch(query, *values)]


async def stored(rt: Runtime, phone: Phone) -> list[dict[str, Any]]:
    """The phone's messages by conversation and position."""
    query = "select * from messages where organization_id = $1 and phone_id = $2 order by conversation_id, position"
    return await rows(rt, query, phone.organization_id, phone.id)


async def threads(rt: Runtime, phone: Phone) -> list[dict[str, Any]]:
    """The phone's conversations, oldest activity first."""
    query = "select * from conversations where organization_id = $1 and phone_id = $2 order by last_message_at"
    return await rows(rt, query, phone.organization_id, phone.id)


async def events(rt: Runtime, phone: Phone, type_: str | None = None) -> list[dict[str, Any]]:
    """Bodies of the organization's events about this phone."""
    query = "select body from events where organization_id = $1 order by created_at, id"
    bodies = [json.loads(row["body"]) for row in await rows(rt, query, phone.organization_id)]
    ours = [body for body in bodies if body["data"]["phoneNumberId"] == str(phone.id)]
    return [body for body in ours if type_ in (None, body["event"])]


async def letters(rt: Runtime, text: str) -> list[dict[str, Any]]:
    """Dead letters whose body holds the text."""
    return await rows(rt, "select * from dead_letters where position($1::bytea in body) > 0 order by id", text.encode())
