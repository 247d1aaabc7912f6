"""The right to write: the owner's connection does one change at a time, each in a transaction of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ..postgres.pool import Collision, Connection


class Writing:
    """Whoever waits gets its turn in the order of asking."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        async with self._lock:
            yield

    async def alone(self, change: Callable[[], Awaitable[object]]) -> None:
        """Runs a change, again when it met another change of the same rows head on."""
        async with self._lock:
            for last_try in (False, False, True):
                try:
                    async with self._conn.transaction():
                        await change()
                    return
                except Collision:
                    if last_try:
                        raise
