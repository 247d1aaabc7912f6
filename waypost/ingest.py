"""Meta's door: a plain ASGI callable in front of the framework. 200 means committed; the commit is the acknowledgement.

Group commit without a timer: while one batch is being written the next collects, so an idle system answers in one
commit's time and a busy one writes large batches. A full buffer or an absent database answers 503, and Meta repeats.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from functools import cache
from typing import Any, cast
from urllib.parse import parse_qs

import structlog
from prometheus_client import Counter, Histogram

from . import signature
from .domain import inbound
from .errors import Unavailable
from .meta.notifications import Fact, facts_of
from .runtime import Runtime

log = structlog.get_logger()
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 4 * 1024 * 1024
MAX_WAITING_BYTES = 64 * 1024 * 1024
MAX_BATCH = 200
#: Under load a second batch is written beside the first, so that neither this process nor the database waits.
WRITERS = 2
WORTH_A_WRITER = 16
MAX_BATCH_FACTS = 2000

NOTIFICATIONS = Counter("waypost_notifications_total", "Notifications from Meta by answer.", ["status"])
FACTS = Counter("waypost_facts_total", "Facts accepted from Meta, by what became of them.", ["outcome"])
BATCH = Histogram("waypost_ingest_batch_facts", "Facts in one commit.", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500))


@cache
def _answered(status: int) -> Counter:
    return NOTIFICATIONS.labels(status)


@cache
def _became(outcome: str) -> Counter:
    return FACTS.labels(outcome)


class _Entry:
    """One request waiting for its commit."""

    __slots__ = ("body", "done", "facts")

    def __init__(self, body: bytes, facts: list[Fact], done: "asyncio.Future[bool]") -> None:
        self.body = body
        self.facts = facts
        self.done = done


class Ingest:
    """Verifies, parses, joins the current batch, answers."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._secret = rt.config.meta.app_secret.encode()
        self._waiting: list[_Entry] = []
        self._waiting_bytes = 0
        self._writers: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            status, text = await self._post(scope, receive)
        elif scope["method"] == "GET":
            status, text = self._handshake(scope)
        else:
            status, text = 405, b"Use GET or POST."
        _answered(status).inc()
        await _respond(send, status, text)

    async def close(self) -> None:
        """Waits for the batches that are being written."""
        await asyncio.gather(*self._writers, return_exceptions=True)

    def _handshake(self, scope: MutableMapping[str, Any]) -> tuple[int, bytes]:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        expected = self._rt.config.meta.verify_token
        given = query.get("hub.verify_token", [""])[0]
        if query.get("hub.mode") == ["subscribe"] and expected and _same(given, expected):
            return 200, query.get("hub.challenge", [""])[0].encode()
        return 403, b"The verify token does not match."

    async def _post(self, scope: MutableMapping[str, Any], receive: Receive) -> tuple[int, bytes]:
        body = await _body(receive)
        if body is None:
            return 413, b"A notification has at most 4 MB."
        header = next((value for name, value in scope["headers"] if name == b"x-hub-signature-256"), None)
        if not self._secret or not signature.verify(self._secret, body, header):
            return 401, b"The signature is missing or wrong."
        if self._waiting_bytes + len(body) > MAX_WAITING_BYTES:
            return 503, b"Too much is waiting; repeat."
        stored = await self._join(body)
        return (200, b"OK") if stored else (503, b"The database is away; repeat.")

    async def _join(self, body: bytes) -> bool:
        """True once the body's facts are committed."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Entry(body, facts_of(body), done))
        self._waiting_bytes += len(body)
        if not self._writers or (len(self._writers) < WRITERS and len(self._waiting) >= WORTH_A_WRITER):
            writer = asyncio.create_task(self._write(), name="ingest")
            self._writers.add(writer)
        return await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._write_batch(self._next_batch())
        finally:  # in the same step as the last look at what waits: a done callback would leave a gap between them
            self._writers.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _write_batch(self, batch: list[_Entry]) -> None:
        try:
            outcomes = await self._store(batch)
        except Exception:
            log.exception("ingest.failed", requests=len(batch))
            outcomes = [False] * len(batch)
        for entry, stored in zip(batch, outcomes, strict=True):
            self._waiting_bytes -= len(entry.body)
            if not entry.done.done():
                entry.done.set_result(stored)

    def _next_batch(self) -> list[_Entry]:
        """The oldest requests that wait: as many as one transaction should hold, at least one."""
        size = facts = 0
        for entry in self._waiting[:MAX_BATCH]:
            facts += len(entry.facts)
            if size and facts > MAX_BATCH_FACTS:
                break
            size += 1
        batch, self._waiting = self._waiting[:size], self._waiting[size:]
        return batch

    async def _store(self, batch: list[_Entry]) -> list[bool]:
        """One transaction for all; if it cannot be, one for each request, and of one that cannot be, for each fact."""
        facts = [fact for entry in batch for fact in entry.facts]
        try:
            await self._commit(facts)
        except Unavailable:
            return [False] * len(batch)
        except Exception as error:
            log.warning("ingest.batch_split", requests=len(batch), reason=repr(error)[:300])
            return [await self._store_alone(entry) for entry in batch]
        return [True] * len(batch)

    async def _store_alone(self, entry: _Entry) -> bool:
        try:
            await self._commit(entry.facts)
        except Unavailable:
            return False
        except Exception:
            return all([await self._store_fact(fact) for fact in entry.facts])
        return True

    async def _store_fact(self, fact: Fact) -> bool:
        """What cannot be applied even alone is set aside; repeating the rest is harmless if Meta must post again."""
        try:
            await self._commit([fact])
        except Unavailable:
            return False
        except Exception as error:
            log.exception("ingest.set_aside", phone=fact.meta_phone_id)
            with suppress(Unavailable):
                await inbound.set_aside(self._rt, fact, f"cannot be applied: {error!r}"[:500])
                _became("set_aside").inc()
                return True
            return False
        return True

    async def _commit(self, facts: list[Fact]) -> None:
        entry = await inbound.commit(self._rt, facts)
        _became("stored").inc(entry.stored)
        _became("repeated").inc(entry.repeated)
        _became("set_aside").inc(entry.set_aside)
        BATCH.observe(len(facts))


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large (the rest is not read)."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body if len(body) <= MAX_BODY else None
    chunks, size = [], 0
    while message["type"] == "http.request":
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
        if not message.get("more_body"):
            break
        message = await receive()
    return b"".join(chunks)


async def _respond(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    if status == 503:
        headers.append((b"retry-after", b"2"))
    if status == 405:
        headers.append((b"allow", b"GET, POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
