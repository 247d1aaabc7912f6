"""Meta's own description of the covered operations: the distilled schema with our amendments, compiled on first use."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from .amendments import amended
from .validator import Problem, Validator

DISTILLED = Path(__file__).with_name("graph_schema.json")


@cache
def validator() -> Validator:
    """Operations appear as schemas named `operation/request` and `operation/response`."""
    whole: dict[str, dict[str, Any]] = msgspec.json.decode(DISTILLED.read_bytes())
    schemas = whole["schemas"]
    for operation, parts in whole["operations"].items():
        schemas.update({f"{operation}/{part}": schema for part, schema in parts.items()})
    return Validator(amended(schemas))


def problem_of(name: str, value: Mapping[str, Any]) -> Problem | None:
    """The first deviation of a value from a named schema; None too when Meta's description does not cover it."""
    checker = validator()
    return checker.check(name, value) if name in checker.schemas else None
