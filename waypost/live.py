"""Server-sent events, for every door: frames, heartbeats, and the ends of a stream that has none of its own.

A stream holds the batch in hand and nothing else: its source is asked for the next when the client has taken the last.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import NamedTuple, Protocol

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import answers, clock
from .errors import RateLimited, Unavailable, WaypostError
from .streams import departure, first_of

log = structlog.get_logger()
#: Seconds between heartbeats, and between looks whether the client may still listen.
BEAT, CHECK = 15.0, 5.0
#: The line that says when a client that lost its connection should come back, in ms.
RETRY = b"retry: 2000\n"
#: How long the last bytes may take.
FAREWELL = 1.0
MEDIA_TYPE = "text/event-stream"


class Frame(NamedTuple):
    """`id` is where the client goes on; a browser sends the last one as `Last-Event-ID`. None: where it was before."""

    id: str | None
    event: str
    data: bytes

    def encoded(self) -> bytes:
        head = b"" if self.id is None else b"id: " + self.id.encode() + b"\n"
        data = b"\ndata: ".join(self.data.splitlines()) or b"{}"
        return head + b"event: " + self.event.encode() + b"\ndata: " + data + b"\n\n"


class Source(Protocol):
    """`at` is the id behind everything that `news` has given."""

    @property
    def at(self) -> str: ...

    async def news(self, patience: float) -> Sequence[Frame]:
        """The next frames; none when none came within about `patience` seconds."""
        ...


class Seats:
    """How many streams of a kind are open in this process, by whose they are."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[Hashable] = Counter()

    @contextmanager
    def one(self, owner: Hashable) -> Iterator[None]:
        """A seat for this block; raises RateLimited."""
        if self._taken[owner] >= self._most:
            raise RateLimited(f"{self._most} streams are open already; close one, or read pages.", retry_after=5)
        self._taken[owner] += 1
        try:
            yield
        finally:
            self._taken[owner] -= 1
            if not self._taken[owner]:
                del self._taken[owner]


class Events(Response):
    """What answers of events have in common: nobody knows their length, and nobody on the way may hold them back."""

    def __init__(self, caching: str = "no-store") -> None:
        self.status_code, self.background, self.body = 200, None, b""
        self.init_headers({"Content-Type": MEDIA_TYPE, "Cache-Control": caching, "X-Accel-Buffering": "no"})
        del self.headers["content-length"]


class Live(Events):
    """Ends when the client leaves, when `closing` is set, or when `check` finds that it may listen no longer."""

    def __init__(
        self,
        source: AbstractContextManager[Source],
        seat: AbstractContextManager[None],
        closing: asyncio.Event,
        check: Callable[[], Awaitable[object]],
    ) -> None:
        super().__init__("no-store, no-transform")
        self._source, self._seat, self._closing, self._check = source, seat, closing, check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._seat, self._source as source:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                if scope["method"] != "HEAD":
                    await self._until_an_end(source, receive, send)
        except RateLimited as problem:
            await answers.error(problem)(scope, receive, send)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _until_an_end(self, source: Source, receive: Receive, send: Send) -> None:
        try:
            await first_of(_stream(source, send), self._admitted(), self._closing.wait(), departure(receive))
        except WaypostError:
            return
        except Exception:
            log.exception("live.failed")

    async def _admitted(self) -> None:
        """As long as the client may listen; while nobody can say, it may."""
        while True:
            await asyncio.sleep(CHECK)
            try:
                await self._check()
            except Unavailable:
                continue
            except WaypostError:
                return


async def _stream(source: Source, send: Send) -> None:
    loop = asyncio.get_running_loop()
    await send(_piece(RETRY + b"\n"))
    due = loop.time()  # the first heartbeat says that everything so far was told
    while True:
        frames = await source.news(max(due - loop.time(), 0))
        if frames:
            await send(_piece(b"".join(frame.encoded() for frame in frames)))
        if loop.time() >= due:
            beat = Frame(source.at, "heartbeat", b'{"timestamp":"%s"}' % clock.stamp(clock.now()).encode())
            await send(_piece(beat.encoded()))
            due = loop.time() + BEAT


def _piece(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}
