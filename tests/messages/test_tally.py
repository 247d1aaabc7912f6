"""Tallies against a plain sorted list: whatever appears, moves and goes, an offset is found where the list has it."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages.tenants import rows, runtime
from waypost.domain import tally
from waypost.domain.tally import Move
from waypost.runtime import Runtime

START = 1_700_000_000
#: Moments that share slices of every level, border on them and lie years apart.
MOMENTS = st.one_of(
    st.integers(START, START + 600),
    st.integers(START, START + 300_000),
    st.integers(START, START + 100_000_000),
    st.sampled_from([START >> level << level for level in (8, 16, 24)]),
    st.sampled_from([(START >> level << level) - 1 for level in (8, 16, 24)]),
).map(lambda second: datetime.fromtimestamp(second, UTC))
#: (entry, where to; None: it goes)
STEPS = st.lists(st.tuples(st.integers(0, 25), st.none() | MOMENTS), max_size=40)


async def applied(rt: Runtime, organization: UUID, list_: str, steps: list[tuple[int, datetime | None]]) -> list[float]:
    """Makes the moves, some in one call, and gives the entries as a plain list would have them, newest first."""
    entries: dict[int, datetime] = {}
    waiting: list[Move] = []
    async with rt.pool.transaction() as conn:
        for number, (entry, now) in enumerate(steps):
            waiting.append((organization, list_, entries.pop(entry, None), now))
            if now is not None:
                entries[entry] = now
            if number % 3:
                await tally.shift(conn, waiting)
                waiting = []
            if number % 5 == 0:
                await tally.fold(conn, 3)
        await tally.shift(conn, waiting)
    return sorted((at.timestamp() for at in entries.values()), reverse=True)


async def rank(rt: Runtime, organization: UUID, list_: str, expected: list[float], offset: int) -> None:
    """The entry that `locate` points at has the very rank `offset` in the plain list."""
    async with rt.pool.connection() as conn:
        before, skip = await tally.locate(conn, organization, list_, offset)
    if offset >= len(expected):
        assert before is None
        return
    assert before is not None
    older = [at for at in expected if at < before.timestamp()]
    assert len(expected) - len(older) + skip == offset
    assert older[skip] == expected[offset]


@given(STEPS)
@settings(max_examples=80, deadline=None)
async def test_every_offset_is_found_and_the_total_is_right(
    rt: Runtime, steps: list[tuple[int, datetime | None]]
) -> None:
    organization, list_ = uuid4(), "a list"
    expected = await applied(rt, organization, list_, steps)
    async with rt.pool.connection() as conn:
        assert await tally.total(conn, organization, list_) == len(expected)
    for offset in range(len(expected) + 2):
        await rank(rt, organization, list_, expected, offset)


async def test_skip_stays_within_the_finest_slice(rt: Runtime) -> None:
    organization = uuid4()
    spread = [(n, datetime.fromtimestamp(START + n * 256, UTC)) for n in range(400)]
    await applied(rt, organization, "spread", [(n, at) for n, at in spread])
    async with rt.pool.connection() as conn:
        assert {(await tally.locate(conn, organization, "spread", n))[1] for n in range(0, 400, 13)} == {0}


async def test_lists_and_organizations_are_counted_apart(rt: Runtime) -> None:
    one, two, at = uuid4(), uuid4(), datetime.fromtimestamp(START, UTC)
    added = [(one, "a"), (one, "b"), (one, "b"), (two, "a")]
    async with rt.pool.transaction() as conn:
        await tally.shift(conn, [(owner, list_, None, at) for owner, list_ in added])
    async with rt.pool.connection() as conn:
        totals = [await tally.total(conn, owner, list_) for owner in (one, two) for list_ in "ab"]
    assert totals == [1, 2, 1, 0]


async def test_a_move_within_a_slice_writes_nothing(rt: Runtime) -> None:
    organization = uuid4()
    at = datetime.fromtimestamp(START >> 8 << 8, UTC)
    async with rt.pool.transaction() as conn:
        await tally.shift(conn, [(organization, "a", None, at)])
        await tally.fold(conn)
    before = await rows(rt, "select *, xmin::text from tallies where organization_id = $1 order by level", organization)
    async with rt.pool.transaction() as conn:
        await tally.shift(conn, [(organization, "a", at, datetime.fromtimestamp((START >> 8 << 8) + 255, UTC))])
        assert await tally.fold(conn) == 0
    after = await rows(rt, "select *, xmin::text from tallies where organization_id = $1 order by level", organization)
    assert len(before) == 3 and before == after


async def test_writers_that_move_entries_both_ways_do_not_lose_any(rt: Runtime, dsn: str) -> None:
    organization = uuid4()
    moments = [datetime.fromtimestamp(START + n * 70_000, UTC) for n in range(6)]

    async def move(runtime_: Runtime, order: list[datetime]) -> None:
        for now in order:
            async with runtime_.pool.transaction() as conn:
                await tally.shift(conn, [(organization, "a", None, at) for at in (now, *order)])

    async with AsyncExitStack() as stack:
        other = await runtime(stack, dsn)
        await asyncio.gather(move(rt, moments), move(other, moments[::-1]), move(rt, moments[3:] + moments[:3]))
    async with rt.pool.connection() as conn:
        assert await tally.total(conn, organization, "a") == 3 * 6 * 7
