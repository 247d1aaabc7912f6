"""Organizations, webhooks and events straight into the tables, and what became of their deliveries."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import msgspec

from tests.stack import SECRET, settings
from waypost import clock
from waypost.app import opened
from waypost.domain import backlogs, deliveries, organizations, turns, webhooks
from waypost.domain.backlogs import Found
from waypost.domain.deliveries import Delivery, Outcome, Verdict
from waypost.domain.webhooks import Draft, Webhook
from waypost.events import Event
from waypost.runtime import Runtime

PLACES = ("ready", "deferred", "parked")
EVERYTHING = dict.fromkeys(range(webhooks.SHARDS), 0)


@dataclass
class Books:
    """One organization with its webhooks, looked at through a connection of its own."""

    rt: Runtime
    conn: Any
    organization_id: UUID
    numbers: Iterator[int] = field(default_factory=count)

    async def webhook(
        self, url: str = "https://example.com/hook", *, secret: str | None = SECRET, **more: Any
    ) -> Webhook:
        draft = Draft(url, more.pop("events", ["*"]), secret, **more)
        return await webhooks.create(self.conn, self.rt.vault, self.organization_id, draft)

    async def publish(
        self,
        count: int = 1,
        at: datetime | None = None,
        type_: str = "message.received",
        conversations: Sequence[UUID | None] = (None,),
    ) -> list[Event]:
        """Events of these conversations in turn, numbered in the order of their places."""
        events = [
            Event(
                self.organization_id, uuid4(), type_, None, at or clock.now(),
                b'{"number":%d}' % next(self.numbers), None, conversations[number % len(conversations)],
            )
            for number in range(count)
        ]  # fmt: skip
        async with self.conn.transaction():
            await webhooks.publish(self.conn, events)
        self.rt.bell.ring()
        return events

    async def change(self, webhook: Webhook, **changes: Any) -> None:
        async with self.conn.transaction():
            await webhooks.update(self.conn, self.rt.vault, self.organization_id, webhook.id, changes)
        self.rt.bell.ring()

    async def delete(self, webhook: Webhook) -> None:
        async with self.conn.transaction():
            await webhooks.delete(self.conn, self.organization_id, webhook.id)

    async def ready(self) -> list[Delivery]:
        found = await deliveries.ready(self.conn, EVERYTHING, [], 10_000)
        return [each for each in found if each.organization_id == self.organization_id]

    async def due(self) -> list[Delivery]:
        """What is deferred, as if its time had come."""
        await self.conn.execute(
            "update deferred set run_at = now() - interval '1 s' where organization_id = $1", self.organization_id
        )
        found = await deliveries.due(self.conn, list(EVERYTHING), [], [], 10_000)
        return [each for each in found if each.organization_id == self.organization_id]

    async def counts(self) -> dict[str, int]:
        """Rows by place, and attempts by outcome; places without rows are left out."""
        found = {}
        for place in PLACES:
            query = f"select count(*) from {place} where organization_id = $1"
            found[place] = await self.conn.fetchval(query, self.organization_id)
        for row in await self.conn.fetch(
            "select outcome, count(*) from attempts where organization_id = $1 group by 1", self.organization_id
        ):
            found[row["outcome"]] = row["count"]
        return {place: number for place, number in found.items() if number}

    async def balance(self) -> dict[str, int]:
        """Asserts that the books balance at one snapshot: deliveries published = ended, waiting or dropped."""
        row = dict(await self.conn.fetchrow(_BALANCE, self.organization_id))
        assert row.pop("published") == sum(row.values()), row
        return {place: number for place, number in row.items() if number}

    async def park(self, webhook: Webhook, limit: int = 10_000, **more: Any) -> int:
        """What the owner of its shard does for a webhook that is off, or, with `due_only`, that is broken."""
        async with self.conn.transaction():
            return sum((await backlogs.park(self.conn, [self.found(webhook)], limit, **more)).values())

    def found(self, webhook: Webhook) -> Found:
        return Found(webhooks.shard_of(webhook.id), self.organization_id, webhook.id)

    async def attempts(self) -> list[Any]:
        rows: list[Any] = await self.conn.fetch(
            "select * from attempts where organization_id = $1 order by delivery_id, number", self.organization_id
        )
        return rows


#: One statement is one snapshot; a delivery ended when its last attempt did not ask for another.
_BALANCE = """
select (select coalesce(sum(fanout), 0) from events where organization_id = $1) as published,
  (select count(*) from attempts where organization_id = $1 and outcome in ('delivered', 'exhausted')) as ended,
  (select count(*) from ready where organization_id = $1) as ready,
  (select count(*) from deferred where organization_id = $1) as deferred,
  (select count(*) from parked where organization_id = $1) as parked,
  (select coalesce(sum(deliveries), 0) from dropped_deliveries where organization_id = $1) as dropped
"""


def outcome(delivery: Delivery, verdict: Verdict = "delivered", wait: float = 60, **more: Any) -> Outcome:
    at = clock.now()
    next_at = at + timedelta(seconds=wait) if verdict == "retry" else None
    return Outcome(delivery, verdict, at, 7, next_at=next_at, **{"status_code": 200, **more})


def again(delivery: Delivery) -> Delivery:
    """The same delivery after one more attempt."""
    return msgspec.structs.replace(delivery, attempts=delivery.attempts + 1)


async def recorded(books: Books, outcomes: Sequence[Outcome]) -> int:
    """As the owner does it: outcomes, and the next of each line that went on by them, in one transaction."""
    async with books.conn.transaction():
        kept = await deliveries.record(books.conn, outcomes)
        await turns.promote(books.conn, turns.lines(each.delivery for each in outcomes if each.next_at is None))
        return kept


@asynccontextmanager
async def books(rt: Runtime) -> AsyncIterator[Books]:
    """Books of a new organization."""
    async with rt.pool.connection() as conn:
        made = await organizations.create(conn, "Acme")
        yield Books(rt, conn, made.id)


@asynccontextmanager
async def house(dsn: str, **changes: Any) -> AsyncIterator[Runtime]:
    """A runtime over the test's database."""
    async with opened(settings("http://127.0.0.1:1", 1, **changes), dsn, ("test-key",), 6) as rt:
        yield rt
