"""One real PostgreSQL per test process, a fresh database per module, and the whole stack where a test asks for it."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
import uvicorn.server

from tests.stack import Stack, running
from waypost import logs
from waypost.postgres import postmaster, schema
from waypost.postgres.embedded import EmbeddedServer

if TYPE_CHECKING:
    from playwright.async_api import Browser

_numbers = count(1)

#: What takes longest, begun first: at the end no test process is then left alone with it while the others are idle.
LONGEST = (
    "processes/test_serve.py", "docs/test_snippets.py", "processes/test_commands.py", "reference/test_hard_inputs.py",
    "processes/test_kill.py", "postgres/test_embedded.py", "processes/", "reference/", "chaos/", "workers/",
    "media/test_memory.py", "inbox/test_", "meta/",
)  # fmt: skip
#: What has a browser work takes as long as all the rest, which mostly waits: side by side they crowd nobody.
BROWSING = (
    "inbox/page/test_a11y.py", "inbox/page/", "signup/", "reference/test_docs_page.py", "simulator/test_browser.py",
    "simulator/test_handset.py", "media/test_browser.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_places({_file(item): None for item in items}))


def _places(files: Iterable[str]) -> Callable[[pytest.Item], float]:
    """Two lines of files, each with the longest first, drawn into one like the teeth of a zip."""
    browsing = [file for file in files if file.startswith(BROWSING)]
    others = [file for file in files if not file.startswith(BROWSING)]
    places: dict[str, float] = {}
    for line, order in ((browsing, BROWSING), (others, LONGEST)):
        line.sort(key=lambda file, order=order: next((n for n, each in enumerate(order) if file.startswith(each)), 99))
        places.update({file: n / len(line) for n, file in enumerate(line)})
    return lambda item: places[_file(item)]


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0].removeprefix("tests/")


class _Brisk:
    """The asyncio that uvicorn sees: the same, with pauses of a fifth."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 5)


@pytest.fixture(scope="session", autouse=True)
def servers_end_at_once() -> Iterator[None]:
    """uvicorn looks every 0.1 s whether it shall end, then waits 0.1 s more; tests end a thousand servers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", _Brisk())
        yield


@pytest.fixture(scope="session", autouse=True)
def logging() -> None:
    logs.configure("json")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """DSN of a server of this test process's own, or of the one that POSTGRES_TEST_SERVER names (by its socket)."""
    if named := os.environ.get("POSTGRES_TEST_SERVER"):
        yield named
        return
    folder = Path(tempfile.mkdtemp(prefix="waypost-test-"))
    folder.chmod(0o755)  # as root the server's own user must be able to pass through
    embedded = EmbeddedServer(folder / "data")
    try:
        with pytest.MonkeyPatch.context() as patch:  # this server's data need not outlive the machine
            for setting in ("fsync", "full_page_writes"):
                patch.setitem(postmaster.SETTINGS, setting, "off")
            dsn = embedded.start()
        yield dsn
    finally:
        embedded.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def template(server: str) -> str:
    """Name of the migrated database that others are copied from."""
    await _execute(server, "create database template_waypost")
    await schema.migrate(renamed(server, "template_waypost"))
    return "template_waypost"


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator["Browser"]:
    """One browser of this test process; tests have profiles of their own in it."""
    from tests.chromium import launched  # what no browser test runs in does not load Playwright

    async with launched() as browser:
        yield browser


@pytest.fixture
def context_options() -> dict[str, Any]:
    """Of a test's profile; tests set their own by parametrization."""
    return {}


@pytest.fixture(scope="module")
async def dsn(server: str, template: str) -> AsyncIterator[str]:
    """A migrated, empty database of this module's own."""
    name = f"test_{next(_numbers)}"
    await _execute(server, f"create database {name} template {template}")
    yield renamed(server, name)
    await _execute(server, f"drop database if exists {name} with (force)")


@pytest.fixture(scope="module")
async def stack(dsn: str) -> AsyncIterator[Stack]:
    """Gateway, worker, simulator and receiver, shared by the tests of a module."""
    async with running(dsn) as made:
        yield made


def renamed(dsn: str, database: str) -> str:
    """The same server, another database."""
    head, _, tail = dsn.partition("@/")
    return f"{head}@/{database}?{tail.partition('?')[2]}"


async def _execute(dsn: str, statement: str) -> None:
    for attempt in range(20):
        conn = await asyncpg.connect(dsn)
        try:
            await conn.execute(statement)
            return
        except asyncpg.ObjectInUseError:
            if attempt == 19:
                raise
            await asyncio.sleep(0.1)
        finally:
            await conn.close()
