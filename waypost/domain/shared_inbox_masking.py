"""What guests without `readDetails` may not learn: the contact's number, user id and username. Pure.

Everybody in an inbox gets names of messages that are ours in place of Meta's wamids, since a wamid spells the contact's
number in base64. What people wrote to each other, contact cards too, is theirs and stays; the contact's own number is
blotted out of it wherever it stands as plain digits, and a change of number is told without the numbers.
"""

import hashlib
import re
from typing import Any
from uuid import UUID

from ..content import MEDIA_TYPES, digits

ALIAS = re.compile(r"wamid\.([0-9a-f]{32})")
_DOTS = "•••• "
_LONG = re.compile(r"\+?[0-9][0-9 ()./-]{5,}[0-9]|\b[A-Z]{2}\.[A-Za-z0-9.]*[A-Za-z0-9]")
#: Fields of a system message that are Meta's names of people.
_NAMES = ("waId", "userId", "parentUserId", "customer", "identity", "username", "newWaId", "oldWaId")
_QUOTED = ("wamid", "forwarded", "frequentlyForwarded")


def alias_of(message_id: UUID) -> str:
    """The name by which a message is quoted, reacted to and answered in an inbox."""
    return f"wamid.{message_id.hex}"


def alias_of_unknown(wamid: str) -> str:
    """Of a message that is not stored here: the same for the same wamid, and leading nowhere. It has 0 where ids have
    their version, so that a page need not ask."""
    name = hashlib.sha256(wamid.encode()).hexdigest()
    return f"wamid.{name[:12]}0{name[13:32]}"


def message_of(alias: str) -> UUID | None:
    found = ALIAS.fullmatch(alias)
    return UUID(found[1]) if found else None


def number(phone: str | None) -> str | None:
    """`•••• 1234`."""
    return None if phone is None else _DOTS + digits(phone)[-4:]


def blotted(value: Any, phone: str | None) -> Any:
    """A JSON value in which the contact's own number is masked wherever its digits stand."""
    if not phone:
        return value
    if isinstance(value, str):
        return value.replace(phone, _DOTS + phone[-4:])
    if isinstance(value, list):
        return [blotted(each, phone) for each in value]
    if isinstance(value, dict):
        return {name: blotted(each, phone) for name, each in value.items()}
    return value


def content(type_: str, told: dict[str, Any], phone: str | None) -> dict[str, Any]:
    """The content of a message for those who may not see who the contact is."""
    if type_ == "system":
        kept = {name: value for name, value in told.items() if name not in _NAMES}
        if isinstance(kept.get("body"), str):
            kept["body"] = _LONG.sub(_dotted, kept["body"])
        told = kept
    return dict(blotted(told, phone))


def failure(error: dict[str, Any] | None) -> dict[str, Any] | None:
    """Meta's words about a failed message may name the number that the contact had then."""
    if error is None:
        return None
    return {name: _LONG.sub(_dotted, each) if isinstance(each, str) else each for name, each in error.items()}


def _dotted(found: re.Match[str]) -> str:
    return _DOTS.strip() if found[0][0].isalpha() else _DOTS + digits(found[0])[-4:]


def preview(type_: str, text: str | None, phone: str | None) -> str | None:
    if text is None:
        return None
    return str(content(type_, {"body": text}, phone)["body"])


def context(told: dict[str, Any] | None, aliases: dict[str, str]) -> dict[str, Any] | None:
    """Which message is answered, and that one was passed on; never by whom it was written."""
    if told is None:
        return None
    kept = {name: told[name] for name in _QUOTED if name in told}
    if isinstance(kept.get("wamid"), str):
        kept["wamid"] = aliases.get(kept["wamid"]) or alias_of_unknown(kept["wamid"])
    return kept


def addressed(type_: str, told: dict[str, Any], link_id: UUID, aliases: dict[str, str]) -> dict[str, Any]:
    """Content with this inbox's address of its file and our name of the message that it is about."""
    shown = dict(told)
    if isinstance(shown.get("wamid"), str):
        shown["wamid"] = aliases.get(shown["wamid"]) or alias_of_unknown(shown["wamid"])
    if type_ in MEDIA_TYPES:
        shown.pop("url", None)
        if media_id := shown.get("mediaId"):
            shown["mediaUrl"] = f"/inbox/{link_id}/api/media/{media_id}"
    return shown
