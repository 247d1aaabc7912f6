"""What an example of a send consists of, and short ways to write one."""

from dataclasses import dataclass, field
from typing import Any

from waypost.meta.requests import Link

TO = "5491155551234"
WAMID = "wamid.HBgNNTQ5MTE1NTU1MTIzNBUCABEYEjVGNDI1QTc0RjEzMDMzNDkyQQA="
PHOTO = "https://example.com/photo.jpg"
FILM = "https://example.com/film.mp4"
PAPER = "https://example.com/report.pdf"


@dataclass(frozen=True)
class Example:
    """`graph` beside the frame, links unresolved."""

    given: dict[str, Any]
    graph: dict[str, Any]
    content: dict[str, Any]
    links: list[Link] = field(default_factory=list)

    @property
    def body(self) -> dict[str, Any]:
        return {"to": TO, **self.given}


def interactive(kind: str, **parts: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, **parts}}


def offer(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactiveType": kind, **fields}


def template(parameters: dict[str, Any] | None, *components: dict[str, Any]) -> Example:
    """A template whose content repeats its parameters."""
    given = {"type": "template", "templateName": "order_confirmation", "languageCode": "en_US"}
    whole: dict[str, Any] = {"name": "order_confirmation", "language": {"code": "en_US"}}
    told = {"name": "order_confirmation", "language": "en_US"}
    if parameters is None:
        return Example(given, {"type": "template", "template": whole}, told)
    graph = {"type": "template", "template": {**whole, **({"components": list(components)} if components else {})}}
    return Example({**given, "parameters": parameters}, graph, {**told, "parameters": parameters})
