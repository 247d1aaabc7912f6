"""A runtime over the module's own database, and its books."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.messages.tenants import runtime
from waypost.runtime import Runtime


@pytest.fixture(scope="module")
async def rt(dsn: str) -> AsyncIterator[Runtime]:
    async with AsyncExitStack() as stack:
        yield await runtime(stack, dsn)
