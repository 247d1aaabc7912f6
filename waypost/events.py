"""The events that customers' webhooks receive: their names, their JSON, their very bytes (which are what is signed)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from . import ids
from .clock import stamp

EventType = Literal["message.received", "message.sent", "message.status_updated", "phone_number.connected"]
EVENT_TYPES: tuple[EventType, ...] = (
    "message.received",
    "message.sent",
    "message.status_updated",
    "phone_number.connected",
)
ALL = "*"


class Event(msgspec.Struct, frozen=True):
    """A stored event; `body` is sent and signed byte for byte. `conversation_id` is whose order it keeps."""

    organization_id: UUID
    id: UUID
    type: str
    waba_id: UUID | None
    at: datetime
    body: bytes
    phone_id: UUID | None = None
    conversation_id: UUID | None = None


class MessageData(msgspec.Struct, rename="camel", kw_only=True):
    """`data` of the three message events."""

    message_id: UUID
    conversation_id: UUID
    phone_number_id: UUID
    phone_number: str
    contact_phone: str | None
    contact_user_id: str | None
    contact_name: str | None
    direction: str
    type: str
    content: msgspec.Raw
    wamid: str | None
    status: str
    external_id: str | None
    error: msgspec.Raw | None
    context: msgspec.Raw | None
    timestamp: str
    status_timestamps: msgspec.Raw
    origin: str
    contact_username: str | None = None
    pricing: msgspec.Raw | None = None


class ConnectedData(msgspec.Struct, rename="camel", kw_only=True):
    """`data` of phone_number.connected."""

    onboarding_link_id: UUID
    external_id: str | None
    phone_number_id: UUID
    phone_number: str
    waba_id: UUID
    meta_waba_id: str
    is_phone_registered: bool


class _Envelope(msgspec.Struct, rename="camel", omit_defaults=True):
    event: str
    timestamp: str
    organization_id: UUID
    event_id: UUID
    data: Any
    test: bool = False


_encoder = msgspec.json.Encoder()


def compose(
    type_: str, organization_id: UUID, waba_id: UUID | None, at: datetime, data: Any, *, test: bool = False
) -> Event:
    """A new event with its final bytes."""
    id_ = ids.timely()
    body = _encoder.encode(_Envelope(type_, stamp(at), organization_id, id_, data, test))
    conversation_id = data.conversation_id if isinstance(data, MessageData) else None
    return Event(
        organization_id, id_, type_, waba_id, at, body, getattr(data, "phone_number_id", None), conversation_id
    )
