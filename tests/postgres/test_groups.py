"""Group commit for single calls: what waits is written together, and everyone gets the answer that is theirs."""

import asyncio
from collections.abc import Sequence

import pytest

from waypost.postgres.groups import MOST, WRITERS, Groups


class Writer:
    """Doubles numbers; refuses what it is told to, and whole batches that hold a poisonous number."""

    def __init__(self, poison: int | None = None) -> None:
        self.batches: list[list[int]] = []
        self.poison = poison
        self.open = asyncio.Event()
        self.open.set()
        self.together = self.most_together = 0

    async def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(items))
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
        finally:
            self.together -= 1
        if self.poison in items:
            raise ValueError(f"{self.poison} is poisonous")
        return [KeyError(item) if item < 0 else item * 2 for item in items]


async def test_a_call_in_an_idle_process_is_written_at_once() -> None:
    writer = Writer()
    assert await Groups().join("double", writer, 21) == 42
    assert writer.batches == [[21]]


async def test_calls_that_arrive_meanwhile_are_written_together_and_in_order() -> None:
    writer, groups = Writer(), Groups()
    writer.open.clear()
    calls = [asyncio.create_task(groups.join("double", writer, number)) for number in range(MOST + 20)]
    await asyncio.sleep(0.01)
    writer.open.set()
    assert await asyncio.gather(*calls) == [number * 2 for number in range(MOST + 20)]
    assert [number for batch in writer.batches for number in batch] == list(range(MOST + 20))
    assert len(writer.batches) <= 2 + WRITERS
    assert max(map(len, writer.batches)) <= MOST and writer.most_together <= WRITERS


async def test_a_refusal_reaches_its_own_caller_alone() -> None:
    writer, groups = Writer(), Groups()
    told = await asyncio.gather(*(groups.join("double", writer, n) for n in (1, -2, 3)), return_exceptions=True)
    assert told[0] == 2 and isinstance(told[1], KeyError) and told[2] == 6


async def test_one_that_cannot_be_written_does_not_spoil_its_neighbours() -> None:
    writer, groups = Writer(poison=2), Groups()
    told = await asyncio.gather(*(groups.join("double", writer, n) for n in (1, 2, 3)), return_exceptions=True)
    assert told[0] == 2 and isinstance(told[1], ValueError) and told[2] == 6
    assert await groups.join("double", writer, 5) == 10


async def test_a_caller_that_went_away_leaves_the_others_their_results() -> None:
    writer, groups = Writer(), Groups()
    writer.open.clear()
    calls = [asyncio.create_task(groups.join("double", writer, number)) for number in (1, 2, 3)]
    await asyncio.sleep(0.01)
    calls[1].cancel()
    writer.open.set()
    with pytest.raises(asyncio.CancelledError):
        await calls[1]
    assert (await calls[0], await calls[2]) == (2, 6)


async def test_groups_of_different_names_do_not_mix() -> None:
    one, two, groups = Writer(), Writer(), Groups()
    assert await asyncio.gather(groups.join("one", one, 1), groups.join("two", two, 2)) == [2, 4]
    assert (one.batches, two.batches) == ([[1]], [[2]])


async def test_a_call_in_the_very_turn_in_which_the_last_writer_ends_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("waypost.postgres.groups.WRITERS", 1)
    groups, late = Groups(), []

    async def write(items: Sequence[int]) -> list[int | Exception]:
        if items[0] == 1:  # runs right after this writer's last step, before anything that its end has scheduled
            asyncio.get_running_loop().call_soon(lambda: late.append(groups.join("late", write, 2).send(None)))
        return [item * 2 for item in items]

    assert await groups.join("late", write, 1) == 2
    async with asyncio.timeout(5):
        while not (late and late[0].done()):
            await asyncio.sleep(0.01)
    assert late[0].result() == 4
