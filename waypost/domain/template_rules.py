"""What a template wants and what a send gives: the differences, each as a sentence that names the placeholder. Pure.

Source: Meta's pages on template components and on sending templates. What Meta itself decides is left to Meta.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Problem = tuple[str, str]
Component = Mapping[str, Any]
Given = Mapping[str, Any]

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
MEDIA = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "GIF": "gif", "LOCATION": "location"}
#: Kind of a button -> the sub type by which a send addresses it.
SUB_TYPES = {
    "QUICK_REPLY": "quick_reply", "URL": "url", "OTP": "url", "COPY_CODE": "copy_code", "FLOW": "flow",
    "CATALOG": "catalog", "MPM": "mpm", "VOICE_CALL": "voice_call", "ORDER_DETAILS": "order_details",
    "REMINDER": "reminder",
}  # fmt: skip


def problems(title: str, components: Sequence[Component], parameters: Given) -> list[Problem]:
    """(field, sentence) of each difference; `title` names the template in it, such as `order_update (en_US)`."""
    return list(_differences(f"the template {title}", components, parameters, "parameters"))


def _differences(who: str, components: Sequence[Component], given: Given, at: str) -> Iterator[Problem]:
    yield from _header(who, _component(components, "HEADER"), _values(given, "header"), f"{at}.header")
    body = _component(components, "BODY")
    yield from _texts(who, str((body or {}).get("text") or ""), _values(given, "body"), f"{at}.body")
    buttons = _list((_component(components, "BUTTONS") or {}).get("buttons"))
    yield from _buttons(who, buttons, _values(given, "buttons"), f"{at}.buttons")
    carousel = _component(components, "CAROUSEL")
    cards = _list((carousel or {}).get("cards"))
    yield from _cards(who, cards, given.get("carousel"), f"{at}.carousel")


def _header(who: str, header: Component | None, values: list[Given], at: str) -> Iterator[Problem]:
    kind = str((header or {}).get("format") or "TEXT").upper()
    wanted = MEDIA.get(kind)
    if wanted is not None:
        present = [str(value.get("type")) for value in values]
        if not values:
            yield at, f"{who} has {_a(wanted)} in its header; none was given."
        elif present != [wanted]:
            yield at, f"{who} has {_a(wanted)} in its header; {', '.join(present)} was given."
    elif kind == "TEXT":
        yield from _texts(who, str((header or {}).get("text") or ""), values, at)


def _texts(who: str, text: str, values: list[Given], at: str) -> Iterator[Problem]:
    """The placeholders of a text against the values for it, by position or by name."""
    wanted = list(dict.fromkeys(_PLACEHOLDER.findall(text)))
    named = [name for name in wanted if not name.isdigit()]
    if named:
        yield from _named(who, wanted, values, at)
        return
    if (extra := next((value for value in values if _name(value)), None)) is not None and wanted:
        yield at, f"{who} counts its placeholders, {_all(wanted)}; leave out parameterName {_name(extra)!r}."
    elif len(values) != len(wanted):
        gap = f"{_all(wanted[len(values) :])} {_are(wanted[len(values) :])} missing"
        excess = f"take {_count(len(values) - len(wanted), 'value')} away"
        yield at, f"{_has(who, wanted)}; {_given(len(values))}, {gap if len(values) < len(wanted) else excess}."


def _named(who: str, wanted: list[str], values: list[Given], at: str) -> Iterator[Problem]:
    names = [_name(value) for value in values]
    for index, name in enumerate(names):
        if name is None:
            yield f"{at}[{index}].parameterName", f"is required: {_has(who, wanted)}."
        elif name not in wanted:
            yield f"{at}[{index}].parameterName", f"{_has(who, wanted)}; there is no {{{{{name[:64]}}}}}."
        elif name in names[:index]:
            yield f"{at}[{index}].parameterName", f"gives {{{{{name}}}}} a second time."
    missing = [name for name in wanted if name not in names]
    if missing and None not in names:
        yield at, f"{_has(who, wanted)}; {_given(len(values))}, {_all(missing)} {_are(missing)} missing."


def _buttons(who: str, buttons: list[Component], given: list[Given], at: str) -> Iterator[Problem]:
    seen: dict[int, Given] = {}
    for place, each in enumerate(given):
        index = _index(each, place)
        if index >= len(buttons):
            yield f"{at}[{place}].index", f"{who} has {_count(len(buttons), 'button')}; there is no button {index}."
        elif index in seen:
            yield f"{at}[{place}].index", f"gives button {index} a second time."
        else:
            seen[index] = each
            yield from _kind(who, buttons[index], index, each, f"{at}[{place}]")
    for index, button in enumerate(buttons):
        yield from _filled(who, button, index, _values(seen.get(index, {}), "parameters"), at)


def _kind(who: str, button: Component, index: int, given: Given, at: str) -> Iterator[Problem]:
    kind = str(button.get("type") or "").upper()
    wanted, present = SUB_TYPES.get(kind), str(given.get("subType") or "").lower()
    if kind == "PHONE_NUMBER" or (kind == "URL" and not _PLACEHOLDER.search(str(button.get("url") or ""))):
        yield at, f"{_button(index, button)} of {who} takes no parameters; leave it out."
    elif wanted is not None and present and present != wanted:
        yield f"{at}.subType", f"{_button(index, button)} of {who} is {_a(wanted)} button, not {present[:64]}."


def _filled(who: str, button: Component, index: int, values: list[Given], at: str) -> Iterator[Problem]:
    """What a button cannot do without."""
    kind = str(button.get("type") or "").upper()
    name, given = _button(index, button), _given(len(values))
    if kind == "OTP" and len(values) != 1:
        yield at, f"{name} of {who} needs the code as its parameter; {given}."
    elif kind == "COPY_CODE" and len(values) != 1:
        yield at, f"{name} of {who} needs the code to copy; {given}."
    elif kind == "URL":
        wanted = _PLACEHOLDER.findall(str(button.get("url") or ""))
        if wanted and len(values) != len(wanted):
            yield at, f"{name} of {who} has the placeholder {_all(wanted)} in its URL; {given}."


def _cards(who: str, cards: list[Component], given: object, at: str) -> Iterator[Problem]:
    if isinstance(given, Mapping):
        given, at = given.get("cards"), f"{at}.cards"
    listed = [each for each in given if isinstance(each, Mapping)] if isinstance(given, Sequence) else []
    if len(listed) != len(cards):
        yield at, f"{who} has {_count(len(cards), 'card')}; {_count(len(listed), 'card')} {_was(len(listed))} given."
        return
    for place, each in enumerate(listed):
        number = each.get("cardIndex", place)
        card = cards[number] if isinstance(number, int) and 0 <= number < len(cards) else {}
        yield from _differences(f"card {number} of {who}", _list(card.get("components")), each, f"{at}[{place}]")


def _component(components: Sequence[Component], kind: str) -> Component | None:
    return next((each for each in components if str(each.get("type") or "").upper() == kind), None)


def _values(given: Given, name: str) -> list[Given]:
    found = given.get(name)
    if isinstance(found, Mapping):
        return [found]
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list | tuple) else []


def _list(value: object) -> list[Component]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _name(value: Given) -> str | None:
    name = value.get("parameterName")
    return name if isinstance(name, str) and name else None


def _index(button: Given, place: int) -> int:
    index = button.get("index", place)
    return int(index) if str(index).isdigit() else place


def _button(index: int, button: Component) -> str:
    return f"button {index} ({str(button.get('text') or button.get('type') or '')[:40]!r})"


def _has(who: str, wanted: list[str]) -> str:
    if not wanted:
        return f"{who} has no placeholder here"
    return f"{who} has {_count(len(wanted), 'placeholder')}, {_all(wanted)}"


def _all(names: Sequence[str]) -> str:
    shown = [f"{{{{{name}}}}}" for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def _given(count: int) -> str:
    return f"{_count(count, 'value')} {_was(count)} given"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' and word != 'url' else 'a'} {word}"
