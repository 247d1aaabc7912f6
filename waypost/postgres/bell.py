"""Wake-ups between processes: one debounced NOTIFY, outside every business transaction. A poll is the truth."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from ..errors import WaypostError
from .pool import Connection, Pool

CHANNEL = "waypost_ready"
GAP = 0.05


class Bell:
    """`ring()` after a commit that made work; at most 20 NOTIFY a second leave the process, the first at once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="bell")
        self._wanted.set()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            with suppress(WaypostError):
                async with self._pool.connection() as conn:
                    await conn.execute(f"notify {CHANNEL}")
            await asyncio.sleep(GAP)


async def listen(conn: Connection, heard: Callable[[], None]) -> None:
    """Calls `heard` for every ring that reaches this connection."""
    await conn.add_listener(CHANNEL, lambda *_: heard())
