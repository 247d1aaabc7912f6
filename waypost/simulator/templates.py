"""Message templates: what one is made of, and the variables in its texts."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Component = dict[str, Any]

Status = Literal[
    "PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "PENDING_DELETION", "DELETED", "FLAGGED",
    "LIMIT_EXCEEDED", "LOCKED", "ARCHIVED",
]  # fmt: skip
Category = Literal["AUTHENTICATION", "MARKETING", "UTILITY"]
Format = Literal["POSITIONAL", "NAMED"]
CATEGORIES: tuple[str, ...] = get_args(Category)
FORMATS: tuple[str, ...] = get_args(Format)
MEDIA_HEADERS = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(slots=True)
class Template:
    id: str
    name: str
    language: str
    category: str
    status: str
    components: list[Component]
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"
    previous_category: str | None = None
    ttl: int | None = None
    #: When it was edited while approved: once in 24 hours, ten times in 30 days.
    edits: list[float] = field(default_factory=list)

    @property
    def buttons(self) -> list[Component]:
        found: list[Component] = part(self.components, "BUTTONS").get("buttons", [])
        return found

    def text(self, kind: str) -> str:
        return str(part(self.components, kind).get("text", ""))


def part(components: list[Component], kind: str) -> Component:
    """The component of this kind (upper case), or an empty one."""
    return next((one for one in components if str(one.get("type", "")).upper() == kind), {})


def variables(text: str) -> list[str]:
    """Names or numbers between double braces, in order, each once."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def without_variables(text: str) -> str:
    return _VARIABLE.sub("", text)


def filled(text: str, values: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
