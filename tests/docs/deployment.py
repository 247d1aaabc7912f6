"""`waypost dev` as a reader runs it, on free ports; what it prints becomes the readers' variables."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from waypost.dev.stage import RECEIVER_PORT, SIMULATOR_PORT

PATIENCE = 90.0

#: What a reader copies out of the READY block.
PRINTED = {
    "WAYPOST": r"^ +gateway +(http://\S+)",
    "SIM": r"^ +simulator +(http://\S+)",
    "KEY": r"^ +API key +(wp_\S+)",
    "PHONE": r"/v1/phones/([0-9a-f-]{36})/messages",
    "NUMBER": r"Or use (\+\d+)",
}


@dataclass(frozen=True)
class Deployment:
    folder: Path
    ready: str
    variables: dict[str, str]
    settings: dict[str, str]

    def environment(self) -> dict[str, str]:
        """For a reader's shell: the commands find the same data, and the simulator as their Meta."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, **self.settings}


@contextmanager
def running() -> Iterator[Deployment]:
    """The whole product until the block ends. As root PostgreSQL runs as another user, who must be able to pass."""
    folder = Path(tempfile.mkdtemp(prefix="waypost-docs-"))
    folder.chmod(0o755)
    own = {"WAYPOST_DATA_DIR": str(folder / "data"), "WAYPOST_PORT": str(free_port())}
    environment = {**{name: value for name, value in os.environ.items() if not name.startswith("WAYPOST_")}, **own}
    told = folder / "told.txt"
    try:
        with usual_ports_left_alone(), told.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "waypost", "dev"],
                cwd=folder, env=environment, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            ready = _ready(process, told)
        try:
            found = {name: _found(pattern, ready) for name, pattern in PRINTED.items()}
            yield Deployment(folder, ready, found, {**own, **_meta(folder, found)})
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def usual_ports_left_alone() -> Iterator[None]:
    """Simulator and receiver take other ports: somebody may want to run `make run` while the tests run."""
    with ExitStack() as stack:
        for port in (SIMULATOR_PORT, RECEIVER_PORT):
            held = stack.enter_context(socket.socket())
            try:
                held.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(process: subprocess.Popen[bytes], told: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        text = told.read_text(encoding="utf-8")
        if "READY" in text and "/conversations -H" in text:
            return text[text.index("READY") :]
        assert process.poll() is None, f"`waypost dev` ended with {process.returncode}:\n{text}"
        time.sleep(0.05)
    _stop(process)
    raise AssertionError(f"`waypost dev` is not ready after {PATIENCE} s:\n{told.read_text(encoding='utf-8')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError("`waypost dev` did not stop within 30 s of SIGTERM") from None


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.M)
    assert found, f"the READY block no longer has {pattern}:\n{text}"
    return found[1]


def _meta(folder: Path, found: dict[str, str]) -> dict[str, str]:
    """Settings with which a command run beside `dev` meets the same simulator."""
    known = json.loads((folder / "data" / "dev.json").read_text(encoding="utf-8"))
    simulator = found["SIM"].removesuffix("/_sim")
    return {
        "WAYPOST_PUBLIC_URL": found["WAYPOST"],
        "WAYPOST_META_APP_ID": "100000000000001",
        "WAYPOST_META_APP_SECRET": known["app_secret"],
        "WAYPOST_META_CONFIG_ID": "200000000000002",
        "WAYPOST_META_VERIFY_TOKEN": known["verify_token"],
        "WAYPOST_META_GRAPH_URL": simulator,
        "WAYPOST_ALLOW_TARGETS": "127.0.0.0/8",
    }
