"""Lets an endpoint break the connection under its own request, as a lost answer looks to the caller."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

_TRANSPORT = "simulator.transport"


class Breakable:
    """Wraps the application and notes each request's transport, which uvicorn keeps beside `send`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[_TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await self.app(scope, receive, send)


async def sever(scope: Scope) -> None:
    """Aborts the connection and waits until the server has noticed; without a transport the server answers 500."""
    transport = scope.get(_TRANSPORT)
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0.01)
