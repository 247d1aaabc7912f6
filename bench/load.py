"""A load generator over raw sockets: keep-alive connections that post prepared requests, one after the other each.

Run as `python -m bench.load PLAN` in its own process; PLAN is a pickled `Plan`, whose `out` gets the outcome.
"""

import asyncio
import pickle
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop


@dataclass
class Plan:
    """Whole HTTP requests; `rate` per second for all connections together, 0 for as fast as answers come."""

    host: str
    port: int
    requests: list[bytes]
    connections: int
    seconds: float
    rate: float
    out: Path


@dataclass
class Outcome:
    """`sent[i]` and `answered[i]` are monotonic seconds of request i (0.0: never), `statuses` counts answers."""

    sent: list[float]
    answered: list[float]
    statuses: dict[int, int] = field(default_factory=dict)


class Connection(asyncio.Protocol):
    """Posts the next request as soon as the last is answered."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.buffer = b""
        self.index = -1
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.run.ready(self)

    def post(self, index: int) -> None:
        self.index = index
        self.run.outcome.sent[index] = time.monotonic()
        self.transport.write(self.run.plan.requests[index])

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 : head.find(b"\r", at) if head.find(b"\r", at) > 0 else end]) if at > 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        status = int(self.buffer[9:12])
        self.buffer = self.buffer[end + 4 + length :]
        self.run.outcome.answered[self.index] = time.monotonic()
        self.run.outcome.statuses[status] = self.run.outcome.statuses.get(status, 0) + 1
        self.run.ready(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.run.lost()


class Run:
    """One plan, carried out."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcome = Outcome([0.0] * len(plan.requests), [0.0] * len(plan.requests))
        self.next = 0
        self.open = plan.connections
        self.began = 0.0
        self.over = asyncio.Event()

    async def carry_out(self) -> None:
        loop = asyncio.get_running_loop()
        self.began = time.monotonic()
        for _ in range(self.plan.connections):
            await loop.create_connection(lambda: Connection(self), self.plan.host, self.plan.port)
        await self.over.wait()

    def ready(self, connection: Connection) -> None:
        now = time.monotonic()
        if self.next >= len(self.plan.requests) or now - self.began > self.plan.seconds:
            connection.transport.close()
            return
        index, self.next = self.next, self.next + 1
        due = self.began + index / self.plan.rate if self.plan.rate else now
        if due > now:
            asyncio.get_running_loop().call_later(due - now, connection.post, index)
        else:
            connection.post(index)

    def lost(self) -> None:
        self.open -= 1
        if not self.open:
            self.over.set()


def main() -> None:
    plan: Plan = pickle.loads(Path(sys.argv[1]).read_bytes())
    run = Run(plan)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run.carry_out())
    plan.out.write_bytes(pickle.dumps(run.outcome))


if __name__ == "__main__":
    import bench.load

    bench.load.main()  # so that what is pickled belongs to a module that others can import
