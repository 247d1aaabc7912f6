"""Reading JSON of which nothing is certain: a value of the wrong type is as good as none."""

import re
from typing import Any

import msgspec

#: Meta's objects are a few levels deep; what is deeper is left as it came.
DEEPEST = 16
_SNAKE = re.compile(r"_([a-z0-9])")


def encode(value: Any) -> bytes:
    return msgspec.json.encode(value)


def as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def entries(owner: Any, name: str) -> list[Any]:
    """The list of that name, or an empty one."""
    found = owner.get(name) if isinstance(owner, dict) else None
    return found if isinstance(found, list) else []


def section(owner: Any, name: str) -> dict[str, Any]:
    """The object of that name, or an empty one."""
    found = owner.get(name) if isinstance(owner, dict) else None
    return found if isinstance(found, dict) else {}


def word(owner: Any, name: str) -> str | None:
    """The text of that name (also a number's), without what PostgreSQL cannot hold; an empty one is none."""
    found = owner.get(name) if isinstance(owner, dict) else None
    if isinstance(found, str):
        return found.replace("\x00", "") or None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def camel(value: Any, depth: int = DEEPEST) -> Any:
    """The same with the names of its objects in our spelling: `ctwa_clid` → `ctwaClid`."""
    if not depth:
        return value
    if isinstance(value, dict):
        return {camel_name(name): camel(inner, depth - 1) for name, inner in value.items()}
    return [camel(inner, depth - 1) for inner in value] if isinstance(value, list) else value


def camel_name(name: str) -> str:
    return _SNAKE.sub(lambda found: found[1].upper(), name)


def without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
