"""One line that stands for a message in a list: its own words, in no language of ours.

A photo without a caption has no words, and its preview is None: whoever shows the list says "Photo" from the type.
"""

from collections.abc import Callable
from typing import Any

LONGEST = 100

Content = dict[str, Any]


def preview(type_: str, content: Content) -> str | None:
    """At most 100 characters on one line, ending in `…` where they were cut; None for a message without words."""
    words = " ".join((_KINDS.get(type_, _first)(content) or "").split())
    if len(words) > LONGEST:
        words = words[: LONGEST - 1].rstrip() + "…"
    return words or None


def _first(content: Content) -> str | None:
    """The first of the places where one type or another keeps its words."""
    for name in ("body", "bodyText", "text", "caption", "title", "emoji", "name", "templateName", "filename"):
        if words := _words(content.get(name)):
            return words
    return None


def _words(value: Any) -> str | None:
    """A text, or what an object such as `{"text": …}` or `{"body": …}` holds."""
    if isinstance(value, dict):
        value = value.get("text") or value.get("body") or value.get("title")
    return value if isinstance(value, str) and value.strip() else None


def _interactive(content: Content) -> str | None:
    """What was chosen of a button, a list or a form, else the words of the question."""
    for name in ("buttonReply", "listReply", "nfmReply"):
        if words := _words(content.get(name)):
            return words
    return _first(content)


def _edit(content: Content) -> str | None:
    """What the message says now."""
    type_, now = content.get("type"), content.get("content")
    return preview(type_, now) if isinstance(type_, str) and isinstance(now, dict) else None


def _location(content: Content) -> str | None:
    named = _words(content.get("name")) or _words(content.get("address"))
    latitude, longitude = content.get("latitude"), content.get("longitude")
    return named or (f"{latitude}, {longitude}" if latitude is not None and longitude is not None else None)


def _contacts(content: Content) -> str | None:
    cards = content.get("contacts")
    names = [card.get("name") for card in cards if isinstance(card, dict)] if isinstance(cards, list) else []
    full = [name.get("formattedName") for name in names if isinstance(name, dict)]
    return ", ".join(name for name in full if isinstance(name, str))


_KINDS: dict[str, Callable[[Content], str | None]] = {
    "interactive": _interactive,
    "edit": _edit,
    "location": _location,
    "contacts": _contacts,
}
