"""The only way out to a URL that a customer named: libcurl in one thread, addresses checked where sockets are opened.

No redirects, proxies, cookies or decompression; TLS verified; 64 kB of answer read; one deadline to the last byte.
"""

import asyncio
import os
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pycurl
import structlog

from ..config import Network
from ..targets import permitted

log = structlog.get_logger()

DEADLINE_MS = 30_000
CONNECT_MS = 10_000
READ_CAP = 64 * 1024
HEADER_CAP = 64 * 1024
MAX_CONNECTIONS = 1024
CONNECTION_AGE = 300

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
INTERRUPTED = "The attempt was interrupted on our side."
BLOCKED = "The destination address is not allowed."


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


@dataclass(slots=True)
class _Request:
    url: str
    headers: Sequence[str]
    body: bytes
    done: Done
    deadline_ms: int


@dataclass(slots=True)
class _Slot:
    """A curl handle and what its present transfer has gathered."""

    curl: Any
    request: _Request | None = None
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    header_size: int = 0
    retry_after: int | None = None
    blocked: bool = False
    opened: bool = False
    capped: bool = False
    flooded: bool = False

    def start(self, request: _Request) -> None:
        self.request, self.chunks, self.size, self.header_size = request, [], 0, 0
        self.retry_after = None
        self.blocked = self.opened = self.capped = self.flooded = False


