"""Pacing as Meta sees it: how full each second is with one, two and four gateways, and what a neighbour notices."""

import json
import os
import pickle
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.deployment import Deployment, ask, call, free_port, wait_until
from bench.load import Outcome, Plan

LEVEL = 80
LEAD, TAIL = 1.0, 1.0
CONNECTIONS = 160
NEIGHBOUR_RATE = 20.0


def levels(at: Deployment, seconds: float) -> dict[str, float]:
    """Sends of one number, far more than it may send, through so many gateways: messages in each second at Meta."""
    found = {}
    for processes in (1, 2, 4):
        with _Gateways(at, processes) as ports:
            began = time.time()
            plans = [
                _plan(at, port, 4000, CONNECTIONS // processes, seconds, first=index * 100_000)
                for index, port in enumerate(ports)
            ]
            _carried_out(at, plans)
            counts = _counts(at, began + LEAD, began + seconds - TAIL)
        plural = "s" if processes > 1 else ""
        found[f"{processes} gateway{plural}: fullest second ÷ level"] = max(counts) / LEVEL
        found[f"{processes} gateway{plural}: emptiest second ÷ level"] = min(counts) / LEVEL
    return found


def neighbour(at: Deployment, seconds: float) -> dict[str, float]:
    """A tenant that sends 20 a second, alone and beside a tenant that pours far more than it may into the gateway, long
    enough for a p99 that is not the burst's first instant alone; that one shows as the slowest."""
    seconds *= 4
    key, _ = at.organization()
    quiet = (at.number(key)[0], key)
    count = int(NEIGHBOUR_RATE * seconds)
    plan = _plan(at, at.port, count, 16, 600, rate=NEIGHBOUR_RATE, tenant=quiet)
    [alone] = _carried_out(at, [plan])
    burst = _plan(at, at.port, 50_000, CONNECTIONS, seconds, first=500_000)
    beside, poured = _carried_out(at, [plan, burst])
    return {
        "a neighbour alone, p50 ms": _percentile(alone, 50),
        "a neighbour alone, p99 ms": _percentile(alone, 99),
        "a neighbour beside a burst, p50 ms": _percentile(beside, 50),
        "a neighbour beside a burst, p99 ms": _percentile(beside, 99),
        "a neighbour beside a burst, slowest ms": max(_waits(beside)),
        "the burst: calls answered, per second": sum(poured.statuses.values()) / seconds,
    }


class _Gateways:
    """The deployment's gateway, and as many more beside it on the same database."""

    def __init__(self, at: Deployment, processes: int) -> None:
        self.at, self.more = at, processes - 1
        self.spawned: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> list[int]:
        ports = [self.at.port]
        for _ in range(self.more):
            port = free_port()
            environment = {**self.at.env, "WAYPOST_PORT": str(port)}
            command = [sys.executable, "-m", "waypost", "serve", "--workers-off"]
            log = (self.at.folder / "log").open("ab")
            self.spawned.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            wait_until(lambda port=port: ask(f"http://127.0.0.1:{port}/health/ready") is not None)
            ports.append(port)
        return ports

    def __exit__(self, *_: object) -> None:
        for process in self.spawned:
            process.terminate()
            process.wait(timeout=60)


def _plan(
    at: Deployment, port: int, count: int, connections: int, seconds: float, *,
    first: int = 0, rate: float = 0.0, tenant: tuple[str, str] | None = None,
) -> Plan:  # fmt: skip
    phone_id, key = tenant or (at.phone_id, at.key)
    requests = []
    for number in range(first, first + count):
        body = json.dumps({"type": "text", "to": str(5491300000000 + number), "text": f"Hello {number}"}).encode()
        head = (
            f"POST /v1/phones/{phone_id}/messages HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"authorization: Bearer {key}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return Plan("127.0.0.1", port, requests, connections, seconds, rate, Path(os.devnull))


def _carried_out(at: Deployment, plans: list[Plan]) -> list[Outcome]:
    """All plans at the same time, each by a process of its own."""
    running = []
    for index, plan in enumerate(plans):
        plan.out, file = at.folder / f"pacing-{index}.out", at.folder / f"pacing-{index}.plan"
        file.write_bytes(pickle.dumps(plan))
        running.append(subprocess.Popen([sys.executable, "-m", "bench.load", str(file)]))
    for process in running:
        process.wait()
    return [pickle.loads(plan.out.read_bytes()) for plan in plans]


def _counts(at: Deployment, start: float, end: float) -> list[int]:
    """Messages that Meta accepted in each whole second between two moments."""
    told = call("GET", f"{at.sim}/sent?phone_number_id={at.meta_phone_id}&limit=10000")["sent"]
    moments = [each["accepted_at"] for each in told]
    return [sum(1 for at_ in moments if second <= at_ - start < second + 1) for second in range(int(end - start))]


def _percentile(outcome: Outcome, percent: int) -> float:
    return statistics.quantiles(_waits(outcome), n=100)[percent - 1]


def _waits(outcome: Outcome) -> list[float]:
    """Milliseconds of each call."""
    return [(done - sent) * 1000 for sent, done in zip(outcome.sent, outcome.answered, strict=True) if done]
