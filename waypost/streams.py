"""Bodies too large to hold, for every door: uploads as they arrive, files passed on as they come."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import answers, multipart, ranges
from .errors import Invalid, WaypostError
from .ranges import Span, Unsatisfiable

#: How long an upload may stand still.
PATIENCE = 30
#: What a browser may show by itself; anything else, a web page above all, is saved instead.
_SHOWN = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")


class File(Protocol):
    """A file about to be read: `length` is None when nobody knows."""

    length: int | None

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class Described(Protocol):
    """What is known of a file before it is read."""

    @property
    def mime_type(self) -> str: ...
    @property
    def filename(self) -> str: ...
    @property
    def size(self) -> int | None: ...
    @property
    def sha256(self) -> str | None: ...


class _NotSatisfiable(WaypostError):
    status = 416
    code = "VALIDATION_ERROR"


class Streamed(Response):
    """A file on its way out. If it breaks off the connection is closed; a client that leaves ends the reading."""

    def __init__(self, file: File, status: int, headers: Mapping[str, str]) -> None:
        length = {} if file.length is None else {"Content-Length": str(file.length)}
        self.status_code, self.background, self.body = status, None, b""
        self.init_headers({**headers, **length})
        if file.length is None:
            del self.headers["content-length"]
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await first_of(self._stream(send), departure(receive))
        finally:
            await self._file.aclose()

    async def _stream(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async for piece in self._file:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except WaypostError:
            return  # without the last message: the server closes the connection, and the client sees the gap
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def first_of(*parts: Coroutine[Any, Any, object]) -> None:
    """Until one of them has ended, and the others with it; raises what that one raised. The framework's own way to stop
    was seen not to reach a task that never stands still."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def departure(receive: Receive) -> None:
    """Until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def form_file(request: Request) -> multipart.File:
    """The file of a form, as it arrives. Raises Invalid."""
    headers = request.headers
    length = headers.get("content-length", "")
    return await multipart.file_of(
        headers.get("content-type", ""), int(length) if length.isdigit() else None, arriving(request)
    )


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """The body of a request in pieces. Raises Invalid when it breaks off or stands still."""
    pieces = request.stream()
    while True:
        try:
            async with asyncio.timeout(PATIENCE):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except ClientDisconnect:
            raise Invalid("The connection ended before the body did.") from None
        except TimeoutError:
            raise Invalid(f"The upload stood still for {PATIENCE} seconds.") from None
        if piece:
            yield piece


async def hand_on(request: Request, about: Described, opened: Callable[[Span | None], Awaitable[File]]) -> Response:
    """Answers GET and HEAD: a part of the file when Range wants one, nothing of it when the client has it already."""
    etag = f'"{about.sha256}"' if about.sha256 is not None and about.sha256.isalnum() else None
    headers = _headers(about.mime_type, about.filename, etag)
    if _unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    try:
        span = _span(request, about.size, etag)
    except Unsatisfiable:
        assert about.size is not None
        return _beyond(about.size)
    if request.method == "HEAD":
        return Response(headers=headers if about.size is None else {**headers, "Content-Length": str(about.size)})
    file = await opened(span)
    if span is None:
        return Streamed(file, 200, headers)
    return Streamed(file, 206, {**headers, "Content-Range": span.content_range})


def _headers(mime_type: str, filename: str, etag: str | None) -> dict[str, str]:
    """What goes with a file that a stranger may have sent: it is never run as a page of ours."""
    shown = "inline" if mime_type.startswith(_SHOWN) else "attachment"
    plain = filename.encode("ascii", "replace").decode().replace("\\", "_").replace('"', "_")
    extended = "" if plain == filename else f"; filename*=UTF-8''{quote(filename, safe='')}"
    return {
        "Content-Type": mime_type,
        "Content-Disposition": f'{shown}; filename="{plain}"{extended}',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        **({"ETag": etag} if etag else {}),
    }


def _unchanged(request: Request, etag: str | None) -> bool:
    """Whether the client has this very file."""
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return etag is not None and (etag in known or known == ["*"])


def _span(request: Request, size: int | None, etag: str | None) -> Span | None:
    """The part of a file that is wanted; None is the whole. Raises Unsatisfiable."""
    condition = request.headers.get("if-range")
    if request.method != "GET" or size is None or (condition is not None and condition.strip() != etag):
        return None
    return ranges.span_of(request.headers.get("range"), size)


def _beyond(size: int) -> Response:
    """416."""
    response = answers.error(_NotSatisfiable(f"The file has {size:,} bytes; ask for a range within them."))
    response.headers["Content-Range"] = f"bytes */{size}"
    return response
