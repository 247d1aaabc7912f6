"""A runtime whose Graph API is the stand-in, and a fresh number of a fresh tenant for each test. No worker runs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.accounts.meta import Meta, listening
from tests.messages.tenants import connected, runtime
from waypost.domain.phones import Phone
from waypost.runtime import Runtime


@pytest.fixture(scope="module")
async def standin() -> AsyncIterator[Meta]:
    async with listening() as meta:
        yield meta


@pytest.fixture
def meta(standin: Meta) -> Meta:
    standin.reset()
    return standin


@pytest.fixture(scope="module")
async def rt(dsn: str, standin: Meta) -> AsyncIterator[Runtime]:
    async with AsyncExitStack() as stack:
        yield await runtime(stack, dsn, standin.url, pool_size=12)


@pytest.fixture
async def phone(rt: Runtime, meta: Meta) -> Phone:
    async with rt.pool.connection() as conn:
        await conn.execute("delete from account_syncs")
    return await connected(rt)
