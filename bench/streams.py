"""What open inboxes cost: the gateway's memory, its API and its ingest while messages pour in for other numbers, first
without and then with 200 streams, in the same run.

Run as `python -m bench.streams PORT LINKS` it is the browsers: it opens a session and streams of each link (a JSON list
of address and number of streams), prints a line when all are open, and reads them until it is ended.
"""

import asyncio
import json
import pickle
import statistics
import subprocess
import sys
import urllib.request
from pathlib import Path

import uvloop

from bench.deployment import Deployment, children, command, proportional
from bench.load import Outcome, Plan

#: Links of the organization whose other number gets the messages, of another one, and the streams of each link.
NEAR, FAR, EACH = 10, 10, 10
#: Eight streams of a browser are let stand, so that a link here has several browsers.
PER_BROWSER = 5
RATE, ASKED = 500.0, 20.0
WARM_UP = 1.0


def measure(at: Deployment, seconds: float) -> dict[str, float]:
    """The streams are of numbers to which nobody writes; half of them belong to the organization that is written to."""
    seconds = max(seconds, 4.0)
    other, _ = at.organization()
    links = [*_links(at, at.key, NEAR), *_links(at, other, FAR)]
    without = _round(at, seconds)
    file = at.folder / "streams.json"
    file.write_text(json.dumps([[link, EACH] for link in links]))
    args = [sys.executable, "-m", "bench.streams", str(at.port), str(file)]
    browsers = subprocess.Popen(args, stdout=subprocess.PIPE)
    try:
        assert browsers.stdout is not None
        opened = browsers.stdout.readline()
        assert opened.strip() == b"open", "the streams could not be opened"
        beside = _round(at, seconds)
    finally:
        browsers.kill()
        browsers.wait()
    streams = len(links) * EACH
    found = {f"without streams, {name}": value for name, value in without.items()}
    found |= {f"with {streams} streams, {name}": value for name, value in beside.items()}
    return found | {f"with ÷ without streams, {name}": beside[name] / without[name] for name in without}


def _links(at: Deployment, key: str, count: int) -> list[str]:
    """Addresses of links, two to a number."""
    found = []
    for _ in range(count // 2):
        phone_id, _ = at.number(key)
        for _ in range(2):
            body = {"phoneNumberId": phone_id, "name": "Bench", "permissions": {"readInbox": True}}
            found.append(at.api("POST", "/v1/shared-inbox-links", body, key)["data"]["publicUrl"])
    return found


_first = iter(range(5_000_000, 9_000_000, 100_000))


def _round(at: Deployment, seconds: float) -> dict[str, float]:
    """Ingest at a fixed rate, and conversations listed beside it; the first second is left out."""
    head = f"GET /v1/phones/{at.phone_id}/conversations?limit=20 HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    ask = f"{head}authorization: Bearer {at.key}\r\n\r\n".encode()
    written = at.notifications(next(_first), int(RATE * (seconds + WARM_UP)))
    plans = [
        Plan("127.0.0.1", at.port, written, 16, 600, RATE, at.folder / "streams-ingest.out"),
        Plan(
            "127.0.0.1", at.port, [ask] * int(ASKED * (seconds + WARM_UP)), 4, 600, ASKED, at.folder / "streams-api.out"
        ),
    ]
    database = [pid for pid in children(_gateway(at)) if "postgres" in command(pid)]
    spent = [_spent(_gateway(at)), sum(map(_spent, database))]
    ingest, api = (_late(outcome) for outcome in _carried_out(at, plans))
    return {
        "conversations listed, p50 ms": _percentile(api, 50),
        "conversations listed, p99 ms": _percentile(api, 99),
        "accepted, p50 ms": _percentile(ingest, 50),
        "accepted, p99 ms": _percentile(ingest, 99),
        "gateway, MB": proportional(_gateway(at)),
        "gateway, CPU ms a message": 1000 * (_spent(_gateway(at)) - spent[0]) / len(written),
        "PostgreSQL, CPU ms a message": 1000 * (sum(map(_spent, database)) - spent[1]) / len(written),
    }


def _carried_out(at: Deployment, plans: list[Plan]) -> list[Outcome]:
    running = []
    for index, plan in enumerate(plans):
        file = at.folder / f"streams-{index}.plan"
        file.write_bytes(pickle.dumps(plan))
        running.append(subprocess.Popen([sys.executable, "-m", "bench.load", str(file)]))
    for process in running:
        process.wait()
    outcomes: list[Outcome] = [pickle.loads(plan.out.read_bytes()) for plan in plans]
    for outcome in outcomes:
        assert set(outcome.statuses) == {200}, outcome.statuses
    return outcomes


def _late(outcome: Outcome) -> list[float]:
    began = min(outcome.sent)
    pairs = zip(outcome.sent, outcome.answered, strict=True)
    return [(done - sent) * 1000 for sent, done in pairs if done and sent - began > WARM_UP]


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


def _gateway(at: Deployment) -> int:
    assert at.gateway is not None
    assert "waypost" in command(at.gateway.pid)
    return at.gateway.pid


def _spent(pid: int) -> float:
    """CPU seconds of a process so far; of one that has ended none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100


def _session(port: int, address: str) -> str:
    """The cookie of a new browser that has opened the link."""
    path, _, secret = address.partition("#t=")
    base = path.replace(path[: path.index("/inbox/")], f"http://127.0.0.1:{port}")
    headers = {"Content-Type": "application/json", "X-Requested-With": "inbox", "Sec-Fetch-Site": "same-origin"}
    request = urllib.request.Request(f"{base}/api/session", json.dumps({"token": secret}).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.headers["Set-Cookie"]).partition(";")[0]


async def _follow(port: int, path: str, cookie: str, opened: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\n\r\n".encode())
    await reader.readuntil(b"event: hb")
    opened.release()
    while await reader.read(65_536):
        pass
    sys.exit("a stream ended")


async def _browse(port: int, links: list[tuple[str, int]]) -> None:
    opened, wanted = asyncio.Semaphore(0), 0
    tasks = []
    for address, streams in links:
        path = address[address.index("/inbox/") :].partition("#")[0] + "/api/events"
        for first in range(0, streams, PER_BROWSER):
            cookie = await asyncio.to_thread(_session, port, address)
            for _ in range(min(PER_BROWSER, streams - first)):
                tasks.append(asyncio.create_task(_follow(port, path, cookie, opened)))
                wanted += 1
    for _ in range(wanted):
        await opened.acquire()
    print("open", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_browse(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())))
