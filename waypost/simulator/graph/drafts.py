"""What a template may be made of when it is created or edited: Meta's limits, as code 100 with a subcode of theirs."""

import re
from collections.abc import Callable
from typing import Any

from ..templates import CATEGORIES, FORMATS, MEDIA_HEADERS, Component, Template, part, variables, without_variables
from . import draft_buttons
from .refusals import Refusal, missing

NAME_MAX = 512
BODY_MAX, SHORT_MAX, OFFER_MAX = 1024, 60, 16
CARDS = (2, 10)
AUTHENTICATION_TEXT = "*{{1}}* is your verification code."
ADVICE = " For your security, do not share this code."
KINDS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST"})

_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_NAMED = re.compile(r"[a-z][a-z0-9_]*")
TTL = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}


def refused(subcode: int, title: str, words: str) -> Refusal:
    return Refusal(100, "Invalid parameter", words, subcode=subcode, user=(title, words))


def whole(body: dict[str, Any]) -> dict[str, Any]:
    """A new template's fields, checked."""
    for name in ("name", "language", "category", "components"):
        if not body.get(name):
            raise missing(name)
    if not _NAME.fullmatch(str(body["name"])) or len(body["name"]) > NAME_MAX:
        raise Refusal(100, f"Param name must be at most {NAME_MAX} lower-case letters, digits and underscores.")
    if not _LANGUAGE.fullmatch(str(body["language"])):
        raise Refusal(100, f'Param language must be a supported language - got "{body["language"]}".')
    wording = str(body.get("parameter_format", "POSITIONAL")).upper()
    if wording not in FORMATS:
        raise Refusal(100, f"Param parameter_format must be one of {{{', '.join(FORMATS)}}}.")
    category = _category(body["category"])
    _components(body["components"], category, wording)
    ttl = _ttl(body.get("message_send_ttl_seconds"), category)
    named = {"name": body["name"], "language": body["language"], "category": category}
    return {**named, "components": kept(body["components"], category), "parameter_format": wording, "ttl": ttl}


def kept(components: list[Component], category: str) -> list[Component]:
    """As they are shown afterwards: kinds in capitals, and the text of an authentication template, which is Meta's."""
    shown = [{**one, **{name: one[name].upper() for name in ("type", "format") if name in one}} for one in components]
    for one in shown:
        if one["type"] == "BODY" and category == "AUTHENTICATION":
            one["text"] = AUTHENTICATION_TEXT + (ADVICE if one.get("add_security_recommendation") else "")
    return shown


def changes(template: Template, body: dict[str, Any]) -> dict[str, Any]:
    """The fields that an edit changes, checked."""
    found: dict[str, Any] = {}
    if "category" in body:
        found["category"] = _category(body["category"])
    if "components" in body:
        _components(body["components"], found.get("category", template.category), template.parameter_format)
        found["components"] = kept(body["components"], found.get("category", template.category))
    if "message_send_ttl_seconds" in body:
        found["ttl"] = _ttl(body["message_send_ttl_seconds"], found.get("category", template.category))
    if found.get("category", template.category) != template.category and template.status == "APPROVED":
        raise refused(2388039, "Category cannot be changed", "The category of an approved template cannot be changed.")
    if not found:
        raise missing("components")
    return found


def _category(value: Any) -> str:
    if str(value).upper() not in CATEGORIES:
        raise Refusal(100, f'Param category must be one of {{{", ".join(CATEGORIES)}}} - got "{value}".')
    return str(value).upper()


def _ttl(value: Any, category: str) -> int | None:
    fewest, most = TTL[category]
    if value is None or value == -1:
        return None
    if not isinstance(value, int) or not fewest <= value <= most:
        raise Refusal(100, f"Param message_send_ttl_seconds must be between {fewest} and {most} for {category}.")
    return value


def _components(components: Any, category: str, wording: str) -> None:
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise Refusal(100, "Param components must be an array.")
    kinds = [str(one.get("type", "")).upper() for one in components]
    for kind in kinds:
        if kind not in KINDS:
            raise Refusal(100, f'Param components must be one of {{{", ".join(sorted(KINDS))}}} - got "{kind}".')
    if len(set(kinds)) < len(kinds):
        raise Refusal(100, "Invalid parameter", "Each kind of component may be given once")
    if "BODY" not in kinds:
        raise Refusal(100, "Invalid parameter", "A component of type BODY is missing")
    for one, kind in zip(components, kinds, strict=True):
        if kind == "BODY" and category == "AUTHENTICATION":
            continue
        if kind in RULES:
            RULES[kind](one, wording)
    buttons = part(components, "BUTTONS").get("buttons")
    if "BUTTONS" in kinds or category == "AUTHENTICATION":
        draft_buttons.check(buttons, category)


