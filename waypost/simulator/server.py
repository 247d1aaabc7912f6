"""The server under the simulator: alone with its own signals, or as a guest in a larger program's event loop."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import uvicorn

from .app import create_app
from .settings import Settings


class _Guest(uvicorn.Server):
    """Leaves signals to whoever owns the event loop, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Settings]:
    """The simulator, listening inside the block; gives the settings with the real port (0 asks for a free one).

    Raises OSError when the address is taken.
    """
    listener = socket.create_server((settings.host, settings.port), backlog=2048)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted connections inherit it
    settings = replace(settings, port=listener.getsockname()[1])
    server = _Guest(_config(settings))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready.wait()
        yield settings
    finally:
        server.should_exit = True
        await task
        listener.close()


async def serve(settings: Settings) -> None:
    """Runs until cancelled; signals are left to the caller."""
    async with running(settings):
        await asyncio.Event().wait()


def run(settings: Settings) -> None:
    """Runs alone until SIGINT or SIGTERM."""
    uvicorn.Server(_config(settings)).run()


def _config(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level=logging.WARNING,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=3,
    )
