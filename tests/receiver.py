"""A customer's server for tests: keeps every delivery and answers as told. Real HTTP on its own port."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[["Delivery"], "web.StreamResponse | Awaitable[web.StreamResponse]"]


@dataclass
class Delivery:
    """One POST as it arrived; `path` tells webhooks of one receiver apart."""

    path: str
    headers: dict[str, str]
    raw: bytes
    at: float

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)

    @property
    def event(self) -> str:
        return self.headers["X-Webhook-Event"]

    @property
    def id(self) -> str:
        return self.headers["X-Webhook-Delivery"]

    @property
    def data(self) -> dict[str, Any]:
        return self.body["data"]


@dataclass
class Receiver:
    """`answers[path]` overrides the plain 200."""

    url: str = ""
    got: list[Delivery] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, wanted: Callable[[Delivery], bool], count: int = 1, timeout: float = 15) -> list[Delivery]:
        """The first `count` deliveries that are wanted; fails after `timeout` seconds naming what came instead."""
        try:
            async with asyncio.timeout(timeout), self.arrived:
                await self.arrived.wait_for(lambda: sum(map(wanted, self.got)) >= count)
        except TimeoutError:
            seen = [(each.path, each.headers.get("X-Webhook-Event")) for each in self.got[-20:]]
            raise AssertionError(f"waited {timeout} s for {count} deliveries; the last that came: {seen}") from None
        return [each for each in self.got if wanted(each)][:count]

    async def wait_event(self, path: str, event: str, count: int = 1, timeout: float = 15) -> list[Delivery]:
        return await self.wait_for(lambda d: d.path == path and d.event == event, count, timeout)

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        at = asyncio.get_running_loop().time()
        delivery = Delivery(request.path, dict(request.headers), await request.read(), at)
        async with self.arrived:
            self.got.append(delivery)
            self.arrived.notify_all()
        answer = self.answers.get(request.path)
        if answer is None:
            return web.Response(text="ok")
        made = answer(delivery)
        return await made if asyncio.iscoroutine(made) else made


@asynccontextmanager
async def receiving(host: str = "127.0.0.1") -> AsyncIterator[Receiver]:
    """A receiver on a free port, of loopback unless told."""
    receiver = Receiver()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_route("*", "/{tail:.*}", receiver._receive)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    receiver.url = f"http://{host}:{site._server.sockets[0].getsockname()[1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()
