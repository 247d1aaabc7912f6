"""Whether an example in JSON has the keys of the real thing; most values may differ, and null stands for anything."""

import json
from collections.abc import Iterator
from typing import Any

#: Fields whose value is the point of an example, unless it is shortened with `…`.
TELLING = {"status", "statusCode", "code", "event", "type", "direction", "deleted", "isActive", "outcome"}


def values_in(text: str) -> list[Any]:
    """The JSON objects that a command printed, one behind the other; other text between them is passed over."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
            found.append(value)
        except json.JSONDecodeError:
            at += 1
    return found


def differences(example: Any, real: Any, path: str = "$") -> Iterator[str]:
    """What an example has too much or too little, of a kind that a reader would trip over."""
    if isinstance(example, dict) and isinstance(real, dict):
        yield from (f"{path}.{name} is not there in reality" for name in example.keys() - real.keys())
        yield from (f"{path}.{name} is missing in the example" for name in real.keys() - example.keys())
        for name in sorted(example.keys() & real.keys()):
            yield from differences(example[name], real[name], f"{path}.{name}")
    elif isinstance(example, list) and isinstance(real, list):
        if bool(example) != bool(real):
            yield f"{path} has {len(example)} entries, in reality {len(real)}"
        elif example:
            yield from differences(example[0], real[0], f"{path}[0]")
    elif _differ(path.rpartition(".")[2], example, real):
        yield f"{path} is {example!r}, in reality {real!r}"


def _differ(name: str, example: Any, real: Any) -> bool:
    if name in TELLING and "…" not in str(example):
        return bool(example != real)
    return example is not None and real is not None and _kind(example) is not _kind(real)


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)
