"""The delivery engine of one worker: owns shards, and has its reader, dispatcher, flusher and mover work on them.

The connection that holds the shards' locks writes their outcomes; when it breaks, everything in memory is dropped and
the rows, which are still there, are found again.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

import structlog

from ..domain import webhooks
from ..errors import WaypostError
from ..postgres.bell import listen
from ..postgres.ownership import Ownership
from ..postgres.pool import connect, means_unavailable
from ..runtime import Runtime
from .dispatcher import Dispatcher
from .egress import Egress
from .flusher import Flusher
from .mover import Mover
from .reader import Reader
from .rules import RULES, Rules
from .shift import Shift
from .writing import Writing

log = structlog.get_logger()

BALANCE = 1.0
FIRST_PAUSE, LAST_PAUSE, STEADY = 0.1, 5.0, 30.0


class Engine:
    """Runs until cancelled or drained; reconnects by itself."""

    def __init__(self, rt: Runtime, egress: Egress, rules: Rules = RULES) -> None:
        self._rt = rt
        self._egress = egress
        self._rules = rules
        self._draining = asyncio.Event()
        self._shift = Shift(rules)

    async def run(self) -> None:
        """Works; after a lost connection it begins again with empty hands."""
        pause = FIRST_PAUSE
        while not self._draining.is_set():
            began, self._shift = time.monotonic(), Shift(self._rules)
            try:
                await self._work()
                return
            except Exception as error:
                if isinstance(error, WaypostError) or means_unavailable(error):
                    log.warning("deliver.database_lost", reason=str(error)[:200])
                else:
                    log.exception("deliver.failed")
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY else min(pause * 2, LAST_PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._draining.wait()

    def drain(self) -> None:
        """Stops taking work; `run` returns when what is in flight has been recorded."""
        self._draining.set()
        self._shift.read_wanted.set()

    async def _work(self) -> None:
        shift, reader = self._shift, None
        owner = await connect(self._rt.pool.dsn, name="waypost owner")
        try:
            reader = await connect(self._rt.pool.dsn, name="waypost reader")
            ownership, writing = Ownership(owner, webhooks.SHARDS), Writing(owner)
            await ownership.join()
            await listen(reader, shift.read_wanted.set)
            dispatcher = Dispatcher(self._rt, self._egress, shift)
            loops = [
                asyncio.create_task(self._balance(ownership, writing)),
                asyncio.create_task(Reader(reader, self._rt.vault, shift, dispatcher.dispatch).run(self._draining)),
                asyncio.create_task(Flusher(owner, writing, shift).run()),
                asyncio.create_task(Mover(owner, writing, shift).run()),
            ]
            try:
                await self._until_drained(loops)
            finally:
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)
        finally:
            shift.over = True
            for conn in (reader, owner):
                if conn is not None:
                    with suppress(Exception):
                        await conn.close(timeout=2)

    async def _until_drained(self, loops: Sequence["asyncio.Task[None]"]) -> None:
        draining = asyncio.create_task(self._draining.wait())
        shift = self._shift
        try:
            await asyncio.wait([*loops, draining], return_when=asyncio.FIRST_COMPLETED)
            while True:
                for task in loops:
                    if task.done():
                        task.result()
                shift.held.drop(shift.lanes.drop(range(webhooks.SHARDS)))
                if not shift.held:
                    return
                await asyncio.sleep(0.02)
        finally:
            draining.cancel()

    async def _balance(self, ownership: Ownership, writing: Writing) -> None:
        """Keeps this worker's share of the shards; when draining that is none, so that others go on at once."""
        shift = self._shift
        while True:
            draining = self._draining.is_set()
            async with writing.turn():
                if draining:
                    await ownership.leave()
                for backend in await ownership.evict():
                    log.warning("deliver.owner_evicted", backend=backend)
                share = 0 if draining else await ownership.share()
                for shard in await ownership.take(share):
                    shift.read_from(shard)
                surplus = self._surplus(len(ownership.held) - share, ownership.held)
                shift.leave(surplus - shift.leaving)
                ready = shift.leaving - shift.held.shards()
                await ownership.give_back(ready)
                shift.leaving -= ready
            shift.lanes.forget_idle(time.monotonic())
            if draining or shift.leaving:
                await asyncio.sleep(0.05)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(BALANCE):
                        await self._draining.wait()

    def _surplus(self, number: int, held: set[int]) -> set[int]:
        """Shards to give back: those that are on their way already, and then the idle ones, which can go at once."""
        busy = self._shift.held.shards()
        leaving = self._shift.leaving
        order = sorted(held, key=lambda shard: (shard not in leaving, shard in busy, -shard))
        return set(order[: max(number, 0)])
