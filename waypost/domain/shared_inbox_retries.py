"""Sending a failed message again, as the same row: only what was sent from an inbox, and only after failures that may
pass. A message whose outcome is open is never sent again; it is `pending`, not `failed`."""

from functools import partial
from uuid import UUID

import msgspec

from .. import clock
from ..content import digits
from ..errors import Conflict, Invalid, NotFound
from ..meta import requests
from ..postgres.pool import Connection
from ..runtime import Runtime
from . import dispatch, idempotency, media, outbound, shared_inbox_sends
from .conversations import Thread
from .idempotency import Claim, Key
from .messages import Draft
from .outbound import Sent
from .phones import Phone
from .shared_inbox_sends import Errand, Kept


async def found(rt: Runtime, organization_id: UUID, phone_id: UUID, id_: UUID) -> Kept:
    """A message of ours on this number; raises NotFound."""
    async with rt.pool.connection() as conn:
        kept = await shared_inbox_sends.kept(conn, organization_id, phone_id, id_)
    if kept is None:
        raise NotFound.of("message", id_)
    return kept


async def retry(rt: Runtime, errand: Errand, id_: UUID, key: Key | None = None) -> Sent:
    """Hands a failed message to Meta once more; with a key, once for all who come with it. Raises NotFound, Conflict
    when it is not failed (any more), Invalid when it would fail again, and as `outbound.send`."""
    if key is None:
        return await _retry(rt, errand, id_, None)
    settled = partial(outbound.settled, rt, errand.organization_id)
    answer = await idempotency.once(rt, key, lambda claim: _retry(rt, errand, id_, claim), settled)
    return msgspec.convert(answer, Sent)


async def _retry(rt: Runtime, errand: Errand, id_: UUID, claim: Claim | None) -> Sent:
    kept = await found(rt, errand.organization_id, errand.phone_id, id_)
    message = _message(kept, id_)
    phone, token = await outbound.speaker(rt, errand.organization_id, errand.phone_id)
    await outbound.fits(rt, phone, message, errand)
    uploaded = await media.ids_of(rt, phone, token, message.links())
    until = dispatch.deadline()
    at = await dispatch.turn(rt, phone, digits(message.to or "") or str(message.to_user_id), until)
    await dispatch.approach(at)
    async with rt.pool.transaction() as conn:
        attempt = await _reopened(conn, errand, id_, kept, claim)
    rt.bell.ring([phone.organization_id])
    body = requests.message_body(message, id_, uploaded, attempt)
    return await outbound.hand_over(rt, _draft(phone, kept, id_), token, body, (at, until), uploaded)


async def _reopened(conn: Connection, errand: Errand, id_: UUID, kept: Kept, claim: Claim | None) -> int:
    attempt = await shared_inbox_sends.reopen(conn, errand, id_, kept.attempt)
    if attempt is None:
        raise _not_failed(id_, "pending")
    if claim is not None and claim.id not in await idempotency.begin(conn, [(claim, id_)]):
        raise Conflict("Another call with this Idempotency-Key took over; repeat the call for its answer.")
    return attempt


def _message(kept: Kept, id_: UUID) -> requests.Send:
    """What is to be sent, to the contact as they are known now."""
    if kept.status != "failed":
        raise _not_failed(id_, kept.status)
    if kept.body is None:
        raise Invalid("Only messages that were sent from the inbox in the last 30 days can be sent again from here.")
    if not shared_inbox_sends.may_be_repeated(kept.error):
        title = (kept.error or {}).get("title")
        raise Invalid(
            f"This message would fail again: {title}. Change it, or send another one.",
            details={"reason": "notRetryable", "messageId": str(id_), "error": kept.error},
        )
    message = requests.stored(kept.body)
    message.to, message.to_user_id = kept.contact_phone, None if kept.contact_phone else kept.contact_user_id
    return message


def _not_failed(id_: UUID, status: str) -> Conflict:
    return Conflict(
        f"This message is {status}; only a failed one can be sent again.",
        details={"reason": "notFailed", "messageId": str(id_), "status": status},
    )


def _draft(phone: Phone, kept: Kept, id_: UUID) -> Draft:
    thread = Thread(
        phone.organization_id, kept.conversation_id, phone.id, kept.contact_phone, kept.contact_user_id,
        kept.contact_name, 0, None, None, contact_username=kept.contact_username,
    )  # fmt: skip
    return Draft(phone, thread, id_, "outbound", kept.type, "{}", "pending", clock.now())
