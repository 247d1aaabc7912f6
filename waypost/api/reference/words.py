"""What is told of a call beyond its route: a description, examples, and the refusals that its line cannot show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """`answer` is an example of `data` (one entry of a list); `bodies` are examples by name.

    `meta`: the call asks Meta, so that Meta's refusals are answers of it. `refusals` are statuses and
    what they mean here.
    """

    description: str
    answer: Any = None
    bodies: Mapping[str, Any] = field(default_factory=dict)
    meta: bool = False
    refusals: Mapping[str, str] = field(default_factory=dict)
