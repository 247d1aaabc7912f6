"""What a message says, by its type: Meta's object → our content. docs/receiving.md shows each.

A type that Meta adds tomorrow keeps Meta's own object as its content.
"""

from collections.abc import Callable
from typing import Any, cast

import msgspec

from ...content import MEDIA_TYPES, TYPE_NAME
from .statuses import failure
from .values import camel, camel_name, entries, section, without_nothing, word

Content = dict[str, Any]

#: Everything that the frame of a message says is in its own columns.
_FRAME = frozenset({
    "id", "timestamp", "type", "context", "recipient_type", "history_context", "from", "from_user_id",
    "from_parent_user_id", "to", "to_user_id", "to_parent_user_id",
})  # fmt: skip
#: Types whose content repeats all of Meta's object that lasts (a media `url` lives five minutes), by its keys.
_TOLD_KEYS: dict[str, set[str]] = {
    "text": {"body"},
    "location": {"latitude", "longitude", "name", "address", "url"},
    "button": {"text", "payload"},
    "reaction": {"message_id", "emoji"},
    "revoke": {"original_message_id"},
}
_MEDIA_KEYS = {"id", "mime_type", "sha256", "caption", "filename", "voice", "animated", "url"}
_TOLD_KEYS |= {type_: _MEDIA_KEYS for type_ in MEDIA_TYPES}
_TOLD = {type_: (keys, _FRAME | {type_}) for type_, keys in _TOLD_KEYS.items()}


def type_of(message: Any) -> str:
    """Meta's name of the type, as far as it is one."""
    given = word(message, "type") or ""
    return given if TYPE_NAME.fullmatch(given) else "unsupported"


def content_of(type_: str, message: dict[str, Any]) -> tuple[Content, bool]:
    """The stored content, and whether it says everything that Meta's object said."""
    payload = message.get(type_)
    content = _KINDS.get(type_, _other)(payload, message)
    if "errors" in message:
        content = {**content, **_errors(message)}
    if referral := section(message, "referral"):
        content = {**content, "referral": camel(referral)}
    keys = _TOLD.get(type_)
    whole = keys is not None and isinstance(payload, dict) and payload.keys() <= keys[0] and message.keys() <= keys[1]
    return content, whole


def context_of(message: dict[str, Any]) -> Content | None:
    """What a message answers, or that it was passed on: `{wamid, from, forwarded, frequentlyForwarded, …}`."""
    renamed = dict(section(message, "context"))
    if not renamed:
        return None
    if "id" in renamed:
        renamed["wamid"] = renamed.pop("id")
    return cast(Content, camel(renamed))


def _text(payload: Any, message: dict[str, Any]) -> Content:
    """A tap on an ad may bring a text that is only a referral."""
    body = payload.get("body") if isinstance(payload, dict) else None
    return {"body": body if isinstance(body, str) else ""}


def _media(payload: Any, message: dict[str, Any]) -> Content:
    if not isinstance(payload, dict):
        return _other(payload, message)
    words = {ours: word(payload, theirs) for ours, theirs in _MEDIA_WORDS}
    flags = {name: payload[name] for name in ("voice", "animated") if isinstance(payload.get(name), bool)}
    return {**without_nothing(words), **flags}


_MEDIA_WORDS = (
    ("mediaId", "id"),
    ("mimeType", "mime_type"),
    ("sha256", "sha256"),
    ("caption", "caption"),
    ("filename", "filename"),
)


def _contacts(payload: Any, message: dict[str, Any]) -> Content:
    origin = word(message, "origin")
    return without_nothing({"contacts": camel(entries(message, "contacts")), "origin": origin})


def _interactive(payload: Any, message: dict[str, Any]) -> Content:
    """A kind that is not known keeps Meta's spelling: nothing is known about what its names mean."""
    kind = word(payload, "type") or ""
    reply = section(payload, kind)
    if kind == "nfm_reply":
        return {"type": kind, "nfmReply": _flow_reply(reply)}
    if kind in ("button_reply", "list_reply", "call_permission_reply"):
        return {"type": kind, camel_name(kind): camel(reply)}
    return _other(payload, message)


def _flow_reply(reply: dict[str, Any]) -> Content:
    """A Flow's answers are the business's own names, so they stay as they are; they may not be an object at all."""
    told = {name: value for name, value in camel(reply).items() if name != "responseJson"}
    given = reply.get("response_json")
    try:
        answers = msgspec.json.decode(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        answers = None
    if isinstance(answers, dict):
        return {**told, "response": answers}
    return told if given is None else {**told, "responseJson": given}


def _reaction(payload: Any, message: dict[str, Any]) -> Content:
    """Taken back: the emoji is null."""
    return {"emoji": word(payload, "emoji"), "wamid": word(payload, "message_id")}


def _edit(payload: Any, message: dict[str, Any]) -> Content:
    changed = section(payload, "message")
    type_ = type_of(changed)
    return {
        "wamid": word(payload, "original_message_id"),
        "type": type_,
        "content": content_of(type_, changed)[0] if type_ != "edit" else {},
    }


def _revoke(payload: Any, message: dict[str, Any]) -> Content:
    return {"wamid": word(payload, "original_message_id")}


def _system(payload: Any, message: dict[str, Any]) -> Content:
    identity = section(message, "identity")
    told = camel(payload) if isinstance(payload, dict) else {}
    return {**told, **({"identity": camel(identity)} if identity else {})}


def _unsupported(payload: Any, message: dict[str, Any]) -> Content:
    """The kind that Meta could not pass on, if it says so."""
    return without_nothing({"type": word(payload, "type")})


def _camel(payload: Any, message: dict[str, Any]) -> Content:
    return camel(payload) if isinstance(payload, dict) else _other(payload, message)


def _other(payload: Any, message: dict[str, Any]) -> Content:
    if isinstance(payload, dict):
        return payload
    return {} if payload is None else {type_of(message): payload}


def _errors(message: dict[str, Any]) -> Content:
    errors = [failure(error) for error in entries(message, "errors") if isinstance(error, dict)]
    return {"errors": errors} if errors else {}


_KINDS: dict[str, Callable[[Any, dict[str, Any]], Content]] = {
    "text": _text,
    **dict.fromkeys(MEDIA_TYPES, _media),
    "location": _camel,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _camel,
    "reaction": _reaction,
    "order": _camel,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "unsupported": _unsupported,
}
