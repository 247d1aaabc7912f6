"""A real deployment for measuring: `waypost serve` with its own PostgreSQL, the simulator, a sink and one number."""

import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

SECRET = "bench-app-secret"
PAGE = os.sysconf("SC_PAGE_SIZE")


class Deployment:
    """Started and connected inside `with`; `serve` can be stopped and started again with other flags."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="waypost-bench-"))
        self.folder.chmod(0o755)
        self.port, self.sim_port, self.sink_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sim = f"http://127.0.0.1:{self.sim_port}/_sim"
        self.env = {
            **os.environ,
            "WAYPOST_PORT": str(self.port),
            "WAYPOST_PUBLIC_URL": self.url,
            "WAYPOST_DATA_DIR": str(self.folder / "data"),
            "WAYPOST_META_APP_ID": "1",
            "WAYPOST_META_APP_SECRET": SECRET,
            "WAYPOST_META_CONFIG_ID": "2",
            "WAYPOST_META_VERIFY_TOKEN": "bench",
            "WAYPOST_META_GRAPH_URL": f"http://127.0.0.1:{self.sim_port}",
            "WAYPOST_ALLOW_TARGETS": "127.0.0.0/8",
            "PYTHONHASHSEED": "0",
        }
        self.sink_out = self.folder / "sink.pickle"
        self.running: list[subprocess.Popen[bytes]] = []
        self.gateway: subprocess.Popen[bytes] | None = None
        self.key = self.organization_id = self.phone_id = self.meta_phone_id = ""

    def __enter__(self) -> "Deployment":
        try:
            self.spawn("-m", "waypost", "simulate", "--port", str(self.sim_port))
            self.sink = self.spawn("-m", "bench.sink", str(self.sink_port), str(self.sink_out))
            self.start()
            self.connect()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for process in self.running:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def spawn(self, *args: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / "log").open("ab")
        process = subprocess.Popen([sys.executable, *args], env=self.env, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def start(self, *flags: str) -> float:
        """Seconds until the gateway is ready."""
        began = time.monotonic()
        self.gateway = self.spawn("-m", "waypost", "serve", *flags)
        wait_until(lambda: ask(f"{self.url}/health/ready") is not None)
        return time.monotonic() - began

    def stop(self) -> None:
        if self.gateway is not None:
            self.gateway.send_signal(signal.SIGTERM)
            self.gateway.wait(timeout=60)
            self.running.remove(self.gateway)
            self.gateway = None

    def connect(self) -> None:
        wait_until(lambda: ask(self.sim) is not None)
        self.key, self.organization_id = self.organization()
        webhook = {
            "webhookUrl": f"http://127.0.0.1:{self.sink_port}/", "webhookSecret": "bench-webhook-secret",
            "webhookEvents": ["message.received"],
        }  # fmt: skip
        self.phone_id, self.meta_phone_id = self.number(self.key, **webhook)

    def organization(self) -> tuple[str, str]:
        """(key, id) of a new one."""
        command = [sys.executable, "-m", "waypost", "org", "create", "Bench", "--json"]
        told = json.loads(subprocess.run(command, env=self.env, check=True, capture_output=True).stdout)
        return told["apiKey"], told["organizationId"]

    def number(self, key: str, level: str = "STANDARD", **link: Any) -> tuple[str, str]:
        """(our id, Meta's id) of a newly connected number, which Meta allows this level."""
        made = self.api("POST", "/v1/onboarding-links", {"name": "Bench", **link}, key)
        signup = call("POST", f"{self.sim}/signups", {})
        meta_id = signup["phone_number_id"]
        call("POST", f"{self.sim}/phones/{meta_id}", {"level": level})
        call("POST", f"{self.url}/signup/{made['data']['id']}/callback", {"code": signup["code"]})
        phone_id = self.api("GET", f"/v1/onboarding-links/{made['data']['id']}", None, key)["data"]["phoneNumberId"]
        return str(phone_id), str(meta_id)

    def api(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        return call(method, self.url + path, body, {"Authorization": f"Bearer {key or self.key}"})

    def notifications(self, first: int, count: int, contacts: int = 3000) -> list[bytes]:
        """Signed requests, one text message each, from many contacts, numbered in their wamids."""
        senders = ((number, str(5491100000000 + number * 7919 % contacts)) for number in range(first, first + count))
        return [self.notification(number, sender) for number, sender in senders]

    def notification(self, number: int, sender: str, name: str = "Bench Customer") -> bytes:
        """A signed request with one text message."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": self.meta_phone_id},
            "contacts": [{"profile": {"name": name}, "wa_id": sender, "user_id": f"US.{sender}"}],
            "messages": [{
                "from": sender, "from_user_id": f"US.{sender}",
                "id": f"wamid.bench-{number}-HBgNNTQ5MTE1NTU1MTIzNBUCABIYFDVD",
                "timestamp": str(int(time.time())), "type": "text",
                "text": {"body": f"Message {number}: I would like to know whether my order has left the bakery."},
            }],
        }  # fmt: skip
        return self.signed("messages", value)

    def signed(self, field: str, value: dict[str, Any]) -> bytes:
        """A request as Meta's, with one change."""
        body = json.dumps({
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}],
        }).encode()  # fmt: skip
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return (
            f"POST /webhook HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"x-hub-signature-256: sha256={digest}\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body

    def sends(self, phone_id: str, count: int) -> list[bytes]:
        """Authorized requests that send one text each."""
        found = []
        for number in range(count):
            body = json.dumps(
                {"type": "text", "to": str(5491200000000 + number % 3000), "text": f"Hello {number}"}
            ).encode()
            head = (
                f"POST /v1/phones/{phone_id}/messages HTTP/1.1\r\nhost: 127.0.0.1\r\n"
                f"authorization: Bearer {self.key}\r\ncontent-length: {len(body)}\r\n\r\n"
            )
            found.append(head.encode() + body)
        return found

    def resident(self) -> dict[str, float]:
        """Resident megabytes of the gateway and its worker (PostgreSQL apart)."""
        assert self.gateway is not None
        pids = [self.gateway.pid, *children(self.gateway.pid)]
        found = {"gateway and worker": 0.0, "PostgreSQL (shared memory counted once)": 0.0}
        for pid in pids:
            name = "PostgreSQL (shared memory counted once)" if "postgres" in command(pid) else "gateway and worker"
            found[name] += proportional(pid)
        return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def call(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def ask(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bytes(answer.read())
    except OSError:
        return None


def wait_until(holds: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("waited too long")
        time.sleep(0.01)


def children(pid: int) -> list[int]:
    """All processes below this one."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def proportional(pid: int) -> float:
    """Proportional resident size in MB: shared pages are divided among those who share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
