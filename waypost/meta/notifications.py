"""Meta's notification body → facts. Pure, and lenient: what it does not know it returns as Unsupported, never drops.

Shapes: Meta's webhook reference, `entry[].changes[].value`; every entry × change × message × status is visited.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from .. import clock
from ..content import TYPE_NAME, USER_ID, digits


class InboundMessage(msgspec.Struct, frozen=True):
    """A customer wrote; `content` is JSON, `original` Meta's whole object where `content` does not say it all."""

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


class StatusChange(msgspec.Struct, frozen=True):
    """A sent message moved on; `opaque` is what we attached to the send, `error` Meta's first error as JSON."""

    meta_phone_id: str
    wamid: str
    status: str
    at: datetime | None
    opaque: str | None
    wa_id: str | None
    user_id: str | None
    error: str | None


class Unsupported(msgspec.Struct, frozen=True):
    """Something well signed that has no meaning here yet; kept with the reason."""

    meta_phone_id: str | None
    reason: str
    body: bytes


Fact = InboundMessage | StatusChange | Unsupported

STATUSES = frozenset({"sent", "delivered", "read", "failed"})
#: What a change of field `messages` holds besides its messages and statuses, and is understood.
_FRAME_KEYS = frozenset({"messaging_product", "metadata", "contacts"})
_TEXT_KEYS = frozenset(
    {"from", "from_user_id", "from_parent_user_id", "id", "timestamp", "type", "text", "context", "recipient_type"}
)


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
    entries = _list(root, "entry")
    if not isinstance(root, dict) or not entries:
        return [Unsupported(None, "not a notification: it has no entry", body)]
    found: list[Fact] = []
    for entry in entries:
        changes = _list(entry, "changes")
        for change in changes:
            found += _facts_of_change(change)
        if not changes:
            found.append(Unsupported(None, "an entry without changes", _encode(entry)))
    return found


def _facts_of_change(change: Any) -> list[Fact]:
    field, value = _text(change, "field"), _dict(change, "value")
    phone = _text(_dict(value, "metadata"), "phone_number_id")
    if field != "messages" or not phone:
        reason = f"field {(field or '?')[:64]} is not handled" if field != "messages" else "no metadata.phone_number_id"
        return [Unsupported(phone, reason, _encode(change))]
    contacts = [contact for contact in _list(value, "contacts") if isinstance(contact, dict)]
    messages, statuses = _list(value, "messages"), _list(value, "statuses")
    found = [_message(phone, message, _contact_of(message, index, contacts)) for index, message in enumerate(messages)]
    found += [_status(phone, status) for status in statuses]
    if not messages and not statuses:
        found.append(Unsupported(phone, "neither messages nor statuses", _encode(change)))
    elif rest := _unread(value):
        reason = f"{', '.join(sorted(rest))[:64]} beside messages or statuses"
        found.append(Unsupported(phone, reason, _encode({**change, "value": {"metadata": value["metadata"], **rest}})))
    return found


def _unread(value: dict[str, Any]) -> dict[str, Any]:
    """What a change says beyond its messages and statuses, such as `errors`, or a list that is none."""
    return {
        name: given
        for name, given in value.items()
        if given and name not in _FRAME_KEYS and not (name in ("messages", "statuses") and isinstance(given, list))
    }


def _contact_of(message: Any, index: int, contacts: list[dict[str, Any]]) -> dict[str, Any]:
    """`contacts[]` may be shorter than `messages[]`: match by id, then by place, then take the only one."""
    names = {name for name in (_text(message, "from"), _text(message, "from_user_id")) if name}
    for contact in contacts:
        if names & {_text(contact, "wa_id"), _text(contact, "user_id")}:
            return contact
    if names and contacts and all(_text(contact, "wa_id") or _text(contact, "user_id") for contact in contacts):
        return {}
    if index < len(contacts):
        return contacts[index]
    return contacts[0] if len(contacts) == 1 else {}