class Egress:
    """Posts and calls back on the event loop it was opened in."""

    def __init__(self, allow: Sequence[Network]) -> None:
        self._allow = tuple(allow)
        self._incoming: deque[_Request] = deque()
        self._free: list[_Slot] = []
        self._slots: dict[Any, _Slot] = {}
        self._timer: float | None = None
        self._stopping = False
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="egress", daemon=True)

    def open(self) -> None:
        """Starts the thread; to be called inside the event loop that gets the answers."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def post(self, url: str, headers: Sequence[str], body: bytes, done: Done, deadline_ms: int = DEADLINE_MS) -> None:
        """Posts `body`; `done` is called once, on the event loop, whatever happens (but for `close`)."""
        self._incoming.append(_Request(url, headers, body, done, deadline_ms))
        self._wake()

    def close(self) -> None:
        """Ends the thread; transfers under way are dropped without an answer."""
        self._stopping = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._wake_in.close()
            self._wake_out.close()

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            self._wake_out.send(b"\0")

    def _run(self) -> None:
        self._start()
        while not self._stopping:
            try:
                self._turn()
            except Exception:
                log.exception("egress.turn_failed")
                self._start_over()
        self._end_all()

    def _start(self) -> None:
        self._poller = select.epoll()
        self._poller.register(self._wake_in.fileno(), select.EPOLLIN)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, MAX_CONNECTIONS)

    def _start_over(self) -> None:
        """After an error of our own: what was under way is answered as interrupted, and everything is made anew."""
        requests = [slot.request for slot in self._slots.values() if slot.request]
        self._end_all()
        self._free.clear()
        self._start()
        self._answer([(request.done, Answer(None, b"", 0, INTERRUPTED)) for request in requests])
        self._begin()

    def _end_all(self) -> None:
        for slot in self._slots.values():
            with suppress(pycurl.error):
                self._multi.remove_handle(slot.curl)
        self._slots.clear()
        self._timer = None
        self._multi.close()
        self._poller.close()

    def _turn(self) -> None:
        timeout = 1.0 if self._timer is None else max(0.0, min(1.0, self._timer - time.monotonic()))
        for descriptor, mask in self._poller.poll(timeout):
            if descriptor == self._wake_in.fileno():
                with suppress(BlockingIOError):
                    self._wake_in.recv(4096)
                self._begin()
            else:
                self._act(descriptor, mask)
        if self._timer is not None and self._timer <= time.monotonic():
            self._timer = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._finish()

    def _act(self, descriptor: int, mask: int) -> None:
        flags = pycurl.CSELECT_IN if mask & (select.EPOLLIN | select.EPOLLHUP) else 0
        flags |= pycurl.CSELECT_OUT if mask & select.EPOLLOUT else 0
        flags |= pycurl.CSELECT_ERR if mask & select.EPOLLERR else 0
        self._multi.socket_action(descriptor, flags)

    def _watch(self, what: int, descriptor: int, _multi: Any, _data: Any) -> None:
        if what == pycurl.POLL_REMOVE:
            with suppress(OSError, ValueError):
                self._poller.unregister(descriptor)
            return
        mask = select.EPOLLIN if what in (pycurl.POLL_IN, pycurl.POLL_INOUT) else 0
        mask |= select.EPOLLOUT if what in (pycurl.POLL_OUT, pycurl.POLL_INOUT) else 0
        try:
            self._poller.modify(descriptor, mask)
        except FileNotFoundError:
            self._poller.register(descriptor, mask)

    def _set_timer(self, milliseconds: int) -> None:
        self._timer = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _begin(self) -> None:
        while self._incoming:
            request = self._incoming.popleft()
            slot = self._free.pop() if self._free else self._new_slot()
            slot.start(request)
            try:
                slot.curl.setopt(pycurl.URL, wire_form(request.url))
                slot.curl.setopt(pycurl.HTTPHEADER, list(request.headers))
                slot.curl.setopt(pycurl.POSTFIELDS, request.body)
                slot.curl.setopt(pycurl.TIMEOUT_MS, request.deadline_ms)
                self._multi.add_handle(slot.curl)
            except (pycurl.error, UnicodeError, ValueError) as error:
                self._free.append(slot)
                self._answer([(request.done, Answer(None, b"", 0, f"The request cannot be made: {error}"))])
                continue
            self._slots[slot.curl] = slot

    def _finish(self) -> None:
        answers: list[tuple[Done, Answer]] = []
        more = 1
        while more:
            more, good, bad = self._multi.info_read()
            for curl in good:
                answers.append(self._end(curl, None, ""))
            for curl, code, message in bad:
                answers.append(self._end(curl, code, message))
        if answers:
            self._answer(answers)

    def _end(self, curl: Any, code: int | None, message: str) -> tuple[Done, Answer]:
        slot = self._slots.pop(curl)
        self._multi.remove_handle(curl)
        request, slot.request = slot.request, None
        assert request is not None
        if len(self._free) < MAX_CONNECTIONS:
            self._free.append(slot)
        capped = code == pycurl.E_WRITE_ERROR and slot.capped
        answer = Answer(
            status=curl.getinfo(pycurl.RESPONSE_CODE) or None,
            body=b"".join(slot.chunks),
            duration_ms=int(curl.getinfo(pycurl.TOTAL_TIME) * 1000),
            error=None if code is None or capped else _error_text(slot, code, message),
            retry_after=slot.retry_after,
            timed_out=code == pycurl.E_OPERATION_TIMEDOUT,
        )
        return request.done, answer

    def _answer(self, answers: list[tuple[Done, Answer]]) -> None:
        assert self._loop is not None
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_tell, answers)

    def _new_slot(self) -> _Slot:
        slot = _Slot(pycurl.Curl())
        curl = slot.curl
        for option, value in _OPTIONS.items():
            curl.setopt(option, value)
        if bundle := _ca_bundle():
            curl.setopt(pycurl.CAINFO, bundle)
        curl.setopt(pycurl.WRITEFUNCTION, lambda data: _read(slot, data))
        curl.setopt(pycurl.HEADERFUNCTION, lambda line: _read_header(slot, line))
        curl.setopt(pycurl.OPENSOCKETFUNCTION, lambda _purpose, address: self._open_socket(slot, address))
        return slot

    def _open_socket(self, slot: _Slot, address: Any) -> Any:
        """The choke point: every connection of every attempt opens its socket here, to the address given here."""
        family, kind, protocol, target = address
        host = target[0].decode() if isinstance(target[0], bytes) else str(target[0])
        plain = slot.request is not None and not slot.request.url.lower().startswith("https:")
        loopback = host.startswith("127.") or host == "::1"
        if not permitted(host, self._allow) or (plain and not loopback):
            slot.blocked = True
            return pycurl.SOCKET_BAD
        slot.opened = True
        return socket.socket(family, kind, protocol)


_OPTIONS: dict[int, Any] = {
    pycurl.POST: 1,
    pycurl.NOSIGNAL: 1,
    pycurl.FOLLOWLOCATION: 0,
    pycurl.PROXY: "",
    pycurl.NOPROXY: "*",
    pycurl.NETRC: 0,
    pycurl.HTTP_CONTENT_DECODING: 0,
    pycurl.SSL_VERIFYPEER: 1,
    pycurl.SSL_VERIFYHOST: 2,
    pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
    pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_2TLS,
    pycurl.CONNECTTIMEOUT_MS: CONNECT_MS,
    pycurl.DNS_CACHE_TIMEOUT: 10,
    pycurl.MAXLIFETIME_CONN: CONNECTION_AGE,
    pycurl.TCP_NODELAY: 1,
}


def _tell(answers: list[tuple[Done, Answer]]) -> None:
    for done, answer in answers:
        try:
            done(answer)
        except Exception:
            log.exception("egress.callback_failed")


def _read(slot: _Slot, data: bytes) -> int | None:
    if slot.size >= READ_CAP:
        slot.capped = True
        return 0
    slot.chunks.append(data[: READ_CAP - slot.size])
    slot.size += len(data)
    return None


def _read_header(slot: _Slot, line: bytes) -> int | None:
    slot.header_size += len(line)
    if slot.header_size > HEADER_CAP:
        slot.flooded = True
        return 0
    name, _, value = line.partition(b":")
    if name.strip().lower() == b"retry-after":
        slot.retry_after = _seconds(value.strip().decode("latin-1"))
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


def _error_text(slot: _Slot, code: int, message: str) -> str:
    if slot.blocked and not slot.opened:
        return BLOCKED
    if slot.flooded:
        return "The headers of the answer are too large."
    plain = "".join(char for char in message[:200] if char.isprintable())
    return _ERRORS.get(code) or f"The transfer failed ({code}): {plain}"


def wire_form(url: str) -> bytes:
    """A URL in ASCII: an international host name as `xn--…`, other characters percent-encoded. Raises ValueError."""
    if url.isascii():
        return url.encode()
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    path, query = (quote(part, safe="/%:@!$&'()*+,;=?~-._[]") for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, netloc, path, query, "")).encode()


def _ca_bundle() -> str | None:
    paths = ssl.get_default_verify_paths()
    known = (
        paths.cafile,
        paths.openssl_cafile,
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
    )
    return next((path for path in known if path and os.path.exists(path)), None)
