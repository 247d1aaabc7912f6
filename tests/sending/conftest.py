"""A runtime over the module's own database, and a fresh tenant for each test."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.messages.tenants import connected, runtime
from waypost.domain.phones import Phone
from waypost.runtime import Runtime


@pytest.fixture(scope="module")
async def rt(dsn: str) -> AsyncIterator[Runtime]:
    async with AsyncExitStack() as stack:
        yield await runtime(stack, dsn)


@pytest.fixture
async def phone(rt: Runtime) -> Phone:
    return await connected(rt)
