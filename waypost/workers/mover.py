"""Moves rows of webhooks that are off, gone, broken or overrun, in pieces, on the connection that records outcomes.

One connection for both means that no outcome ever looks for a row while it is on its way from one place to another.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from ..domain import backlogs, turns
from ..domain.backlogs import Found
from ..postgres.pool import Connection
from .shift import Move, Shift
from .writing import Writing

TOGETHER = 64
FOLLOWERS = 1000


class Mover:
    def __init__(self, conn: Connection, writing: Writing, shift: Shift) -> None:
        self._conn = conn
        self._writing = writing
        self._shift = shift

    async def run(self) -> None:
        """Until cancelled. Between two pieces the flusher has its turn."""
        shift = self._shift
        while True:
            await shift.move_wanted.wait()
            shift.move_wanted.clear()
            while shift.followers or shift.moves:
                await self._queue_up()
                for move in ("drop", "park", "aside"):
                    await self._piece(move)

    async def _queue_up(self) -> None:
        shift = self._shift
        if chosen := list(shift.followers.values())[:FOLLOWERS]:
            await self._writing.alone(partial(turns.queue_up, self._conn, chosen))
            for each in chosen:
                shift.followers.pop(each.id, None)
            shift.read_wanted.set()

    async def _piece(self, move: Move) -> None:
        """One statement for some of the webhooks; those that gave less than they might are done."""
        shift = self._shift
        chosen = [found for wanted, found in shift.moves.values() if wanted == move][:TOGETHER]
        if not chosen:
            return
        limit = max(shift.rules.chunk // len(chosen), 1)
        moved: dict[UUID, int] = {}

        async def change() -> None:
            moved.clear()
            moved.update(await self._moved(move, chosen, limit))

        await self._writing.alone(change)
        for found in chosen:
            if shift.moves.get(found.webhook_id) == (move, found):
                del shift.moves[found.webhook_id]
                if moved.get(found.webhook_id, 0) < limit:
                    self._done(move, found)
                else:
                    shift.moves[found.webhook_id] = (move, found)
        await asyncio.sleep(0)

    async def _moved(self, move: Move, chosen: Sequence[Found], limit: int) -> dict[UUID, int]:
        if move == "drop":
            return await backlogs.drop(self._conn, chosen, limit)
        if move == "park":
            return await backlogs.park(self._conn, chosen, limit)
        held = self._shift.held.of({found.webhook_id for found in chosen})
        return await backlogs.park(self._conn, chosen, limit, held, due_only=True)

    def _done(self, move: Move, found: Found) -> None:
        shift = self._shift
        if move == "drop":
            shift.lanes.forget(found.webhook_id)
        elif move == "aside" and found.webhook_id not in shift.shut:
            backlog = shift.backlog(found)
            backlog.lines = backlog.plain = True
            shift.read_wanted.set()
