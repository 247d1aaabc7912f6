"""The delivery engine of one worker: owns shards, reads ahead by seek, dispatches, records outcomes in batches.

The connection that holds the shards' locks writes their outcomes; when it breaks, everything in memory is dropped and
the rows, which are still there, are found again. A sweep from the head makes late commits, lost wake-ups and crashes
one case.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from .. import clock
from ..domain import deliveries, webhooks
from ..domain.deliveries import Delivery, Outcome, Target
from ..errors import WaypostError
from ..postgres.bell import listen
from ..postgres.ownership import Ownership
from ..postgres.pool import Collision, Connection, connect, means_unavailable
from ..runtime import Runtime
from . import attempt
from .egress import Answer, Egress
from .held import Held
from .lanes import Lane, Lanes

log = structlog.get_logger()

MAX_HELD = 4000
MAX_HELD_BYTES = 64 * 1024 * 1024
MAX_IN_FLIGHT = 512
READ_BATCH = 500
FLUSH_BATCH = 1000
POLL = 0.25
SWEEP = 2.0
BALANCE = 1.0
FIRST_PAUSE, LAST_PAUSE, STEADY = 0.1, 5.0, 30.0


class Engine:
    """Runs until cancelled or drained; reconnects by itself."""

    def __init__(self, rt: Runtime, egress: Egress) -> None:
        self._rt = rt
        self._egress = egress
        self._draining = asyncio.Event()
        self._reset()

    def _reset(self) -> None:
        self._lanes = Lanes()
        self._held = Held()
        self._in_flight = 0
        self._cursors: dict[int, int] = {}
        self._rewound: set[int] = set()
        self._barred: set[UUID] = set()
        self._leaving: set[int] = set()
        self._outcomes: list[Outcome] = []
        self._flush_wanted = asyncio.Event()
        self._read_wanted = asyncio.Event()
        self._generation = object()

    async def run(self) -> None:
        """Works; after a lost connection it begins again with empty hands."""
        now, pause = asyncio.get_running_loop().time, FIRST_PAUSE
        while not self._draining.is_set():
            self._reset()
            began = now()
            try:
                await self._work()
                return
            except Exception as error:
                if isinstance(error, WaypostError) or means_unavailable(error):
                    log.warning("deliver.database_lost", reason=str(error)[:200])
                else:
                    log.exception("deliver.failed")
            pause = FIRST_PAUSE if now() - began > STEADY else min(pause * 2, LAST_PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._draining.wait()

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
            await asyncio.wait([*loops, draining], return_when=asyncio.FIRST_COMPLETED)
            while True:
                for task in loops:
                    if task.done():
                        task.result()
                self._held.drop(self._lanes.drop(range(webhooks.SHARDS)))
                if not self._held:
                    return
                await asyncio.sleep(0.02)
        finally:
            draining.cancel()

    async def _balance(self, ownership: Ownership, writing: asyncio.Lock) -> None:
        """Keeps this worker's share of the shards; when draining that is none, so that others go on at once."""
        while True:
            draining = self._draining.is_set()
            async with writing:
                if draining:
                    await ownership.leave()
                share = 0 if draining else await ownership.share()
                for shard in await ownership.take(share):
                    self._cursors[shard] = 0
                    self._read_wanted.set()
                self._leave(ownership.surplus(share))
                ready = self._leaving - self._held.shards()
                await ownership.give_back(ready)
                self._leaving -= ready
            self._lanes.forget_idle(asyncio.get_running_loop().time())
            if draining or self._leaving:
                await asyncio.sleep(0.05)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(BALANCE):
                        await self._draining.wait()

    def _leave(self, shards: set[int]) -> None:
        """Stops reading these shards and forgets what is queued of them; in flight is left to end."""
        for shard in shards - self._leaving:
            self._cursors.pop(shard, None)
        self._held.drop(self._lanes.drop(shards - self._leaving))
        self._leaving |= shards

    async def _read(self, conn: Connection) -> None:
        swept = float("-inf")
        now = asyncio.get_running_loop().time
        while not self._draining.is_set():
            self._read_wanted.clear()
            if now() - swept >= SWEEP:
                swept = now()
                await self._sweep(conn)
            self._cursors.update(dict.fromkeys(self._rewound & self._cursors.keys(), 0))
            self._rewound.clear()
            room = self._held.bytes < 4 * MAX_HELD_BYTES
            found = await self._read_ready(conn) + await self._read_due(conn) if room and self._cursors else 0
            if not found:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._read_wanted.wait()

    async def _sweep(self, conn: Connection) -> None:
        """Begins again at the head of every shard, and looks again where queued deliveries are to go."""
        self._cursors = dict.fromkeys(self._cursors, 0)
        self._barred.clear()
        waiting = self._lanes.waiting()
        for webhook_id, target in (await self._usable(conn, waiting)).items():
            self._lanes.retarget(webhook_id, target)

    async def _usable(self, conn: Connection, wanted: set[tuple[UUID, UUID]]) -> dict[UUID, Target]:
        """Targets of webhooks that are there and on; nothing goes to the others until the next sweep looks again."""
        if not wanted:
            return {}
        found = await deliveries.targets(conn, self._rt.vault, wanted)
        usable = {id_: target for id_, target in found.items() if target.is_active}
        for organization_id, webhook_id in wanted:
            if webhook_id not in usable:
                self._bar(webhook_id)
                await _alone(conn, partial(deliveries.settle, conn, organization_id, webhook_id))
        return usable

    def _bar(self, webhook_id: UUID) -> None:
        self._barred.add(webhook_id)
        self._held.drop(self._lanes.discard(webhook_id))

    def _passed_over(self) -> list[UUID]:
        """Webhooks whose rows are left in the table for now."""
        free = MAX_HELD - len(self._held) if self._held.bytes < MAX_HELD_BYTES else 0
        return [*self._lanes.full(free), *self._barred]

    async def _read_ready(self, conn: Connection) -> int:
        """Returns how many rows were read: each of them moved a cursor."""
        limit = max(READ_BATCH // len(self._cursors), 50)
        self._held.reading()
        rows = await deliveries.ready(conn, self._cursors, self._passed_over(), limit)
        for row in rows:
            if row.shard in self._cursors:
                self._cursors[row.shard] = max(self._cursors[row.shard], row.seq)
        await self._take(conn, rows)
        return len(rows)

    async def _read_due(self, conn: Connection) -> int:
        """Returns how many deliveries were queued."""
        self._held.reading()
        shards, held = list(self._cursors), self._held.retried()
        return await self._take(conn, await deliveries.due(conn, shards, held, self._passed_over(), READ_BATCH))

    async def _take(self, conn: Connection, rows: Sequence[Delivery]) -> int:
        """Queues what is new; returns how many that are."""
        fresh = [row for row in rows if self._held.lacks(row)]
        targets = await self._usable(conn, {(row.organization_id, row.webhook_id) for row in fresh})
        kept = [
            row
            for row in fresh
            if row.webhook_id in targets and row.webhook_id not in self._barred and row.shard in self._cursors
        ]
        for row in kept:
            self._held.take(row)
            if row.event_type:
                self._lanes.add(row, targets[row.webhook_id])
            else:
                self._answered(attempt.lost(row, clock.now()))
        self._dispatch()
        return len(kept)

    def _dispatch(self) -> None:
        while self._in_flight < MAX_IN_FLIGHT and (chosen := self._lanes.next(MAX_IN_FLIGHT - self._in_flight)):
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
            if attempt.overloaded(answer):
                lane.went_badly()
            log.info(
                "delivery.failed", organization=str(delivery.organization_id), webhook=str(delivery.webhook_id),
                delivery=str(delivery.id), attempt=delivery.attempts + 1, verdict=outcome.verdict,
                status=outcome.status_code, error=outcome.error,
            )  # fmt: skip
        if outcome.switch_off:
            self._bar(delivery.webhook_id)
        lane.in_flight -= 1
        self._in_flight -= 1
        self._answered(outcome)
        self._lanes.offer(lane)
        self._dispatch()
        if self._lanes.drained(lane):
            self._rewound.add(delivery.shard)
            self._read_wanted.set()

    def _answered(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._flush_wanted.set()

    async def _flush(self, conn: Connection, writing: asyncio.Lock) -> None:
        """Whatever has gathered while the last batch was being written is the next batch."""
        while True:
            await self._flush_wanted.wait()
            batch, self._outcomes = self._outcomes[:FLUSH_BATCH], self._outcomes[FLUSH_BATCH:]
            if not self._outcomes:
                self._flush_wanted.clear()
            if not batch:
                continue
            async with writing:
                await _alone(conn, partial(deliveries.record, conn, batch))
            self._held.end(outcome.delivery for outcome in batch)
            gone = [outcome.delivery for outcome in batch if outcome.switch_off]
            for organization_id, webhook_id in {(each.organization_id, each.webhook_id) for each in gone}:
                async with writing:
                    await _alone(conn, partial(webhooks.switch_off, conn, organization_id, webhook_id))
                log.warning("webhook.switched_off", organization=str(organization_id), webhook=str(webhook_id))


async def _alone(conn: Connection, change: Callable[[], Awaitable[object]]) -> None:
    """Runs a change in a transaction of its own, again when it met another change of the same webhook head on."""
    for last_try in (False, False, True):
        try:
            async with conn.transaction():
                await change()
            return
        except Collision:
            if last_try:
                raise
