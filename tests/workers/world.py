"""Where the engine's model is played: a loop, a database and an organization for all runs, and measures so small that a
handful of deliveries is many."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import pytest

from tests.workers.rows import Books, books, house
from waypost.domain import deliveries, webhooks
from waypost.postgres.pool import connect
from waypost.workers import lanes, mover, reader
from waypost.workers.rules import Rules

T = TypeVar("T")
#: Nothing happens by the clock (`nan` is never reached), and a handful is many.
RULES = Rules(sweep=float("nan"), chunk=2, far=1, least=3, first_probe=0, last_probe=0, note_every=0)
SCHEDULE = (3600.0, 3600.0)
SMALL = [
    (reader, "POLL", 0), (reader, "READ_BATCH", 4), (reader, "LEAST", 2), (reader, "LOOK", 1), (reader, "LOOK_IDLE", 1),
    (reader, "MOST_FOLLOWERS", 2), (mover, "FOLLOWERS", 2), (lanes, "QUEUE", 2), (deliveries, "LEAST", 1),
]  # fmt: skip


@dataclass
class World:
    """What all runs share: a loop of their own, a database, an organization in it."""

    loop: asyncio.AbstractEventLoop
    book: Books
    #: Commits later, and ends server processes.
    late: Any
    killer: Any

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def is_on(self, webhook_id: UUID) -> bool:
        return (await webhooks.one(self.book.conn, self.book.organization_id, webhook_id)).is_active

    async def everything(self) -> list[Any]:
        """(place, outcome, "dropped" or "fanout"; id; number; seq; turn) of all there is, at one snapshot."""
        rows: list[Any] = await self.book.conn.fetch(_EVERYTHING, self.book.organization_id)
        return rows


@contextmanager
def world(dsn: str) -> Iterator[World]:
    loop, stack = asyncio.new_event_loop(), AsyncExitStack()

    async def built() -> World:
        rt = await stack.enter_async_context(house(dsn, webhook_schedule=SCHEDULE))
        book = await stack.enter_async_context(books(rt))
        others = [await connect(dsn) for _ in range(2)]
        for conn in others:
            stack.push_async_callback(conn.close)
        return World(loop, book, *others)

    with ExitStack() as closing, pytest.MonkeyPatch.context() as patch:
        closing.callback(loop.close)
        for module, name, value in SMALL:
            patch.setattr(module, name, value)
        made = loop.run_until_complete(built())
        closing.callback(lambda: loop.run_until_complete(stack.aclose()))
        yield made


_EVERYTHING = """
select 'ready' as what, delivery_id as id, 0 as number, seq, turn from ready where organization_id = $1
union all select 'deferred', delivery_id, attempts, seq, turn from deferred where organization_id = $1
union all select 'parked', delivery_id, attempts, seq, turn from parked where organization_id = $1
union all select outcome, delivery_id, number, null, null from attempts where organization_id = $1
union all select 'dropped', webhook_id, deliveries, null, null from dropped_deliveries where organization_id = $1
union all select 'fanout', null, coalesce(sum(fanout), 0)::int, null, null from events where organization_id = $1
"""
