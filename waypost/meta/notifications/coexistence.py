"""Numbers that are also in the WhatsApp Business app: what was written there, what was before, the contact book."""

from typing import Any

from ... import clock
from ...content import digits
from .facts import ContactCard, Fact, Unsupported
from .messages import echo, imported
from .people import Person, clean, identity, person, username
from .values import encode, entries, section, word

#: Meta's word for how far a message of the past came → ours; one that still waits is not ours to send.
_PAST = {"ERROR": "failed", "DELIVERED": "delivered", "READ": "read", "PLAYED": "read"}


def echoes(phone: str, change: Any) -> list[Fact]:
    """Field `smb_message_echoes`."""
    value = section(change, "value")
    contacts = [contact for contact in entries(value, "contacts") if isinstance(contact, dict)]
    given = entries(value, "message_echoes")
    if not given:
        return [Unsupported(phone, "echoes without messages", encode(change))]
    return [echo(phone, message, index, contacts) for index, message in enumerate(given)]


def history(phone: str, change: Any) -> list[Fact]:
    """Field `history`: chunks of threads, or the media of messages that came as placeholders, or a refusal."""
    value = section(change, "value")
    number = digits(word(section(value, "metadata"), "display_phone_number") or "")
    found: list[Fact] = []
    for chunk in entries(value, "history"):
        found += [_declined(phone, error) for error in entries(chunk, "errors")]
        for thread in entries(chunk, "threads"):
            found += _thread(phone, number, thread)
    contacts = [contact for contact in entries(value, "contacts") if isinstance(contact, dict)]
    for side, name in (("from", "messages"), ("to", "message_echoes")):
        for index, message in enumerate(entries(value, name)):
            who = person(message, index, contacts, side)
            found.append(imported(phone, message, who, ours=side == "to", status=_past(message, side == "to")))
    return found or [Unsupported(phone, "history without messages", encode(change))]


def contact_book(phone: str, change: Any) -> list[Fact]:
    """Field `smb_app_state_sync`."""
    given = entries(section(change, "value"), "state_sync")
    return [_card(phone, entry) for entry in given] or [
        Unsupported(phone, "a contact book without entries", encode(change))
    ]


def _thread(phone: str, number: str, thread: Any) -> list[Fact]:
    known = section(thread, "context")
    wa_id, user_id = identity((word(known, "wa_id"), word(thread, "id")), (word(known, "user_id"),))
    who = Person(wa_id, user_id, None, username(word(known, "username")), None)
    found: list[Fact] = []
    for message in entries(thread, "messages"):
        ours = _is_ours(message, number, who)
        found.append(imported(phone, message, who, ours=ours, status=_past(message, ours)))
    return found


def _is_ours(message: Any, number: str, who: Person) -> bool:
    sender = word(message, "from") or word(message, "from_user_id") or ""
    if number and digits(sender) == number:
        return True
    return sender not in (who.wa_id, who.user_id) and digits(sender) != who.wa_id


def _past(message: Any, ours: bool) -> str:
    told = (word(section(message, "history_context"), "status") or "").upper()
    return _PAST.get(told, "sent") if ours else "delivered"


def _declined(phone: str, error: Any) -> Unsupported:
    return Unsupported(phone, f"the history is not shared: {(word(error, 'code') or '?')[:64]}", encode(error))


def _card(phone: str, entry: Any) -> Fact:
    contact, action = section(entry, "contact"), word(entry, "action")
    wa_id, user_id = identity((word(contact, "phone_number"),), (word(contact, "user_id"),))
    if word(entry, "type") != "contact" or action not in ("add", "remove") or not (wa_id or user_id):
        return Unsupported(phone, "an entry of the contact book that is none", encode(entry))
    name = clean(word(contact, "full_name") or word(contact, "first_name"))
    at = clock.from_meta(section(entry, "metadata").get("timestamp"))
    return ContactCard(
        phone, wa_id, user_id, username(word(contact, "username")), name if action == "add" else None, at
    )
