"""Nothing is skipped: many transactions commit in any order while one reader turns pages and another follows."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from tests.feed.conftest import page, write
from tests.feed.streams import listening
from tests.stack import Client, Stack, running
from waypost.domain.feed import BEGINNING
from waypost.postgres.pool import Pool

WRITERS, ROUNDS = 12, 14


@pytest.fixture(scope="module")
async def stack(dsn: str) -> AsyncIterator[Stack]:
    """The gateway alone: what is delivered is no matter here."""
    async with running(dsn, workers=False) as made:
        yield made


@dataclass
class Writers:
    """Transactions of one organization that overlap, and commit, fail and dawdle as chance has it."""

    stack: Stack
    pool: Pool
    organization_id: UUID
    committed: set[UUID] = field(default_factory=set)
    failed: set[UUID] = field(default_factory=set)
    chance: random.Random = field(default_factory=lambda: random.Random(14))

    async def run(self) -> None:
        await asyncio.gather(*(self._write(writer) for writer in range(WRITERS)))

    async def _write(self, writer: int) -> None:
        for each in range(2 if writer == 0 else ROUNDS):
            await asyncio.sleep(self.chance.random() * 0.03)
            fails, ids = writer and self.chance.random() < 0.2, set()
            async with self.pool.connection() as conn:
                transaction = conn.transaction()
                await transaction.start()
                for _ in range(self.chance.randint(1, 3)):
                    ids.add(await write(conn, self.organization_id, writer * 1000 + each))
                    await asyncio.sleep(self.chance.random() * (0.6 if writer == 0 else 0.05))
                await (transaction.rollback() if fails else transaction.commit())
            if fails:
                self.failed |= ids
            else:
                self.committed |= ids
                self.stack.rt.bell.ring([self.organization_id])


async def turning(stack: Stack, client: Client, done: asyncio.Event) -> list[UUID]:
    """Page after page over the API, until the writers are done and nothing more follows."""
    seen: list[UUID] = []
    cursor = ""
    while True:
        last = done.is_set()
        answer = await client.get(f"/v1/events?limit=7{cursor}")
        seen += [UUID(each["eventId"]) for each in answer.data]
        pagination = answer.body["meta"]["pagination"]
        cursor = f"&after={pagination['nextCursor']}"
        if not pagination["hasMore"]:
            if last:
                return seen
            await asyncio.sleep(0.01)


async def following(client: Client, expected: asyncio.Future[int], *, cut: bool) -> list[UUID]:
    """The stream; `cut` drops the connection now and then and goes on with Last-Event-ID."""
    seen: list[UUID] = []
    last = ""
    while not (expected.done() and len(seen) >= expected.result()):
        async with listening(client, "?limit=20", **{"Last-Event-ID": last}) as listener:
            assert listener.answer.status == 200
            async for message in listener:
                last = message.id
                if message.event != "heartbeat":
                    seen.append(UUID(json.loads(message.data)["eventId"]))
                if cut and len(seen) % 40 == 39:
                    break
                if expected.done() and len(seen) >= expected.result():
                    break
    return seen


async def test_every_reader_sees_every_event_once_and_in_the_same_order(stack: Stack, dsn: str) -> None:
    client = await stack.organization()
    pool, done = Pool(dsn, WRITERS), asyncio.Event()
    writers = Writers(stack, pool, client.organization_id)
    expected: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    readers = [
        asyncio.create_task(turning(stack, client, done)),
        asyncio.create_task(following(client, expected, cut=False)),
        asyncio.create_task(following(client, expected, cut=True)),
    ]
    deaf = asyncio.create_task(_deafen(stack))
    await writers.run()
    expected.set_result(len(writers.committed))
    done.set()
    async with asyncio.timeout(15):
        assert await deaf, "nobody was listening for rings"
        turned, followed, resumed = await asyncio.gather(*readers)
    await pool.close()
    assert len(turned) == len(set(turned)) and set(turned) == writers.committed and writers.failed
    assert followed == turned
    assert resumed == turned
    whole = await page(stack.rt, client.organization_id, BEGINNING, limit=100)
    assert [_id(told.body) for told in whole.events] == turned[:100], "the order stays as it was"


async def _deafen(stack: Stack) -> int:
    """Ends the connection that hears the rings, in the midst of it all."""
    await asyncio.sleep(0.3)
    async with stack.rt.pool.connection() as conn:
        ended: int = await conn.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where application_name = 'waypost hearing' and datname = current_database()"
        )
        return ended


def _id(body: bytes) -> UUID:
    return UUID(json.loads(body)["eventId"])