def _header(header: Component, wording: str) -> None:
    shape = str(header.get("format", "")).upper()
    if shape == "LOCATION":
        return
    if shape in MEDIA_HEADERS:
        if not (header.get("example") or {}).get("header_handle"):
            raise refused(2388273, "Message template is missing a sample", "The header has no example.header_handle.")
        return
    if shape != "TEXT":
        raise Refusal(
            100, f'Param format must be one of {{TEXT, {", ".join(MEDIA_HEADERS)}, LOCATION}} - got "{shape}".'
        )
    text = str(header.get("text", ""))
    if not 1 <= len(text) <= SHORT_MAX or "\n" in text:
        raise refused(
            2388047, "Message header text is wrong", f"The header has 1 to {SHORT_MAX} characters in one line."
        )
    if len(variables(text)) > 1:
        raise refused(2388047, "Message header text is wrong", "The header has at most one variable.")
    _variables(header, "header_text", text, wording)


def _body(body: Component, wording: str) -> None:
    text = str(body.get("text", ""))
    if not 1 <= len(text) <= BODY_MAX:
        raise refused(2388040, "Message text is too long", f"The body has 1 to {BODY_MAX} characters.")
    names = variables(text)
    stripped = text.strip()
    if names and (stripped.startswith("{{") or stripped.endswith("}}")):
        raise refused(2388299, "Variables at the ends", "Variables cannot be at the start or end of the body.")
    if names and len(without_variables(text).split()) < 2 * len(names):
        raise refused(2388293, "Too many variables", "The body has too many variables for its length.")
    _variables(body, "body_text", text, wording)


def _footer(footer: Component, wording: str) -> None:
    minutes = footer.get("code_expiration_minutes")
    if minutes is not None and not (isinstance(minutes, int) and 1 <= minutes <= 90):
        raise Refusal(100, "Param code_expiration_minutes must be between 1 and 90.")
    text = str(footer.get("text", ""))
    if minutes is None and not 1 <= len(text) <= SHORT_MAX:
        raise refused(2388073, "Message footer is wrong", f"The footer has 1 to {SHORT_MAX} characters.")
    if variables(text):
        raise refused(2388073, "Message footer is wrong", "The footer has no variables.")


def _variables(component: Component, key: str, text: str, wording: str) -> None:
    """Numbered from 1, or named; each with an example."""
    names = variables(text)
    example = component.get("example") or {}
    if wording == "NAMED":
        fits = all(_NAMED.fullmatch(name) for name in names)
        rows = example.get(f"{key}_named_params")
        shown = [row.get("param_name") for row in rows or [] if isinstance(row, dict)]
        complete = set(shown) >= set(names)
    else:
        fits = names == [str(number) for number in range(1, len(names) + 1)]
        rows = example.get(key) or []
        values = rows[0] if key == "body_text" and rows and isinstance(rows[0], list) else rows
        complete = len(values) >= len(names)
    if not fits:
        raise refused(2388072, "Variables are wrong", "Variables are {{1}}, {{2}} and so on, or lower-case names.")
    if not complete:
        raise refused(2388043, "Message template is missing a sample", "Give an example of each variable.")


def _offer(offer: Component, wording: str) -> None:
    text = str((offer.get("limited_time_offer") or {}).get("text", ""))
    if not 1 <= len(text) <= OFFER_MAX:
        raise Refusal(100, f"Param limited_time_offer['text'] must have 1 to {OFFER_MAX} characters.")


def _carousel(carousel: Component, wording: str) -> None:
    cards = carousel.get("cards")
    fewest, most = CARDS
    if not isinstance(cards, list) or not fewest <= len(cards) <= most:
        raise Refusal(100, "Invalid parameter", f"A carousel has {fewest} to {most} cards")
    shapes = set()
    for card in cards:
        parts = card.get("components") or []
        header, buttons = part(parts, "HEADER"), part(parts, "BUTTONS").get("buttons")
        _header(header, wording)
        if body := part(parts, "BODY"):
            _body(body, wording)
        draft_buttons.check(buttons, "MARKETING")
        shapes.add((header.get("format"), bool(body), tuple(str(button.get("type")) for button in buttons or [])))
    if len(shapes) > 1:
        raise Refusal(100, "Invalid parameter", "All cards of a carousel have the same components")


RULES: dict[str, Callable[[Component, str], None]] = {
    "HEADER": _header,
    "BODY": _body,
    "FOOTER": _footer,
    "LIMITED_TIME_OFFER": _offer,
    "CAROUSEL": _carousel,
}
