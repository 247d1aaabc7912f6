"""A POST whose answer is small: webhooks. The body is read to a cap, `Retry-After` is understood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any

import pycurl

from . import wire
from .failures import Kind
from .transfer import Told, Transfer

DEADLINE_MS = 30_000
READ_CAP = 64 * 1024


@dataclass(slots=True)
class Answer:
    """What came back; `status` is None when nothing did, `error` and `kind` say why an answer does not count."""

    status: int | None
    body: bytes
    duration_ms: int
    error: str | None = None
    retry_after: int | None = None
    timed_out: bool = False
    kind: Kind = ""


Done = Callable[[Answer], None]


@dataclass(slots=True, kw_only=True, eq=False)
class Post(Transfer):
    body: bytes
    done: Done
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    retry_after: int | None = None
    capped: bool = False

    def aim(self, curl: Any, addresses: Sequence[str]) -> None:
        wire.point(curl, self.url, addresses, self.headers, self.remaining_ms)
        curl.setopt(pycurl.POSTFIELDS, self.body)

    def read(self, data: bytes) -> int | None:
        if self.size >= READ_CAP:
            self.capped = True
            return 0
        self.chunks.append(data[: READ_CAP - self.size])
        self.size += len(data)
        return None

    def note(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"retry-after":
            self.retry_after = _seconds(value.strip().decode("latin-1"))

    def ended(self, curl: Any, code: int | None) -> Told:
        made = Answer(
            status=curl.getinfo(pycurl.RESPONSE_CODE) or None,
            body=b"".join(self.chunks),
            duration_ms=self.waited_ms + int(curl.getinfo(pycurl.TOTAL_TIME) * 1000),
            retry_after=self.retry_after,
        )
        if code is not None and not (code == pycurl.E_WRITE_ERROR and self.capped):
            failure = self.failure(curl, code)
            made.kind, made.error, made.timed_out = failure.kind, failure.endpoint, failure.kind == "timeout"
        return self.done, made

    def unsent(self, kind: Kind, reason: str) -> Told:
        return self.done, Answer(None, b"", self.waited_ms, reason, kind=kind)

    def abandoned(self) -> None:
        """A delivery under way stays in its table, and is made again by whoever comes next."""
        return None


def _seconds(value: str) -> int | None:
    """Retry-After in either form of RFC 9110: seconds, or a date."""
    if value.isascii() and value.isdigit():
        return int(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, ceil((moment - datetime.now(UTC)).total_seconds()))
