"""Records outcomes in batches: whatever has gathered while the last one was being written is the next.

With them goes what they mean for their webhook: gone by a 410, failing for days, well again.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from ..domain import deliveries, failing, turns, webhooks
from ..domain.deliveries import Outcome
from ..postgres.pool import Connection
from .attempt import POLICIES
from .lanes import Lane
from .shift import Shift, whose
from .writing import Writing

log = structlog.get_logger()
FLUSH_BATCH = 1000
Pair = tuple[UUID, UUID]


class Flusher:
    def __init__(self, conn: Connection, writing: Writing, shift: Shift) -> None:
        self._conn = conn
        self._writing = writing
        self._shift = shift

    async def run(self) -> None:
        """Until cancelled."""
        shift = self._shift
        while True:
            await shift.flush_wanted.wait()
            batch, shift.outcomes = shift.outcomes[:FLUSH_BATCH], shift.outcomes[FLUSH_BATCH:]
            if not shift.outcomes:
                shift.flush_wanted.clear()
            if batch:
                await self._flush(batch)

    async def _flush(self, batch: Sequence[Outcome]) -> None:
        ended = turns.lines(outcome.delivery for outcome in batch if outcome.next_at is None)

        async def change() -> None:
            await deliveries.record(self._conn, batch)
            await turns.promote(self._conn, ended)

        await self._writing.alone(change)
        self._shift.held.end(outcome.delivery for outcome in batch)
        if ended:
            self._shift.read_wanted.set()
        for gone in (outcome for outcome in batch if outcome.switch_off):
            await self._switch_off(gone)
        await self._note(batch)

    async def _switch_off(self, gone: Outcome) -> None:
        found, seen = whose(gone.delivery), gone.seen
        if seen is not None and found.webhook_id in self._shift.condemned:

            async def change() -> None:
                if await webhooks.switch_off(self._conn, found.organization_id, found.webhook_id, seen):
                    _tell_off((found.organization_id, found.webhook_id), "gone")

            await self._writing.alone(change)
            self._shift.condemned.discard(found.webhook_id)
            self._shift.sweep_wanted = True
            self._shift.read_wanted.set()

    async def _note(self, batch: Sequence[Outcome]) -> None:
        """Writes only for webhooks that begin to fail, fail on, or are well again: nothing while all goes well."""
        well: set[Pair] = set()
        failed: dict[Pair, Outcome] = {}
        for outcome in batch:
            pair = (outcome.delivery.organization_id, outcome.delivery.webhook_id)
            if outcome.verdict == "delivered":
                well.add(pair)
            elif outcome.kind and POLICIES[outcome.kind].disables:
                failed[pair] = outcome
        await self._forget(well)
        await self._fail({pair: outcome for pair, outcome in failed.items() if pair not in well})

    async def _forget(self, well: Iterable[Pair]) -> None:
        lanes = {pair: lane for pair in well if (lane := self._shift.lanes.of(pair[1])) and lane.failing}
        if lanes:
            await self._writing.alone(partial(failing.forget, self._conn, lanes))
            for lane in lanes.values():
                lane.recovered()

    async def _fail(self, failed: dict[Pair, Outcome]) -> None:
        rules, now = self._shift.rules, time.monotonic()
        noted: list[tuple[UUID, UUID, datetime]] = []
        for pair, outcome in failed.items():
            lane = self._shift.lanes.of(pair[1])
            if lane is not None and _is_noted_now(lane, now, rules.note_every):
                lane.noted_at = now
                noted.append((*pair, outcome.at))
        if not noted:
            return
        off: list[Pair] = []

        async def change() -> None:
            off[:] = await failing.note(self._conn, noted, rules.failing_for)

        await self._writing.alone(change)
        for pair in off:
            _tell_off(pair, "failing")
            self._shift.close(whose(failed[pair].delivery), "park")


def _is_noted_now(lane: Lane, now: float, every: float) -> bool:
    """It has only failed for a while, and that was not written in the last minute."""
    lately = now - every
    return (lane.succeeded_at is None or lane.succeeded_at < lately) and (
        lane.noted_at is None or lane.noted_at <= lately
    )


def _tell_off(pair: Pair, reason: str) -> None:
    log.warning("webhook.switched_off", organization=str(pair[0]), webhook=str(pair[1]), reason=reason)
