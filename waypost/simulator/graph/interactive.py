"""Interactive messages: lengths and counts by kind, and the rules between their parts."""

from collections.abc import Callable
from typing import Any

from .places import at, first
from .refusals import Refusal, invalid

#: (kind, way to the text, what Meta calls it, shortest, longest). "" is every kind.
LENGTHS: tuple[tuple[str, str, str, int, int], ...] = (
    ("", "header.text", "Header text", 1, 60),
    ("", "footer.text", "Footer text", 1, 60),
    ("button", "action.buttons.*.reply.title", "Button title", 1, 20),
    ("button", "action.buttons.*.reply.id", "Button id", 1, 256),
    ("list", "action.button", "List button", 1, 20),
    ("list", "action.sections.*.title", "Section title", 1, 24),
    ("list", "action.sections.*.rows.*.id", "Row id", 1, 200),
    ("list", "action.sections.*.rows.*.title", "Row title", 1, 24),
    ("list", "action.sections.*.rows.*.description", "Row description", 0, 72),
    ("cta_url", "action.parameters.display_text", "Display text", 1, 20),
    ("flow", "action.parameters.flow_cta", "Flow CTA", 1, 30),
    ("product_list", "action.sections.*.title", "Section title", 1, 24),
    ("carousel", "action.cards.*.body.text", "Card body text", 1, 160),
    ("carousel", "action.cards.*.action.parameters.display_text", "Display text", 1, 20),
    ("carousel", "action.cards.*.action.buttons.*.quick_reply.title", "Button title", 1, 20),
    ("carousel", "action.cards.*.action.buttons.*.quick_reply.id", "Button id", 1, 256),
    ("voice_call", "action.parameters.display_text", "Display text", 1, 20),
)
#: (kind, way to the list, what is counted, fewest, most)
COUNTS: tuple[tuple[str, str, str, int, int], ...] = (
    ("button", "action.buttons", "buttons", 1, 3),
    ("list", "action.sections", "sections", 1, 10),
    ("product_list", "action.sections", "sections", 1, 10),
    ("carousel", "action.cards", "cards", 2, 10),
)
#: (kind, ways to lists of items, together at most, what they are)
TOTALS = (
    ("list", "action.sections.*.rows.*", 10, "rows"),
    ("product_list", "action.sections.*.product_items.*", 30, "products"),
)
#: (kind, way to values no two of which are alike, what Meta calls them)
UNIQUE = (
    ("button", "action.buttons.*.reply.id", "button ids"),
    ("button", "action.buttons.*.reply.title", "button titles"),
    ("list", "action.sections.*.rows.*.id", "row ids"),
)
#: (kind, way to an address)
ADDRESSES = (
    ("cta_url", "action.parameters.url"),
    ("carousel", "action.cards.*.action.parameters.url"),
)
BODY_MAX = {"list": 4096}
#: Kinds whose body may be left out, and what headers kinds take when not all four.
BODILESS = frozenset({"product", "call_permission_request"})
HEADERS: dict[str, tuple[str, ...]] = {
    "list": ("text",),
    "product_list": ("text",),
    "product": (),
    "catalog_message": (),
    "carousel": (),
    "location_request_message": (),
}
LINE_BREAKS_MAX = 2


def check(content: Any) -> None:
    """Raises the refusal of the first limit that the interactive object breaks."""
    kind = content.get("type") if isinstance(content, dict) else None
    if not isinstance(kind, str):
        return
    _body(kind, content)
    _header(kind, content)
    _lengths(kind, content)
    _counts(kind, content)
    for of, path in ADDRESSES:
        if of == kind and not all(str(url).startswith(("http://", "https://")) for url in at(content, path)):
            raise invalid("Url is invalid. It must begin with http:// or https://")
    if kind in PARTS:
        PARTS[kind](content)


