"""A GET whose body may be large: media by URL. It is handed on piece by piece, and read no faster than it is taken.

The thread only adds to `received`, the event loop only to `taken`; their difference is what lies in between.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pycurl

from ...sources import SourceFailed
from . import wire
from .failures import INTERRUPTED, Kind
from .transfer import Told, Transfer

HIGH, LOW = 256 * 1024, 64 * 1024

#: What may be over when the same is tried again.
_PASSING = frozenset({"timeout", "dns", "refused", "broken", "interrupted"})


@dataclass(slots=True, kw_only=True, eq=False)
class Fetch(Transfer):
    """A `sources.Source`. `nudge` asks the thread to look at it again: to go on, or to drop it."""

    loop: asyncio.AbstractEventLoop
    nudge: Callable[["Fetch"], None]
    curl: Any = None
    status: int = 0
    answered: dict[str, str] = field(default_factory=dict)
    has_head: bool = False
    received: int = 0
    taken: int = 0
    paused: bool = False
    _pieces: deque[bytes] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _over: bool = False
    _failure: SourceFailed | None = None

    # In the thread.

    def aim(self, curl: Any, addresses: Sequence[str]) -> None:
        self.curl = curl
        wire.point(curl, self.url, addresses, self.headers, self.remaining_ms)
        curl.setopt(pycurl.HTTPGET, 1)
        # Over HTTP/2 a paused transfer still fills its window, megabytes of it.
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)

    def read(self, data: bytes) -> int | None:
        self.paused = True  # before the look at `taken`: whoever takes looks at `paused` afterwards
        if self.received - self.taken >= HIGH:
            return int(pycurl.WRITEFUNC_PAUSE)
        self.paused = False
        self.received += len(data)
        self._pieces.append(data)
        self._call(self._news.set)
        return None

    def note(self, line: bytes) -> None:
        if self.has_head:  # trailers
            return
        if line.startswith(b"HTTP/"):
            self.answered.clear()
            number = line.split(maxsplit=2)[1:2]
            self.status = int(number[0]) if number and number[0].isdigit() else 0
        elif line in (b"\r\n", b"\n"):
            self.has_head = self.status >= 200
            self._call(self._news.set)
        else:
            name, _, value = line.decode("latin-1").partition(":")
            self.answered[name.strip().lower()] = value.strip()

    def ended(self, curl: Any, code: int | None) -> Told:
        if code is None:
            return self._settle, None
        failure = self.failure(curl, code)
        return self._settle, _failed(failure.kind, failure.host)

    def unsent(self, kind: Kind, reason: str) -> Told:
        return self._settle, _failed(kind, reason)

    def abandoned(self) -> Told:
        return self.unsent("interrupted", INTERRUPTED)

    def _call(self, function: Callable[[], object]) -> None:
        self.loop.call_soon_threadsafe(function)

    # In the event loop.

    def _settle(self, failure: SourceFailed | None) -> None:
        self._over, self._failure = True, failure
        self._news.set()

    async def head(self) -> None:
        """Waits for status and headers. Raises SourceFailed when none come."""
        while not self.has_head:
            if self._over:
                raise self._failure or SourceFailed("the host gave no answer.", passing=True)
            self._news.clear()
            await self._news.wait()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece. Raises SourceFailed when it breaks off."""
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self.taken += len(piece)
                if self.paused and self.received - self.taken <= LOW:
                    self.nudge(self)
                yield piece
            if self._over:
                break
            self._news.clear()
            if not self._pieces:
                await self._news.wait()
        if self._failure is not None:
            raise self._failure

    def drop(self) -> None:
        """Ends it, whether or not it has come to its end."""
        self.dropped = True
        self._pieces.clear()
        if not self._over:
            self.nudge(self)


def _failed(kind: Kind, sentence: str) -> SourceFailed:
    """With the sentence as the end of a longer one."""
    return SourceFailed(sentence[0].lower() + sentence[1:], passing=kind in _PASSING)
