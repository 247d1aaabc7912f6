"""Reads ahead for the lanes: what is ready by seek, what is due, and what was set aside once its webhook may have it.

Every sweep begins again at the head of each shard and looks at every webhook for which something waits, so that late
commits, lost wake-ups, changes of webhooks and crashes are all the same case.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Literal
from uuid import UUID

from .. import clock
from ..domain import backlogs, deliveries, webhooks
from ..domain.backlogs import FIRST, Found
from ..domain.deliveries import Delivery, Target
from ..postgres.pool import Connection
from ..vault import Vault
from . import attempt
from .shift import BEFORE_ALL, MAX_HELD_BYTES, Backlog, Shift, whose

READ_BATCH = 500
LEAST = 50
POLL = 0.25
TOGETHER = 64
#: Webhooks that one look finds, of each shard with something set aside, and of all with retries that wait.
LOOK, LOOK_IDLE = 200, 500
MOST_FOLLOWERS = 4000
Place = Literal["ready", "deferred", "parked"]


class Reader:
    def __init__(self, conn: Connection, vault: Vault, shift: Shift, dispatch: Callable[[], None]) -> None:
        self._conn = conn
        self._vault = vault
        self._shift = shift
        self._dispatch = dispatch
        self._looked: dict[backlogs.Kind, dict[int, UUID]] = {"plain": {}, "lines": {}}
        self._idle = (FIRST, FIRST)

    async def run(self, draining: asyncio.Event) -> None:
        """Until draining."""
        shift, swept = self._shift, float("-inf")
        while not draining.is_set():
            shift.read_wanted.clear()
            if shift.sweep_wanted or time.monotonic() - swept >= shift.rules.sweep:
                shift.sweep_wanted, swept = False, time.monotonic()
                await self._sweep()
            shift.cursors.update(dict.fromkeys(shift.rewound & shift.cursors.keys(), 0))
            shift.rewound.clear()
            if not await self._read():
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await shift.read_wanted.wait()

    async def _read(self) -> int:
        """Returns how many rows moved something."""
        if not self._shift.cursors or self._shift.held.bytes >= 4 * MAX_HELD_BYTES:
            return 0
        return await self._read_ready() + await self._read_due() + await self._read_plain() + await self._read_lines()

    async def _read_ready(self) -> int:
        shift = self._shift
        if len(shift.followers) > MOST_FOLLOWERS:
            return 0
        limit = max(READ_BATCH // len(shift.cursors), LEAST)
        shift.held.reading()
        rows = await deliveries.ready(self._conn, shift.cursors, shift.not_ready(), limit)
        for row in rows:
            if row.shard in shift.cursors:
                shift.cursors[row.shard] = max(shift.cursors[row.shard], row.seq)
        await self._take(rows, "ready")
        return len(rows)

    async def _read_due(self) -> int:
        shift = self._shift
        shift.held.reading()
        rows = await deliveries.due(
            self._conn, list(shift.cursors), shift.held.deferred(), shift.not_due(), READ_BATCH, shift.not_ahead()
        )
        return await self._take(rows, "deferred")

    async def _read_plain(self) -> int:
        """What was set aside in no line, in order, as the lanes have room; at its end `ready` is read again."""
        shift = self._shift
        chosen = self._hungry(backlog for backlog in shift.backlogs.values() if backlog.plain)
        if not chosen:
            return 0
        asked = [(*_key(backlog), backlog.seq, limit) for backlog, limit in chosen]
        held = shift.held.of({backlog.whose.webhook_id for backlog, _ in chosen})
        shift.held.reading()
        rows = await deliveries.parked(self._conn, asked, held)
        taken = await self._take(rows, "parked")
        for backlog, limit in chosen:
            id_ = backlog.whose.webhook_id
            seqs = [row.seq for row in rows if row.webhook_id == id_]
            backlog.seq = max([backlog.seq, *seqs])
            shift.lanes.fed(id_)
            if len(seqs) < limit and id_ not in shift.moves:
                backlog.plain = False
                shift.rewind(backlog.whose.shard)
        return taken

    async def _read_lines(self) -> int:
        """The first of each line that was set aside and has nobody before it; who follows is woken by its end."""
        shift = self._shift
        chosen = self._hungry(backlog for backlog in shift.backlogs.values() if backlog.lines)
        if not chosen:
            return 0
        shift.held.reading()
        asked = [(*_key(backlog), backlog.turn, limit) for backlog, limit in chosen]
        rows, looked = await deliveries.heads(self._conn, asked)
        taken = await self._take(rows, "parked")
        free = {row.webhook_id for row in rows if shift.held.has_turn_of(row)}
        for backlog, limit in chosen:
            id_ = backlog.whose.webhook_id
            turns = [turn for webhook_id, turn in looked if webhook_id == id_]
            backlog.turn = max(turns) if len(turns) == limit else BEFORE_ALL
            backlog.lines = len(turns) == limit and id_ in free
            shift.lanes.fed(id_)
        return taken

    def _hungry(self, those: Iterable[Backlog]) -> list[tuple[Backlog, int]]:
        """Backlogs whose lanes have room, and how much; those that were asked go behind the others."""
        found = [(backlog, room) for backlog in those if (room := self._room(backlog))][:TOGETHER]
        most = max(READ_BATCH // max(len(found), 1), LEAST)
        for backlog, _ in found:
            known = self._shift.backlogs
            known[backlog.whose.webhook_id] = known.pop(backlog.whose.webhook_id)
        return [(backlog, min(room, most)) for backlog, room in found]

    def _room(self, backlog: Backlog) -> int:
        shift, id_ = self._shift, backlog.whose.webhook_id
        if id_ in shift.shut:
            return 0
        if id_ not in shift.broken:
            return shift.lanes.room(id_, shift.free)
        lane = shift.lanes.of(id_)
        return int(lane is None or (lane.breaker.lets_probe(time.monotonic()) and not lane.in_flight + len(lane.queue)))

    async def _take(self, rows: Sequence[Delivery], place: Place) -> int:
        """Queues what is new and may go; returns how many that are."""
        shift = self._shift
        fresh = [row for row in rows if shift.held.lacks(row)]
        targets = await self._usable({whose(row) for row in fresh}, strays=place != "parked")
        kept, followers = 0, []
        for row in fresh:
            if row.webhook_id not in targets or not self._may_go(row, place):
                continue
            if row.follows or shift.held.has_turn_of(row):
                followers.append(row)
                continue
            kept += 1
            shift.held.take(row, deferred=place == "deferred")
            if row.event_type:
                shift.lanes.add(row, targets[row.webhook_id])
            else:
                shift.answered(attempt.lost(row, clock.now()))
        if place == "ready":
            shift.follow(followers)
        self._dispatch()
        return kept

    def _may_go(self, row: Delivery, place: Place) -> bool:
        """What became of its webhook and its shard while the row was read."""
        shift = self._shift
        if row.webhook_id in shift.shut or row.shard not in shift.cursors:
            return False
        if row.ahead or row.webhook_id not in shift.broken:
            return True
        return place == "parked" and self._room(Backlog(whose(row))) > 0

    async def _usable(self, wanted: Iterable[Found], strays: bool) -> dict[UUID, Target]:
        """Targets of webhooks that are there and on. Nothing goes to the others: what waits for one that is gone is
        dropped, and for one that is off set aside, unless it was found there (not `strays`)."""
        whole = list(wanted)
        if not whole:
            return {}
        found = await deliveries.targets(self._conn, self._vault, {(e.organization_id, e.webhook_id) for e in whole})
        usable = {id_: target for id_, target in found.items() if target.is_active}
        for each in whole:
            if each.webhook_id not in found:
                self._shift.close(each, "drop")
            elif each.webhook_id not in usable:
                self._shift.backlogs.pop(each.webhook_id, None)
                if strays:
                    self._shift.close(each, "park")
            elif each.webhook_id not in self._shift.condemned:
                self._shift.open(each.webhook_id, usable[each.webhook_id])
        return {id_: target for id_, target in usable.items() if id_ not in self._shift.shut}

    async def _sweep(self) -> None:
        shift = self._shift
        shift.cursors.update(dict.fromkeys(shift.cursors, 0))
        plain, lines, idle = await self._scan("plain"), await self._scan("lines"), await self._scan_idle()
        queued = [Found(webhooks.shard_of(id_), organization_id, id_) for organization_id, id_ in shift.lanes.waiting()]
        broken, moving = list(shift.broken.values()), [found for _, found in shift.moves.values()]
        shift.shut &= shift.condemned
        strays = {*queued, *idle, *broken, *moving}
        usable = await self._usable(strays, strays=True)
        usable |= await self._usable({*plain, *lines} - strays, strays=False)
        scanned = {found.webhook_id for found in (*plain, *lines)}
        shift.backlogs = {id_: e for id_, e in shift.backlogs.items() if e.plain or e.lines or id_ in scanned}
        for found in plain:
            if found.webhook_id in usable:
                backlog = shift.backlog(found)
                backlog.plain, backlog.seq = True, 0
        for found in lines:
            if found.webhook_id in usable:
                shift.backlog(found).lines = True
        for found in shift.broken.values():
            shift.move(found, "aside")
        await self._set_overrun_aside(queued)

    async def _set_overrun_aside(self, queued: Sequence[Found]) -> None:
        """What is far behind a full queue must not be walked over again and again."""
        shift = self._shift
        full = set(shift.lanes.full(shift.free))
        crowded = [found for found in queued if found.webhook_id in full]
        crowded += [each.whose for id_, each in shift.backlogs.items() if each.plain and id_ not in full]
        crowded = [each for each in crowded if each.webhook_id not in shift.moves and each.webhook_id not in shift.shut]
        if crowded:
            asked = [(each, self._far(each.webhook_id)) for each in crowded]
            overrun = await backlogs.overrun(self._conn, asked)
            for each in crowded:
                if each.webhook_id in overrun:
                    shift.set_aside(each)

    def _far(self, webhook_id: UUID) -> int:
        """How many may wait behind a lane; also begins to count anew how many it gets through."""
        far, lane = self._shift.rules.far, self._shift.lanes.of(webhook_id)
        done = lane.counted() if lane else 0
        return far if done * 5 < far else far * 10

    async def _scan(self, kind: backlogs.Kind) -> list[Found]:
        """Webhooks with something set aside; where a shard has very many, the next sweep goes on."""
        looked, shift = self._looked[kind], self._shift
        beyond = {shard: looked.get(shard, FIRST) for shard in shift.cursors}
        if not beyond:
            return []
        found = await backlogs.parked(self._conn, beyond, kind, LOOK)
        for shard in beyond:
            mine = [each.webhook_id for each in found if each.shard == shard]
            looked[shard] = mine[-1] if len(mine) == LOOK else FIRST
        return [each for each in found if each.shard in shift.cursors]

    async def _scan_idle(self) -> list[Found]:
        found, beyond = await backlogs.idle(self._conn, self._idle, LOOK_IDLE)
        self._idle = beyond or (FIRST, FIRST)
        return [each for each in found if each.shard in self._shift.cursors]


def _key(backlog: Backlog) -> tuple[int, UUID, UUID]:
    return backlog.whose.shard, backlog.whose.organization_id, backlog.whose.webhook_id
