"""The whole body: every entry × change × message × status × echo is visited, and what is around a mishap is still read.

Shapes: Meta's webhook reference, `entry[].changes[].value`.
"""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from . import accounts, coexistence
from .facts import Fact, Unsupported
from .messages import inbound
from .statuses import status
from .values import encode, entries, section, word

#: What a change of field `messages` holds besides its messages and statuses, and is understood.
_FRAME_KEYS = frozenset({"messaging_product", "metadata", "contacts"})
#: Fields that are known and have no place here.
_ELSEWHERE = {
    "standby": "another app owns these conversations",
    "messaging_handovers": "conversations are not shared between apps",
    "calls": "voice calls have no place here",
    **dict.fromkeys(
        ("group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update"),
        "a conversation here is with one contact",
    ),
}


def facts_of(body: bytes) -> list[Fact]:
    """Every fact in a notification; a body that is not one at all is a single Unsupported."""
    try:
        return _facts_of_root(_decoded(body), body)
    except RecursionError:
        return [Unsupported(None, "nested too deeply", body)]
    except ValueError as error:
        return [Unsupported(None, f"not JSON: {error}", body)]


def _decoded(body: bytes) -> Any:
    """The JSON value; half a surrogate pair, such as a name cut in the middle of an emoji, becomes U+FFFD.

    Raises ValueError (msgspec's and Unicode's errors are some), RecursionError.
    """
    try:
        return msgspec.json.decode(body)
    except ValueError:
        text = json.dumps(json.loads(body.decode(errors="replace")), ensure_ascii=False)
        return msgspec.json.decode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _facts_of_root(root: Any, body: bytes) -> list[Fact]:
    given = entries(root, "entry")
    if not isinstance(root, dict) or not given:
        return [Unsupported(None, "not a notification: it has no entry", body)]
    found: list[Fact] = []
    for entry in given:
        changes = entries(entry, "changes")
        for change in changes:
            found += _facts_of_change(entry, change)
        if not changes:
            found.append(Unsupported(None, "an entry without changes", encode(entry)))
    return found


def _facts_of_change(entry: Any, change: Any) -> list[Fact]:
    field = word(change, "field")
    phone = word(section(section(change, "value"), "metadata"), "phone_number_id")
    if field in accounts.FIELDS and section(change, "value"):
        return [accounts.account_change(entry, change, field)]
    read = _OF_A_PHONE.get(field or "")
    if read is None or not phone:
        reason = "no metadata.phone_number_id" if read else f"field {(field or '?')[:64]} is not handled"
        because = _ELSEWHERE.get(field or "")
        return [Unsupported(phone, f"{reason}: {because}" if because else reason, encode(change))]
    return read(phone, change)


def _messages(phone: str, change: dict[str, Any]) -> list[Fact]:
    value = section(change, "value")
    contacts = [contact for contact in entries(value, "contacts") if isinstance(contact, dict)]
    messages, statuses = entries(value, "messages"), entries(value, "statuses")
    found: list[Fact] = [inbound(phone, message, index, contacts) for index, message in enumerate(messages)]
    found += [status(phone, given) for given in statuses]
    if not messages and not statuses:
        found.append(Unsupported(phone, _why_empty(value), encode(change)))
    elif rest := _unread(value):
        reason = f"{', '.join(sorted(rest))[:64]} beside messages or statuses"
        found.append(Unsupported(phone, reason, encode({**change, "value": {"metadata": value["metadata"], **rest}})))
    return found


def _why_empty(value: dict[str, Any]) -> str:
    """Errors alone are about the app, the account or the system; Meta's own code tells which."""
    codes = [word(error, "code") or "?" for error in entries(value, "errors")]
    return f"errors without a message: {', '.join(codes)}"[:128] if codes else "neither messages nor statuses"


def _unread(value: dict[str, Any]) -> dict[str, Any]:
    """What a change says beyond its messages and statuses, such as `errors`, or a list that is none."""
    return {
        name: given
        for name, given in value.items()
        if given and name not in _FRAME_KEYS and not (name in ("messages", "statuses") and isinstance(given, list))
    }


_OF_A_PHONE: dict[str, Callable[[str, dict[str, Any]], list[Fact]]] = {
    "messages": _messages,
    "smb_message_echoes": coexistence.echoes,
    "history": coexistence.history,
    "smb_app_state_sync": coexistence.contact_book,
}
