"""A transaction that writes for long holds the feed back, and the operator is told."""

from typing import Any

from tests.stack import Stack
from waypost import doctor
from waypost.domain import feed
from waypost.postgres.pool import connect


async def test_the_oldest_writer_is_seen_and_told(stack: Stack, dsn: str, monkeypatch: Any) -> None:
    async with stack.rt.pool.connection() as conn:
        quiet = await doctor._feed(stack.rt)
        assert (quiet.name, quiet.level) == ("event feed", "ok")
        writer = await connect(dsn)
        try:
            await writer.execute("begin")
            await writer.execute("select pg_current_xact_id(), pg_sleep(0.05)")
            assert await feed.delay(conn) >= 0.05
            monkeypatch.setattr(doctor, "MOST_DELAY", 0.01)
            told = await doctor._feed(stack.rt)
            assert told.level == "warning" and "pg_stat_activity" in str(told.fix)
            async with stack.session.get(f"{stack.url}/metrics") as answer:
                [line] = [each for each in (await answer.text()).splitlines() if each.startswith("waypost_feed_delay")]
            assert float(line.split()[1]) >= 0.05
        finally:
            await writer.close()
