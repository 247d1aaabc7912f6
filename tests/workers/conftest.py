"""A receiver and one engine at work for each module that wants them, and books of an organization for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.receiver import Receiver, receiving
from tests.workers.engines import Worker, working
from tests.workers.rows import Books, books


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--examples", type=int, default=0, help="Runs of test_model.py, by new dice.")


@pytest.fixture(scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture(scope="module")
async def worker(dsn: str) -> AsyncIterator[Worker]:
    async with working(dsn) as made:
        yield made


@pytest.fixture
async def book(worker: Worker) -> AsyncIterator[Books]:
    async with books(worker.rt) as made:
        yield made
