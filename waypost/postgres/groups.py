"""Group commit for single calls: while one transaction is being written, the calls that arrive form the next.

An idle process writes each call at once; a busy one pays for a transaction once in many calls. Calls wait in lanes, one
for each tenant, say, that are emptied in turn: who sends a burst waits behind it alone.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar, cast

I = TypeVar("I")  # noqa: E741  what is written
R = TypeVar("R")  # what its caller gets
#: Writes all items or raises; gives one result for each, in their order. An exception among them is that caller's.
Write = Callable[[Sequence[I]], Awaitable[Sequence[R | Exception]]]

MOST = 100
WRITERS = 2


class Groups:
    """The groups of one process, by name."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group[Any, Any]] = {}

    async def join(self, name: str, write: Write[I, R], item: I, lane: Hashable = None) -> R:
        """The result of `item`, written together with whatever else waits under this name; order holds in a lane."""
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = _Group(write)
        return cast(R, await group.join(item, lane))


class _Group(Generic[I, R]):
    def __init__(self, write: Write[I, R]) -> None:
        self._write = write
        self._lanes: dict[Hashable, deque[tuple[I, asyncio.Future[R]]]] = {}
        self._writers: set[asyncio.Task[None]] = set()

    async def join(self, item: I, lane: Hashable) -> R:
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._lanes.setdefault(lane, deque()).append((item, result))
        if len(self._writers) < WRITERS:
            writer = asyncio.create_task(self._run(), name="group")
            self._writers.add(writer)
        return await result

    async def _run(self) -> None:
        try:
            while batch := self._next():
                if not await self._tried(batch):
                    for each in batch:  # one that cannot be written does not spoil its neighbours
                        await self._tried([each])
        finally:  # in the same step as the last look at what waits: a done callback would leave a gap between them
            self._writers.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    def _next(self) -> list[tuple[I, "asyncio.Future[R]"]]:
        """One call of each lane in turn, until a transaction has enough; a lane that was served goes to the end."""
        batch: list[tuple[I, asyncio.Future[R]]] = []
        while self._lanes and len(batch) < MOST:
            lane = next(iter(self._lanes))
            calls = self._lanes.pop(lane)
            batch.append(calls.popleft())
            if calls:
                self._lanes[lane] = calls
        return batch

    async def _tried(self, batch: list[tuple[I, "asyncio.Future[R]"]]) -> bool:
        """Whether its callers were answered; a batch of one tells its caller why it could not be written."""
        try:
            outcomes = await self._write([item for item, _ in batch])
        except Exception as error:
            if len(batch) > 1:
                return False
            outcomes = [error]
        for (_, result), outcome in zip(batch, outcomes, strict=True):
            if result.done():
                continue
            if isinstance(outcome, Exception):
                result.set_exception(outcome)
            else:
                result.set_result(outcome)
        return True
