"""Receivers of every bad manner, and what becomes of a post to each: the table that the tests of hostility share."""

import asyncio
import gzip
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter, "Rude"], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\n"
BODY = HEAD + b"Content-Length: 1000\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(bytes(50_000_000))
PIECE = b"x" * 16_384


@dataclass
class Rude:
    """`sent` counts the bytes that the other side, or the sockets between, have taken."""

    port: int = 0
    connections: int = 0
    sent: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def say(self, writer: asyncio.StreamWriter, raw: bytes) -> None:
        writer.write(raw)
        await writer.drain()
        self.sent += len(raw)


async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _rude: Rude) -> None:
    """Accepts and never reads."""
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    await asyncio.Event().wait()


async def black_hole(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _rude: Rude) -> None:
    """Reads and never answers."""
    while await reader.read(65_536):
        pass


def saying(*parts: bytes, every: float = 0, again: bytes = b"", then: str = "hold") -> Raw:
    """Reads a request, says the parts, then for ever `again`, `every` so many seconds; or ends as `then` says."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rude: Rude) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            await rude.say(writer, part)
        while again:
            await rude.say(writer, again)
            await asyncio.sleep(every)
        if then == "reset":
            await asyncio.sleep(0.05)  # what was said is to arrive before the reset takes it back
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        elif then == "close":
            writer.close()
        else:
            await reader.read()

    return speak


#: Those that never come to an end by themselves; the post's deadline has to. With the kind that it ends with.
HANGING: dict[str, Raw] = {
    "deaf": deaf,
    "black hole": black_hole,
    "half a status line": saying(b"HTTP/1.1 2"),
    "slow headers": saying(HEAD + b"X-Slow: ", again=b"y", every=0.05),
    "slow drip of the body": saying(BODY, again=b".", every=0.05),
    "slow chunks without end": saying(CHUNKED, again=b"1\r\n.\r\n", every=0.05),
    "a chunk that is promised": saying(CHUNKED + b"ffffff\r\n"),
    "an interim answer alone": saying(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}

#: Those that end at once: the kind, and the status that is told with it.
ENDING: dict[str, tuple[Raw, str, int | None]] = {
    "endless body": (saying(HEAD + b"\r\n", again=PIECE), "", 200),
    "endless body of a length": (saying(HEAD + b"Content-Length: 99999999999\r\n\r\n", again=PIECE), "", 200),
    "chunks without end": (saying(CHUNKED, again=b"4000\r\n" + PIECE + b"\r\n"), "", 200),
    "endless body of an error": (saying(b"HTTP/1.1 500 No\r\n\r\n", again=PIECE), "", 500),
    "gzip bomb": (saying(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB), BOMB), "", 200),
    "ten megabytes of headers": (saying(HEAD, again=b"X-Many: " + b"y" * 8000 + b"\r\n"), "too_large", None),
    "one header of ten megabytes": (saying(HEAD + b"X-Long: ", again=PIECE), "too_large", None),
    "interim answers without end": (saying(again=b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), "too_large", None),
    "reset at once": (saying(then="reset"), "broken", None),
    "closed at once": (saying(then="close"), "broken", None),
    "reset in the headers": (saying(HEAD + b"X-Half: ", then="reset"), "broken", 200),
    "reset after the headers": (saying(BODY, then="reset"), "broken", 200),
    "reset in the body": (saying(BODY + b"half", then="reset"), "broken", 200),
    "closed in the body": (saying(BODY + b"half", then="close"), "broken", 200),
    "closed in a chunk": (saying(CHUNKED + b"64\r\nhalf", then="close"), "broken", 200),
    "no length that could be": (saying(HEAD + b"Content-Length: -1\r\n\r\n", then="close"), "broken", 200),
    "chunks that are none": (saying(CHUNKED + b"zz\r\n", then="close"), "broken", 200),
    "another protocol": (saying(b"SSH-2.0-OpenSSH_9.6\r\n", then="close"), "broken", None),
    "bytes of chance": (saying(bytes(range(256)) * 8, then="close"), "broken", None),
    "a status that is none": (saying(b"HTTP/1.1 2x0 OK\r\n\r\n", then="close"), "broken", None),
    "another protocol from here on": (saying(b"HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n", then="close"), "broken", 101),
    "nothing to say": (saying(b"HTTP/1.1 204 Done\r\n\r\n"), "", 204),
    "nothing, of a length": (saying(b"HTTP/1.1 204 Done\r\nContent-Length: 50\r\n\r\n"), "", 204),
    "an interim answer first": (saying(b"HTTP/1.1 103 Hints\r\n\r\n" + HEAD + b"Content-Length: 0\r\n\r\n"), "", 200),
    "old HTTP": (saying(b"HTTP/1.0 200 OK\r\n\r\nfine", then="close"), "", 200),
}  # fmt: skip


@asynccontextmanager
async def rude(manners: Raw) -> AsyncIterator[Rude]:
    """One such receiver on a free loopback port."""
    made = Rude()
    tasks: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.connections += 1
        tasks.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await manners(reader, writer, made)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.sleep(0)


@asynccontextmanager
async def full() -> AsyncIterator[Rude]:
    """One that never accepts: its queue is full, and further SYNs are dropped."""
    held: list[socket.socket] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        try:
            for _ in range(8):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
                held.append(filler)
            await asyncio.sleep(0)
            yield Rude(port)
        finally:
            for filler in held:
                filler.close()
