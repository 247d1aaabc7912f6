"""Nineteen good webhooks alone, and the same beside a hostile one: how late their deliveries are at 380 a second.

Run as `python -m bench.hostile PORT HOSTILE_PORT OUT` it is the receiver of both: the good ones by path on one port; on
the other one manner after the other, a new one for each connection. SIGUSR1 writes what arrived so far to OUT.
"""

import asyncio
import pickle
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import uvloop

from bench.deployment import Deployment, ask, free_port, wait_until
from bench.load import Outcome, Plan
from bench.sink import ANSWER, NUMBER

GOOD = 19
EVENTS_PER_SECOND = 20
WARM_UP = 1.0
Writer = asyncio.StreamWriter
Arrivals = dict[tuple[int, int], float]


def measure(at: Deployment, seconds: float) -> dict[str, float]:
    """From the moment at which a notification is posted to the first byte at the receiver, both in the same run."""
    key, _ = at.organization()
    _, meta_id = at.number(key)
    port, hostile_port, out = free_port(), free_port(), at.folder / "hostile.pickle"
    receiver = at.spawn("-m", "bench.hostile", str(port), str(hostile_port), str(out))
    wait_until(lambda: ask(f"http://127.0.0.1:{port}/") is not None)
    made = [_webhook(at, key, f"http://127.0.0.1:{port}/{number}") for number in range(GOOD)]
    try:
        alone = _late(at, meta_id, receiver, out, seconds)
        made.append(_webhook(at, key, f"http://127.0.0.1:{hostile_port}/"))
        beside = _late(at, meta_id, receiver, out, seconds)
    finally:
        for each in made:
            at.api("DELETE", f"/v1/outgoing-webhooks/{each}", None, key)
        at.running.remove(receiver)
        receiver.kill()
        receiver.wait()
    return {
        f"{GOOD} webhooks alone, p50 ms": _percentile(alone, 50),
        f"{GOOD} webhooks alone, p99 ms": _percentile(alone, 99),
        f"{GOOD} webhooks beside a hostile one, p50 ms": _percentile(beside, 50),
        f"{GOOD} webhooks beside a hostile one, p99 ms": _percentile(beside, 99),
        "p99 beside a hostile one ÷ alone": _percentile(beside, 99) / _percentile(alone, 99),
    }


_first = count(3_000_000, 100_000)


def _late(at: Deployment, meta_id: str, receiver: "subprocess.Popen[bytes]", out: Path, seconds: float) -> list[float]:
    """Milliseconds of every delivery to the good webhooks, those of the first second left out."""
    first = next(_first)
    usual, at.meta_phone_id = at.meta_phone_id, meta_id
    requests = at.notifications(first, int(EVENTS_PER_SECOND * (seconds + WARM_UP)))
    at.meta_phone_id = usual
    plan_file, outcome_file = at.folder / "hostile.plan", at.folder / "hostile.out"
    plan_file.write_bytes(pickle.dumps(Plan("127.0.0.1", at.port, requests, 8, 600, EVENTS_PER_SECOND, outcome_file)))
    subprocess.run([sys.executable, "-m", "bench.load", str(plan_file)], check=True)
    outcome: Outcome = pickle.loads(outcome_file.read_bytes())
    wanted = [(place, first + index) for index in range(len(requests)) for place in range(GOOD)]
    arrivals: Arrivals = {}

    def all_there() -> bool:
        out.unlink(missing_ok=True)
        receiver.send_signal(signal.SIGUSR1)
        wait_until(out.exists)
        arrivals.update(pickle.loads(out.read_bytes()))
        return all(each in arrivals for each in wanted)

    wait_until(all_there, 120)
    sent = {first + index: moment for index, moment in enumerate(outcome.sent)}
    began = min(outcome.sent)
    return [
        (arrivals[place, number] - sent[number]) * 1000
        for place, number in wanted
        if sent[number] - began > WARM_UP
    ]  # fmt: skip


def _webhook(at: Deployment, key: str, url: str) -> str:
    body = {"url": url, "secret": "bench-webhook-secret", "events": ["message.received"]}
    return str(at.api("POST", "/v1/outgoing-webhooks", body, key)["data"]["id"])


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


class Good(asyncio.Protocol):
    """Answers 200 and notes when each numbered message arrived at each path."""

    arrivals: Arrivals = {}  # noqa: RUF012  one process, one receiver

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""
        self.began = 0.0

    def data_received(self, data: bytes) -> None:
        self.began = self.began or time.monotonic()
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            length = re.search(rb"content-length: *(\d+)", self.buffer[:end].lower())
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < whole:
                return
            path = self.buffer[: self.buffer.index(b" HTTP/")].rpartition(b"/")[2]
            if found := NUMBER.search(self.buffer, end, whole):
                self.arrivals.setdefault((int(path), int(found[1])), self.began)
            self.buffer, self.began = self.buffer[whole:], 0.0
            self.transport.write(ANSWER)  # type: ignore[attr-defined]


async def _silent(_writer: Writer) -> None:
    await asyncio.Event().wait()


def _dripping(head: bytes, piece: bytes, every: float) -> Callable[[Writer], Awaitable[None]]:
    async def drip(writer: Writer) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)

    return drip


async def _gone(writer: Writer) -> None:
    writer.transport.abort()


async def _half(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()


MANNERS: list[Callable[[Writer], Awaitable[None]]] = [
    _silent,
    _dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"y", 0.1),
    _dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b".", 0.1),
    _dripping(b"HTTP/1.1 200 OK\r\n", b"X-Many: " + b"y" * 8000 + b"\r\n", 0),
    _dripping(b"HTTP/1.1 200 OK\r\n\r\n", bytes(16_384), 0),
    _gone,
    _half,
]


async def _serve(port: int, hostile_port: int, out: Path) -> None:
    loop = asyncio.get_running_loop()
    turns = count()

    async def misbehave(reader: asyncio.StreamReader, writer: Writer) -> None:
        manners = MANNERS[next(turns) % len(MANNERS)]
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await manners(writer)
        writer.close()

    def write() -> None:
        draft = out.with_suffix(".new")
        draft.write_bytes(pickle.dumps(Good.arrivals))
        draft.replace(out)

    loop.add_signal_handler(signal.SIGUSR1, write)
    good = await loop.create_server(Good, "127.0.0.1", port, backlog=2048)
    bad = await asyncio.start_server(misbehave, "127.0.0.1", hostile_port, backlog=2048)
    async with good, bad:
        await asyncio.gather(good.serve_forever(), bad.serve_forever())


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
