"""The simulator's ASGI application."""

import asyncio
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
from .handset.pages import ROUTES as HANDSET
from .lookaside import ROUTES as LOOKASIDE
from .settings import Settings
from .snapshot import keep, load
from .stage import Stage


def create_app(settings: Settings) -> ASGIApp:
    stage = Stage(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await stage.notifier.start()
        keeper = _keeper(stage)
        yield
        keeper.cancel()
        await asyncio.wait([keeper])
        await stage.notifier.stop()
        stage.world.media.close()

    routes = [*CONTROL, *DIALOG, *HANDSET, *LOOKASIDE, Route("/{path:path}", Graph(stage))]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=wire.ERRORS)
    app.state.stage = stage
    return Breakable(app)


def _keeper(stage: Stage) -> asyncio.Task[None]:
    """Brings the kept world back, and a task that keeps it from now on."""
    path = stage.settings.state_path
    if path is None:
        return asyncio.create_task(asyncio.sleep(0))
    load(stage.world, path)
    return asyncio.create_task(keep(stage, path))
