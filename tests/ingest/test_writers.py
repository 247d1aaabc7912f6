"""The writers of ingest: a request is never left waiting because the last of them is just ending."""

import asyncio
from collections.abc import Sequence
from typing import Any

import waypost.ingest
from tests.stack import Stack
from waypost.ingest import Ingest
from waypost.meta.notifications import Fact


class Ending(Ingest):
    """Joins a second request right after the last step of the first one's writer."""

    late: Any = None

    async def _commit(self, facts: Sequence[Fact]) -> None:  # type: ignore[override]
        if self.late is None:
            self.late = "scheduled"
            asyncio.get_running_loop().call_soon(self._join_late)

    def _join_late(self) -> None:
        self.late = self._join(b"{}").send(None)


async def test_a_request_in_the_very_turn_in_which_the_last_writer_ends_is_stored(stack: Stack) -> None:
    assert waypost.ingest.WORTH_A_WRITER > 1
    ingest = Ending(stack.rt)
    assert await ingest._join(b"{}")
    async with asyncio.timeout(5):
        while not (isinstance(ingest.late, asyncio.Future) and ingest.late.done()):
            await asyncio.sleep(0.01)
    assert ingest.late.result() is True
