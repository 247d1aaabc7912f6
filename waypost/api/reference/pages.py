"""What a deployment serves about itself: /openapi.json, /docs, /llms.txt and /llms-full.txt. No key, no third party."""

from collections.abc import Callable
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from ... import assets
from ...config import Config
from ..openapi import document, shown_path
from ..routes import ROUTES
from . import (
    failures,
    messages,
    notifications,
    onboarding_links,
    outgoing_webhooks,
    phones,
    samples,
    sends,
    shared_inbox_links,
)
from .dictionary import place, tag

#: Scripts and styles are ours, calls go to this origin, and nothing is ever parsed as markup.
POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)  # fmt: skip
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
#: What the guide says of a kind of message before its example.
NOTES = {
    "Text": "1 to 4,096 characters; `previewUrl` shows a preview of the first link.",
    "Reply to a message": "Any type but a reaction can quote a message.",
    "To a user id": "For contacts who hide their number.",
    "Image by URL": "Give `mediaUrl` or `mediaId`, never both. A URL is fetched here and uploaded to Meta.",
    "Document by media id": "`mediaId` is the id of an upload, see below.",
    "Template": "Parameters stand in the order of the placeholders; buttons name theirs by `index`, from 0.",
    "Template with named placeholders": "`parameterName` is the placeholder's name.",
    "Reply buttons": "One to three.",
    "List": "Up to ten rows in all sections together.",
    "Reaction": "An empty `emoji` takes the reaction back.",
}


class Line(NamedTuple):
    """A call, as the texts list it."""

    method: str
    path: str
    scope: str
    summary: str


def routes(config: Config) -> list[Route]:
    """Everything here is public, and made once."""
    base = config.public_url
    return [
        _route("/openapi.json", lambda: Response(described(base), media_type="application/json")),
        _route("/llms.txt", lambda: PlainTextResponse(index(base))),
        _route("/llms-full.txt", lambda: PlainTextResponse(guide(base))),
        _route("/docs", lambda: HTMLResponse(page(base), headers=_HEADERS)),
    ]


@cache
def described(base: str) -> bytes:
    return msgspec.json.encode(document(base))


@cache
def index(base: str) -> str:
    """llms.txt: what there is and where to read on."""
    return _text("llms.txt", base)


@cache
def guide(base: str) -> str:
    """llms-full.txt: the whole integration guide, with this deployment's address in every example."""
    return _text(
        "llms-full.txt",
        base,
        events=[(event, told) for event, (told, _) in notifications.EVENTS.items()],
        event_body=lambda event, name: notifications.body(event, notifications.EVENTS[event][1][name]),
        field_error=failures.FIELD_EXAMPLE,
        link_body=onboarding_links.CREATE,
        link_created=onboarding_links.CREATED,
        link_completed=onboarding_links.COMPLETED,
        webhook_body=outgoing_webhooks.CREATE,
        inbox_body=shared_inbox_links.CREATE,
        photo={name: notifications.PHOTO[name] for name in ("type", "content")},
        health=phones.HEALTH,
        sends=list(sends.BODIES.items()),
        notes=NOTES,
        sent=messages.WORDS["messages.send"].answer,
        read_body=messages.WORDS["messages.mark_read"].bodies["Only read"],
        conversation=messages.CONVERSATION,
        message=messages.RECEIVED,
    )


@cache
def page(base: str) -> str:
    return _templates().get_template("docs.html").render(
        base=base, script=assets.url("reference.js"), style=assets.url("reference.css")
    )  # fmt: skip


def _text(template: str, base: str, **values: Any) -> str:
    paths = {shown_path(route) for route in ROUTES}
    told = _templates().get_template(template)
    rendered = told.render(base=base, groups=_groups(), served=paths.__contains__, json=_fenced, **values)
    return rendered.replace(samples.BASE, base)


def _groups() -> list[tuple[str, list[Line]]]:
    ordered = sorted(ROUTES, key=place)
    lines = groupby(ordered, key=tag)
    return [(name, [Line(r.method, shown_path(r), r.scope, r.summary) for r in some]) for name, some in lines]


def _fenced(value: Any) -> str:
    return f"```json\n{msgspec.json.format(msgspec.json.encode(value), indent=2).decode()}\n```"


@cache
def _templates() -> Environment:
    loader = PackageLoader("waypost.api.reference")
    return Environment(
        loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _route(path: str, made: Callable[[], Response]) -> Route:
    async def serve(request: Request) -> Response:
        return made()

    return Route(path, serve)
