"""What a search and a page cost, over 8,000 contacts of one phone: which indexes serve them and what they touch."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.messages.tenants import EPOCH, connected
from waypost.domain import conversation_list, conversation_search
from waypost.domain.phones import Phone
from waypost.paging import Page
from waypost.runtime import Runtime

PEOPLE = 8_000
NUMBER = "54911500{:05d}"
SEARCH_INDEX, PRIMARY = "contact_search_keys", "contact_search_pkey"


class Explained:
    """A connection that keeps the plan of every query that goes through it, as it was carried out."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn
        self.plans: list[dict[str, Any]] = []

    async def _explain(self, query: str, values: tuple[Any, ...]) -> None:
        told = await self.conn.fetchval(f"explain (analyze, timing off, format json) {query}", *values)
        self.plans.append(json.loads(told)[0]["Plan"])

    async def fetch(self, query: str, *values: Any) -> Any:
        await self._explain(query, values)
        return await self.conn.fetch(query, *values)

    async def fetchrow(self, query: str, *values: Any) -> Any:
        await self._explain(query, values)
        return await self.conn.fetchrow(query, *values)

    async def fetchval(self, query: str, *values: Any) -> Any:
        await self._explain(query, values)
        return await self.conn.fetchval(query, *values)

    def nodes(self) -> list[dict[str, Any]]:
        return [node for plan in self.plans for node in nodes(plan)]

    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes() if "Index Name" in node and node["Actual Loops"]}

    def touched(self) -> int:
        """Rows of tables that were read, those thrown away too."""
        tables = [node for node in self.nodes() if "Relation Name" in node]
        return int(sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in tables
        ))  # fmt: skip


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


@pytest.fixture(scope="module")
async def crowd(rt: Runtime) -> Phone:
    """8,000 contacts, every tenth called Ana, each with a surname of its own; and a neighbour of another tenant."""
    phone, other = await connected(rt), await connected(rt)
    async with rt.pool.transaction() as conn:
        for owner, people in ((phone, PEOPLE), (other, PEOPLE // 4)):
            await conn.execute(
                "insert into conversations (organization_id, id, phone_id, contact_phone, contact_name,"
                " last_message_at) select $1, gen_random_uuid(), $2, '54911500' || lpad(n::text, 5, '0'),"
                " case when n % 10 = 0 then 'Ána ' else 'Bo ' end || left(md5(n::text), 8),"
                " to_timestamp($3::bigint + n * 20)"
                " from generate_series(0, $4 - 1) n",
                owner.organization_id, owner.id, EPOCH, people,
            )  # fmt: skip
    async with rt.pool.connection() as conn:
        await conversation_search.fold(conn)
        for table in ("conversations", "contact_search"):
            await conn.execute(f"analyze {table}")
    return phone


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a crowd of this size comes up against."""
    for name, value in (("REACH", 100), ("CANDIDATES", 500), ("WALK", 1000)):
        monkeypatch.setattr(conversation_search, name, value)


async def searched(rt: Runtime, phone: Phone, sought: str) -> tuple[Any, Explained]:
    async with rt.pool.connection() as conn:
        seen = Explained(conn)
        return await conversation_search.by_words(seen, phone.organization_id, phone.id, sought, Page(1, 20)), seen


@pytest.mark.parametrize(
    ("sought", "total"), [(NUMBER.format(7), 1), ("54-911-50000-007", 1), ("07123", 1), ("1679091c", 1), ("nobody", 0)]
)
async def test_a_rare_word_touches_few_rows(rt: Runtime, crowd: Phone, sought: str, total: int) -> None:
    answer, seen = await searched(rt, crowd, sought)
    assert answer.total == total
    assert SEARCH_INDEX in seen.indexes() and seen.touched() <= 60, (sought, seen.touched())
    assert not [node for node in seen.nodes() if node["Node Type"] == "Seq Scan"]


@pytest.mark.parametrize("sought", ["ana", "an", "a", "54911500", "5", "b", "ana 5491"])
async def test_a_common_word_touches_a_bounded_number(rt: Runtime, crowd: Phone, sought: str) -> None:
    answer, seen = await searched(rt, crowd, sought)
    assert answer.total == conversation_search.REACH and len(answer.items) == 20
    assert SEARCH_INDEX in seen.indexes()
    [candidates] = [plan for plan in seen.plans if SEARCH_INDEX in str(plan)]
    assert PRIMARY not in str(candidates), "whatever is known of the words, candidates come from their index"
    found = 2 * conversation_search.CANDIDATES + 1
    assert seen.touched() <= found + 2 * conversation_search.WALK + 200, (sought, seen.touched())
    assert not [node for node in seen.nodes() if node["Node Type"] == "Seq Scan"]
    stamps = [each.last_message_at for each in answer.items]
    assert stamps == sorted(stamps, reverse=True)


async def test_a_walk_goes_by_the_list_and_stops(rt: Runtime, crowd: Phone) -> None:
    _, seen = await searched(rt, crowd, "54911500")
    assert {SEARCH_INDEX, PRIMARY, "conversations_latest"} <= seen.indexes()
    walks = [node for node in seen.nodes() if node.get("Index Name") == "conversations_latest"]
    assert [node["Actual Rows"] for node in walks] == [conversation_search.REACH]


async def test_entries_that_wait_are_read_too_and_not_for_ever(rt: Runtime, crowd: Phone) -> None:
    async with rt.pool.transaction() as conn:
        await conn.execute(
            "insert into conversations (organization_id, id, phone_id, contact_name, last_message_at)"
            " values ($1, gen_random_uuid(), $2, 'Zebulon', now())",
            crowd.organization_id, crowd.id,
        )  # fmt: skip
    assert (await searched(rt, crowd, "zebulon"))[0].total == 1
    async with rt.pool.connection() as conn:
        assert await conversation_search.fold(conn) > 0
    assert (await searched(rt, crowd, "zebulon"))[0].total == 1


async def test_a_page_reads_one_message_for_each_conversation(rt: Runtime, crowd: Phone) -> None:
    async with rt.pool.connection() as conn:
        seen = Explained(conn)
        await conversation_list.listed(seen, crowd.organization_id, crowd.id, Page(1, 50))
    assert {"conversations_latest", "messages_thread"} <= seen.indexes()
    [last] = [node for node in seen.nodes() if node.get("Index Name") == "messages_thread"]
    assert last["Actual Loops"] <= 51 and seen.touched() <= 110
