"""The delivery engine of one worker: owns shards, reads ahead by seek, dispatches, records outcomes in batches.

The connection that holds the shards' locks writes their outcomes; when it breaks, everything in memory is dropped and the
rows, which are still there, are found again. A sweep from the head makes late commits, lost wake-ups and crashes one case.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog

from .. import clock
from ..domain import deliveries, webhooks
from ..domain.deliveries import Delivery, Outcome
from ..errors import WaypostError
from ..postgres.bell import listen
from ..postgres.ownership import Ownership
from ..postgres.pool import Connection, connect, means_unavailable
from ..runtime import Runtime
from . import attempt
from .egress import Answer, Egress
from .lanes import Lane, Lanes

log = structlog.get_logger()

MAX_HELD = 4000
MAX_IN_FLIGHT = 512
READ_BATCH = 500
FLUSH_BATCH = 1000
POLL = 0.25
SWEEP = 2.0
BALANCE = 1.0


class Engine:
    """Runs until cancelled or drained; reconnects by itself."""

    def __init__(self, rt: Runtime, egress: Egress) -> None:
        self._rt = rt
        self._egress = egress
        self._draining = asyncio.Event()
        self._reset()

    def _reset(self) -> None:
        self._lanes = Lanes()
        self._held: dict[UUID, Delivery] = {}
        self._in_flight = 0
        self._cursors: dict[int, int] = {}
        self._leaving: set[int] = set()
        self._outcomes: list[Outcome] = []
        self._flush_wanted = asyncio.Event()
        self._read_wanted = asyncio.Event()
        self._generation = object()

    async def run(self) -> None:
        """Works; after a lost connection it begins again with empty hands."""
        pause = 0.1
        while not self._draining.is_set():
            self._reset()
            try:
                await self._work()
                return
            except Exception as error:
                if not (isinstance(error, WaypostError) or means_unavailable(error)):
                    log.exception("deliver.failed")
                else:
                    log.warning("deliver.database_lost", reason=str(error)[:200])
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    def drain(self) -> None:
        """Stops taking work; `run` returns when what is in flight has been recorded."""
        self._draining.set()
        self._read_wanted.set()

    async def _work(self) -> None:
        owner = await connect(self._rt.pool.dsn, name="waypost owner")
        reader = None
        try:
            reader = await connect(self._rt.pool.dsn, name="waypost reader")
            ownership = Ownership(owner, webhooks.SHARDS)
            writing = asyncio.Lock()
            await ownership.join()
            await listen(reader, self._read_wanted.set)
            loops = [
                asyncio.create_task(self._balance(ownership, writing)),
                asyncio.create_task(self._read(reader)),
                asyncio.create_task(self._flush(owner, writing)),
            ]
            try:
                await self._until_drained(loops)
            finally:
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)
        finally:
            self._generation = object()
            for conn in (reader, owner):
                if conn is not None:
                    with suppress(Exception):
                        await conn.close(timeout=2)

    async def _until_drained(self, loops: Sequence["asyncio.Task[None]"]) -> None:
        draining = asyncio.create_task(self._draining.wait())
        try:
            done, _ = await asyncio.wait([*loops, draining], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task is not draining:
                    task.result()
            for delivery in self._lanes.drop(set(range(webhooks.SHARDS))):
                self._held.pop(delivery.id, None)
            while self._held:
                done, _ = await asyncio.wait(loops, timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            draining.cancel()

    async def _balance(self, ownership: Ownership, writing: asyncio.Lock) -> None:
        while True:
            async with writing:
                share = await ownership.share()
                for shard in await ownership.take(share):
                    self._cursors[shard] = 0
                    self._read_wanted.set()
                self._leave(ownership.surplus(share))
                busy = {delivery.shard for delivery in self._held.values()}
                ready = self._leaving - busy
                await ownership.give_back(ready)
                self._leaving -= ready
            self._lanes.forget_idle()
            await asyncio.sleep(BALANCE if not self._leaving else 0.05)

    def _leave(self, shards: set[int]) -> None:
        """Stops reading these shards and forgets what is queued of them; in flight is left to end."""
        for shard in shards - self._leaving:
            self._cursors.pop(shard, None)
        for delivery in self._lanes.drop(shards - self._leaving):
            self._held.pop(delivery.id, None)
        self._leaving |= shards

    async def _read(self, conn: Connection) -> None:
        swept = 0.0
        now = asyncio.get_running_loop().time
        while not self._draining.is_set():
            self._read_wanted.clear()
            sweeping = now() - swept >= SWEEP
            if sweeping:
                swept = now()
                self._cursors = dict.fromkeys(self._cursors, 0)
            found = 0
            if self._cursors and len(self._held) < MAX_HELD:
                found = await self._read_ready(conn) + await self._read_due(conn)
            if found == 0:
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._read_wanted.wait(), POLL)
            elif len(self._held) >= MAX_HELD:
                await asyncio.sleep(0.01)

    async def _read_ready(self, conn: Connection) -> int:
        limit = max(READ_BATCH // len(self._cursors), 50)
        rows = await deliveries.ready(conn, self._cursors, self._lanes.full(), limit)
        for row in rows:
            if row.shard in self._cursors:
                self._cursors[row.shard] = max(self._cursors[row.shard], row.seq)
        return await self._take(conn, rows)

    async def _read_due(self, conn: Connection) -> int:
        waiting = [id_ for id_, delivery in self._held.items() if delivery.attempts]
        return await self._take(
            conn, await deliveries.due(conn, list(self._cursors), waiting, self._lanes.full(), READ_BATCH)
        )

    async def _take(self, conn: Connection, rows: Sequence[Delivery]) -> int:
        """Queues what is not held yet; returns how many rows were read."""
        fresh = [row for row in rows if row.id not in self._held and row.shard in self._cursors]
        if fresh:
            wanted = {(row.organization_id, row.webhook_id) for row in fresh}
            targets = await deliveries.targets(conn, self._rt.vault, wanted)
            for row in fresh:
                target = targets.get(row.webhook_id)
                if target is not None and target.is_active and row.shard in self._cursors and row.id not in self._held:
                    self._held[row.id] = row
                    self._lanes.add(row, target)
            self._dispatch()
        return len(rows)

    def _dispatch(self) -> None:
        while self._in_flight < MAX_IN_FLIGHT and (chosen := self._lanes.next()):
            lane, delivery = chosen
            self._in_flight += 1
            self._send(lane, delivery)

    def _send(self, lane: Lane, delivery: Delivery) -> None:
        at, generation = clock.now(), self._generation
        lines = attempt.headers(delivery, lane.target, at)

        def done(answer: Answer) -> None:
            if generation is self._generation:
                self._done(lane, delivery, at, answer)

        self._egress.post(lane.target.url, lines, delivery.body, done)

    def _done(self, lane: Lane, delivery: Delivery, at: datetime, answer: Answer) -> None:
        outcome = attempt.judge(delivery, at, answer, self._rt.config.webhook_schedule, clock.now())
        if outcome.verdict == "delivered":
            lane.went_well()
        else:
            lane.went_badly()
            log.info(
                "delivery.failed", organization=str(delivery.organization_id), webhook=str(delivery.webhook_id),
                delivery=str(delivery.id), attempt=delivery.attempts + 1, verdict=outcome.verdict,
                status=outcome.status_code, error=outcome.error,
            )  # fmt: skip
        lane.in_flight -= 1
        self._in_flight -= 1
        self._outcomes.append(outcome)
        self._flush_wanted.set()
        self._lanes.offer(lane)
        self._dispatch()

    async def _flush(self, conn: Connection, writing: asyncio.Lock) -> None:
        """Whatever has gathered while the last batch was being written is the next batch."""
        while True:
            await self._flush_wanted.wait()
            batch, self._outcomes = self._outcomes[:FLUSH_BATCH], self._outcomes[FLUSH_BATCH:]
            if not self._outcomes:
                self._flush_wanted.clear()
            if batch:
                async with writing, conn.transaction():
                    await deliveries.record(conn, batch)
                for outcome in batch:
                    self._held.pop(outcome.delivery.id, None)
