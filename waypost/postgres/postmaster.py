"""The one process of the embedded server: its settings, its life, what it writes into postmaster.pid.

It is a child of ours and dies with us, even when we are killed with -9. Called by the embedded server only.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waypost.postgres.cluster import Cluster

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
#: For a small machine shared with the gateway. What customers write must not reach the log: hence terse, no statements.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "huge_pages": "off",
    "checkpoint_timeout": "15min",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "cluster_name": "waypost",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What postmaster.pid says; it may be left over from a server that was killed."""

    pid: int
    sockets: Path
    status: str


def sighting(cluster: Path) -> Sighting | None:
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 5 or not lines[0].isdigit():
        return None
    return Sighting(int(lines[0]), Path(lines[4]), lines[7].strip() if len(lines) > 7 else "starting")


def lives(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is a server of this cluster, and not another program that was given the number since."""
    if not _exists(pid):
        return False
    if _LIBC is None:
        return True
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(cluster)
    except OSError:
        return False


def left_behind(cluster: Path) -> list[int]:
    """Processes of a server whose postmaster is gone (Linux only; elsewhere they have to go by themselves)."""
    if _LIBC is None:
        return []
    return [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and lives(int(entry.name), cluster)
    ]


def forget(cluster: Path) -> None:
    """Removes the postmaster.pid of a dead server whose number belongs to another program now: PostgreSQL would refuse
    to start. In all other cases the file stays, because PostgreSQL finds left-over shared memory by it."""
    seen = sighting(cluster)
    if seen and _exists(seen.pid) and not lives(seen.pid, cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def command(cluster: Cluster, sockets: Path) -> list[str]:
    settings = {**SETTINGS, "unix_socket_directories": str(sockets), "shared_buffers": f"{buffers(memory())}MB"}
    if cluster.binaries.compiled_with("lz4"):
        settings["wal_compression"] = "lz4"
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [cluster.binaries.postgres, "-D", str(cluster.path), *arguments]


def memory() -> int:
    """Megabytes of the machine, or of the container that allows less; 1024 where nothing tells."""
    try:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (ValueError, OSError):
        return 1024
    limits = (_whole(path) for path in CONTAINER_LIMITS)
    return min([machine, *(limit >> 20 for limit in limits if limit)])


def _whole(path: str) -> int:
    """A number in a file; 0 where there is none, or no file."""
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return 0


def buffers(machine: int) -> int:
    """Megabytes of shared buffers for a machine with so many: an eighth, so that the hot pages of large tables stay
    where there is room, and half of what PostgreSQL would take for itself alone."""
    return min(4096, max(128, machine // 8))


def signal_until_gone(pid: int, gone: Callable[[], bool]) -> bool:
    """Fast shutdown, then immediate, then the hard way; True once `gone()`."""
    for number, patience in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if gone():
                return True
            time.sleep(0.01)
    return gone()


class Keeper(threading.Thread):
    """Starts the server and stays until it has ended.

    A thread of its own because the death signal comes when the *thread* that forked ends: a thread of a pool would take
    the database with it.
    """

    def __init__(self, command: list[str], **options: Any) -> None:
        super().__init__(name="postgres", daemon=True)
        self._command = command
        self._options = options
        self._begun = threading.Event()
        self.ended = threading.Event()
        self.error: Exception | None = None
        self.pid = 0

    def launch(self) -> None:
        self.start()
        self._begun.wait()
        if self.error:
            raise self.error

    def run(self) -> None:
        try:
            process = subprocess.Popen(  # noqa: S603 - a program that we chose
                self._command,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_tie(os.getpid()),
                **self._options,
            )
        except (OSError, subprocess.SubprocessError) as error:
            self.error = error
        else:
            self.pid = process.pid
        self._begun.set()
        if self.pid:
            process.wait()
        self.ended.set()


def _tie(parent: int) -> Callable[[], None] | None:
    libc = _LIBC
    if libc is None:
        return None

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return tie


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
