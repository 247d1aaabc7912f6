"""What a browser does with a link, without one: keeps the cookie, says where it comes from, reads the stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.stack import Answer, Client, Number, Stack

ALL = ("readInbox", "readDetails", "markRead", "sendText", "sendMedia", "sendTemplates", "sendAdvanced")
OURS = {"X-Requested-With": "inbox", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Event:
    name: str
    data: Any
    id: str | None
    raw: bytes


@dataclass
class Feed:
    """An open stream; `got` is everything that was heard so far."""

    answer: aiohttp.ClientResponse
    got: list[Event] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    ended: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        buffer = b""
        try:
            async for piece in self.answer.content.iter_any():
                self.raw += piece
                *whole, buffer = (buffer + piece).split(b"\n\n")
                self.got += [event for each in whole if (event := parsed(each)) is not None]
                self._news.set()
        except aiohttp.ClientError:
            pass
        self.ended = True
        self._news.set()

    async def wait(self, name: str, number: int = 1, timeout: float = 10.0, **fields: Any) -> list[Event]:
        """The events of this name, once there are so many."""
        async with asyncio.timeout(timeout):
            while len(found := self.named(name)) < number:
                assert not self.ended, f"ended before {number} {name}: {[e.name for e in self.got]}"
                self._news.clear()
                await self._news.wait()
        return found

    async def end(self, timeout: float = 10.0) -> None:
        async with asyncio.timeout(timeout):
            while not self.ended:
                self._news.clear()
                await self._news.wait()

    def named(self, name: str) -> list[Event]:
        return [event for event in self.got if event.name == name]

    @property
    def last_id(self) -> str:
        return [event.id for event in self.got if event.id][-1]


def parsed(block: bytes) -> Event | None:
    fields: dict[str, str] = {}
    for line in block.decode().split("\n"):
        name, _, value = line.partition(": ")
        fields[name] = value
    if "event" not in fields:
        return None
    return Event(fields["event"], json.loads(fields["data"]), fields.get("id"), block)


@dataclass
class Browser:
    """One browser with one link; cookies are kept by hand, since they are Secure and the tests speak http."""

    stack: Stack
    link: dict[str, Any]
    cookie: str | None = None
    heard: bytearray = field(default_factory=bytearray)

    @property
    def base(self) -> str:
        return f"{self.stack.url}/inbox/{self.link['id']}/api"

    @property
    def secret(self) -> str:
        return self.link["publicUrl"].partition("#t=")[2]

    async def call(self, method: str, path: str, body: Any = None, **kwargs: Any) -> Answer:
        headers = {} if method == "GET" else dict(OURS)
        if body is not None:
            headers["Content-Type"] = "application/json"
        headers = {**headers, **self._cookie(), **kwargs.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        data = kwargs.pop("data", None if body is None else json.dumps(body).encode())
        async with self.stack.session.request(method, self.base + path, data=data, headers=headers, **kwargs) as answer:
            raw = await answer.read()
            self.heard += raw
            is_json = answer.headers.get("content-type", "").startswith("application/json")
            told = {name.title(): value for name, value in answer.headers.items()}
            for cookie in answer.headers.getall("set-cookie", []):
                told["Set-Cookie"] = cookie
                self.cookie = cookie.partition(";")[0].partition("=")[2].strip('"') or None
            return Answer(answer.status, json.loads(raw) if is_json else raw, told)

    async def get(self, path: str, **kwargs: Any) -> Answer:
        return await self.call("GET", path, **kwargs)

    async def post(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return await self.call("POST", path, body, **kwargs)

    async def exchange(self, token: str | None = None, **kwargs: Any) -> Answer:
        return await self.post("/session", {"token": self.secret if token is None else token}, **kwargs)

    async def send(self, body: dict[str, Any], key: str, **kwargs: Any) -> Answer:
        return await self.post("/messages", body, headers={"Idempotency-Key": key, **kwargs.pop("headers", {})})

    @asynccontextmanager
    async def stream(self, after: str | None = None, last_id: str | None = None) -> AsyncIterator[Feed]:
        """An open stream, once it has begun."""
        headers = {**self._cookie(), **({"Last-Event-ID": last_id} if last_id else {})}
        query = {"after": after} if after else {}
        async with self.stack.session.get(
            self.base + "/events", headers=headers, params=query, timeout=aiohttp.ClientTimeout(None)
        ) as answer:
            assert answer.status == 200, await answer.text()
            feed = Feed(answer)
            reading = asyncio.create_task(feed.read())
            try:
                await feed.wait("hb")
                yield feed
            finally:
                self.heard += feed.raw
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": f"ibx={self.cookie}"} if self.cookie else {}


async def link(client: Client, number: Number, *permissions: str, **fields: Any) -> dict[str, Any]:
    """A link with these permissions; `publicUrl` is in it."""
    body = {"phoneNumberId": number.id, "name": "Support", "permissions": dict.fromkeys(permissions, True), **fields}
    made = await client.post("/v1/shared-inbox-links", body)
    assert made.status == 201, made.body
    return made.data


async def browser(stack: Stack, client: Client, number: Number, *permissions: str, **fields: Any) -> Browser:
    """A browser that has opened a link with these permissions, or with all."""
    made = Browser(stack, await link(client, number, *(permissions or ALL), **fields))
    answer = await made.exchange()
    assert answer.status == 200, answer.body
    return made
