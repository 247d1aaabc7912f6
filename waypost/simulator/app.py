"""The simulator's ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from .connection import Breakable
from .control import wire
from .control.routes import ROUTES as CONTROL
from .dialog.routes import ROUTES as DIALOG
from .graph.endpoint import Graph
from .settings import Settings
from .stage import Stage


def create_app(settings: Settings) -> ASGIApp:
    stage = Stage(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await stage.notifier.start()
        yield
        await stage.notifier.stop()

    routes = [*CONTROL, *DIALOG, Route("/{path:path}", Graph(stage))]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=wire.ERRORS)
    app.state.stage = stage
    return Breakable(app)
