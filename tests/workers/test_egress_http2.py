"""HTTP/2 over TLS, from an endpoint that speaks just the frames a test needs: reuse, broken streams, silence."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.workers.endpoints import opened, post, self_signed
from waypost.workers.egress import READ_CAP, wire

DATA, HEADERS, RESET, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS, ACK = 1, 4, 1
STATUS_200 = b"\x88"  # of HPACK's static table


@dataclass
class Endpoint:
    """`manners[n]` is what becomes of the n-th stream; 200 without a body for all others."""

    manners: dict[int, str] = field(default_factory=dict)
    port: int = 0
    connections: int = 0
    streams: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await reader.readexactly(24)
            writer.write(frame(SETTINGS))
            while True:
                head = await reader.readexactly(9)
                kind, flags, stream = head[3], head[4], int.from_bytes(head[5:])
                await reader.readexactly(int.from_bytes(head[:3]))
                if kind == SETTINGS and not flags & ACK:
                    writer.write(frame(SETTINGS, ACK))
                elif kind in (DATA, HEADERS) and flags & END_STREAM:
                    await self.answer(writer, stream)
        writer.close()

    async def answer(self, writer: asyncio.StreamWriter, stream: int) -> None:
        self.streams += 1
        manner = self.manners.get(self.streams, "well")
        if manner == "well":
            writer.write(frame(HEADERS, END_HEADERS | END_STREAM, stream, STATUS_200))
        elif manner == "reset":
            writer.write(frame(RESET, 0, stream, (2).to_bytes(4)))
        elif manner == "goaway":
            writer.write(frame(GOAWAY, 0, 0, bytes(4) + (2).to_bytes(4)))
            writer.close()
        elif manner == "reset in the body":
            writer.write(frame(HEADERS, END_HEADERS, stream, STATUS_200) + frame(DATA, 0, stream, b"half"))
            writer.write(frame(RESET, 0, stream, (2).to_bytes(4)))
        elif manner == "endless":
            writer.write(frame(HEADERS, END_HEADERS, stream, STATUS_200))
            for _ in range(READ_CAP // 8192 + 1):
                writer.write(frame(DATA, 0, stream, bytes(8192)))
                await writer.drain()


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


@pytest.fixture
async def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    context = self_signed(tmp_path)
    context.set_alpn_protocols(["h2"])
    monkeypatch.setattr(wire, "ca_bundle", lambda: str(tmp_path / "cert.pem"))
    async with serving(context) as made:
        yield made


@asynccontextmanager
async def serving(context: ssl.SSLContext) -> AsyncIterator[Endpoint]:
    made = Endpoint()
    tasks: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        await made.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    for task in tasks:
        if task is not None:
            task.cancel()


async def test_streams_of_one_connection_end_each_in_its_own_way(endpoint: Endpoint) -> None:
    endpoint.manners = {2: "reset", 4: "reset in the body", 6: "endless"}
    async with opened("127.0.0.0/8") as egress:
        url = f"https://localhost:{endpoint.port}/"
        answers = [await post(egress, url) for _ in range(7)]
    told = [(answer.kind, answer.status) for answer in answers]
    well = ("", 200)
    assert told == [well, ("broken", None), well, ("broken", 200), well, well, well]
    assert len(answers[5].body) == READ_CAP and endpoint.connections == 1


async def test_a_stream_without_an_answer_holds_up_no_other(endpoint: Endpoint) -> None:
    endpoint.manners = {2: "silence"}
    async with opened("127.0.0.0/8") as egress:
        url = f"https://localhost:{endpoint.port}/"
        assert (await post(egress, url)).status == 200
        hanging = asyncio.create_task(post(egress, url, deadline_ms=1500))
        while endpoint.streams < 2:
            await asyncio.sleep(0.005)
        for _ in range(10):
            assert (await post(egress, url)).status == 200
        assert not hanging.done()
        assert (await hanging).kind == "timeout"


async def test_a_connection_that_breaks_is_told_and_made_anew(endpoint: Endpoint) -> None:
    endpoint.manners = {1: "goaway"}
    async with opened("127.0.0.0/8") as egress:
        url = f"https://localhost:{endpoint.port}/"
        answer = await post(egress, url)
        assert (answer.kind, answer.status) == ("broken", None), answer.error
        assert (await post(egress, url)).status == 200 and endpoint.connections == 2
