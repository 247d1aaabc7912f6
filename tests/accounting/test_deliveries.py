"""What events owe is delivered, exhausted, waiting or dropped, once; any row that is gone or doubled shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.accounting.steps import ALWAYS, books, undone
from tests.workers.rows import Books
from tests.workers.rows import books as of_organization
from waypost.domain import accounting
from waypost.runtime import Runtime
from waypost.workers import chores

END = """
with d as (delete from ready where delivery_id = $1 returning *)
insert into attempts (organization_id, webhook_id, delivery_id, event_id, event_type, event_at, number, outcome, at,
  duration_ms) select organization_id, webhook_id, delivery_id, event_id, 'message.received', event_at, 1, $2, now(), 1
from d
"""
WAIT = """
with d as (delete from ready where delivery_id = $1 returning *)
insert into {} (shard, organization_id, webhook_id, delivery_id, event_id, event_at, attempts, seq {})
select shard, organization_id, webhook_id, delivery_id, event_id, event_at, 0, seq {} from d
"""
DROP = """
with d as (delete from ready where delivery_id = $1 returning *)
insert into dropped_deliveries select organization_id, webhook_id, date_trunc('minute', event_at), 1 from d
"""


@pytest.fixture
async def book(rt: Runtime) -> AsyncIterator[Books]:
    """An organization with a delivery in every place, and an event for nobody."""
    async with of_organization(rt) as made:
        await made.publish(1)
        await made.webhook()
        await made.publish(7)
        query = "select delivery_id from ready where organization_id = $1 order by seq"
        ids = [row["delivery_id"] for row in await made.conn.fetch(query, made.organization_id)]
        for outcome in ("delivered", "exhausted"):
            await made.conn.execute(END, ids.pop(), outcome)
        await made.conn.execute(WAIT.format("deferred", ", run_at", ", now() + interval '1 hour'"), ids.pop())
        await made.conn.execute(WAIT.format("parked", "", ""), ids.pop())
        await made.conn.execute(DROP, ids.pop())
        yield made


async def test_every_place_has_its_term(rt: Runtime, book: Books) -> None:
    before = (await books(rt)).deliveries
    async with of_organization(rt) as other:
        await other.webhook()
        await other.webhook()
        await other.publish(3)
    seen = await books(rt)
    told = seen.deliveries
    assert seen.is_even and (told.owed - before.owed, told.ready - before.ready) == (6, 6)
    assert min(told.delivered, told.exhausted, told.ready, told.deferred, told.parked, told.dropped) >= 1
    assert told.waiting == told.ready + told.deferred + told.parked


FIRST = "select tableoid, ctid from {table} where {which} limit 1"
LOST = {
    "events": "fanout > 0", "ready": "true", "deferred": "true", "parked": "true", "dropped_deliveries": "true",
}  # fmt: skip
ENDED = ("delivered", "exhausted")
ATTEMPT = "(select delivery_id from attempts where outcome = '{}' limit 1)"
_TAIL = "delivery_id, event_id, event_at"
DOUBLED = {
    "ready and deferred": (
        f"insert into deferred (shard, run_at, organization_id, webhook_id, {_TAIL}, attempts)"
        f" select shard, now(), organization_id, webhook_id, {_TAIL}, 0 from ready limit 1"
    ),
    "deferred and parked": (
        f"insert into parked (shard, organization_id, webhook_id, {_TAIL}, attempts)"
        f" select shard, organization_id, webhook_id, {_TAIL}, 0 from deferred limit 1"
    ),
    "ready twice": (
        f"insert into ready (shard, organization_id, webhook_id, {_TAIL})"
        f" select shard, organization_id, webhook_id, {_TAIL} from ready limit 1"
    ),
    "ended and ready": (
        f"insert into ready (shard, organization_id, webhook_id, {_TAIL})"
        f" select 1, organization_id, webhook_id, {_TAIL} from attempts where outcome = 'delivered' limit 1"
    ),
}
GONE = {
    **{
        table: f"delete from {table} where (tableoid, ctid) in ({FIRST.format(table=table, which=which)})"
        for table, which in LOST.items()
    },
    **{outcome: f"delete from attempts where delivery_id = {ATTEMPT.format(outcome)}" for outcome in ENDED},
}


@pytest.mark.parametrize("change", GONE.values(), ids=GONE)
async def test_a_row_that_is_gone_shows(rt: Runtime, book: Books, change: str) -> None:
    async with undone(rt) as conn:
        assert (await conn.execute(change)).split()[-1] == "1"
        seen = await accounting.balance(conn, ALWAYS)
    assert seen.deliveries.unaccounted == 1 and not seen.is_even and (await books(rt)).is_even


@pytest.mark.parametrize("change", DOUBLED.values(), ids=DOUBLED)
async def test_a_delivery_in_two_places_shows_even_when_another_is_lost(rt: Runtime, book: Books, change: str) -> None:
    async with undone(rt) as conn:
        await conn.execute(change)
        seen = await accounting.balance(conn, ALWAYS)
        assert (seen.deliveries.in_two_places, seen.deliveries.ended_twice) == (1, 0)
        await conn.execute(f"delete from attempts where delivery_id = {ATTEMPT.format('exhausted')}")
        seen = await accounting.balance(conn, ALWAYS)
    assert seen.deliveries.unaccounted >= 1, "the loss makes up for the double in the sum, and yet"


async def test_a_delivery_that_ended_twice_shows(rt: Runtime, book: Books) -> None:
    async with undone(rt) as conn:
        await conn.execute(
            "insert into attempts select organization_id, webhook_id, delivery_id, event_id, event_type, event_at,"
            " number + 1, 'exhausted', at, status_code, duration_ms, error, response_body"
            " from attempts where outcome = 'delivered' limit 1"
        )
        seen = await accounting.balance(conn, ALWAYS)
    assert (seen.deliveries.ended_twice, seen.deliveries.in_two_places) == (1, 0) and not seen.is_even


async def test_spans_are_half_open_whole_minutes_and_add_up(rt: Runtime, book: Books) -> None:
    """Events of three minutes of the past two hours, as if the books had begun a day before."""
    now = datetime.now(UTC)
    async with undone(rt) as conn:
        await conn.execute("update schema_migrations set applied_at = now() - interval '1 day'")
        made = Books(rt, conn, book.organization_id)
        await conn.execute("delete from dropped_deliveries")
        await conn.execute("delete from ready; delete from deferred; delete from parked; delete from attempts")
        await conn.execute("delete from events; delete from ledger; delete from messages")
        minute = (now - timedelta(hours=2)).replace(second=0, microsecond=0)
        for minutes in (0, 1, 90):
            await made.publish(2, minute + timedelta(minutes=minutes))
        one, two = minute + timedelta(minutes=1), minute + timedelta(minutes=2)
        assert (await accounting.balance(conn, minute, one)).deliveries.owed == 2
        first = await accounting.balance(conn, minute - timedelta(seconds=1), one + timedelta(seconds=59))
        assert (first.since, first.until, first.deliveries.owed) == (minute, one, 2)
        assert (await accounting.balance(conn, one, two)).deliveries.owed == 2
        parts: list[float] = []
        whole = await accounting.balance(conn, minute, told=parts.append)
        assert whole.deliveries.owed == 6 and whole.is_even and len(parts) >= 2 and parts[-1] == 1
        begun = await accounting.balance(conn, ALWAYS)
        assert now - begun.since < timedelta(days=1, minutes=2)
        assert not (await accounting.balance(conn, two, two)).deliveries.events


async def plan(conn: Any, query: str, *values: Any) -> str:
    return "\n".join(row[0] for row in await conn.fetch("explain " + query, *values))


AGO = "now() - n * interval '1 s' from generate_series(1, 20000) n"
PAST = f"""
insert into events (organization_id, id, type, body, fanout, created_at)
  select uuid_nil(), gen_random_uuid(), 'x', 'body', 1, {AGO};
