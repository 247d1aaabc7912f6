"""What ten million messages cost: the same calls on a table of ten thousand and on a big one, in turns, in one run.

Both are deployments of their own (gateway, embedded PostgreSQL), and both are warm: what is looked up at random was
read once, and a first round is not counted.
"""

import asyncio
import http.client
import json
import pickle
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from bench.deployment import Deployment
from bench.load import Outcome, Plan
from bench.table import Table, load, warm
from waypost.postgres.embedded import EmbeddedServer

SMALL = 10_000
CALLS = 100
#: On many connections, per round; few, so that the small table stays small.
POSTS = 2_000
CONNECTIONS = 64
DEEPEST = 10_000

#: label -> one value per round, of the small and of the big table
Pairs = dict[str, tuple[list[float], list[float]]]


class Side:
    """A deployment with its table. Every call has its own page, thread or contact, the same ones in every round."""

    def __init__(self, deployment: Deployment, messages: int) -> None:
        self.at = deployment
        deployment.stop()
        server = EmbeddedServer(Path(deployment.env["WAYPOST_DATA_DIR"]))
        dsn = server.start()
        began = time.monotonic()
        organization_id = UUID(deployment.organization_id)
        self.table: Table = asyncio.run(load(dsn, organization_id, UUID(deployment.phone_id), messages))
        print(f"  {messages:,} messages loaded in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        deployment.start("--workers-off")  # joins the server, which goes on when the loader's hold on it ends
        asyncio.run(warm(dsn))
        server.stop()
        self.pick = random.Random(11)
        self.some = [self.pick.randrange(1, self.table.conversations) for _ in range(CALLS)]
        self.posts = 0
        self.connection: http.client.HTTPConnection | None = None

    def paths(self) -> dict[str, Callable[[int], str]]:
        table, phone = self.table, f"/v1/phones/{self.at.phone_id}/conversations"
        pages = min(DEEPEST, table.conversations // 50)
        long = min(DEEPEST, table.counts[0] // 50)
        return {
            "conversations, first page, ms": lambda n: phone,
            "conversations, page 10,000, ms": lambda n: f"{phone}?page={pages - n % 10}",
            "messages of a thread, first page, ms": lambda n: f"{phone}/{table.ids[self.some[n]]}/messages",
            "long thread, first page, ms": lambda n: f"{phone}/{table.ids[0]}/messages",
            "long thread, page 10,000, ms": lambda n: f"{phone}/{table.ids[0]}/messages?page={long - n % 10}",
            "contactPhone, ms": lambda n: f"{phone}?contactPhone={table.number(self.some[n])}",
            "search, a number, ms": lambda n: f"{phone}?search={table.number(self.some[n])}",
            "search, eight digits, ms": lambda n: f"{phone}?search={table.number(self.some[n])[-8:]}",
            "search, a surname, ms": lambda n: f"{phone}?search={table.surname(self.some[n])}",
            "search, nobody, ms": lambda n: f"{phone}?search=nobody{n}",
            "search, a common first name, ms": lambda n: f"{phone}?search=maria",
            "search, what all numbers share, ms": lambda n: f"{phone}?search=54911",
            "search, one letter, ms": lambda n: f"{phone}?search=m",
        }

    def read(self, path: str) -> float:
        """Milliseconds of a GET."""
        took, status, body = self._asked("GET", path, b"", {"Authorization": f"Bearer {self.at.key}"})
        assert status == 200 and (json.loads(body)["data"] or "nobody" in path), (path, body)
        return took

    def write(self) -> float:
        """Milliseconds of a notification with one text, until its commit."""
        [request] = self._texts(1)
        head, _, body = request.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        took, status, _ = self._asked("POST", "/webhook", body, headers)
        assert status == 200
        return took

    def written(self) -> tuple[float, float]:
        """(median latency in ms, per second) of texts on many connections."""
        plan_file, out = self.at.folder / "plan.pickle", self.at.folder / "outcome.pickle"
        plan = Plan("127.0.0.1", self.at.port, self._texts(POSTS), CONNECTIONS, 60, 0, out)
        plan_file.write_bytes(pickle.dumps(plan))
        subprocess.run([sys.executable, "-m", "bench.load", str(plan_file)], check=True)
        outcome: Outcome = pickle.loads(out.read_bytes())
        assert set(outcome.statuses) == {200}, outcome.statuses
        seconds = max(outcome.answered) - min(outcome.sent)
        pairs = zip(outcome.sent, outcome.answered, strict=True)
        return statistics.median((at - sent) * 1000 for sent, at in pairs), POSTS / seconds

    def _texts(self, count: int) -> list[bytes]:
        """From contacts all over the table, each under the name that it has."""
        numbers = range(self.posts, self.posts + count)
        self.posts = numbers.stop
        senders = [self.pick.randrange(1, self.table.conversations) for _ in numbers]
        return [
            self.at.notification(number, self.table.number(index), self.table.name(index))
            for number, index in zip(numbers, senders, strict=True)
        ]

    def _asked(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[float, int, bytes]:
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.at.port, timeout=30)
        began = time.perf_counter()
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        told = answer.read()
        return (time.perf_counter() - began) * 1000, answer.status, told


def measure(messages: int, rounds: int) -> Pairs:
    """Small and big call by call in turns; a round before the first warms up and is thrown away."""
    found: Pairs = {}
    with ExitStack() as stack:
        sides = []
        for size in (SMALL, messages):
            deployment = stack.enter_context(Deployment())
            sides.append(Side(deployment, size))
        for turn in range(rounds + 1):
            print(f"volume, round {turn}/{rounds} …", file=sys.stderr, flush=True)
            for label, values in _round(sides[0], sides[1]).items():
                if turn:
                    for which, value in enumerate(values):
                        found.setdefault(label, ([], []))[which].append(value)
    return found


def _round(small: Side, big: Side) -> dict[str, tuple[float, float]]:
    """Medians of the two; whatever else the machine does then hits both alike."""
    kinds: dict[str, tuple[Callable[[int], float], Callable[[int], float]]] = {}
    for (label, one), other in zip(small.paths().items(), big.paths().values(), strict=True):
        kinds[label] = (lambda n, p=one: small.read(p(n)), lambda n, p=other: big.read(p(n)))  # type: ignore[misc]
    kinds["inbound message, one at a time, ms"] = (lambda n: small.write(), lambda n: big.write())
    medians = {}
    for label, calls in kinds.items():
        pairs = [(calls[0](n), calls[1](n)) for n in range(CALLS)]
        medians[label] = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    written = small.written(), big.written()
    medians["inbound messages on 64 connections, p50 ms"] = written[0][0], written[1][0]
    medians["inbound messages on 64 connections, per second"] = written[0][1], written[1][1]
    return medians


def text(found: Pairs, messages: int, rounds: int) -> str:
    """A table for docs/benchmarks.md: medians, and big ÷ small (for a rate small ÷ big) with its spread."""
    lines = [
        f"## {messages:,} messages",
        "",
        f"{rounds} rounds in turns; medians, ratio [min–max of the rounds].",
        "",
        f"| call | {SMALL:,} | {messages:,} | ratio |",
        "| --- | --- | --- | --- |",
    ]
    for label, (small, big) in found.items():
        pairs = zip(small, big, strict=True)
        ratios = [a / b if label.endswith("per second") else b / a for a, b in pairs]
        lines.append(
            f"| {label} | {_number(small)} | {_number(big)} | {statistics.median(ratios):.2f}"
            f" [{min(ratios):.2f}–{max(ratios):.2f}] |"
        )
    return "\n".join(lines) + "\n"


def _number(values: list[float]) -> str:
    middle = statistics.median(values)
    return f"{middle:,.0f}" if middle >= 100 else f"{middle:.3g}"
