"""`make bench`: the figures of docs/benchmarks.md, all in one run, medians of several rounds, the machine named."""

import argparse
import pickle
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import engine, hostile, pacing, page, report, streams, volume
from bench.deployment import SECRET, Deployment, ask, free_port, wait_until
from bench.load import Outcome, Plan
from bench.report import Figures

#: Of Meta, which posts on as many as it needs, and of the customer's server.
CONNECTIONS, CLIENTS = 128, 64


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each measurement (3)")
    parser.add_argument("--seconds", type=float, default=6.0, help="seconds of load per measurement (6)")
    parser.add_argument("--only", default="", help=f"comma-separated parts: {','.join([*PARTS, 'volume'])}")
    parser.add_argument("--messages", type=int, default=10_000_000, help="size of the big table of `volume` (10000000)")
    parser.add_argument("--write", type=Path, help="file for the report, besides standard output")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else [*PARTS, "volume"]
    parts = [name for name in wanted if name != "volume"]
    text = rounds_of(parts, options.rounds, options.seconds) if parts else report.machine() + "\n"
    if "volume" in wanted:
        text += "\n" + volume.text(volume.measure(options.messages, options.rounds), options.messages, options.rounds)
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")


def rounds_of(parts: list[str], rounds: int, seconds: float) -> str:
    """The report of the parts that one deployment measures, round by round."""
    figures: Figures = {}
    with Deployment() as deployment:
        bench = Bench(deployment, seconds)
        for turn in range(rounds):
            for name in parts:
                print(f"round {turn + 1}/{rounds}: {name} …", file=sys.stderr, flush=True)
                for label, value in PARTS[name](bench).items():
                    figures.setdefault(label, []).append(value)
                    print(f"  {label}: {value:.4g}", file=sys.stderr, flush=True)
    return report.text(figures, rounds, seconds)


