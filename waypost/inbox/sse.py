"""A response of server-sent events: frames from a bounded buffer, a heartbeat in the silence, an end that is told."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from .. import clock
from ..live import BEAT, FAREWELL, RETRY, Events, Frame
from ..streams import departure, first_of

#: So much may wait for one reader; who reads more slowly is cut off, comes back and resumes.
MOST_FRAMES, MOST_BYTES = 2_000, 4 << 20


def frame(event: str, data: Any, id_: str | None = None) -> bytes:
    """One event, ready to be written; `id_` as in `Frame`."""
    return Frame(id_, event, msgspec.json.encode(data)).encoded()


class Stream:
    """What waits to be written to one reader. `cursor` is where it has come to when nothing waits."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        self.gone = asyncio.Event()
        self.is_ending = False
        self._owes_place = False
        self._frames: deque[tuple[int, bytes]] = deque()
        self._size = self._at = 0
        self._news = asyncio.Event()

    def put(self, frames: list[bytes], position: int = 0, cursor: str | None = None) -> None:
        """`position` is what these frames bring the reader to, `cursor` the same for its next resumption."""
        if self.is_ending:
            return
        self._frames.extend((position, each) for each in frames)
        self._size += sum(map(len, frames))
        if cursor is not None:
            self.cursor, self._at = cursor, position
        if frames:
            self._news.set()
        if self._size > MOST_BYTES or len(self._frames) > MOST_FRAMES:
            self.cut()

    def begin(self, frames: list[bytes], position: int, cursor: str) -> None:
        """Puts what was missed first, in place of whatever came meanwhile and is part of it."""
        if self.is_ending:
            return
        if position > self._at:
            self.cursor, self._at = cursor, position
        later = [each for each in self._frames if each[0] > position or each[0] == 0]
        self._frames = deque([*((position, each) for each in frames), *later])
        self._size = sum(len(each) for _, each in self._frames)
        self._news.set()

    def end(self, reason: str, *last: bytes) -> None:
        """Nothing more but these frames and a word of why."""
        if self.is_ending:
            return
        self.is_ending = True
        self._frames = deque((0, each) for each in (*last, frame("bye", {"reason": reason})))
        self._size = 0
        self._news.set()
        asyncio.get_running_loop().call_later(FAREWELL, self.gone.set)

    def cut(self) -> None:
        """Ends without a word: the reader does not keep up, or has other streams."""
        self.is_ending = True
        self._frames.clear()
        self.gone.set()
        self._news.set()

    def greeting(self) -> bytes:
        """The first heartbeat, which opens the stream at once; while something waits its place is named behind that."""
        self._owes_place = bool(self._frames)
        return beat(None if self._frames else self.cursor)

    async def next(self) -> bytes | None:
        """What is to be written next: frames, or a heartbeat after a silence; None at the end."""
        try:
            async with asyncio.timeout(BEAT):
                while not self._frames and not self.is_ending:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return beat(self.cursor)
        if not self._frames:
            return None
        waiting, self._frames, self._size = b"".join(each for _, each in self._frames), deque(), 0
        if self._owes_place and not self.is_ending:
            self._owes_place, waiting = False, waiting + beat(self.cursor)
        return waiting


def beat(cursor: str | None) -> bytes:
    """It has a name, since scripts cannot see comments, and the place to resume from."""
    return frame("hb", {"serverTime": clock.stamp(clock.now())}, cursor)


class EventStream(Events):
    """Writes a stream until it ends or its reader leaves, then releases it."""

    def __init__(self, stream: Stream, release: Callable[[], None]) -> None:
        super().__init__()
        self._stream, self._release = stream, release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await first_of(self._write(send), departure(receive), self._stream.gone.wait())
        finally:
            self._release()

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": RETRY + self._stream.greeting(), "more_body": True})
        while (waiting := await self._stream.next()) is not None:
            await send({"type": "http.response.body", "body": waiting, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
