"""What open inboxes cost the database: a look reads the places that it has to, whatever there is besides."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.inbox.conftest import Office
from waypost.domain import shared_inbox_changes
from waypost.postgres import schema


async def test_a_look_goes_by_the_index_and_leaves_old_days_alone(office: Office) -> None:
    async with office.stack.rt.pool.connection() as conn:
        for days in range(8):
            await schema.keep_partitions(conn, datetime.now(UTC) - timedelta(days=days))
        await conn.execute("set plan_cache_mode = force_generic_plan")
        try:
            place = await shared_inbox_changes.horizon(conn)
            values = [[office.client.organization_id], [UUID(office.number.id)], [place.position], [datetime.now(UTC)]]
            statement = await conn.prepare("explain (analyze, format text) " + shared_inbox_changes._LOOK)
            plan = "\n".join(row[0] for row in await statement.fetch(*values))
        finally:
            await conn.execute("reset plan_cache_mode")
    assert "Seq Scan on events" not in plan and "Seq Scan on inbox_changes" not in plan, plan
    assert plan.count('("position" >= w."position")') >= 2, plan
    days = [line for line in plan.split("\n") if "on events_" in line]
    looked = [line for line in days if "never executed" not in line]
    assert len(days) > 8 and len(looked) <= 5, plan
