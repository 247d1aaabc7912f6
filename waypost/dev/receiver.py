"""Plays the customer's server in `dev`: checks and prints each webhook, greets who comes back from the signup page."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import escape

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from .. import signature
from ..serving import Server, listening
from . import words

Tell = Callable[[str], None]


class Receiver:
    """`on_connected` is called with the data of every phone_number.connected."""

    def __init__(self, port: int, secret: str, tell: Tell) -> None:
        self.url = f"http://localhost:{port}"
        self.on_connected: Callable[[dict[str, str]], None] = lambda _data: None
        self._secret = secret.encode()
        self._tell = tell

    async def webhooks(self, request: Request) -> Response:
        raw = await request.body()
        header = request.headers.get("x-webhook-signature-256", "").encode()
        if not signature.verify(self._secret, raw, header):
            self._tell(f"webhook refused: its signature is wrong ({request.headers.get('x-webhook-event')})")
            return PlainTextResponse("wrong signature", 401)
        event = msgspec.json.decode(raw)
        self._tell(words.webhook(event, request.headers.get("x-webhook-delivery", "")))
        if event.get("event") == "phone_number.connected":
            self.on_connected(event["data"])
        return PlainTextResponse("ok")

    async def connected(self, request: Request) -> Response:
        rows = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in request.query_params.items())
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(words.CONNECTED_PAGE.replace("ROWS", rows), headers=headers)


@asynccontextmanager
async def receiving(port: int, secret: str, tell: Tell) -> AsyncIterator[Receiver]:
    """The receiver, listening on loopback inside the block."""
    receiver = Receiver(port, secret, tell)
    app = Starlette(
        routes=[
            Route("/webhooks", receiver.webhooks, methods=["POST"]),
            Route("/connected", receiver.connected),
        ]
    )
    with listening("127.0.0.1", port) as listener:
        server = Server(uvicorn.Config(app, loop="none", lifespan="off", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield receiver
        finally:
            server.should_exit = True
            await serving
