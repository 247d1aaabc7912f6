"""What every call of the session API goes through: same origin, session, permission, verb, answer. `routes.py` says
what there is; refusing a call never depends on what the page shows."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from .. import answers, clock, paths
from ..domain import shared_inbox_sessions
from ..domain.shared_inbox_conversations import View
from ..domain.shared_inbox_links import hashed
from ..domain.shared_inbox_sessions import LASTS, Guest
from ..errors import Forbidden, Invalid, WaypostError
from ..runtime import Runtime
from .hub import Hub

log = structlog.get_logger()
COOKIE = "ibx"
_COOKIE_TEXT = re.compile(r"[A-Za-z0-9_-]{43}")
SAFE = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Call:
    """A call with everything about it checked; `texts` are Meta's ids."""

    rt: Runtime
    hub: Hub
    guest: Guest
    request: Request
    ids: Mapping[str, UUID]
    texts: Mapping[str, str]

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    @property
    def view(self) -> View:
        return View(self.guest.organization_id, self.guest.phone_id, self.guest.link_id, self.guest.may("readDetails"))

    async def body(self, type_: type[Any], *, may_be_missing: bool = False) -> Any:
        raw = await answers.body(self.request)
        return type_() if may_be_missing and not raw.strip() else answers.decode(type_, raw)


