"""Sending messages over the API, and marking what came as read."""

from typing import Annotated

import msgspec

from ..domain import idempotency, outbound, receipts
from ..domain.outbound import Sent
from ..domain.receipts import MarkedRead
from .door import Call


class MarkRead(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What goes with a read receipt; the body may be left out."""

    show_typing_indicator: Annotated[
        bool | None, msgspec.Meta(description="Shows that you are typing, for 25 seconds or until you send.")
    ] = None


async def send(call: Call) -> Sent:
    phone_id, text = call.ids["phone_id"], call.request.headers.get("idempotency-key")
    key = None if text is None else idempotency.key_of(call.organization_id, phone_id, text, call.body)
    return await outbound.send(call.rt, call.organization_id, phone_id, call.body, key)


async def mark_read(call: Call) -> MarkedRead:
    typing = bool(call.body.show_typing_indicator)
    return await receipts.mark_read(
        call.rt, call.organization_id, call.ids["phone_id"], call.texts["wamid"], typing_indicator=typing
    )
