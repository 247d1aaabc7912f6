"""What a page costs: rows that PostgreSQL touches for the first page and the four-hundredth, over 20,000 entries."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.messages.tenants import EPOCH, connected
from waypost.domain import conversation_list, messages, tally
from waypost.domain.conversations import list_key
from waypost.domain.phones import Phone
from waypost.paging import Page
from waypost.runtime import Runtime

ENTRIES = 20_000
LIMIT = 50
DEEPEST = ENTRIES // LIMIT
#: A few hundred slices of the tally, one page, and what shares the page's finest slice.
MOST_ROWS = 1_500


class Counting:
    """A connection that runs every query under EXPLAIN ANALYZE as well, and adds up the rows that its scans touched."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn
        self.touched = 0
        self.queries: list[str] = []

    async def _explain(self, query: str, values: tuple[Any, ...]) -> None:
        self.queries.append(query)
        told = await self._conn.fetchval(f"explain (analyze, buffers, timing off, format json) {query}", *values)
        self.touched += touched(json.loads(told)[0]["Plan"])

    async def fetch(self, query: str, *values: Any) -> Any:
        await self._explain(query, values)
        return await self._conn.fetch(query, *values)

    async def fetchrow(self, query: str, *values: Any) -> Any:
        await self._explain(query, values)
        return await self._conn.fetchrow(query, *values)

    async def fetchval(self, query: str, *values: Any) -> Any:
        await self._explain(query, values)
        return await self._conn.fetchval(query, *values)


def touched(plan: dict[str, Any]) -> int:
    """Rows that the scans of a plan read, those thrown away by a filter too."""
    below = sum(touched(inner) for inner in plan.get("Plans", []))
    if "Scan" not in plan["Node Type"]:
        return below
    read = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    return int(below + read * plan["Actual Loops"])


@pytest.fixture(scope="module")
async def full(rt: Runtime) -> tuple[Phone, UUID]:
    """A phone with 20,000 conversations, 20 seconds apart, and among them one with 20,000 messages."""
    phone, long = await connected(rt), uuid4()
    async with rt.pool.transaction() as conn:
        await conn.execute(
            "insert into conversations (organization_id, id, phone_id, contact_phone, message_count, last_message_at)"
            " select $1, case when n = 7 then $3 else gen_random_uuid() end, $2, '1650' || n,"
            " case when n = 7 then $4 else 1 end, to_timestamp($5 + n * 20) from generate_series(1, $4::int) n",
            phone.organization_id, phone.id, long, ENTRIES, EPOCH,
        )  # fmt: skip
        await conn.execute(
            "insert into tallies (organization_id, list, level, slot, entries)"
            " select $1, $2, l, extract(epoch from last_message_at)::bigint >> l, count(*) from conversations,"
            " (values (8), (16), (24)) as levels(l) where organization_id = $1 group by 3, 4",
            phone.organization_id, list_key(phone.id),
        )  # fmt: skip
        await conn.execute(
            "insert into messages (organization_id, id, phone_id, conversation_id, position, direction, type, content,"
            " status, sent_at) select $1, gen_random_uuid(), $2, $3, n, 'inbound', 'text', '{}', 'delivered',"
            " to_timestamp($5 + n) from generate_series(1, $4::int) n",
            phone.organization_id, phone.id, long, ENTRIES, EPOCH,
        )  # fmt: skip
    async with rt.pool.connection() as conn:
        for table in ("conversations", "messages", "tallies"):
            await conn.execute(f"analyze {table}")
    return phone, long


@asynccontextmanager
async def counting(rt: Runtime) -> AsyncIterator[Counting]:
    async with rt.pool.transaction() as conn:
        yield Counting(conn)


async def test_a_deep_page_of_conversations_costs_what_any_page_costs(rt: Runtime, full: tuple[Phone, UUID]) -> None:
    phone, _ = full
    for number in (1, 2, DEEPEST // 2, DEEPEST):
        async with counting(rt) as conn:
            page = await conversation_list.listed(conn, phone.organization_id, phone.id, Page(number, LIMIT))  # type: ignore[arg-type]
        newest = ENTRIES - (number - 1) * LIMIT
        assert [item.contact_phone for item in page.items] == [f"1650{n}" for n in range(newest, newest - LIMIT, -1)]
        assert page.total == ENTRIES
        assert conn.touched <= MOST_ROWS, (number, conn.touched)


async def test_a_deep_page_of_messages_costs_what_any_page_costs(rt: Runtime, full: tuple[Phone, UUID]) -> None:
    phone, long = full
    for number in (1, 2, DEEPEST // 2, DEEPEST):
        async with counting(rt) as conn:
            page = await messages.listed(conn, phone.organization_id, phone.id, long, Page(number, LIMIT))  # type: ignore[arg-type]
        assert len(page.items) == LIMIT and page.total == ENTRIES
        assert page.items[0].timestamp > page.items[-1].timestamp
        assert conn.touched <= LIMIT + 1, (number, conn.touched)


async def test_the_measure_would_see_an_offset(rt: Runtime, full: tuple[Phone, UUID]) -> None:
    phone, _ = full
    async with counting(rt) as conn:
        await conn.fetch(
            "select id from conversations where organization_id = $1 and phone_id = $2"
            " order by last_message_at desc, id desc offset 19000 limit 50",
            phone.organization_id,
            phone.id,
        )
    assert conn.touched > 10 * MOST_ROWS


async def test_no_list_counts_its_entries(rt: Runtime, full: tuple[Phone, UUID]) -> None:
    phone, long = full
    async with counting(rt) as conn:
        await conversation_list.listed(conn, phone.organization_id, phone.id, Page(9, LIMIT))  # type: ignore[arg-type]
        await messages.listed(conn, phone.organization_id, phone.id, long, Page(9, LIMIT))  # type: ignore[arg-type]
    assert len(conn.queries) >= 6
    assert not [query for query in conn.queries if "count(" in query.lower()]
    for read in (conversation_list, messages, tally.total, tally.locate, tally._SLICE):
        text = read if isinstance(read, str) else inspect.getsource(read)  # type: ignore[arg-type]
        assert "count(" not in text.lower().replace("message_count(", "")


async def test_pages_looked_at_side_by_side_do_not_overlap(rt: Runtime, full: tuple[Phone, UUID]) -> None:
    phone, _ = full

    async def look(number: int) -> set[UUID]:
        async with rt.pool.transaction("repeatable_read", readonly=True) as conn:
            page = await conversation_list.listed(conn, phone.organization_id, phone.id, Page(number, 100))
            assert len({item.id for item in page.items}) == 100
            return {item.id for item in page.items}

    seen = await asyncio.gather(*(look(number) for number in range(1, 9)))
    assert len(set().union(*seen)) == 800