def _body(kind: str, content: dict[str, Any]) -> None:
    text = first(content, "body.text")
    longest = BODY_MAX.get(kind, 1024)
    if isinstance(text, str) and not 1 <= len(text) <= longest:
        raise invalid(f"Body text length invalid. Min length: 1, Max length: {longest}")
    if text is None and kind not in BODILESS:
        raise Refusal(131008, details="Parameter 'interactive['body']['text']' is missing.")


def _header(kind: str, content: dict[str, Any]) -> None:
    header = content.get("header")
    if kind == "product_list" and header is None:
        raise Refusal(131008, details="Parameter 'interactive['header']' is mandatory for type 'product_list'")
    if not isinstance(header, dict):
        return
    if kind in HEADERS and header.get("type") not in HEADERS[kind]:
        raise invalid(f"Header of type {header.get('type')} is not allowed for interactive type '{kind}'")
    if header.get("type") not in header:
        raise Refusal(131008, details=f"Parameter 'interactive['header']['{header.get('type')}']' is missing.")


def _lengths(kind: str, content: dict[str, Any]) -> None:
    for of, path, label, shortest, longest in LENGTHS:
        for text in at(content, path) if of in ("", kind) else ():
            if isinstance(text, str) and not shortest <= len(text) <= longest:
                raise invalid(f"{label} length invalid. Min length: {shortest}, Max length: {longest}")


def _counts(kind: str, content: dict[str, Any]) -> None:
    for of, path, label, fewest, most in COUNTS:
        items = first(content, path) if of == kind else None
        if isinstance(items, list) and not fewest <= len(items) <= most:
            raise invalid(f"Invalid {label} count. Min allowed {label}: {fewest}, Max allowed {label}: {most}")
    for of, path, most, label in TOTALS:
        if of == kind and len(list(at(content, path))) > most:
            raise invalid(f"Total {label} count exceeds {most}")
    for of, path, label in UNIQUE:
        values = [str(value) for value in at(content, path)] if of == kind else []
        if len(set(values)) < len(values):
            raise invalid(f"Duplicate {label} are not allowed")


def _list(content: dict[str, Any]) -> None:
    sections = first(content, "action.sections")
    for section in sections if isinstance(sections, list) else ():
        if not isinstance(section, dict):
            return
        if not section.get("rows"):
            raise invalid("Invalid rows count. Min allowed rows: 1, Max allowed rows: 10")
        if len(sections) > 1 and not section.get("title"):
            raise Refusal(131008, details="Section title is required when there is more than one section")


def _flow(content: dict[str, Any]) -> None:
    given = first(content, "action.parameters")
    if not isinstance(given, dict):
        return
    if ("flow_id" in given) == ("flow_name" in given):
        raise invalid("Exactly one of flow_id and flow_name must be given")
    if "flow_action_payload" in given and given.get("flow_action", "navigate") != "navigate":
        raise invalid("flow_action_payload is only allowed when flow_action is navigate")


def _carousel(content: dict[str, Any]) -> None:
    cards = [card for card in at(content, "action.cards.*") if isinstance(card, dict)]
    if "footer" in content:
        raise invalid("Footer is not allowed for interactive type 'carousel'")
    if [card.get("card_index") for card in cards] != list(range(len(cards))):
        raise invalid("card_index must count the cards from 0")
    if len({_shape(card) for card in cards}) > 1:
        raise invalid("All cards must have the same type, header type and buttons")
    for card in cards:
        if card.get("type") != "product" and first(card, "header.type") not in ("image", "video"):
            raise invalid("Card header must be an image or a video")
        if str(first(card, "body.text") or "").count("\n") > LINE_BREAKS_MAX:
            raise invalid(f"Card body text must have at most {LINE_BREAKS_MAX} line breaks")


def _shape(card: dict[str, Any]) -> tuple[Any, ...]:
    buttons = first(card, "action.buttons")
    kinds = [str(first(button, "type")) for button in buttons] if isinstance(buttons, list) else []
    return str(card.get("type")), str(first(card, "header.type")), tuple(kinds)


PARTS: dict[str, Callable[[dict[str, Any]], None]] = {"list": _list, "flow": _flow, "carousel": _carousel}
