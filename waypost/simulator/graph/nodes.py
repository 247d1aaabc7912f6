"""Reading a node: which of its fields were asked for, and one page of a list. Shared by all nouns."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .call import Call
from .refusals import Refusal

Noun = TypeVar("Noun")
Fields = Mapping[str, Callable[[Call, Noun], Any]]

PAGE = 25
PAGE_MAX = 100


def show(call: Call, fields: Fields[Noun], noun: Noun, default: Sequence[str], kind: str) -> dict[str, Any]:
    """The asked fields that have a value, and always the id."""
    asked = field_names(call.text("fields")) or list(default)
    for name in asked:
        if name not in fields:
            raise Refusal(100, f"Tried accessing nonexisting field ({name}) on node type ({kind})")
    found = {name: fields[name](call, noun) for name in asked if name != "id"}
    return {**{name: value for name, value in found.items() if value is not None}, "id": fields["id"](call, noun)}


def field_names(text: str) -> list[str]:
    """`a,b{c,d},e.limit(3)` asks for a, b and e."""
    names, depth, name = [], 0, ""
    for character in text + ",":
        depth += (character in "{(") - (character in "})")
        if character == "," and depth == 0:
            names.append(name.partition("{")[0].partition(".")[0].strip())
            name = ""
        else:
            name += character
    return [name for name in names if name]


def page(call: Call, path: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One page of a list with Meta's cursors; `next` is there only when more follows."""
    limit = _limit(call.text("limit"))
    start = _position(call.text("after")) if call.text("after") else 0
    stop = start + limit
    if before := call.text("before"):
        stop = _position(before) - 1
        start = max(0, stop - limit)
    shown = list(items[start:stop])
    if not shown:
        return {"data": []}
    after = _cursor(start + len(shown))
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start + 1), "after": after}}
    if stop < len(items):
        paging["next"] = f"{call.stage.settings.base_url}/v{call.version}.0/{path}?limit={limit}&after={after}"
    return {"data": shown, "paging": paging}


def _limit(text: str) -> int:
    if not text:
        return PAGE
    if not text.isdigit() or int(text) == 0:
        raise Refusal(100, "Param limit must be an integer greater than or equal to 1")
    return min(int(text), PAGE_MAX)


def _cursor(position: int) -> str:
    return base64.b64encode(str(position).encode()).decode().rstrip("=") + "ZD"


def _position(cursor: str) -> int:
    text = cursor.removesuffix("ZD")
    try:
        return int(base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    except (binascii.Error, ValueError):
        raise Refusal(131059, "Invalid paging cursor", http=400) from None
