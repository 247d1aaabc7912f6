"""The signup door: the hosted page of an onboarding link and the callback of its script. The link's id is the key."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from .. import answers
from ..domain import completion, onboarding
from ..domain.completion import Outcome
from ..domain.onboarding import Stored
from ..domain.signups import Hints
from ..errors import Invalid, NotFound, WaypostError
from ..runtime import Runtime
from . import pages

log = structlog.get_logger()
MAX_BODY = 32 * 1024


class Callback(msgspec.Struct):
    """What the browser brings back; unknown fields of Meta's are ignored, only the code counts."""

    code: str
    event: str | None = None
    data: dict[str, Any] | None = None


def routes(rt: Runtime) -> list[Route]:
    """The page and its callback."""
    return [
        Route("/signup/{link_id}", _guarded(rt, show), methods=["GET"]),
        Route("/signup/{link_id}/callback", _guarded(rt, callback), methods=["POST"]),
    ]


async def show(rt: Runtime, request: Request) -> Response:
    try:
        link = await _link(rt, request)
    except NotFound:
        return _html(pages.not_found(), 404)
    if not rt.config.meta.app_id or not rt.config.meta.config_id:
        return _html(pages.not_configured(link.name), 503)
    return _html(pages.page(_view(link), rt.config.meta))


async def callback(rt: Runtime, request: Request) -> Response:
    """JSON gets the outcome as JSON; a form gets a redirect, or the page with the outcome."""
    raw = await answers.body(request, MAX_BODY)
    declared = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    as_form = declared and not raw.lstrip().startswith(b"{")  # clients that name no type are often given this one
    given = _from_form(raw) if as_form else answers.decode(Callback, raw)
    link = await _link(rt, request)
    outcome = await completion.complete(rt, link.id, given.code, _hints(given.data or {}))
    if not as_form:
        return answers.data(outcome)
    if outcome.redirect_to:
        return RedirectResponse(outcome.redirect_to, 303)
    return _result_page(rt, link, outcome)


def _result_page(rt: Runtime, link: Stored, outcome: Outcome) -> Response:
    flash = pages.Flash("success" if outcome.status == "success" else "error", outcome.message)
    return _html(pages.page(_view(link), rt.config.meta, flash), 200)


def _guarded(
    rt: Runtime, verb: Callable[[Runtime, Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        try:
            return await verb(rt, request)
        except WaypostError as problem:
            return answers.error(problem)
        except Exception:
            log.exception("signup.failed", path=request.url.path)
            return answers.error(WaypostError("Something went wrong here. Please try again later."))

    return serve


async def _link(rt: Runtime, request: Request) -> Stored:
    try:
        id_ = UUID(request.path_params["link_id"])
    except ValueError:
        raise NotFound("This link does not exist or was removed.") from None
    async with rt.pool.connection() as conn:
        return await onboarding.opened(conn, id_)


def _from_form(raw: bytes) -> Callback:
    try:
        fields = parse_qs(raw.decode(), max_num_fields=20)
    except ValueError:
        raise Invalid("The form cannot be read.") from None
    if "code" not in fields:
        raise Invalid.field("code", "is required.")
    names = ("waba_id", "phone_number_id", "business_id")
    return Callback(fields["code"][0], data={name: fields[name][0] for name in names if name in fields})


def _hints(data: dict[str, Any]) -> Hints:
    """Ids as the browser saw them; anything that is not a plain id is no hint."""
    seen = {name: str(data.get(name) or "") for name in Hints.__struct_fields__}
    return Hints(**{name: text for name, text in seen.items() if text.isascii() and text.isdigit() and len(text) <= 32})


def _view(link: Stored) -> pages.SignupView:
    status = "completed" if link.status == "completed" else "pending"
    return pages.SignupView(str(link.id), link.name, f"/signup/{link.id}/callback", status)  # type: ignore[arg-type]


def _html(page: pages.Page, status: int = 200) -> Response:
    html, headers = page
    return HTMLResponse(html, status, headers)
