"""What every call of the API goes through: key, scope, ids, body, verb, answer. `routes.py` says what there is."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from .. import answers, paths
from ..domain import api_keys
from ..domain.api_keys import Caller
from ..errors import Unauthorized, WaypostError
from ..paging import Page, page_of
from ..runtime import Runtime

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Call:
    """A call with everything about it checked; `body` is the route's Struct, or None; `texts` are Meta's ids."""

    rt: Runtime
    caller: Caller
    request: Request
    ids: Mapping[str, UUID]
    texts: Mapping[str, str]
    body: Any = None

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    @property
    def organization_id(self) -> UUID:
        return self.caller.organization_id

    @property
    def page(self) -> Page:
        return page_of(self.query)


class Deleted(msgspec.Struct):
    """What a DELETE answers."""

    id: UUID
    deleted: bool = True


Verb = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the sitemap: everything that serving and describing it needs."""

    method: str
    path: str
    scope: str
    verb: Verb
    summary: str
    answer: Any
    body: Any = None
    status: int = 200
    listed: bool = False
    filters: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    #: The body may be left out: then it is the Struct with its defaults.
    bodyless: bool = False
    #: A file comes in as a form, or goes out as its bytes.
    takes_file: bool = False
    gives_file: bool = False
    #: A page of a feed, or the feed as server-sent events.
    is_live: bool = False

    @property
    def pattern(self) -> str:
        """The path for the framework; Meta's message ids may contain slashes."""
        return self.path.replace("{wamid}", "{wamid:path}")

    def endpoint(self, rt: Runtime) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                return await self._answered(rt, request)
            except WaypostError as problem:
                return answers.error(problem)
            except Exception:
                log.exception("api.failed", method=self.method, path=self.path)
                return answers.error(WaypostError("Something went wrong here. The call was logged; try again later."))

        return serve

    async def _answered(self, rt: Runtime, request: Request) -> Response:
        caller = await admitted(rt, request, self.scope)
        named = paths.named(request.path_params, "this organization")
        body = None if self.body is None else self._decoded(await answers.body(request))
        result = await self.verb(Call(rt, caller, request, named.ids, named.texts, body))
        return result if isinstance(result, Response) else answers.data(result, self.status)

    def _decoded(self, raw: bytes) -> Any:
        return self.body() if self.bodyless and not raw.strip() else answers.decode(self.body, raw)


async def admitted(rt: Runtime, request: Request, scope: str) -> Caller:
    """Whose key the request carries, as of now. Raises Unauthorized, Forbidden."""
    key = _bearer(request)
    caller: Caller = await rt.groups.join("door.callers", partial(_callers, rt), key, lane=key)
    caller.require(scope)
    return caller


async def _callers(rt: Runtime, keys: Sequence[str]) -> list[Caller | Exception]:
    """Asked for on every request, so that revoking holds at once; those of the same moment together."""
    async with rt.pool.connection() as conn:
        return await api_keys.callers(conn, keys)


def _bearer(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthorized("Send your API key as `Authorization: Bearer <API_KEY>`.")
    return key.strip()
