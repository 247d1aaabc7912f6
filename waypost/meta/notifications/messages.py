"""One message object → a fact: of the contact, of the business's own app, or of the time before."""

from collections.abc import Sequence
from typing import Any, TypeVar

from ... import clock
from .facts import Echo, Imported, InboundMessage, Unsupported, Written
from .kinds import content_of, context_of, type_of
from .people import Person, identity, person
from .values import as_json, encode, section, word

K = TypeVar("K", bound=Written)

#: What WhatsApp says of itself when a contact becomes reachable by another number or id.
CHANGES = ("user_changed_number", "user_changed_user_id")


def inbound(phone: str, message: Any, index: int, contacts: Sequence[dict[str, Any]]) -> InboundMessage | Unsupported:
    return _fact(InboundMessage, phone, message, _sender(message, index, contacts))


def echo(phone: str, message: Any, index: int, contacts: Sequence[dict[str, Any]]) -> Echo | Unsupported:
    return _fact(Echo, phone, message, person(message, index, contacts, "to"))


def imported(phone: str, message: Any, who: Person, *, ours: bool, status: str) -> Imported | Unsupported:
    return _fact(Imported, phone, message, who, direction="outbound" if ours else "inbound", status=status)


def _fact(kind: type[K], phone: str, message: Any, who: Person, **more: Any) -> K | Unsupported:
    wamid = word(message, "id")
    if not wamid or not (who.wa_id or who.user_id):
        return Unsupported(phone, "a message without id or sender", encode(message))
    if reason := _foreign(message):
        return Unsupported(phone, reason, encode(message))
    type_ = type_of(message)
    content, whole = content_of(type_, message)
    context = context_of(message)
    return kind(
        meta_phone_id=phone,
        wamid=wamid,
        wa_id=who.wa_id,
        user_id=who.user_id,
        name=who.name,
        at=clock.from_meta(message.get("timestamp")),
        type=type_,
        content=as_json(content),
        context=as_json(context) if context else None,
        original=None if whole else as_json(message),
        username=who.username,
        parent_user_id=who.parent_user_id,
        **more,
    )


def _foreign(message: Any) -> str | None:
    """Why a message is none of a thread between the business and one contact."""
    if message.get("group_id"):
        return "messages of groups are not handled"
    return "request_welcome says only that a chat was opened" if message.get("type") == "request_welcome" else None


def _sender(message: Any, index: int, contacts: Sequence[dict[str, Any]]) -> Person:
    """Of a change of number or id the sender is who the contact was before, which `from` need not say."""
    who = person(message, index, contacts)
    system = section(message, "system")
    if not system or message.get("type") != "system" or word(system, "type") not in CHANGES:
        return who
    following = identity((word(system, "wa_id"),), (word(system, "user_id"),))
    number = who.wa_id if who.wa_id != following[0] else None
    user_id = word(system, "previous_user_id") or (who.user_id if who.user_id != following[1] else None)
    if not (number or user_id):
        number, user_id = who.wa_id or following[0], who.user_id or following[1]
    return Person(number, user_id, word(system, "previous_parent_user_id"), None, who.name)
