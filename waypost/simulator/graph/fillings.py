"""A template's parameters against the template: how many, of which kind, and which names, in Meta's words."""

from collections.abc import Callable
from typing import Any

from ..templates import MEDIA_HEADERS, Component, Template, filled, part, variables
from ..world import Waba
from . import buttons
from .places import first
from .refusals import Refusal

HYDRATED_MAX = {"body": 1024, "header": 60}
TEXT_TYPES = ("text", "currency", "date_time")

Parameters = list[dict[str, Any]]


def check(waba: Waba, content: dict[str, Any]) -> Template:
    """The template that the message names, filled rightly; raises what Meta answers otherwise."""
    template = _found(waba, content["name"], content["language"]["code"])
    given = content.get("components") or []
    _part_by_part(template, template.components, given)
    return template


def _found(waba: Waba, name: str, language: str) -> Template:
    template = next((one for one in waba.templates if (one.name, one.language) == (name, language)), None)
    status = template.status if template else ""
    if status == "PAUSED":
        raise Refusal(132015, details=f"Template {name} is paused due to low quality.")
    if status == "DISABLED":
        raise Refusal(132016, details=f"Template {name} was paused too many times and is disabled.")
    if template is None or status != "APPROVED":
        raise Refusal(132001, details=f"template name ({name}) does not exist in {language}")
    return template


def _part_by_part(template: Template, components: list[Component], given: list[Component]) -> None:
    """For the whole template, and again for each card of a carousel."""
    for kind in ("header", "body"):
        _text_or_media(template, kind, part(components, kind.upper()), part(given, kind.upper()))
    buttons.check(part(components, "BUTTONS").get("buttons", []), [one for one in given if _kind(one) == "button"])
    for kind, rule in SPECIAL.items():
        rule(template, part(components, kind), part(given, kind))
    if part(given, "FOOTER").get("parameters"):
        raise count_mismatch("footer", 1, 0)


def _kind(component: Component) -> str:
    return str(component.get("type", "")).lower()


def _text_or_media(template: Template, kind: str, wanted: Component, given: Component) -> None:
    parameters: Parameters = given.get("parameters") or []
    shape = str(wanted.get("format", "TEXT")).upper()
    if kind == "header" and (shape in MEDIA_HEADERS or shape == "LOCATION"):
        return _attachment(shape, parameters)
    text = str(wanted.get("text", ""))
    names = variables(text)
    if len(parameters) != len(names):
        raise count_mismatch(kind, len(parameters), len(names))
    values = {}
    for place, (name, parameter) in enumerate(zip(names, parameters, strict=True)):
        key = _name(template, kind, names, parameter) if template.parameter_format == "NAMED" else name
        values[key] = _value(kind, place, parameter)
    if len(values) < len(names):
        raise Refusal(132012, details=f"{kind}: a parameter name is given twice")
    if len(filled(text, values)) > HYDRATED_MAX[kind]:
        raise Refusal(132005, details=f"{kind}: translated text is too long, at most {HYDRATED_MAX[kind]} characters")
    return None


def _attachment(shape: str, parameters: Parameters) -> None:
    received = str(parameters[0].get("type", "")).upper() if parameters else "UNKNOWN"
    if len(parameters) > 1:
        raise count_mismatch("header", len(parameters), 1)
    if received != shape:
        raise Refusal(132012, details=f"header: Format mismatch, expected {shape}, received {received}")
    content = parameters[0].get(shape.lower())
    if not isinstance(content, dict):
        raise Refusal(131008, details=f"Parameter of type {shape.lower()} is missing {shape.lower()} value")
    if shape == "LOCATION" and ("latitude" not in content or "longitude" not in content):
        raise Refusal(131008, details="Parameter of type location is missing latitude or longitude value")


def _name(template: Template, kind: str, names: list[str], parameter: dict[str, Any]) -> str:
    name = str(parameter.get("parameter_name") or "")
    if not name:
        raise Refusal(100, "Invalid parameter", "Parameter name is missing or empty")
    if name not in names:
        raise Refusal(100, "Invalid parameter", f"{kind}: parameter name '{name}' is not one of {', '.join(names)}")
    return name


def _value(kind: str, place: int, parameter: dict[str, Any]) -> str:
    of = str(parameter.get("type", ""))
    if of not in TEXT_TYPES:
        raise Refusal(
            132012, details=f"{kind}: Format mismatch at parameter {place}, expected TEXT, received {of.upper()}"
        )
    content = parameter.get(of)
    value = content if of == "text" else first(content, "fallback_value")
    if not isinstance(value, str) or not value:
        raise Refusal(131008, details=f"Parameter of type {of} is missing {of} value")
    if "\n" in value or "\t" in value or " " * 5 in value:
        words = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        raise Refusal(132018, details=words)
    return value


def count_mismatch(where: str, given: int, wanted: int) -> Refusal:
    return Refusal(
        132000,
        details=f"{where}: number of localizable_params ({given})"
        f" does not match the expected number of params ({wanted})",
    )


def _offer(template: Template, wanted: Component, given: Component) -> None:
    expires = first(wanted, "limited_time_offer.has_expiration")
    until = first(given, "parameters.*.limited_time_offer.expiration_time_ms")
    if wanted and expires and until is None:
        raise Refusal(131008, details="limited_time_offer: expiration_time_ms is missing")
    if given and not wanted:
        raise Refusal(132012, details="limited_time_offer: the template has no such component")
    if until is not None and (isinstance(until, bool) or not isinstance(until, int)):
        raise Refusal(132012, details="limited_time_offer: expiration_time_ms must be a UNIX time in milliseconds")


def _carousel(template: Template, wanted: Component, given: Component) -> None:
    cards = wanted.get("cards", [])
    filled_cards = given.get("cards") or []
    if len(cards) != len(filled_cards):
        raise Refusal(132012, details=f"carousel: {len(filled_cards)} cards given, the template has {len(cards)}")
    for place, card in enumerate(filled_cards):
        if not isinstance(card, dict) or card.get("card_index") != place:
            raise Refusal(132012, details="carousel: card_index must count the cards from 0")
        _part_by_part(template, cards[place]["components"], card.get("components") or [])


SPECIAL: dict[str, Callable[[Template, Component, Component], None]] = {
    "LIMITED_TIME_OFFER": _offer,
    "CAROUSEL": _carousel,
}
