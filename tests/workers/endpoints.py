"""Endpoints of any manners on raw sockets: what `aiohttp` would never send. One per test, on a free loopback port."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from waypost.workers.egress import DEADLINE_MS, Answer, Egress
from waypost.workers.egress.names import Lookup, system_lookup

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Manners = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    """One request as it came over the wire; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Endpoint:
    """`requests` are those read to their end, `connections` counts those accepted."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


def saying(raw: bytes) -> Manners:
    """Always the same bytes, the connection kept open."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return answer


async def silent(_request: Request, _writer: asyncio.StreamWriter) -> None:
    """A black hole: it reads and never answers."""
    await asyncio.sleep(60)


async def resetting(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@asynccontextmanager
async def endpoint(manners: Manners, tls: ssl.SSLContext | None = None) -> AsyncIterator[Endpoint]:
    made = Endpoint()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.connections += 1
        number = made.connections
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                request = await _read(reader, number)
                made.requests.append(request)
                await manners(request, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    before = asyncio.all_tasks()
    try:
        yield made
    finally:
        server.close()
        for task in asyncio.all_tasks() - before:
            if "<locals>.serve" in repr(task.get_coro()):
                task.cancel()
        await asyncio.sleep(0)


async def _read(reader: asyncio.StreamReader, number: int) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(head[0], headers, body, number)


@asynccontextmanager
async def opened(*allow: str, lookup: Lookup = system_lookup) -> AsyncIterator[Egress]:
    """The way out, open to the networks given."""
    egress = Egress([ipaddress.ip_network(network) for network in allow], lookup)
    egress.open()
    try:
        yield egress
    finally:
        egress.close()


async def post(
    egress: Egress, url: str, body: bytes = b"{}", headers: tuple[str, ...] = (), deadline_ms: int = DEADLINE_MS
) -> Answer:
    """Posts and waits for the answer, with patience far beyond the deadline."""
    future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    egress.post(url, headers, body, future.set_result, deadline_ms)
    async with asyncio.timeout(30):
        return await future


def self_signed(folder: Path, name: str = "localhost", days: int = 1) -> ssl.SSLContext:
    """A server's TLS context whose certificate nobody vouches for; the certificate is `cert.pem` in the folder. It ends
    in so many days, or has ended."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=9)).not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
