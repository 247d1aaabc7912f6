"""Who follows an organization hears its rings: one LISTEN connection per process, shared by all that wait.

A ring can be lost with the connection, so whoever waits also looks again by itself after some seconds.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import structlog

from ..errors import WaypostError
from .bell import CHANNEL, named
from .pool import Connection, Pool, connect, means_unavailable

log = structlog.get_logger()
FIRST_PAUSE, LAST_PAUSE = 0.2, 5.0
#: For what is worth a moment only: heard by every process that listens, and kept nowhere.
WHISPERS = "waypost_whispers"


class Hearing:
    """`ear` gives an event that is set by every ring of an organization; the first ear opens the connection."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._ears: dict[UUID, set[asyncio.Event]] = {}
        self._whispered: set[Callable[[str], None]] = set()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def ear(self, organization_id: UUID) -> Iterator[asyncio.Event]:
        """Set at first, at every ring, and after a time without connection. Clear it, look, then wait for it."""
        self._begin()
        rung = asyncio.Event()
        rung.set()
        self._ears.setdefault(organization_id, set()).add(rung)
        try:
            yield rung
        finally:
            others = self._ears[organization_id]
            others.discard(rung)
            if not others:
                del self._ears[organization_id]

    @contextmanager
    def whispers(self, heard: Callable[[str], None]) -> Iterator[None]:
        """Calls `heard` with every payload on the channel of whispers, for as long as the block lasts."""
        self._begin()
        self._whispered.add(heard)
        try:
            yield
        finally:
            self._whispered.discard(heard)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="hearing")

    def _murmur(self, payload: str) -> None:
        for heard in list(self._whispered):
            heard(payload)

    def _heard(self, payload: str) -> None:
        organizations = named(payload)
        for organization_id in self._ears if organizations is None else organizations & self._ears.keys():
            for rung in self._ears[organization_id]:
                rung.set()

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                conn = await connect(self._pool.dsn, name="waypost hearing")
            except Exception as error:
                if not (isinstance(error, WaypostError) or means_unavailable(error)):
                    log.exception("hearing.failed")
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_PAUSE)
                continue
            pause = FIRST_PAUSE
            await self._listen(conn)

    async def _listen(self, conn: Connection) -> None:
        """Until the connection ends."""
        ended = asyncio.Event()
        try:
            conn.add_termination_listener(lambda _: ended.set())
            await conn.add_listener(CHANNEL, lambda _conn, _pid, _channel, payload: self._heard(str(payload)))
            await conn.add_listener(WHISPERS, lambda _conn, _pid, _channel, payload: self._murmur(str(payload)))
            self._heard("*")
            await ended.wait()
        except Exception as error:
            log.warning("hearing.lost", reason=str(error)[:200])
            await asyncio.sleep(FIRST_PAUSE)
        finally:
            with suppress(Exception):
                await conn.close(timeout=2)
