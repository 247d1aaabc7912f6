"""What a page of the feed costs: the same at its front and behind a hundred thousand events, over ten days."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.conversations.test_plans import Explained
from tests.feed.conftest import page
from waypost import clock
from waypost.domain import feed
from waypost.domain.feed import Place, Wanted
from waypost.postgres import schema
from waypost.runtime import Runtime

EVENTS, DAYS = 40_000, 10


@pytest.fixture(scope="module")
async def busy(rt: Runtime) -> tuple[UUID, datetime]:
    """Two organizations whose events alternate, four of each in a transaction, over ten days."""
    organization_id, other, now = uuid4(), uuid4(), clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    async with rt.pool.connection() as conn:
        for days in range(1, DAYS):
            await schema._create_partition(conn, "events", midnight - timedelta(days=days))
        await conn.execute(
            "insert into organizations (id, name) select unnest($1::uuid[]), 'Acme'", [organization_id, other]
        )
        await conn.execute(
            "insert into events (organization_id, id, type, body, created_at, fanout, position)"
            " select case when n % 2 = 0 then $1::uuid else $2 end, gen_random_uuid(),"
            " case when n % 10000 < 2 then 'phone_number.connected' else 'message.sent' end,"
            " convert_to(n::text, 'utf8'), $3::timestamptz - (($4 - n) * interval '9 days' / $4), 0, 1000 + n / 8"
            " from generate_series(1, $4) n",
            organization_id, other, now, EVENTS,
        )  # fmt: skip
        await conn.execute("update feed_origin set shift = $1", EVENTS)
    return organization_id, now


async def explained(rt: Runtime, wanted: Wanted, *, analyzed: bool) -> Explained:
    async with rt.pool.connection() as conn:
        if analyzed:
            await conn.execute("analyze events")
        seen = Explained(conn)
        columns = [[each] for each in (wanted.organization_id, *wanted.after[:3], wanted.types, wanted.phone_id)]
        await seen.fetch(feed._PAGES, *columns, [wanted.limit], [feed._span(wanted)], [True])
        return seen


@pytest.mark.parametrize("analyzed", [False, True])
async def test_a_page_costs_the_same_everywhere(rt: Runtime, busy: tuple[UUID, datetime], analyzed: bool) -> None:
    organization_id, now = busy
    for depth in (0, EVENTS // 16, EVENTS // 8 - 20):
        place = Place(1000 + depth, now, UUID(int=0))
        seen = await explained(rt, Wanted(organization_id, place, 50), analyzed=analyzed)
        assert {node["Node Type"] for node in seen.nodes()} >= {"Merge Append", "Incremental Sort"}
        scans = [node for node in seen.nodes() if node.get("Relation Name", "").startswith("events")]
        assert len(scans) > DAYS and {node["Node Type"] for node in scans} <= {"Index Scan", "Index Only Scan"}
        assert all(name.endswith("position_idx") for name in seen.indexes() if name.startswith("events"))
        assert seen.touched() < 51 + 8 + DAYS + 10, (depth, seen.touched())
        rare = Wanted(organization_id, place, 50, "phone_number.connected")
        assert (await explained(rt, rare, analyzed=analyzed)).touched() < feed.SPAN + 8 + DAYS + 10


async def test_a_rare_type_is_found_in_bounded_steps(rt: Runtime, busy: tuple[UUID, datetime]) -> None:
    organization_id, _ = busy
    place, found, pages, more = feed.BEGINNING, 0, 0, True
    while more:
        some = await page(rt, organization_id, place, types="phone_number.connected")
        place, more, found, pages = some.place, some.more, found + len(some.events), pages + 1
    assert found == EVENTS // 10_000 and pages == EVENTS // 2 // feed.SPAN
