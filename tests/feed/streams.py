"""A client of server-sent events that reads as browsers do, and remembers where it stands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.stack import Client


@dataclass
class Message:
    id: str
    event: str
    data: str


@dataclass
class Listener:
    """`last` is what a browser would send as Last-Event-ID; `retry` what it was told to wait."""

    answer: aiohttp.ClientResponse
    last: str = ""
    retry: int | None = None
    heartbeats: list[Message] = field(default_factory=list)

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Every message, heartbeats too, until the stream ends."""
        told: dict[str, str] = {}
        async for raw in self.answer.content:
            line = raw.decode().removesuffix("\n")
            name, _, value = line.partition(": ")
            if name == "retry":
                self.retry = int(value)
            elif line:
                assert name in ("id", "event", "data") and name not in told, line
                told[name] = value
            elif told:
                message, told = Message(**told), {}
                self.last = message.id
                yield message

    async def events(self) -> AsyncIterator[Message]:
        async for message in self:
            if message.event == "heartbeat":
                self.heartbeats.append(message)
            else:
                yield message

    async def until_beat(self) -> list[Message]:
        """What comes before the next heartbeat."""
        found: list[Message] = []
        async for message in self:
            if message.event == "heartbeat":
                return found
            found.append(message)
        raise AssertionError(f"the stream ended after {found}")

    async def ended(self) -> bool:
        """Reads to the end of the stream."""
        async for _ in self:
            pass
        return True


@asynccontextmanager
async def listening(client: Client, query: str = "", **headers: str) -> AsyncIterator[Listener]:
    every = {"Authorization": f"Bearer {client.key}", "Accept": "text/event-stream", **headers}
    timeout = aiohttp.ClientTimeout(total=None, sock_read=20)
    async with client.session.get(f"{client.base}/v1/events{query}", headers=every, timeout=timeout) as answer:
        yield Listener(answer)