Verb = Callable[[Call], Awaitable[Any]]
#: What is answered before there is a session: it gets the link's id in place of a Call.
Entrance = Callable[[Runtime, Hub, Request, UUID], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the sitemap. One of `permissions` is needed; none: any session will do, or the verb decides."""

    method: str
    path: str
    verb: Verb
    permissions: tuple[str, ...] = ()
    status: int = 200
    takes_file: bool = False

    def endpoint(self, rt: Runtime, hub: Hub) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request, link_id: UUID) -> Response:
            return await self._answered(rt, hub, request, link_id)

        return guarded(rt, answered, takes_file=self.takes_file)

    async def _answered(self, rt: Runtime, hub: Hub, request: Request, link_id: UUID) -> Response:
        cookie = cookie_of(request)
        guest = await guest_of(rt, link_id, cookie)
        if self.permissions:
            guest.require(*self.permissions)
        parameters = {name: text for name, text in request.path_params.items() if name != "link_id"}
        named = paths.named(parameters, "this inbox")
        if guest.is_due:
            async with rt.pool.transaction() as conn:
                await shared_inbox_sessions.renew(conn, [guest])
        result = await self.verb(Call(rt, hub, guest, request, named.ids, named.texts))
        response = result if isinstance(result, Response) else answers.data(result, self.status)
        if guest.is_due and "set-cookie" not in response.headers:
            keep_cookie(response, guest.link_id, cookie)
        return response


def entrance(rt: Runtime, hub: Hub, verb: Entrance) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request, link_id: UUID) -> Response:
        return await verb(rt, hub, request, link_id)

    return guarded(rt, answered)


def guarded(
    rt: Runtime, verb: Callable[[Request, UUID], Awaitable[Response]], *, takes_file: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        try:
            if request.method not in SAFE:
                check_origin(request, rt.config.public_url, takes_file=takes_file)
            response = await verb(request, link_of(request))
        except WaypostError as problem:
            response = answers.error(problem)
        except Exception:
            log.exception("inbox.failed", method=request.method, link=request.path_params.get("link_id", "")[:36])
            response = answers.error(WaypostError("Something went wrong here. Please try again later."))
        return _dressed(response)

    return serve


def _dressed(response: Response) -> Response:
    headers = response.headers
    headers["X-Server-Time"] = str(int(clock.now().timestamp() * 1000))
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Cache-Control", "no-store")
    if "www-authenticate" in headers:
        del headers["www-authenticate"]  # the way in is the link, not a key
    return response


def link_of(request: Request) -> UUID:
    """The id in the address, spelled as links are: the cookie's path depends on it."""
    text = request.path_params["link_id"]
    try:
        id_ = UUID(text)
    except ValueError:
        raise shared_inbox_sessions.refused("unknown") from None
    if str(id_) != text:
        raise shared_inbox_sessions.refused("unknown")
    return id_


def cookie_of(request: Request) -> str:
    cookie = request.cookies.get(COOKIE, "")
    if not _COOKIE_TEXT.fullmatch(cookie):
        raise shared_inbox_sessions.refused("missing")
    return cookie


async def guest_of(rt: Runtime, link_id: UUID, cookie: str) -> Guest:
    """Asked on every request, so that a change of the link holds at once; those of the same moment together."""
    wanted = (link_id, hashed(cookie))
    found: Guest = await rt.groups.join("inbox.guests", partial(_guests, rt), wanted, lane=link_id)
    return found


async def _guests(rt: Runtime, wanted: Sequence[tuple[UUID, bytes]]) -> list[Guest | Exception]:
    async with rt.pool.connection() as conn:
        return await shared_inbox_sessions.standing(conn, wanted)


def keep_cookie(response: Response, link_id: UUID, cookie: str, seconds: int = int(LASTS.total_seconds())) -> None:
    """Strict, and for this link alone: two links in one browser do not collide."""
    response.set_cookie(
        COOKIE, cookie, max_age=seconds, path=f"/inbox/{link_id}", secure=True, httponly=True, samesite="strict"
    )


def check_origin(request: Request, public_url: str, *, takes_file: bool = False) -> None:
    """A changing call comes from our own page: the header that forms and links cannot set, and what the browser says
    of where it comes from. Raises Forbidden."""
    headers = request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if headers.get("x-requested-with") != "inbox":
        raise _foreign("the header X-Requested-With: inbox is missing")
    if site is not None and site != "same-origin":
        raise _foreign("Sec-Fetch-Site is not same-origin")
    if origin is not None and origin.lower() not in _own(headers.get("host", ""), public_url):
        raise _foreign("Origin is not this inbox's")
    if site is None and origin is None:
        raise _foreign("neither Sec-Fetch-Site nor Origin says where it comes from")
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        _check_type(headers.get("content-type", ""), takes_file)


def _check_type(declared: str, takes_file: bool) -> None:
    """What a form on another site can send is taken for uploads alone."""
    kind = declared.partition(";")[0].strip().lower()
    wanted = "multipart/form-data" if takes_file else "application/json"
    if kind != wanted:
        raise _foreign(f"its Content-Type is not {wanted}")


def _own(host: str, public_url: str) -> tuple[str, ...]:
    parts = urlsplit(public_url)
    return (f"{parts.scheme}://{parts.netloc}".lower(), f"https://{host}".lower(), f"http://{host}".lower())


def _foreign(why: str) -> Forbidden:
    return Forbidden(f"This call is refused: {why}.", details={"reason": "crossSite"})


def limit_of(query: Mapping[str, str], usual: int = 50, most: int = 100) -> int:
    text = query.get("limit") or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise Invalid.field("limit", f"must be a whole number from 1 to {most}.")
    return int(text)


def word_of(query: Mapping[str, str], name: str, most: int = 100) -> str | None:
    """A text of the query; None where it is blank."""
    text = query.get(name)
    if text is None or not text.strip():
        return None
    if len(text) > most or "\0" in text:
        raise Invalid.field(name, f"must have at most {most} characters, none of them NUL.")
    return text


def paged(items: Any, limit: int, following: str | None, **meta: Any) -> Response:
    """A page by cursor; `meta` goes beside its pagination."""
    pagination = {"limit": limit, "hasMore": following is not None, "nextCursor": following}
    return with_meta(items, pagination=pagination, **meta)


def with_meta(items: Any, **meta: Any) -> Response:
    told = {name: value for name, value in meta.items() if value is not None}
    return Response(msgspec.json.encode({"data": items, "meta": told}), media_type="application/json")
