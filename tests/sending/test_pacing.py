"""The turns of a number and of a pair: dealt by the database to any number of processes, none given twice."""

import asyncio
import time
from contextlib import AsyncExitStack
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from tests.messages.tenants import rows, runtime
from waypost.domain import pacing
from waypost.errors import RateLimited
from waypost.runtime import Runtime

GAP = 1 / (80 * pacing.SHARE)


async def turn(
    rt: Runtime,
    phone: UUID,
    *,
    level: int = 80,
    recipient: str = "",
    patience: float = 10.0,
    tenant: UUID | None = None,
) -> float | None:
    """Seconds from now until the send may leave; None when it is too late."""
    began = time.monotonic()
    try:
        return await pacing.wait_turn(rt, tenant or phone, phone, level, recipient, began + patience) - began
    except RateLimited:
        return None


async def turns(rt: Runtime, phone: UUID, number: int, **options: object) -> list[float]:
    found = await asyncio.gather(*(turn(rt, phone, **options) for _ in range(number)))  # type: ignore[arg-type]
    return sorted(wait for wait in found if wait is not None)


def evenly(waits: list[float], gap: float) -> bool:
    """Whether moments lie a gap apart; each was measured from its own beginning, within some milliseconds."""
    return all(abs(b - a - gap) < 0.03 + gap * 0.05 for a, b in pairwise(waits))


async def test_the_first_goes_at_once_and_the_next_a_gap_later(rt: Runtime) -> None:
    waits = await turns(rt, uuid4(), 5)
    assert waits[0] < 0.1 and evenly(waits, GAP) and waits[4] > 3.5 * GAP


async def test_numbers_do_not_wait_for_each_other(rt: Runtime) -> None:
    busy, idle = uuid4(), uuid4()
    await turns(rt, busy, 400)
    waits = await turns(rt, idle, 2)
    assert waits[0] < 0.1 and waits[1] < 0.2
    assert (await turn(rt, busy) or 0) > 4


async def test_a_level_of_its_own(rt: Runtime) -> None:
    slow, fast = await turns(rt, uuid4(), 21, level=20), await turns(rt, uuid4(), 21, level=1000)
    assert slow[-1] > 0.9 and fast[-1] < 0.3


async def test_processes_share_the_turns(rt: Runtime, dsn: str) -> None:
    phone = uuid4()
    async with AsyncExitStack() as stack:
        processes = [rt, *[await runtime(stack, dsn) for _ in range(3)]]
        dealt = await asyncio.gather(*(turns(each, phone, 60) for each in processes))
        [pace] = await rows(
            rt,
            "select extract(epoch from free_at - now())::float8 as ahead from paces where phone_id = $1",
            phone,
        )
    waits = sorted(wait for part in dealt for wait in part)
    assert len(waits) == 240 and waits[-1] > 238 * GAP
    assert 240 * GAP - 2 < pace["ahead"] <= 240 * GAP


async def test_who_would_wait_too_long_takes_nothing(rt: Runtime) -> None:
    phone = uuid4()
    assert len(await turns(rt, phone, 300, patience=1.0)) in range(75, 85)
    before = await rows(rt, "select free_at from paces where phone_id = $1", phone)
    assert await turns(rt, phone, 50, patience=0.0) == []
    assert await rows(rt, "select free_at from paces where phone_id = $1", phone) == before


async def test_the_past_is_not_saved_up(rt: Runtime) -> None:
    phone = uuid4()
    await turn(rt, phone)
    async with rt.pool.connection() as conn:
        await conn.execute("update paces set free_at = now() - interval '1 hour' where phone_id = $1", phone)
    waits = await turns(rt, phone, 10)
    assert waits[-1] > 8 * GAP


async def test_a_pair_may_borrow_a_burst_and_then_waits(rt: Runtime) -> None:
    phone = uuid4()
    burst = await turns(rt, phone, pacing.PAIR_BURST, level=1000, recipient="1650")
    assert len(burst) == pacing.PAIR_BURST and burst[-1] < 1
    with pytest.raises(RateLimited) as caught:
        await pacing.wait_turn(rt, phone, phone, 1000, "1650", time.monotonic() + 2)
    assert caught.value.retry_after == 6 and "This recipient" in caught.value.message
    assert (await turn(rt, phone, level=1000, recipient="1651") or 0) < 0.5


async def test_a_pair_that_is_nearly_free_waits_and_then_takes_its_turn_at_the_number(rt: Runtime) -> None:
    phone = uuid4()
    await turns(rt, phone, pacing.PAIR_BURST, level=1000, recipient="1650")
    async with rt.pool.connection() as conn:
        await conn.execute(
            "update paces set free_at = free_at - interval '5.5 seconds' where phone_id = $1 and recipient <> ''", phone
        )
    wait = await turn(rt, phone, level=1000, recipient="1650", patience=3)
    assert wait is not None and 0.2 < wait < 2


async def test_one_that_must_wait_for_its_recipient_does_not_keep_the_number_waiting(rt: Runtime) -> None:
    phone = uuid4()
    await turns(rt, phone, pacing.PAIR_BURST, level=1000, recipient="1650")
    refused, waits = await asyncio.gather(
        turns(rt, phone, 30, recipient="1650", patience=1, level=1000),
        turns(rt, phone, 30, patience=1, level=1000),
    )
    assert refused == [] and len(waits) == 30 and waits[-1] < 1


async def test_a_number_that_meta_found_too_fast_is_held_back_everywhere(rt: Runtime, dsn: str) -> None:
    phone = uuid4()
    await turn(rt, phone)
    await pacing.hold(rt, phone, phone, 2.0)
    async with AsyncExitStack() as stack:
        assert 1.5 < (await turn(await runtime(stack, dsn), phone) or 0) < 2.5


async def test_paces_of_the_past_are_forgotten(rt: Runtime) -> None:
    gone, kept = uuid4(), uuid4()
    await turn(rt, gone)
    await turn(rt, kept, recipient="1650")
    async with rt.pool.connection() as conn:
        await conn.execute("update paces set free_at = now() - interval '2 minutes' where phone_id = $1", gone)
        await pacing.forget(conn)
    assert await rows(rt, "select 1 from paces where phone_id = $1", gone) == []
    assert len(await rows(rt, "select 1 from paces where phone_id = $1", kept)) == 2
    assert (await turn(rt, gone) or 1) < 0.2
