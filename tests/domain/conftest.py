"""For the signup tests: the gateway's way to Meta on a tape, and patience measured in milliseconds."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.domain.signup_graph import Tape, recording
from tests.stack import Stack
from waypost.domain import completion, resync
from waypost.runtime import Runtime


@pytest.fixture(scope="module")
async def road(stack: Stack) -> AsyncIterator[Tape]:
    """The syncs that follow a connection would be on the tape too; they have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resync, "run", _idle)
        async with recording(stack) as tape:
            yield tape


async def _idle(rt: Runtime) -> int:
    return 0


@pytest.fixture
def tape(road: Tape, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tape]:
    """An empty tape; calls that fail are repeated at once."""
    monkeypatch.setattr(completion, "PAUSES", (0.01, 0.05, 0.1))
    road.clear()
    yield road
    road.clear()
