"""`--seeds 7,8` or `--seeds 1-50`: which runs; five unless told. A line for each run is printed as it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from tests.chaos.city import City, city
from tests.chaos.run import Report, run

FEW = "1-5"
LONGEST = 150.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", default=FEW, help="Runs of tests/chaos: numbers and ranges, such as 3,7,10-20.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", numbers(metafunc.config.getoption("--seeds", FEW)))


def numbers(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


class Towns:
    """One deployment for all runs, but for those after one that failed: whatever that left behind is not theirs."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._city: City | None = None

    async def run(self, seed: int) -> Report:
        if self._city is None:
            self._city = await self._stack.enter_async_context(city())
        try:
            async with asyncio.timeout(LONGEST):
                return await run(self._city, seed)
        except BaseException as error:
            error.add_note("\n".join(self._city.last_words()))
            await self.close()
            raise

    async def close(self) -> None:
        self._city = None
        await self._stack.aclose()


@pytest.fixture(scope="module")
async def towns() -> AsyncIterator[Towns]:
    made = Towns()
    yield made
    await made.close()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Prints a line between the dots; a process of a parallel run has nowhere to print."""
    plugins = request.config.pluginmanager
    reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")

    def told(line: str) -> None:
        if reporter and capture:
            with capture.global_and_fixture_disabled():
                reporter.write_line(line)

    return told
