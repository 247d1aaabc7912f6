"""Values of a JSON object by the way to them: `action.buttons.*.reply.title`, where `*` is every item of a list."""

from collections.abc import Iterator
from typing import Any


def at(value: Any, path: str) -> Iterator[Any]:
    """All values at the path; nothing where the way ends early."""
    if not path:
        yield value
        return
    name, _, rest = path.partition(".")
    if name == "*":
        for item in value if isinstance(value, list) else ():
            yield from at(item, rest)
    elif isinstance(value, dict) and name in value:
        yield from at(value[name], rest)


def first(value: Any, path: str) -> Any:
    """The first value at the path, or None."""
    return next(at(value, path), None)
