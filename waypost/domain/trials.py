"""Test deliveries: an ordinary delivery of a sample event to one webhook, by the same path as any other, but ahead of
what waits for it: who tests a webhook wants to know whether it works now."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from .. import clock, events
from ..errors import Invalid
from ..events import ALL, Event
from ..postgres.pool import Connection
from . import webhooks
from .webhooks import Webhook


async def send(conn: Connection, organization_id: UUID, webhook_id: UUID) -> tuple[UUID, datetime]:
    """Queues a sample of one of the webhook's own events; returns the delivery's id and the event's time. Raises
    NotFound, Invalid."""
    webhook = await webhooks.one(conn, organization_id, webhook_id)
    if not webhook.is_active:
        raise Invalid.field("isActive", "is false; switch the webhook on before testing it.")
    event = sample(organization_id, webhook)
    delivery_id = uuid4()
    await conn.execute(
        "insert into events (organization_id, id, type, waba_id, body, created_at, fanout, position)"
        " values ($1, $2, $3, $4, $5, $6, 1, null)",
        organization_id, event.id, event.type, webhook.waba_id, event.body, event.at,
    )  # fmt: skip
    await conn.execute(
        "insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at, attempts,"
        " ahead) values ($1, now(), $2, $3, $4, $5, $6, 0, true)",
        webhooks.shard_of(webhook_id), organization_id, webhook_id, delivery_id, event.id, event.at,
    )  # fmt: skip
    return delivery_id, event.at


def sample(organization_id: UUID, webhook: Webhook) -> Event:
    """A plausible event with made-up ids, marked `"test": true`."""
    type_ = webhook.events[0] if webhook.events[0] != ALL else events.EVENT_TYPES[0]
    data: Any = _connected() if type_ == "phone_number.connected" else _message(type_)
    return events.compose(type_, organization_id, webhook.waba_id, clock.now(), data, test=True)


def _connected() -> events.ConnectedData:
    return events.ConnectedData(
        onboarding_link_id=uuid4(), external_id="customer-123", phone_number_id=uuid4(), phone_number="+15550100",
        waba_id=uuid4(), meta_waba_id="100000000000001", is_phone_registered=True,
    )  # fmt: skip


def _message(type_: str) -> events.MessageData:
    inbound = type_ == "message.received"
    status = "sent" if type_ == "message.sent" else "delivered"
    now = clock.stamp(clock.now())
    return events.MessageData(
        message_id=uuid4(), conversation_id=uuid4(), phone_number_id=uuid4(), phone_number="+15550100",
        contact_phone="15550123", contact_user_id=None, contact_name="Test Contact",
        direction="inbound" if inbound else "outbound", type="text",
        content=msgspec.Raw(b'{"body":"This is a test delivery."}'), wamid="wamid.TEST", status=status,
        external_id="customer-123", error=None, context=None, timestamp=now,
        status_timestamps=msgspec.Raw(b"{}"), origin="contact" if inbound else "api",
    )  # fmt: skip
