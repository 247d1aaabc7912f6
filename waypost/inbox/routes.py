"""The sitemap of an inbox: its page, what it is installed by, and every call of the session API with the permission
that it takes."""

import structlog
from starlette import routing
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from .. import answers
from ..assets import NotBuilt
from ..errors import NotFound, WaypostError
from ..runtime import Runtime
from . import conversations, live, media, messages, pages, picker, sessions
from .door import Route, entrance, link_of
from .hub import Hub
from .limits import Limits

log = structlog.get_logger()
API = "/inbox/{link_id}/api"
_THREAD = "/conversations/{conversation_id}"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/session", sessions.show),
    Route("DELETE", "/session", sessions.close),
    Route("GET", "/conversations", conversations.listed, ("readInbox",)),
    Route("GET", _THREAD, conversations.one, ("readInbox",)),
    Route("GET", _THREAD + "/messages", conversations.messages, ("readInbox",)),
    Route("GET", _THREAD + "/details", conversations.details, ("readDetails",)),
    Route("POST", _THREAD + "/read", conversations.mark_read, ("markRead",)),
    Route("GET", "/messages/{message_id}", messages.one, ("readInbox",)),
    Route("POST", "/messages", messages.send, status=201),
    Route("POST", "/messages/{message_id}/retry", messages.retry),
    # The file of a template's header is uploaded too.
    Route("POST", "/media", media.upload, ("sendMedia", "sendTemplates"), takes_file=True),
    Route("GET", "/media/{media_id}", media.show, ("readInbox",)),
    Route("GET", "/templates", picker.listed, ("sendTemplates",)),
    Route("POST", "/presence", live.presence, ("readInbox",)),
    Route("GET", "/events", live.events, ("readInbox",)),
)


def routes(rt: Runtime, hub: Hub) -> list[routing.Route]:
    """The page, the exchange and the calls."""
    opening = entrance(rt, hub, sessions.opening(Limits()))
    return [
        routing.Route("/inbox/{link_id}", show, methods=["GET"]),
        routing.Route("/inbox/{link_id}/manifest.webmanifest", install, methods=["GET"]),
        routing.Route(API + "/session", opening, methods=["POST"]),
        *(routing.Route(API + each.path, each.endpoint(rt, hub), methods=[each.method]) for each in ROUTES),
    ]


async def show(request: Request) -> Response:
    """The same page for every link, real or not: what a link is, its script finds out."""
    try:
        return HTMLResponse(pages.shell(), headers=pages.HEADERS)
    except NotBuilt as problem:
        return _not_built(problem)


async def install(request: Request) -> Response:
    """What the page can be installed by."""
    try:
        return Response(pages.manifest(link_of(request)), 200, pages.HEADERS, "application/manifest+json")
    except NotBuilt as problem:
        return _not_built(problem)
    except WaypostError as problem:
        return answers.error(NotFound(problem.message))


def _not_built(problem: NotBuilt) -> Response:
    log.error("inbox.page_not_built", reason=str(problem))
    text = "This inbox cannot be shown: its page was not built when the gateway was installed.\n"
    return PlainTextResponse(text, 503, pages.HEADERS)
