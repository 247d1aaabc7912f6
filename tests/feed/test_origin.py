"""A database restored into another cluster: transactions count from less, positions go on above all that were given."""

from uuid import UUID

from tests.feed.conftest import page, write
from tests.feed.test_pages import number_of
from waypost.domain import feed
from waypost.domain.feed import BEGINNING
from waypost.postgres import schema
from waypost.postgres.origin import LEAP
from waypost.runtime import Runtime

ELSEWHERE = 5_000_000_000


async def test_positions_go_on_after_a_restore(rt: Runtime, organization_id: UUID, dsn: str) -> None:
    async with rt.pool.connection() as conn:
        await write(conn, organization_id, 1)
        await schema.migrate(dsn)
        assert await conn.fetchval("select shift from feed_origin") == 0, "at home nothing moves"
        # As the copy brings it: written by transactions that this cluster will not reach for years.
        await conn.execute(
            "update events set position = $2 + position where organization_id = $1", organization_id, ELSEWHERE
        )
    assert (await page(rt, organization_id)).events == [], "above the horizon"
    await schema.migrate(dsn)
    before = await page(rt, organization_id)
    assert [number_of(told) for told in before.events] == [1]
    lost = before.place._replace(position=before.place.position + 1_000_000)
    async with rt.pool.connection() as conn:
        await write(conn, organization_id, 2)
    for place in (before.place, lost):  # `lost`: of a reader who had gone on behind the moment of the copy
        after = await page(rt, organization_id, place, follows=True)
        assert [number_of(told) for told in after.events] == [2] and not after.brewing
    assert [number_of(told) for told in (await page(rt, organization_id, BEGINNING)).events] == [1, 2]
    async with rt.pool.connection() as conn:
        shift = await conn.fetchval("select shift from feed_origin")
        assert LEAP < shift < LEAP + 2 * ELSEWHERE
        await schema.migrate(dsn)
        assert await conn.fetchval("select shift from feed_origin") == shift, "once"
        assert (await feed.newest(conn, organization_id)).position > shift


async def test_days_made_afterwards_have_the_origin_too(rt: Runtime, organization_id: UUID) -> None:
    async with rt.pool.connection() as conn:
        defaults = await conn.fetch(
            "select distinct pg_get_expr(d.adbin, d.adrelid) as told from pg_attrdef d join pg_attribute a"
            " on a.attrelid = d.adrelid and a.attnum = d.adnum join pg_class c on c.oid = d.adrelid"
            " where c.relname like 'events%' and a.attname = 'position'"
        )
        shift = await conn.fetchval("select shift from feed_origin")
    assert len(defaults) == 1 and str(shift) in defaults[0]["told"]
