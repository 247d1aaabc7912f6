"""The `waypost` program as its operator runs it: real processes in a folder of their own, stopped or killed at will."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from tests.stack import APP_SECRET, VERIFY_TOKEN

#: What must never be in a log, besides what each test puts into messages.
SECRETS = (APP_SECRET, VERIFY_TOKEN, "secret-key-of-the-test")


class House:
    """A folder, settings, and the processes started in it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "PORT": str(self.port), "PUBLIC_URL": self.url, "DATA_DIR": str(folder / "data"),
            "META_APP_ID": "100000000000001", "META_APP_SECRET": APP_SECRET, "META_CONFIG_ID": "200000000000002",
            "META_VERIFY_TOKEN": VERIFY_TOKEN, "ALLOW_TARGETS": "127.0.0.0/8", **settings,
        }  # fmt: skip
        self.processes: list[Process] = []

    def environment(self, **changes: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("WAYPOST_")}
        return {**inherited, **{f"WAYPOST_{name}": value for name, value in {**self.settings, **changes}.items()}}

    def start(self, *command: str, within: tuple[str, ...] = (), **changes: str) -> "Process":
        """`within` is a program that runs the command in surroundings of its own."""
        process = Process(self, command, self.environment(**changes), within)
        self.processes.append(process)
        return process

    def run(self, *command: str, timeout: float = 60, **changes: str) -> "subprocess.CompletedProcess[str]":
        """One command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "waypost", *command],
            env=self.environment(**changes), cwd=self.folder, capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip

    def json(self, *command: str) -> Any:
        done = self.run(*command, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @property
    def logs(self) -> str:
        return "".join(process.log for process in self.processes)


class Process:
    """One long-running command in a process group of its own; its output goes to a file."""

    def __init__(
        self, house: House, command: tuple[str, ...], environment: dict[str, str], within: tuple[str, ...] = ()
    ) -> None:
        self._house = house
        self._path = house.folder / f"{len(house.processes)}-{command[0]}.log"
        with self._path.open("wb") as sink:
            self._popen = subprocess.Popen(
                [*within, sys.executable, "-m", "waypost", *command],
                env=environment, cwd=house.folder, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                start_new_session=True,
            )  # fmt: skip
        self.pid = self._popen.pid

    @property
    def log(self) -> str:
        return self._path.read_text(errors="replace")

    def running(self) -> bool:
        return self._popen.poll() is None

    async def logged(self, text: str, seconds: float = 30) -> None:
        """Until a line with this text is in the log; fails when the process ends before."""
        deadline = time.monotonic() + seconds
        while text not in self.log:
            assert self.running(), f"ended with {self._popen.returncode} before {text!r}:\n{self.log}"
            assert time.monotonic() < deadline, f"no {text!r} within {seconds} s:\n{self.log}"
            await asyncio.sleep(0.02)

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    async def ended(self, seconds: float = 60) -> int:
        """The exit status."""
        return await asyncio.to_thread(self._popen.wait, seconds)

    def family(self) -> list[int]:
        """This process and all that descend from it, the database's included."""
        return family(self.pid)

    async def killed(self) -> None:
        """`kill -9` for every process of the family at once, as when the power goes."""
        members = self.family()
        for pid in members:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self.ended()
        await gone(members)


def family(pid: int) -> list[int]:
    found, parents = [pid], {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def gone(pids: list[int], seconds: float = 60) -> None:
    """Until none of these processes runs."""
    await until(lambda: not any(map(lives, pids)), f"end of processes {pids}", seconds)


async def until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds} s for: {what}"
        await asyncio.sleep(0.02)


async def status(session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    """A GET's status and text; 0 when nobody listens."""
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=20)) as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientConnectionError:
        return 0, ""


async def answers(session: aiohttp.ClientSession, url: str, wanted: int = 200, seconds: float = 30) -> str:
    """Until a GET is answered with this status; returns the text."""
    deadline, seen = time.monotonic() + seconds, (0, "")
    while seen[0] != wanted:
        assert time.monotonic() < deadline, f"{url} answers {seen} and not {wanted}"
        await asyncio.sleep(0.05)
        seen = await status(session, url)
    return seen[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def house(**settings: str) -> Iterator[House]:
    """A house in a folder that the database's user may reach; whatever still runs at the end is killed."""
    folder = Path(tempfile.mkdtemp(prefix="waypost-run-"))
    folder.chmod(0o755)
    made = House(folder, **settings)
    try:
        yield made
    finally:
        for process in made.processes:
            for pid in process.family() if process.running() else []:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process._popen.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