def _message(phone: str, message: Any, contact: dict[str, Any]) -> Fact:
    wamid = _text(message, "id")
    wa_id, user_id = _identity(
        (_text(message, "from"), _text(contact, "wa_id")), (_text(message, "from_user_id"), _text(contact, "user_id"))
    )
    if not wamid or not (wa_id or user_id):
        return Unsupported(phone, "a message without id or sender", _encode(message))
    type_ = _text(message, "type") or "unsupported"
    if not TYPE_NAME.fullmatch(type_):
        type_ = "unsupported"
    content, whole = _content(type_, message)
    context = _dict(message, "context")
    return InboundMessage(
        meta_phone_id=phone,
        wamid=wamid,
        wa_id=wa_id,
        user_id=user_id,
        name=_clean(_text(_dict(contact, "profile"), "name")),
        at=clock.from_meta(message.get("timestamp")),
        type=type_,
        content=_json(content),
        context=_json(_context(context)) if context else None,
        original=None if whole else _json(message),
    )


def _content(type_: str, message: dict[str, Any]) -> tuple[Any, bool]:
    """The stored content, and whether it says everything that Meta's object said."""
    payload = message.get(type_)
    if type_ == "text" and isinstance(payload, dict) and isinstance(payload.get("body"), str):
        return {"body": payload["body"]}, len(payload) == 1 and message.keys() <= _TEXT_KEYS
    if isinstance(payload, dict):
        return payload, False
    if payload is not None:
        return {type_: payload}, False
    return {name: message[name] for name in ("errors", "system", "identity") if name in message}, False


def _context(context: dict[str, Any]) -> dict[str, Any]:
    renamed = dict(context)
    if "id" in renamed:
        renamed["wamid"] = renamed.pop("id")
    return renamed


def _status(phone: str, status: Any) -> Fact:
    wamid, state = _text(status, "id"), _text(status, "status")
    if not wamid or state not in STATUSES:
        kind = (state or "?")[:64]
        return Unsupported(phone, f"a status without id, or of an unknown kind: {kind}", _encode(status))
    errors = [error for error in _list(status, "errors") if isinstance(error, dict)]
    wa_id, user_id = _identity((_text(status, "recipient_id"),), (_text(status, "recipient_user_id"),))
    return StatusChange(
        meta_phone_id=phone,
        wamid=wamid,
        status=state,
        at=clock.from_meta(status.get("timestamp")),
        opaque=_text(status, "biz_opaque_callback_data"),
        wa_id=wa_id,
        user_id=user_id,
        error=_json(failure(errors[0])) if errors else None,
    )


def failure(error: dict[str, Any]) -> dict[str, Any]:
    """Meta's error object, as customers see it in `error`."""
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else error.get("details")
    title = error.get("title") or error.get("message")
    return {"code": error.get("code"), "title": title, "message": error.get("message") or title, "details": details}


def _identity(numbers: Iterable[str | None], user_ids: Iterable[str | None]) -> tuple[str | None, str | None]:
    """(number, user id) from what may hold them, best first: Meta's `from` and `wa_id` may carry a user id instead."""
    given = [number for number in numbers if number]
    wa_ids = (digits(number) for number in given if not USER_ID.fullmatch(number))
    named = [*(id_ for id_ in user_ids if id_), *(number for number in given if USER_ID.fullmatch(number))]
    return next((number for number in wa_ids if number), None), named[0] if named else None


def _encode(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _list(owner: Any, name: str) -> list[Any]:
    found = owner.get(name) if isinstance(owner, dict) else None
    return found if isinstance(found, list) else []


def _dict(owner: Any, name: str) -> dict[str, Any]:
    found = owner.get(name) if isinstance(owner, dict) else None
    return found if isinstance(found, dict) else {}


def _text(owner: Any, name: str) -> str | None:
    found = owner.get(name) if isinstance(owner, dict) else None
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found.replace("\x00", "") or None if isinstance(found, str) else None


def _clean(name: str | None) -> str | None:
    """A profile name as PostgreSQL can hold it."""
    return name.strip()[:512] or None if name else None
