"""Messages: shown, sent to the contact of a conversation, sent again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec

from .. import answers
from ..content import MEDIA_TYPES
from ..domain import (
    idempotency,
    outbound,
    shared_inbox_conversations,
    shared_inbox_masking,
    shared_inbox_messages,
    shared_inbox_retries,
)
from ..domain.idempotency import Key
from ..domain.shared_inbox_conversations import View
from ..domain.shared_inbox_messages import Message
from ..domain.shared_inbox_sends import Errand
from ..errors import Invalid, WaypostError
from ..meta.requests import Send
from .door import Call

LONGEST_CLIENT_ID = 100


async def one(call: Call) -> Message:
    return await _shown(call, call.ids["message_id"])


async def send(call: Call) -> Message:
    """The API's body with `conversationId` in place of a recipient. Its Idempotency-Key is this link's own."""
    body = answers.decode(dict[str, Any], await answers.body(call.request))
    call.guest.require(permission_for(body.get("type")))
    errand = _errand(call, body)
    key = _key(call, body)
    message = await _addressed(call, errand, body)
    with _discreet(call, message.to):
        sent = await outbound.send(call.rt, errand.organization_id, errand.phone_id, message, key, errand)
    return await _shown(call, sent.message_id)


async def retry(call: Call) -> Message:
    """A failed message, once more as the same row. Without an Idempotency-Key a repeated call finds it sent."""
    guest, id_ = call.guest, call.ids["message_id"]
    kept = await shared_inbox_retries.found(call.rt, guest.organization_id, guest.phone_id, id_)
    guest.require(permission_for(kept.type))
    errand = Errand(guest.organization_id, guest.phone_id, kept.conversation_id, guest.link_id, kept.client_id)
    given = "idempotency-key" in call.request.headers
    with _discreet(call, kept.contact_phone):
        await shared_inbox_retries.retry(call.rt, errand, id_, _key(call, {"retry": id_}) if given else None)
    return await _shown(call, id_)


def permission_for(type_: Any) -> str:
    """What it takes to send a type, known or not."""
    if type_ in MEDIA_TYPES:
        return "sendMedia"
    return {"text": "sendText", "template": "sendTemplates"}.get(str(type_), "sendAdvanced")


def _errand(call: Call, body: dict[str, Any]) -> Errand:
    for name in ("to", "toUserId"):
        if name in body:
            raise Invalid.field(name, "is not a known field here; give conversationId.")
    client_id = body.get("clientId")
    if client_id is not None and not (
        isinstance(client_id, str) and 1 <= len(client_id) <= LONGEST_CLIENT_ID and client_id.isprintable()
    ):
        raise Invalid.field("clientId", f"must be a string of 1 to {LONGEST_CLIENT_ID} printable characters.")
    try:
        conversation_id = UUID(body["conversationId"])
    except KeyError:
        raise Invalid.field("conversationId", "is required.") from None
    except (ValueError, AttributeError, TypeError):
        raise Invalid.field("conversationId", "must be the id of a conversation.") from None
    guest = call.guest
    return Errand(guest.organization_id, guest.phone_id, conversation_id, guest.link_id, client_id)


def _key(call: Call, body: dict[str, Any]) -> Key:
    """Keys of an inbox begin with a character that keys of the API cannot have, and with their link."""
    text = call.request.headers.get("idempotency-key")
    if text is None:
        raise Invalid.field("Idempotency-Key", "is required: a new key for each message, the same for its repetitions.")
    key = idempotency.key_of(call.guest.organization_id, call.guest.phone_id, text, body)
    return key._replace(text=f"\x1f{call.guest.link_id}\x1f{text}")


async def _addressed(call: Call, errand: Errand, body: dict[str, Any]) -> Send:
    """The message for the contact of its conversation; raises NotFound, Invalid."""
    view = call.view._replace(details=True)
    async with call.rt.pool.connection() as conn:
        thread = await shared_inbox_conversations.one(conn, view, errand.conversation_id)
    told = {name: value for name, value in body.items() if name not in ("conversationId", "clientId")}
    whom = {"to": thread.contact_phone} if thread.contact_phone else {"toUserId": thread.contact_user_id}
    message: Send = answers.decode(Send, msgspec.json.encode({**told, **whom}))  # type: ignore[arg-type]
    if message.links():
        field = message.links()[0].field
        raise Invalid.field(field, "cannot be used from an inbox; upload the file and give its mediaId.")
    await _name(call, view, message)
    return message


async def _name(call: Call, view: View, message: Send) -> None:
    """Messages that are quoted or reacted to get the names that Meta knows them by."""
    named = [("context.wamid", message.context)] if message.context is not None else []
    named += [("wamid", message)] if message.type == "reaction" else []  # type: ignore[list-item]
    for field, part in named:
        async with call.rt.pool.connection() as conn:
            part.wamid = await shared_inbox_messages.wamid_of(conn, view, field, part.wamid)


@contextmanager
def _discreet(call: Call, phone: str | None) -> Iterator[None]:
    """Meta's words about a recipient may name the number."""
    try:
        yield
    except WaypostError as problem:
        if not call.view.details:
            problem.message = str(shared_inbox_masking.blotted(problem.message, phone))
            problem.details = shared_inbox_masking.blotted(problem.details, phone)
        raise


async def _shown(call: Call, id_: UUID) -> Message:
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await shared_inbox_messages.one(conn, call.view, id_)
