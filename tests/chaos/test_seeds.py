"""Runs by seed; `make chaos ARGS='--seeds 7'` runs the seventh again."""

from collections.abc import Callable

from tests.chaos.conftest import Towns


async def test_whatever_breaks_everything_arrives_and_the_books_are_even(
    towns: Towns, seed: int, tell: Callable[[str], None]
) -> None:
    tell((await towns.run(seed)).line())
