"""Lengths and counts of messages that Meta's description leaves out or words otherwise, checked before the schema.

What has another shape than expected is passed over here: the schema says so afterwards.
"""

from collections.abc import Callable, Iterator
from typing import Any

from . import interactive
from .places import at
from .refusals import Refusal, invalid

TEXT_MAX = 4096
CAPTION_MAX = 1024
CONTACTS_MAX = 257
NAME_PARTS = ("first_name", "last_name", "middle_name", "suffix", "prefix")

Content = dict[str, Any]


def check(body: dict[str, Any]) -> None:
    """Raises the refusal of the first limit that the message breaks."""
    kind = body.get("type", "text")
    content = body.get(kind) if isinstance(kind, str) else None
    rule = RULES.get(kind) if isinstance(kind, str) else None
    if rule is not None and content is not None:
        rule(content)


def _text(content: Content) -> None:
    for text in _strings(content, "body"):
        if len(text) > TEXT_MAX:
            raise Refusal(100, f"Param text['body'] must be at most {TEXT_MAX} characters long.")
        if text and not text.strip():
            raise Refusal(100, "Param text['body'] must be non-empty.")


def _media(content: Content) -> None:
    for caption in _strings(content, "caption"):
        if len(caption) > CAPTION_MAX:
            raise invalid(f"Caption length invalid. Min length: 0, Max length: {CAPTION_MAX}")
    for link in _strings(content, "link"):
        if not link.startswith(("http://", "https://")):
            raise Refusal(100, details=f"'{link}' is not a valid URI.")


def _location(content: Content) -> None:
    for name, bound in (("latitude", 90), ("longitude", 180)):
        value = content.get(name) if isinstance(content, dict) else None
        if value is None:
            raise Refusal(131008, details=f"Parameter 'location['{name}']' is missing.")
        if not _within(value, bound):
            raise invalid(f"{name.title()} must be a number between -{bound} and {bound}")


def _within(value: Any, bound: int) -> bool:
    try:
        return not isinstance(value, bool) and -bound <= float(value) <= bound
    except (TypeError, ValueError):
        return False


def _contacts(content: Any) -> None:
    if not isinstance(content, list):
        return
    if not 1 <= len(content) <= CONTACTS_MAX:
        raise invalid(f"Invalid contacts count. Min allowed contacts: 1, Max allowed contacts: {CONTACTS_MAX}")
    for place, contact in enumerate(content):
        name = contact.get("name") if isinstance(contact, dict) else None
        if not isinstance(name, dict) or not name.get("formatted_name"):
            raise Refusal(131008, details=f"contacts[{place}]['name']['formatted_name'] is missing.")
        if not any(name.get(part) for part in NAME_PARTS):
            raise Refusal(
                131008, details=f"contacts[{place}]['name'] needs formatted_name and one of {', '.join(NAME_PARTS)}."
            )


def _reaction(content: Content) -> None:
    if isinstance(content, dict) and not content.get("message_id"):
        raise Refusal(131008, details="Parameter 'reaction['message_id']' is missing.")
    if isinstance(content, dict) and content.get("emoji") is None:
        raise Refusal(131008, details="Parameter 'reaction['emoji']' is missing.")
    for emoji in _strings(content, "emoji"):
        if emoji and (emoji.isascii() or len(emoji) > 16):
            raise invalid("Reaction must be exactly one emoji")


def _strings(content: Any, path: str) -> Iterator[str]:
    return (value for value in at(content, path) if isinstance(value, str))


RULES: dict[str, Callable[[Any], None]] = {
    "text": _text,
    **dict.fromkeys(("image", "video", "audio", "document", "sticker"), _media),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": interactive.check,
}
