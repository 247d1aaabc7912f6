"""Posts notifications: signed with the app secret, several at once, again after each retry delay until answered 200."""

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import aiohttp

from . import notifications
from .faults import WebhookFaults
from .notifications import Entry
from .settings import Settings
from .signature import HEADER, sign

log = logging.getLogger("waypost.simulator")

Outcome = int | str | None
Signature = Literal["valid", "wrong", "none"]


@dataclass(slots=True, eq=False)
class Post:
    """One body for one address. `outcome` is the last answer: an HTTP status, or the name of what went wrong."""

    number: int
    url: str
    body: bytes
    created_at: float
    signature: Signature = "valid"
    attempts: int = 0
    outcome: Outcome = None
    milliseconds: float = 0.0
    tried: asyncio.Event | None = field(default=None, repr=False)

    @property
    def acknowledged(self) -> bool:
        return self.outcome == 200


@dataclass(slots=True)
class _Waiting:
    url: str
    entries: list[Entry]


class Notifier:
    def __init__(self, settings: Settings, faults: WebhookFaults) -> None:
        self.settings = settings
        self.faults = faults
        self.log: deque[Post] = deque(maxlen=settings.log_size)
        self.counts = {"posted": 0, "acknowledged": 0, "abandoned": 0, "dropped": 0}
        self._numbers = count(1)
        self._seen = 0
        self._queue: deque[_Waiting | Post] = deque()
        self._drains: set[asyncio.Task[None]] = set()
        self._retries: dict[int, asyncio.TimerHandle] = {}
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=self.settings.webhook_timeout)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)

    async def stop(self) -> None:
        self.forget()
        for drain in self._drains:
            drain.cancel()
        await asyncio.gather(*self._drains, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("The notifier has not been started.")
        return self._session

    @property
    def pending(self) -> int:
        return len(self._queue) + len(self._drains) + len(self._retries)

    def forget(self) -> None:
        """Drops everything that waits, the log and the counts; what is on its way stays on its way."""
        for retry in self._retries.values():
            retry.cancel()
        self._retries.clear()
        self._queue.clear()
        self.log.clear()
        self.counts = dict.fromkeys(self.counts, 0)

    def publish(self, url: str, entries: list[Entry]) -> None:
        """Queues entries for an address; waiting entries for one address may travel in one POST."""
        if not self._lost():
            self._enqueue([_Waiting(url, entries)] * self.faults.copies)

    def post(self, url: str, body: bytes, signature: Signature = "valid") -> Post:
        """Queues exactly these bytes, and answers with the Post whose `tried` is set after the first attempt."""
        post = self._new_post(url, body, signature)
        post.tried = asyncio.Event()
        if self._lost():
            post.outcome = "dropped"
            post.tried.set()
        else:
            self._enqueue([post, *(self._new_post(url, body, signature) for _ in range(self.faults.copies - 1))])
        return post

    def _lost(self) -> bool:
        self._seen += 1
        every = self.faults.drop_every
        lost = self.faults.off or (every is not None and self._seen % every == 0)
        self.counts["dropped"] += lost
        return lost

    def _new_post(self, url: str, body: bytes, signature: Signature = "valid") -> Post:
        post = Post(next(self._numbers), url, body, time.time(), signature)
        self.log.append(post)
        return post

    def _enqueue(self, items: list[_Waiting] | list[Post]) -> None:
        self._queue.extend(items)
        if len(self._drains) < self.settings.webhook_concurrency:
            drain = asyncio.create_task(self._drain())
            self._drains.add(drain)
            drain.add_done_callback(self._drains.discard)

    async def _drain(self) -> None:
        while self._queue:
            item = self._queue.popleft()
            post = item if isinstance(item, Post) else self._gather(item)
            try:
                await self._attempt(post)
            except Exception:
                log.exception("notification post=%s url=%s", post.number, post.url)

    def _gather(self, first: _Waiting) -> Post:
        entries = list(first.entries)
        for _ in range(self.settings.webhook_batch - 1):
            if not self._queue or not isinstance(self._queue[0], _Waiting) or self._queue[0].url != first.url:
                break
            following = self._queue.popleft()
            entries += following.entries if isinstance(following, _Waiting) else []
        return self._new_post(first.url, notifications.encode(entries))

    async def _attempt(self, post: Post) -> None:
        post.attempts += 1
        self.counts["posted"] += 1
        started = time.perf_counter()
        post.outcome = await self._send(post)
        post.milliseconds = round((time.perf_counter() - started) * 1000, 1)
        if post.tried is not None:
            post.tried.set()
        if post.acknowledged:
            self.counts["acknowledged"] += 1
        else:
            self._retry(post)

    async def _send(self, post: Post) -> Outcome:
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if post.signature != "none":
            secret = self.settings.app_secret if post.signature == "valid" else "another secret"
            headers[HEADER] = sign(secret, post.body)
        try:
            async with self.session.post(post.url, data=post.body, headers=headers, allow_redirects=False) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return type(error).__name__

    def _retry(self, post: Post) -> None:
        delays = self.settings.retry_delays
        if post.attempts > len(delays):
            self.counts["abandoned"] += 1
            log.warning("notification abandoned post=%s url=%s outcome=%s", post.number, post.url, post.outcome)
            return
        loop = asyncio.get_running_loop()
        self._retries[post.number] = loop.call_later(delays[post.attempts - 1], self._again, post)

    def _again(self, post: Post) -> None:
        del self._retries[post.number]
        self._enqueue([post])
