"""What a notification may say, each as one value; JSON columns are texts."""

from datetime import datetime

import msgspec


class Written(msgspec.Struct, frozen=True):
    """A message between the business and a contact; `original` is Meta's whole object where `content` says less."""

    meta_phone_id: str
    wamid: str
    wa_id: str | None
    user_id: str | None
    name: str | None
    at: datetime | None
    type: str
    content: str
    context: str | None
    original: str | None
    username: str | None = None
    parent_user_id: str | None = None


class InboundMessage(Written, frozen=True):
    """The contact wrote."""


class Echo(Written, frozen=True):
    """The business wrote with the WhatsApp Business app; the contact is who it was sent to."""


class Imported(Written, frozen=True):
    """From the time before the number was connected; `status` as ours."""

    direction: str = "inbound"
    status: str = "delivered"


class StatusChange(msgspec.Struct, frozen=True):
    """A sent message moved on; `opaque` is what we attached to the send, `error` Meta's first error as JSON.

    `status` is one of ours, or `played`.
    """

    meta_phone_id: str
    wamid: str
    status: str
    at: datetime | None
    opaque: str | None
    wa_id: str | None
    user_id: str | None
    error: str | None
    pricing: str | None = None


class ContactCard(msgspec.Struct, frozen=True):
    """An entry of the contact book of the WhatsApp Business app was written (also changed), or removed: no name."""

    meta_phone_id: str
    wa_id: str | None
    user_id: str | None
    username: str | None
    name: str | None
    at: datetime | None


class AccountChange(msgspec.Struct, frozen=True):
    """Something about an account, a number or a template; `value` is the change's value as JSON."""

    meta_phone_id: str | None
    meta_waba_id: str | None
    field: str
    value: str
    at: datetime | None


class Unsupported(msgspec.Struct, frozen=True):
    """Something well signed that has no meaning here; kept with the reason."""

    meta_phone_id: str | None
    reason: str
    body: bytes


Fact = InboundMessage | Echo | Imported | StatusChange | ContactCard | AccountChange | Unsupported