insert into attempts (organization_id, webhook_id, delivery_id, event_id, event_type, event_at, number, outcome,
  duration_ms, at) select uuid_nil(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'x',
  now() - n * interval '1 s', 1, 'delivered', 1, {AGO};
insert into messages (organization_id, id, phone_id, conversation_id, position, direction, type, content, status,
  sent_at, created_at) select uuid_nil(), gen_random_uuid(), uuid_nil(), uuid_nil(), n, 'inbound', 'text', '{{}}',
  'delivered', now(), {AGO};
insert into ledger (accepted, stored, repeated, set_aside, messages, at) select 1, 1, 0, 0, 1, {AGO};
analyze events, attempts, messages, ledger
""".replace("uuid_nil()", "'00000000-0000-0000-0000-000000000000'::uuid")


async def test_a_short_span_reads_no_table_whole(rt: Runtime) -> None:
    """With some hours of the past there, since an empty table may be read however one likes."""
    now = datetime.now(UTC)
    span = (now - timedelta(minutes=5), now)
    async with undone(rt) as conn:
        await conn.execute(PAST)
        facts = await plan(conn, accounting._FACTS, *span)
        deliveries = await plan(conn, accounting._DELIVERIES, *span, now - timedelta(days=1))
    assert "Seq Scan" not in facts + deliveries, facts + deliveries
    for index in ("ledger", "messages_time", "dead_letters_newest"):
        assert index in facts
    for index in ("ready_of_webhook", "deferred_of_webhook", "parked_of_webhook", "event_at_idx"):
        assert index in deliveries, deliveries


async def test_the_chore_tells_metrics_of_closed_minutes(
    rt: Runtime, book: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def uneven(conn: Any, since: datetime, until: datetime) -> accounting.Balance:
        assert (until - since, until.second, until.microsecond) == (timedelta(minutes=5), 0, 0)
        seen = await balance(conn, since, until)
        seen.deliveries.unaccounted = 3
        return seen

    balance = accounting.balance
    await chores.keep_books(rt)
    assert (chores.FACTS_UNACCOUNTED._value.get(), chores.DELIVERIES_UNACCOUNTED._value.get()) == (0, 0)
    monkeypatch.setattr(accounting, "balance", uneven)
    with capture_logs() as logged:
        await chores.keep_books(rt)
    assert chores.DELIVERIES_UNACCOUNTED._value.get() == 3
    assert [line["event"] for line in logged] == ["books.uneven"] and logged[0]["deliveries"]["unaccounted"] == 3
    monkeypatch.undo()
    await chores.keep_books(rt)
    assert chores.DELIVERIES_UNACCOUNTED._value.get() == 0


async def test_a_gateway_keeps_books_without_being_asked(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = asyncio.Event()

    async def keep_books(_: Runtime) -> None:
        kept.set()

    monkeypatch.setattr(chores, "keep_books", keep_books)
    running = asyncio.create_task(chores.run_in_gateway(rt))
    async with asyncio.timeout(5):
        await kept.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
