"""For the signup tests: the gateway's way to Meta on a tape, and patience measured in milliseconds."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.domain.signup_graph import Tape, recording
from tests.stack import Stack
from waypost.domain import completion


@pytest.fixture(scope="module")
async def road(stack: Stack) -> AsyncIterator[Tape]:
    async with recording(stack) as tape:
        yield tape


@pytest.fixture
def tape(road: Tape, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tape]:
    """An empty tape; calls that fail are repeated at once."""
    monkeypatch.setattr(completion, "PAUSES", (0.01, 0.05, 0.1))
    road.clear()
    yield road
    road.clear()
