"""A customer's file server for tests: real HTTP on a free port, with manners by path, and what was asked of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Manners = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Source:
    url: str = ""
    files: dict[str, Manners] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)

    def put(self, path: str, content: bytes, mime_type: str | None, status: int = 200, **headers: str) -> str:
        """A file at a path, revalidated by ETag when it has one; returns its URL."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(request: web.Request) -> web.StreamResponse:
            if told.get("ETag") and request.headers.get("If-None-Match") == told["ETag"]:
                return web.Response(status=304)
            if told.get("Last-Modified") and request.headers.get("If-Modified-Since") == told["Last-Modified"]:
                return web.Response(status=304)
            made = web.Response(body=content, status=status, headers=told)
            if mime_type is not None:
                made.headers["Content-Type"] = mime_type
            return made

        self.files[path] = answer
        return self.url + path

    def count(self, path: str) -> int:
        return sum(request.path == path for request in self.asked)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        manners = self.files.get(request.path)
        return web.Response(status=404) if manners is None else await manners(request)


def streamed(content: bytes, mime_type: str, pause: float = 0, length: int | None = None) -> Manners:
    """The content in pieces, with pauses between them; without a length, chunked."""

    async def answer(request: web.Request) -> web.StreamResponse:
        made = web.StreamResponse(headers={"Content-Type": mime_type})
        made.content_length = length
        await made.prepare(request)
        for at in range(0, len(content), 65_536):
            await made.write(content[at : at + 65_536])
            await asyncio.sleep(pause)
        await made.write_eof()
        return made

    return answer


@asynccontextmanager
async def serving() -> AsyncIterator[Source]:
    source = Source()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", source._answer)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    source.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    try:
        yield source
    finally:
        await runner.cleanup()
