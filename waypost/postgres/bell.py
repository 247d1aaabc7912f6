"""Wake-ups between processes: one debounced NOTIFY, outside every business transaction. A poll is the truth."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from uuid import UUID

from ..errors import WaypostError
from .pool import Connection, Pool

CHANNEL = "waypost_ready"
GAP = 0.05
#: A NOTIFY carries less than 8,000 bytes: of more organizations than this only "all" is said.
MOST_NAMED = 200
ALL = "*"


class Bell:
    """`ring()` after a commit that made work; at most 20 NOTIFY a second leave the process, the first at once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._wanted = asyncio.Event()
        self._named: set[UUID] = set()
        self._task: asyncio.Task[None] | None = None

    def ring(self, organizations: Iterable[UUID] = ()) -> None:
        """Wakes the workers, and whoever follows what happens in these organizations."""
        self._named.update(organizations)
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
            named, self._named = self._named, set()
            with suppress(WaypostError):
                async with self._pool.connection() as conn:
                    await conn.execute("select pg_notify($1, $2)", CHANNEL, _payload(named))
            await asyncio.sleep(GAP)


def _payload(organizations: set[UUID]) -> str:
    return ALL if len(organizations) > MOST_NAMED else ",".join(each.hex for each in organizations)


def named(payload: str) -> set[UUID] | None:
    """The organizations that a ring named; None when it may concern any of them."""
    return None if payload == ALL else {UUID(each) for each in payload.split(",") if each}


async def listen(conn: Connection, heard: Callable[[], None]) -> None:
    """Calls `heard` for every ring that reaches this connection."""
    await conn.add_listener(CHANNEL, lambda *_: heard())
