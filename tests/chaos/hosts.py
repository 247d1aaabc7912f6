"""Two machines on one: network namespaces, each with a line to PostgreSQL and to the customer that can be cut.

Where they may not be made (no root, no `ip`), the workers run side by side and share the machine's network.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from waypost.postgres import postmaster
from waypost.postgres.embedded import EmbeddedServer
from waypost.postgres.pool import connect

#: Another one for each process of tests, since several may run at once.
NETWORK = f"10.{64 + os.getpid() % 128}"


@dataclass(frozen=True)
class Host:
    """`within` runs a program on it; without a name it is this machine."""

    name: str = ""

    @property
    def within(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name) if self.name else ()

    def vanish(self) -> None:
        """Its cable is pulled: no packet comes or goes, and nobody is told."""
        _ip("netns", "exec", self.name, "ip", "link", "set", "line", "down")

    @contextmanager
    def relay(self, url: str) -> Iterator[None]:
        """What listens here is also at its own loopback, the only place for webhooks of plain http."""
        if not self.name:
            yield
            return
        address, port = url.removeprefix("http://").split(":")
        relaying = subprocess.Popen([*self.within, sys.executable, "-c", RELAY, address, port])
        try:
            yield
        finally:
            relaying.kill()
            relaying.wait()


RELAY = """
import asyncio, sys
address, port = sys.argv[1], int(sys.argv[2])
async def pipe(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
async def serve(reader, writer):
    there = await asyncio.open_connection(address, port)
    await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer), return_exceptions=True)
async def main():
    await (await asyncio.start_server(serve, "127.0.0.1", port)).serve_forever()
asyncio.run(main())
"""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """Namespaces with a way to this machine, which is NETWORK.<number>.1 for each of them; or plain hosts."""
    made = [Host(f"waypost-{os.getpid()}-{number}") for number in range(count)]
    if not _possible(made[0]):
        yield [Host()] * count
        return
    try:
        for number, host in enumerate(made):
            line, here = f"wp{os.getpid() % 100000}n{number}", f"{NETWORK}.{number}.1"
            _ip("netns", "add", host.name)
            _ip("link", "add", line, "type", "veth", "peer", "name", "line", "netns", host.name)
            _ip("addr", "add", f"{here}/24", "dev", line)
            _ip("link", "set", line, "up")
            inside = ("netns", "exec", host.name, "ip")
            _ip(*inside, "addr", "add", f"{NETWORK}.{number}.2/24", "dev", "line")
            _ip(*inside, "link", "set", "line", "up")
            _ip(*inside, "link", "set", "lo", "up")
            _ip(*inside, "route", "add", "default", "via", here)
        yield made
    finally:
        for host in made:
            subprocess.run(["ip", "netns", "del", host.name], check=False, capture_output=True)


def _possible(host: Host) -> bool:
    """Whether namespaces and lines to them may be made here."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    line = f"wp{os.getpid() % 100000}try"
    tried = [
        ["ip", "netns", "add", host.name], ["ip", "link", "add", line, "type", "veth", "peer", "name", f"{line}x"],
        ["ip", "link", "del", line], ["ip", "netns", "del", host.name],
    ]  # fmt: skip
    return all([subprocess.run(words, check=False, capture_output=True).returncode == 0 for words in tried])


@asynccontextmanager
async def postgres_on(address: str, folder: Path) -> AsyncIterator[tuple[EmbeddedServer, str]]:
    """A server that also listens on an address of ours; its DSN there."""
    before = postmaster.SETTINGS["listen_addresses"]
    postmaster.SETTINGS["listen_addresses"] = address
    server = EmbeddedServer(folder / "data")
    try:
        await asyncio.to_thread(server.start)
    finally:
        postmaster.SETTINGS["listen_addresses"] = before
    try:
        conn = await connect(server.dsn)
        with Path(await conn.fetchval("show hba_file")).open("a") as rules:
            rules.write(f"host all all {NETWORK}.0.0/16 scram-sha-256\n")
        await conn.execute("select pg_reload_conf()")
        await conn.close()
        yield server, server.dsn.partition("@/")[0] + f"@{address}:5432/waypost"
    finally:
        await asyncio.to_thread(server.stop)
