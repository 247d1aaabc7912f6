"""An organization's feed without a gateway: events published in as many transactions as a test wants."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.messages.tenants import runtime
from waypost import clock, events
from waypost.domain import feed, webhooks
from waypost.domain.feed import BEGINNING, Page, Place, Wanted
from waypost.runtime import Runtime


@pytest.fixture(scope="module")
async def rt(dsn: str) -> AsyncIterator[Runtime]:
    async with AsyncExitStack() as stack:
        yield await runtime(stack, dsn, pool_size=16)


@pytest.fixture
async def organization_id(rt: Runtime) -> UUID:
    id_ = uuid4()
    async with rt.pool.connection() as conn:
        await conn.execute("insert into organizations (id, name) values ($1, 'Acme')", id_)
    return id_


async def write(
    conn: Any, organization_id: UUID, number: int, type_: str = "message.sent", phone_id: UUID | None = None,
    at: datetime | None = None,
) -> UUID:  # fmt: skip
    """An event whose body tells its number."""
    event = events.compose(type_, organization_id, None, at or clock.instant(), {"number": number})
    await webhooks.publish(conn, [event if phone_id is None else _of(event, phone_id)])
    return event.id


def _of(event: events.Event, phone_id: UUID) -> events.Event:
    return events.Event(
        event.organization_id, event.id, event.type, event.waba_id, event.at, event.body, phone_id, None
    )  # fmt: skip


async def page(rt: Runtime, organization_id: UUID, after: Place = BEGINNING, limit: int = 50, **wanted: Any) -> Page:
    return await feed.read(rt, Wanted(organization_id, after, limit, **wanted))
