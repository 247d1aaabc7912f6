"""What every call of the API goes through: key, scope, ids, body, verb, answer. `routes.py` says what there is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from .. import answers
from ..domain import api_keys
from ..domain.api_keys import Caller
from ..errors import NotFound, Unauthorized, WaypostError
from ..paging import Page, page_of
from ..runtime import Runtime

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Call:
    """A call with everything about it checked; `body` is the route's Struct, or None."""

    rt: Runtime
    caller: Caller
    ids: Mapping[str, UUID]
    query: Mapping[str, str]
    body: Any = None

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
        key = _bearer(request)
        async with rt.pool.connection() as conn:
            caller = await api_keys.caller(conn, key)
        caller.require(self.scope)
        ids = {name: _uuid(text) for name, text in request.path_params.items()}
        body = answers.decode(self.body, await answers.body(request)) if self.body is not None else None
        return answers.data(await self.verb(Call(rt, caller, ids, request.query_params, body)), self.status)


def _bearer(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthorized("Send your API key as `Authorization: Bearer <API_KEY>`.")
    return key.strip()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"There is nothing with the id {text[:64]} in this organization.") from None
