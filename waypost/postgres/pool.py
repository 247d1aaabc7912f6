"""Dedicated asyncpg connections on a LIFO: the most recently used is the warmest. Callers open transactions here.

Whatever means "the database cannot serve this now" leaves here as Unavailable: a door answers 503 and no caller hangs.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from ..errors import Unavailable

Connection = Any  # asyncpg ships no types; every function that takes one says so by this name.

#: Two writers met; the loser runs its transaction again.
Collision = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

#: What a lost, restarting or full server raises, besides the SQLSTATE classes below.
_LOST = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
#: 08 connection, 53 insufficient resources, 57 operator intervention (shutdown, statement timeout), 25P03 idle timeout.
_UNAVAILABLE_STATES = ("08", "53", "57", "25P03", "58")


def means_unavailable(error: BaseException) -> bool:
    """Whether an error says that the server is away, full or shutting down, rather than that a statement is wrong."""
    if isinstance(error, asyncpg.PostgresError):
        return str(error.sqlstate or "").startswith(_UNAVAILABLE_STATES)
    return isinstance(error, _LOST)


#: After how long (seconds; the last in ms) the server gives up a machine that is gone without a word, and with it the
#: locks that its connection holds: the others take its shards over. Of no effect on a UNIX socket.
VANISHED = {
    "tcp_keepalives_idle": "3", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "3", "tcp_user_timeout": "6000",
}  # fmt: skip


async def connect(dsn: str, *, statement_timeout: float = 15.0, name: str = "waypost") -> Connection:
    """One configured connection; raises Unavailable. A mute server ends a command 5 s after its time-out."""
    try:
        return await asyncpg.connect(
            dsn,
            timeout=10,
            command_timeout=statement_timeout + 5 if statement_timeout else None,
            server_settings={
                "application_name": name,
                "jit": "off",
                # A prepared plan outlives the small table that it was made for; see also schema.keep_statistics.
                "enable_seqscan": "off",
                "enable_mergejoin": "off",
                "timezone": "UTC",
                "statement_timeout": str(int(statement_timeout * 1000)),
                "idle_in_transaction_session_timeout": "30000",
                **VANISHED,
            },
        )
    except Exception as error:
        if means_unavailable(error):
            raise Unavailable() from error
        raise


class Pool:
    """At most `size` connections, opened on demand; a caller waits at most `patience` seconds for one."""

    def __init__(self, dsn: str, size: int = 10, patience: float = 5.0, name: str = "waypost") -> None:
        self.dsn = dsn
        self.size = size
        self.patience = patience
        self.name = name
        self._idle: list[Connection] = []
        self._open = 0
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for this block; raises Unavailable when none can be had or it is lost meanwhile."""
        conn = await self._take()
        try:
            yield conn
        except BaseException as error:
            await self._mend(conn)
            if isinstance(error, Exception) and means_unavailable(error):
                raise Unavailable() from error
            raise
        finally:
            self._release(conn)

    @asynccontextmanager
    async def transaction(self, isolation: str = "read_committed", readonly: bool = False) -> AsyncIterator[Connection]:
        """A connection inside a transaction that commits when the block ends and rolls back when it raises."""
        async with self.connection() as conn, conn.transaction(isolation=isolation, readonly=readonly):
            yield conn

    async def close(self) -> None:
        """Closes what is idle; connections in use close when they are given back."""
        self.size = 0
        while self._idle:
            conn = self._idle.pop()
            self._open -= 1
            with suppress(Exception):
                await conn.close(timeout=2)

    async def _take(self) -> Connection:
        try:
            async with asyncio.timeout(self.patience):
                while self._idle:
                    conn = self._idle.pop()
                    if not conn.is_closed():
                        return conn
                    self._open -= 1
                if self._open < self.size:
                    self._open += 1
                    return await self._connect()
                return await self._turn() or await self._connect()
        except TimeoutError:
            raise Unavailable() from None

    async def _connect(self) -> Connection:
        """A new connection for a place already counted; the next in line gets the place when none can be opened."""
        try:
            return await connect(self.dsn, name=self.name)
        except BaseException as error:
            self._release(None)
            if isinstance(error, asyncpg.PostgresError):
                raise Unavailable() from error
            raise

    async def _turn(self) -> Connection | None:
        """Waits in line: a connection, straight from the hand of the one before, or None for a free place."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._release(turn.result())
            with suppress(ValueError):
                self._waiting.remove(turn)
            raise

    async def _mend(self, conn: Connection) -> None:
        """After an exception a connection is reset, or dropped when that does not work at once."""
        if conn.is_closed():
            return
        try:
            await conn.reset(timeout=2)
        except BaseException as error:
            conn.terminate()
            if not isinstance(error, Exception):
                raise

    def _release(self, conn: Connection | None) -> None:
        """A connection, or the place of one that is gone, goes to the first in line, else to the idle ones."""
        if conn is not None and (conn.is_closed() or self.size == 0):
            conn.terminate()
            conn = None
        if self.size and self._pass_on(conn):
            return
        if conn is None:
            self._open -= 1
        else:
            self._idle.append(conn)

    def _pass_on(self, conn: Connection | None) -> bool:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(conn)
                return True
        return False
