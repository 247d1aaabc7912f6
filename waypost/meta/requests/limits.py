"""The limits of what may be sent. Each stands once, at its field: OpenAPI shows it and `problems` checks it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, get_type_hints
from urllib.parse import urlsplit

import msgspec

Problems = list[tuple[str, str]]
Rule = Callable[[Any], str | None]

MAX_DEPTH = 32

_SIGN = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934-\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]{0,7}"
)
_ONE = f"(?:[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_SIGN})"
#: One emoji as a person sees it: flags, keycaps, skin tones and families joined by U+200D are one.
EMOJI = re.compile(f"{_ONE}(?:\u200d{_ONE}){{0,5}}")


def words(description: str, *examples: Any, rule: Rule | None = None, **schema: Any) -> msgspec.Meta:
    """What a field is for, with examples; `rule` returns the sentence for a value that does not fit, or None."""
    return msgspec.Meta(
        description=description,
        examples=list(examples) or None,
        extra_json_schema=schema or None,
        extra={"rule": rule} if rule else None,
    )


def text(most: int, description: str, *examples: str, least: int = 1) -> msgspec.Meta:
    """A string of so many characters; blank is empty."""

    def rule(value: str) -> str | None:
        if least and not value.strip():
            return "must not be empty."
        if len(value) > most:
            return f"has {len(value):,} characters; at most {most:,} are allowed."
        return None

    return words(description, *examples, rule=rule, minLength=least, maxLength=most)


def shaped(pattern: str, sentence: str, description: str, *examples: str) -> msgspec.Meta:
    """A string of a fixed shape."""
    expression = re.compile(pattern)
    return words(
        description, *examples, rule=lambda value: None if expression.fullmatch(value) else sentence,
        pattern=f"^(?:{pattern})$",
    )  # fmt: skip


def number(least: float, most: float, description: str, *examples: float) -> msgspec.Meta:
    def rule(value: float) -> str | None:
        return None if least <= value <= most else f"is {value:g}; it must be from {least:g} to {most:g}."

    return words(description, *examples, rule=rule, minimum=least, maximum=most)


def items(least: int, most: int, description: str) -> msgspec.Meta:
    """A list of so many entries."""

    def rule(value: list[Any]) -> str | None:
        if len(value) < least:
            return f"has {len(value)} entries; at least {least} {'is' if least == 1 else 'are'} needed."
        return f"has {len(value)} entries; at most {most} are allowed." if len(value) > most else None

    return words(description, rule=rule, minItems=least, maxItems=most)


def address(most: int, description: str, *examples: str) -> msgspec.Meta:
    """A URL of the web."""

    def rule(url: str) -> str | None:
        return f"has {len(url):,} characters; at most {most:,} are allowed." if len(url) > most else _url_problem(url)

    return words(description, *examples, rule=rule, minLength=1, maxLength=most, format="uri")


def _url_problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        named, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a valid URL."
    if parts.scheme not in ("http", "https") or not named or any(ord(char) <= 32 or ord(char) == 127 for char in url):
        return "must be a URL that begins with https:// or http:// and has no spaces."
    return "must not contain a user name or password." if parts.username or parts.password else None


class _Field(NamedTuple):
    name: str
    shown: str
    rules: tuple[Rule, ...]


@cache
def _fields(struct: type[msgspec.Struct]) -> tuple[_Field, ...]:
    """Every field with its name on the wire and the rules of its annotation."""
    hints = get_type_hints(struct, include_extras=True)
    return tuple(
        _Field(field.name, field.encode_name, tuple(_rules(getattr(hints[field.name], "__metadata__", ()))))
        for field in msgspec.structs.fields(struct)
    )


def _rules(notes: tuple[Any, ...]) -> Iterator[Rule]:
    for note in notes:
        if isinstance(note, msgspec.Meta) and note.extra and "rule" in note.extra:
            yield note.extra["rule"]


def problems(value: Any, path: str = "") -> Problems:
    """(field, sentence) of every limit that a Struct breaks, its parts included. A Struct's own `faults()` tells what
    concerns several fields at once, by their names within it."""
    if isinstance(value, msgspec.Struct):
        found: Problems = []
        for field in _fields(type(value)):
            part = getattr(value, field.name)
            if part is not None:
                where = within(path, field.shown)
                found += [(where, sentence) for rule in field.rules if (sentence := rule(part))]
                found += problems(part, where)
        faults: Callable[[], Iterator[tuple[str, str]]] | None = getattr(value, "faults", None)
        return found + [(within(path, name), sentence) for name, sentence in faults()] if faults else found
    if isinstance(value, list):
        return [problem for place, part in enumerate(value) for problem in problems(part, f"{path}[{place}]")]
    return [(path, sentence)] if (sentence := _unwritable(value)) else []


def within(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unwritable(value: Any) -> str | None:
    """What no database or phone takes: U+0000, and free data nested without end."""
    waiting = [(value, 0)]
    while waiting:
        part, depth = waiting.pop()
        if isinstance(part, str) and "\x00" in part:
            return "must not contain the character U+0000."
        if depth > MAX_DEPTH:
            return f"is nested more than {MAX_DEPTH} levels deep."
        if isinstance(part, Mapping):
            waiting += [(each, depth + 1) for pair in part.items() for each in pair]
        elif isinstance(part, list):
            waiting += [(each, depth + 1) for each in part]
    return None


def repeated(values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Of (field, value) that must differ, those whose value was there before."""
    seen: set[str] = set()
    for field, value in values:
        if value in seen:
            yield field, f"repeats {value[:40]}; each must be different."
        seen.add(value)