class Bench:
    """The measurements; each returns {label: value} of one round."""

    def __init__(self, deployment: Deployment, seconds: float) -> None:
        self.at = deployment
        self.seconds = seconds
        self.numbered = 0

    def empty(self) -> dict[str, float]:
        """The same door storing nothing, and the same server doing nothing at all."""
        found = {}
        for label, flags in (("stores nothing", []), ("does nothing", ["--deaf"])):
            port = free_port()
            process = subprocess.Popen([sys.executable, "-m", "bench.empty", str(port), SECRET, *flags])
            try:
                wait_until(lambda port=port: ask(f"http://127.0.0.1:{port}/") is not None or _listens(port))
                outcome = self._load(self._messages(60_000), port)
            finally:
                process.kill()
                process.wait()
            found[f"{label}, per second"] = _rate(outcome)
        return found

    def ingest(self) -> dict[str, float]:
        """Accepted per second without a worker beside it: each message stored, its event and delivery row written."""
        self._restart("--workers-off")
        outcome = self._load(self._messages(60_000), self.at.port)
        self._restart()
        self._settle()
        return {
            "accepted, per second": _rate(outcome),
            "accepted, p50 ms": _percentile(_latencies(outcome), 50),
            "accepted, p99 ms": _percentile(_latencies(outcome), 99),
        }

    def whole(self) -> dict[str, float]:
        """Posted as fast as answers come, stored, delivered and recorded, everything on this machine."""
        first = self.numbered
        outcome = self._load(self._messages(60_000), self.at.port)
        loaded = self.at.resident()
        arrivals = self._settle()
        accepted = [first + index for index, at in enumerate(outcome.answered) if at]
        began = min(at for at in outcome.sent if at)
        delivered = [arrivals[number] for number in accepted]
        late = [(arrivals[n] - outcome.sent[n - first]) * 1000 for n in accepted]
        return {
            "end to end, per second": len(delivered) / (max(delivered) - began),
            "end to end at that load, p50 ms": _percentile(late, 50),
            "end to end at that load, p99 ms": _percentile(late, 99),
            "accepted beside the worker, p99 ms": _percentile(_latencies(outcome), 99),
            **{f"loaded, MB: {name}": value for name, value in loaded.items()},
        }

    def paced(self) -> dict[str, float]:
        """The same at 1,000 messages a second."""
        first = self.numbered
        outcome = self._load(self._messages(int(1000 * self.seconds)), self.at.port, rate=1000)
        arrivals = self._settle()
        late = [(arrivals[first + i] - sent) * 1000 for i, sent in enumerate(outcome.sent) if outcome.answered[i]]
        return {
            "end to end at 1,000/s, p50 ms": _percentile(late, 50),
            "end to end at 1,000/s, p99 ms": _percentile(late, 99),
        }

    def sends(self) -> dict[str, float]:
        """64 clients send through a Graph API that takes 50 ms: 1,280/s would be the clients' own limit, and 990 that
        of the number, to which Meta allows 1,000 a second."""
        phone_id, _ = self.at.number(self.at.key, "HIGH")
        time.sleep(3)  # until a worker has read the number's level
        self.at_sim({"latency": 0.05, "statuses": {"off": True}})
        outcome = self._load(self.at.sends(phone_id, int(1400 * self.seconds)), self.at.port, connections=CLIENTS)
        self.at_sim(None)
        return {
            "sends, per second": _rate(outcome),
            "sends, p50 ms": _percentile(_latencies(outcome), 50),
            "sends, p99 ms": _percentile(_latencies(outcome), 99),
        }

    def start(self) -> dict[str, float]:
        """Stop and start on the same data, then rest."""
        self.at.stop()
        seconds = self.at.start()
        time.sleep(3)
        idle = self.at.resident()
        return {"start to ready, seconds": seconds, **{f"idle, MB: {name}": value for name, value in idle.items()}}

    def levels(self) -> dict[str, float]:
        """Messages of one number in each second, with one, two and four gateways."""
        return pacing.levels(self.at, self.seconds)

    def neighbour(self) -> dict[str, float]:
        """A tenant beside one that pours more in than its number may send."""
        return pacing.neighbour(self.at, self.seconds)

    def engine(self) -> dict[str, float]:
        """Deliveries without the doors in front: rates, CPU, WAL, latency; beside a held snapshot, and a million."""
        return engine.measure()

    def at_sim(self, faults: dict[str, object] | None) -> None:
        from bench.deployment import call

        call("POST" if faults else "DELETE", f"{self.at.sim}/faults", faults)

    def _messages(self, count: int) -> list[bytes]:
        requests = self.at.notifications(self.numbered, count)
        self.numbered += count
        return requests

    def _restart(self, *flags: str) -> None:
        self.at.stop()
        self.at.start(*flags)

    def _load(self, requests: list[bytes], port: int, rate: float = 0, connections: int = CONNECTIONS) -> Outcome:
        plan_file, out = self.at.folder / "plan.pickle", self.at.folder / "outcome.pickle"
        plan = Plan("127.0.0.1", port, requests, connections, self.seconds if not rate else 600, rate, out)
        plan_file.write_bytes(pickle.dumps(plan))
        subprocess.run([sys.executable, "-m", "bench.load", str(plan_file)], check=True)
        outcome: Outcome = pickle.loads(out.read_bytes())
        bad = {status: number for status, number in outcome.statuses.items() if status != 200}
        if bad:
            print(f"  answers that were not 200: {bad}", file=sys.stderr)
        return outcome

    def _settle(self) -> dict[int, float]:
        """Arrivals at the sink once nothing waits any more."""
        wait_until(
            lambda: b'waypost_deliveries_waiting{place="ready"} 0.0' in (ask(f"{self.at.url}/metrics") or b""), 120
        )
        time.sleep(0.3)
        self.at.sink_out.unlink(missing_ok=True)
        self.at.sink.send_signal(signal.SIGUSR1)
        wait_until(self.at.sink_out.exists)
        arrivals: dict[int, float] = pickle.loads(self.at.sink_out.read_bytes())
        return arrivals


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _rate(outcome: Outcome) -> float:
    answered = [at for at in outcome.answered if at]
    return len(answered) / (max(answered) - min(at for at in outcome.sent if at))


def _latencies(outcome: Outcome) -> list[float]:
    return [(done - sent) * 1000 for sent, done in zip(outcome.sent, outcome.answered, strict=True) if done]


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


PARTS: dict[str, Callable[[Bench], dict[str, float]]] = {
    "start": Bench.start,
    "empty": Bench.empty,
    "ingest": Bench.ingest,
    "whole": Bench.whole,
    "paced": Bench.paced,
    "sends": Bench.sends,
    "levels": Bench.levels,
    "neighbour": Bench.neighbour,
    "hostile": lambda bench: hostile.measure(bench.at, bench.seconds),
    "streams": lambda bench: streams.measure(bench.at, bench.seconds),
    "page": lambda bench: page.measure(bench.at),
    "engine": Bench.engine,
}

if __name__ == "__main__":
    main()
