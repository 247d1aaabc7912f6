"""The roof: wires the doors to one runtime. Meta's callback is answered in front of the framework."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from . import answers, assets
from .api import health
from .api.reference import pages
from .api.routes import ROUTES
from .config import Config
from .errors import NotFound, WaypostError
from .inbox import routes as inbox
from .inbox.hub import Hub
from .ingest import Ingest
from .meta.graph import Graph
from .postgres.bell import Bell
from .postgres.hearing import Hearing
from .postgres.pool import Pool
from .runtime import Runtime
from .signup import routes as signup
from .vault import Vault
from .workers.egress import Egress

POOL_SIZE = 16


@asynccontextmanager
async def opened(config: Config, dsn: str, keys: tuple[str, ...], pool_size: int = POOL_SIZE) -> AsyncIterator[Runtime]:
    """A runtime for as long as the block lasts."""
    pool = Pool(dsn, pool_size)
    egress = Egress(config.allow_targets, deny=config.deny_targets)
    rt = Runtime(config, pool, Graph(config.meta), Vault(keys), Bell(pool), Hearing(pool), sources=egress)
    try:
        yield rt
    finally:
        await rt.bell.close()
        await rt.hearing.close()
        await rt.graph.close()
        egress.close()
        await pool.close()


class Gateway:
    """The ASGI application: Meta's two callback paths go to ingest, everything else to the framework."""

    def __init__(self, rt: Runtime) -> None:
        self.ingest = Ingest(rt)
        self.streams = Hub(rt)
        self.site: ASGIApp = Starlette(
            routes=[
                *(Route(route.pattern, route.endpoint(rt), methods=[route.method]) for route in ROUTES),
                *health.routes(rt),
                *pages.routes(rt.config),
                *signup.routes(rt),
                *inbox.routes(rt, self.streams),
                Mount("/_ui", _Assets(directory=assets.FOLDER, check_dir=False)),
            ],
            exception_handlers={HTTPException: _refused},
        )

    def leave(self) -> None:
        """The process stops: answers that would never end are ended."""
        self.streams.leave()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"] == "/webhook" or scope["path"].startswith("/webhook/phone/")):
            await self.ingest(scope, receive, send)
        else:
            await self.site(scope, receive, send)


class _Assets(StaticFiles):
    """Built files carry a hash in their names, so browsers may keep them for ever."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class _MethodNotAllowed(WaypostError):
    status = 405
    code = "VALIDATION_ERROR"


async def _refused(request: Request, problem: Exception) -> Response:
    if isinstance(problem, HTTPException) and problem.status_code == 405:
        response = answers.error(_MethodNotAllowed(f"{request.method} is not possible here."))
        response.headers.update(problem.headers or {})
        return response
    if isinstance(problem, HTTPException) and problem.status_code == 404:
        return answers.error(NotFound(f"There is nothing at {request.url.path[:200]}."))
    return answers.error(WaypostError("The request cannot be answered."))
