"""`waypost serve` and `waypost worker` as real processes: starting, stopping, dying, and what they say about it."""

import asyncio
import os
import resource
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.processes.commands import House, answers, family, gone, house, lives, status, until
from waypost.serving import listening


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made


@pytest.fixture(scope="module")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def workers(pid: int) -> list[int]:
    return [each for each in family(pid) if "waypost worker" in command_of(each) and lives(each)]


async def test_serve_is_ready_in_seconds_and_sigterm_ends_it_without_leaving_anything(
    home: House, session: aiohttp.ClientSession
) -> None:
    server = home.start("serve")
    await answers(session, f"{home.url}/health/ready")
    assert await status(session, f"{home.url}/health/live") == (200, '{"status":"ok"}')
    await until(lambda: len(workers(server.pid)) == 1, "a worker")
    await server.logged("gateway.ready")
    members = server.family()
    assert any("postgres" in command_of(pid) for pid in members)
    server.signal(signal.SIGTERM)
    assert await server.ended() == 0, server.log
    await gone(members, 5)
    assert not (home.folder / "data" / "postgres" / "postmaster.pid").exists()
    assert "Traceback" not in server.log and '"level": "error"' not in server.log
    again = home.start("serve")
    await answers(session, f"{home.url}/health/ready")
    again.signal(signal.SIGINT)
    assert await again.ended() == 0, again.log


async def test_a_request_under_way_is_answered_before_the_end(home: House, session: aiohttp.ClientSession) -> None:
    server = home.start("serve", "--workers-off")
    await answers(session, f"{home.url}/health/ready")
    body = b"x" * 100_000

    async def slowly() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]
            await asyncio.sleep(0.1)

    posting = asyncio.create_task(_post(session, f"{home.url}/webhook", slowly()))
    await asyncio.sleep(0.3)
    server.signal(signal.SIGTERM)
    assert await posting == 401, "not signed, and said so"
    assert await server.ended() == 0


async def _post(session: aiohttp.ClientSession, url: str, body: AsyncIterator[bytes]) -> int:
    async with session.post(url, data=body) as answer:
        return answer.status


async def test_a_taken_port_is_told_in_a_sentence(home: House, session: aiohttp.ClientSession) -> None:
    first = home.start("serve", "--workers-off")
    await answers(session, f"{home.url}/health/ready")
    second = home.run("serve", DATA_DIR=str(home.folder / "other"))
    assert second.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{home.port}" in second.stderr and "WAYPOST_PORT" in second.stderr
    assert "Traceback" not in second.stderr
    assert not (home.folder / "other").exists(), "nothing was started for it"
    assert first.running()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "WAYPOST_SECRET_KEYS is not set"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "SECRET_KEYS": "k" * 32}, "database"),
        ({"PORT": "eighty"}, "WAYPOST_PORT is 'eighty'"),
        ({"WEBHOOK_SCHEDULE": "5,soon"}, "WAYPOST_WEBHOOK_SCHEDULE"),
        ({"ALLOW_TARGETS": "everything"}, "WAYPOST_ALLOW_TARGETS"),
        ({"DATA_DIR": "/proc/nowhere"}, "/proc/nowhere"),
        ({"HOST": "192.0.2.1"}, "Cannot listen on 192.0.2.1"),
    ],
)
def test_what_keeps_it_from_starting_is_told_in_a_sentence(home: House, changes: dict[str, str], said: str) -> None:
    done = home.run("serve", **changes)
    assert done.returncode == 1
    assert said in done.stderr and "error: " in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_killed_worker_is_started_again(home: House, session: aiohttp.ClientSession) -> None:
    server = home.start("serve")
    await answers(session, f"{home.url}/health/ready")
    await until(lambda: len(workers(server.pid)) == 1, "a worker")
    [first] = workers(server.pid)
    os.kill(first, signal.SIGKILL)
    await until(lambda: workers(server.pid) not in ([], [first]), "another worker")
    assert "gateway.worker_died" in server.log
    assert (await status(session, f"{home.url}/health/ready"))[0] == 200
    server.signal(signal.SIGTERM)
    assert await server.ended() == 0


async def test_when_the_gateway_is_killed_its_worker_and_database_go_too(
    home: House, session: aiohttp.ClientSession
) -> None:
    server = home.start("serve")
    await answers(session, f"{home.url}/health/ready")
    await until(lambda: len(workers(server.pid)) == 1, "a worker")
    await until(lambda: server.log.count("worker.started") == 1, "the worker at work")
    members = server.family()
    server.signal(signal.SIGKILL)
    await server.ended()
    await gone(members)


async def test_workers_may_run_apart_from_the_gateway(home: House, session: aiohttp.ClientSession) -> None:
    server = home.start("serve", "--workers-off")
    await answers(session, f"{home.url}/health/ready")
    assert workers(server.pid) == []
    apart = [home.start("worker"), home.start("worker")]
    for worker in apart:
        await worker.logged("worker.started")
    for worker in apart:
        worker.signal(signal.SIGTERM)
        assert await worker.ended() == 0, worker.log
        assert "worker.stopped" in worker.log
    assert (await status(session, f"{home.url}/health/ready"))[0] == 200


async def test_the_simulator_runs_alone(home: House, session: aiohttp.ClientSession) -> None:
    simulator = home.start("simulate", "--port", str(home.port))
    told = await answers(session, f"{home.url}/_sim")
    assert "/_sim/messages" in told
    simulator.signal(signal.SIGTERM)
    assert await simulator.ended() in (0, -signal.SIGTERM)


async def test_it_takes_as_many_open_files_as_it_may(home: House, session: aiohttp.ClientSession) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        server = home.start("serve", "--workers-off")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    await answers(session, f"{home.url}/health/ready")
    limits = Path(f"/proc/{server.pid}/limits").read_text()
    [line] = [line for line in limits.splitlines() if line.startswith("Max open files")]
    assert int(line.split()[3]) > 512


def test_small_answers_leave_at_once_whatever_the_loop() -> None:
    with listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
