"""A POST whose answer is small: webhooks. The body is read to a cap, `Retry-After` is understood."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any

import pycurl

from . import wire
from .transfer import Told, Transfer

DEADLINE_MS = 30_000
READ_CAP = 64 * 1024

_ERRORS = {
    pycurl.E_OPERATION_TIMEDOUT: "The endpoint did not answer in time.",
    pycurl.E_COULDNT_RESOLVE_HOST: "The host name could not be resolved.",
    pycurl.E_COULDNT_CONNECT: "The endpoint refused the connection.",
    pycurl.E_PEER_FAILED_VERIFICATION: "The endpoint's TLS certificate could not be verified.",
    pycurl.E_SSL_CONNECT_ERROR: "The TLS handshake with the endpoint failed.",
    pycurl.E_GOT_NOTHING: "The endpoint closed the connection without an answer.",
    pycurl.E_RECV_ERROR: "The connection broke while the answer was read.",
    pycurl.E_SEND_ERROR: "The connection broke while the event was sent.",
    pycurl.E_URL_MALFORMAT: "The URL cannot be used.",
    pycurl.E_UNSUPPORTED_PROTOCOL: "The URL cannot be used.",
}


@dataclass(slots=True)
class Answer:
    """What came back; `status` is None when nothing did, `error` says why an answer does not count."""

    status: int | None
    body: bytes
    duration_ms: int
    error: str | None = None
    retry_after: int | None = None
    timed_out: bool = False


Done = Callable[[Answer], None]


@dataclass(slots=True, kw_only=True, eq=False)
class Post(Transfer):
    body: bytes
    done: Done
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    retry_after: int | None = None
    capped: bool = False

    def aim(self, curl: Any) -> None:
        wire.point(curl, self.url, self.headers, self.deadline_ms)
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

    def ended(self, curl: Any, code: int | None, message: str) -> Told:
        capped = code == pycurl.E_WRITE_ERROR and self.capped
        return self.done, Answer(
            status=curl.getinfo(pycurl.RESPONSE_CODE) or None,
            body=b"".join(self.chunks),
            duration_ms=int(curl.getinfo(pycurl.TOTAL_TIME) * 1000),
            error=None if code is None or capped else self.refusal() or _words(code, message),
            retry_after=self.retry_after,
            timed_out=code == pycurl.E_OPERATION_TIMEDOUT,
        )

    def unsent(self, reason: str) -> Told:
        return self.done, Answer(None, b"", 0, reason)

    def abandoned(self) -> None:
        """A delivery under way stays in its table, and is made again by whoever comes next."""
        return None


def _words(code: int, message: str) -> str:
    plain = "".join(char for char in message[:200] if char.isprintable())
    return _ERRORS.get(code) or f"The transfer failed ({code}): {plain}"


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
