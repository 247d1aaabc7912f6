"""Rings reach those who follow an organization, through one connection that comes back by itself."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from waypost.postgres import bell
from waypost.postgres.bell import Bell
from waypost.postgres.hearing import Hearing
from waypost.postgres.pool import Pool, connect


@pytest.fixture
async def pool(dsn: str) -> Any:
    made = Pool(dsn, 2)
    yield made
    await made.close()


async def heard(rung: asyncio.Event, seconds: float = 5) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await rung.wait()
    except TimeoutError:
        return False
    return True


async def quiet(*ears: asyncio.Event) -> None:
    """Until the connection stands: every ear has been told to look."""
    await asyncio.sleep(0.5)
    for rung in ears:
        rung.clear()


async def test_a_ring_is_heard_by_those_who_follow_the_organization_it_names(pool: Any) -> None:
    ours, theirs, rings, hearing = uuid4(), uuid4(), Bell(pool), Hearing(pool)
    try:
        with hearing.ear(ours) as first, hearing.ear(ours) as second, hearing.ear(theirs) as other:
            assert first.is_set(), "to look at first is the ear's own affair"
            await quiet(first, second, other)
            rings.ring([ours])
            assert await heard(first) and await heard(second)
            rings.ring()
            assert not await heard(other, 0.3), "a ring for the workers, or for another organization"
            rings.ring(uuid4() for _ in range(bell.MOST_NAMED + 1))
            assert await heard(other), "too many to name: everybody looks"
        assert not hearing._ears
    finally:
        await hearing.close()
        await rings.close()


async def test_after_a_lost_connection_everybody_looks_and_rings_are_heard_again(pool: Any, dsn: str) -> None:
    ours, rings, hearing = uuid4(), Bell(pool), Hearing(pool)
    try:
        with hearing.ear(ours) as rung:
            await quiet(rung)
            conn = await connect(dsn)
            assert await conn.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where application_name = 'waypost hearing' and datname = current_database()"
            )
            await conn.close()
            assert await heard(rung), "something may have been missed"
            await quiet(rung)
            rings.ring([ours])
            assert await heard(rung)
    finally:
        await hearing.close()
        await rings.close()


def test_payloads_name_organizations_or_all() -> None:
    some = {uuid4() for _ in range(bell.MOST_NAMED)}
    assert bell.named(bell._payload(some)) == some
    assert len(bell._payload(some)) < 8000
    assert bell.named(bell._payload({*some, uuid4()})) is None
    assert bell.named("") == set[UUID]()
