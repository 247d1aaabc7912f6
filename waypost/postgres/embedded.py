"""The embedded PostgreSQL: started when no WAYPOST_DATABASE_URL is set, shared by all processes on one data folder.

Whoever comes first starts it as a child; the others use it; the last one out stops it. If its owner is killed it goes
down with it, and `watch()` of any other process starts it again. Three locks in the data folder decide: `postgres.turn`
(who may start or stop just now), `postgres.users` (all users share it), `postgres.running` (the server holds it).
"""

import asyncio
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import structlog

from waypost.postgres import cluster as clusters
from waypost.postgres import postmaster
from waypost.postgres.binaries import EmbeddedServerError
from waypost.postgres.cluster import Cluster
from waypost.postgres.filelock import FileLock
from waypost.postgres.postmaster import Keeper, Sighting

__all__ = ["EmbeddedServer", "EmbeddedServerError"]

log = structlog.get_logger(__name__)

TURN_PATIENCE = 120.0
LEAVING_PATIENCE = 60.0
RECOVERY_PATIENCE = 300.0
ORPHANS_GRACE = 3.0
LOG_LIMIT = 8_000_000


class EmbeddedServer:
    """One process's use of the server of `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = Path(os.path.abspath(data_dir))
        self.dsn = ""
        self._users = FileLock(self.data_dir / "postgres.users")
        self._log = self.data_dir / "postgres.log"
        self._mutex = threading.Lock()
        self._cluster: Cluster | None = None
        self._keeper: Keeper | None = None
        self._pid = 0
        self._sockets: Path | None = None

    def start(self) -> str:
        """Finds the running server or starts one, and returns its DSN. Raises EmbeddedServerError."""
        with self._mutex, self._explained():
            self._furnish()
            self._ensure()
            return self.dsn

    def stop(self) -> None:
        """Ends our use; the last user shuts the server down. Harmless when not started."""
        with self._mutex, self._explained():
            if not self._users.held:
                return
            with FileLock(self.data_dir / "postgres.turn") as turn:
                if not self.data_dir.is_dir():  # somebody removed it below a running server
                    self._users.release()
                    self._shut_down()
                elif turn.take(wait=TURN_PATIENCE) and self._users.take():
                    self._shut_down()
                self._users.release()

    def alive(self) -> bool:
        keeper, cluster = self._keeper, self._cluster
        if keeper and keeper.pid == self._pid:
            return not keeper.ended.is_set()
        return cluster is not None and self._pid > 0 and postmaster.lives(self._pid, cluster.path)

    async def watch(self) -> None:
        """Runs until cancelled: starts the server again whenever it is gone, with growing pauses while that fails."""
        pause, healthy_since = 0.0, time.monotonic()
        while True:
            await asyncio.sleep(0.2)
            if self.alive():
                if time.monotonic() - healthy_since > 60:
                    pause, healthy_since = 0.0, time.monotonic()
                    await asyncio.to_thread(_trim, self._log)
                continue
            log.warning("embedded database is gone; starting it again", data_dir=str(self.data_dir), pause=pause)
            await asyncio.sleep(pause)
            pause, healthy_since = min(max(pause * 2, 0.5), 30.0), time.monotonic()
            try:
                await asyncio.to_thread(self._resume)
            except EmbeddedServerError as error:
                log.error("embedded database does not start", data_dir=str(self.data_dir), error=str(error))

    def _resume(self) -> None:
        with self._mutex, self._explained():
            if self._users.held:  # else stop() was faster
                self._ensure()

    def _furnish(self) -> None:
        if self.data_dir.is_dir():
            return
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        self.data_dir.mkdir(mode=0o700)
        if os.geteuid() == 0:  # the server's user may pass through to its own folder, and nothing else
            os.chown(self.data_dir, 0, clusters.account().gid)
            self.data_dir.chmod(0o710)

    def _ensure(self) -> None:
        with FileLock(self.data_dir / "postgres.turn") as turn, FileLock(self.data_dir / "postgres.running") as running:
            if not turn.take(wait=TURN_PATIENCE):
                raise EmbeddedServerError(
                    f"Another process has been starting or stopping the database in {self.data_dir} for too long."
                )
            cluster = self._cluster = clusters.settle(self.data_dir)
            seen = self._running(cluster, running) or self._launch(cluster, running)
            secret = clusters.password(self.data_dir)
            self._pid, self._sockets = seen.pid, seen.sockets
            self.dsn = f"postgresql://{clusters.NAME}:{secret}@/{clusters.NAME}?host={seen.sockets}"
            if not self._users.held:
                self._users.take(shared=True, wait=TURN_PATIENCE)

    def _running(self, cluster: Cluster, running: FileLock) -> Sighting | None:
        """The server that is already there; None, with `running` taken, once there is certainly none."""
        began = time.monotonic()
        while not running.take():
            seen = postmaster.sighting(cluster.path)
            lives = seen is not None and postmaster.lives(seen.pid, cluster.path)
            if seen and lives and seen.status == "ready":
                return seen
            waited = time.monotonic() - began
            if not lives and waited > ORPHANS_GRACE:
                for pid in postmaster.left_behind(cluster.path):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGQUIT)
            if waited > (RECOVERY_PATIENCE if lives else LEAVING_PATIENCE):
                raise EmbeddedServerError(
                    f"The database in {cluster.path} is held by another program and does not get ready."
                )
            time.sleep(0.02)
        return None

    def _launch(self, cluster: Cluster, running: FileLock) -> Sighting:
        postmaster.forget(cluster.path)
        if clusters.password(self.data_dir) is None:
            clusters.admit(cluster, self.data_dir)
        sockets = clusters.socket_folder(self.data_dir, cluster.account)
        (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        _trim(self._log)
        with open(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as sink:
            mark = sink.tell()
            options = cluster.account.options(cluster.path)
            assert running.fd is not None
            keeper = Keeper(postmaster.command(cluster, sockets), stdout=sink, pass_fds=(running.fd,), **options)
            keeper.launch()
        running.release()  # our copy; the server's own keeps the lock
        self._keeper = keeper
        try:
            return self._ready(cluster, keeper, mark)
        except BaseException:
            postmaster.signal_until_gone(keeper.pid, keeper.ended.is_set)
            raise

    def _ready(self, cluster: Cluster, keeper: Keeper, mark: int) -> Sighting:
        deadline = time.monotonic() + RECOVERY_PATIENCE
        while not keeper.ended.wait(0.01):
            seen = postmaster.sighting(cluster.path)
            if seen and seen.pid == keeper.pid and seen.status == "ready":
                return seen
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"The embedded database does not get ready.\n{_tail(self._log, mark)}")
        raise EmbeddedServerError(f"The embedded database ended while starting.\n{_tail(self._log, mark)}")

    def _shut_down(self) -> None:
        keeper = self._keeper
        if keeper and not keeper.ended.is_set():
            postmaster.signal_until_gone(keeper.pid, keeper.ended.is_set)
            keeper.join(5)
        elif self._cluster and self.alive():
            with FileLock(self.data_dir / "postgres.running") as running:
                postmaster.signal_until_gone(self._pid, running.take)
        if self._sockets:
            with suppress(OSError):
                self._sockets.rmdir()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedServerError(f"The embedded database in {self.data_dir} cannot be used: {error}") from error

    def __enter__(self) -> "EmbeddedServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _trim(path: Path) -> None:
    """Keeps the log bounded: what is full becomes `.1`. The server appends, so it goes on at the new end."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        shutil.copy2(path, path.with_name(path.name + ".1"))
        os.truncate(path, 0)


def _tail(path: Path, mark: int) -> str:
    with path.open("rb") as file:
        file.seek(mark)
        return "\n".join(file.read().decode(errors="replace").splitlines()[-12:])
