"""The thread: curl's multi interface over epoll, fed from the event loop, whose functions it calls back."""

import asyncio
import select
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pycurl
import structlog

from ...config import Network
from . import wire
from .failures import INTERRUPTED, UNRESOLVED, UNRESOLVED_IN_TIME, UNUSABLE, Kind
from .fetch import Fetch
from .lobby import Lobby
from .names import Addresses, Lookup, Names, system_lookup
from .post import DEADLINE_MS, Done, Post
from .transfer import Told, Transfer

log = structlog.get_logger()

MAX_CONNECTIONS = 1024


@dataclass(slots=True, eq=False)
class _Handle:
    """A curl handle and the transfer that it carries at present."""

    curl: Any
    transfer: Transfer


class Egress:
    """Posts and fetches for the event loop it was opened in. `lookup` finds the addresses of a name; it may block."""

    def __init__(
        self, allow: Sequence[Network], lookup: Lookup = system_lookup, *, deny: Sequence[Network] = ()
    ) -> None:
        self._allow, self._deny = tuple(allow), tuple(deny)
        self._names = Names(self._wake, lookup)
        self._lobby = Lobby(self._names)
        self._incoming: deque[Transfer] = deque()
        self._nudged: deque[Fetch] = deque()
        self._free: list[_Handle] = []
        self._busy: dict[Any, _Handle] = {}
        self._timer: float | None = None
        self._stopping = self._woken = False
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
        self._incoming.append(Post(url=url, headers=headers, deadline_ms=deadline_ms, body=body, done=done))
        self._wake()

    @asynccontextmanager
    async def fetch(self, url: str, headers: Sequence[str], deadline_ms: int) -> AsyncIterator[Fetch]:
        """A GET whose head has come, see `sources.Sources`; the first one opens the way out. Raises SourceFailed."""
        if self._loop is None:
            self.open()
        assert self._loop is not None
        fetch = Fetch(url=url, headers=headers, deadline_ms=deadline_ms, loop=self._loop, nudge=self._nudge)
        self._incoming.append(fetch)
        self._wake()
        try:
            await fetch.head()
            yield fetch
        finally:
            fetch.drop()

    def close(self) -> None:
        """Ends the thread; posts under way are dropped without an answer, fetches break off."""
        self._stopping = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._wake_in.close()
            self._wake_out.close()

    def _wake(self) -> None:
        """Once until the thread has looked: a call to the system for each post costs more than the post."""
        if not self._woken:
            self._woken = True
            with suppress(BlockingIOError, OSError):
                self._wake_out.send(b"\0")

    def _nudge(self, fetch: Fetch) -> None:
        self._nudged.append(fetch)
        self._wake()

    def _run(self) -> None:
        self._start()
        while not self._stopping:
            try:
                self._turn()
            except Exception:
                log.exception("egress.turn_failed")
                self._start_over()
        told = [handle.transfer.abandoned() for handle in self._busy.values()]
        told += [transfer.abandoned() for transfer in (*self._incoming, *self._lobby.present())]
        self._end_all()
        self._tell([each for each in told if each is not None])

    def _start(self) -> None:
        self._poller = select.epoll()
        self._poller.register(self._wake_in.fileno(), select.EPOLLIN)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, MAX_CONNECTIONS)

    def _start_over(self) -> None:
        """After an error of our own: what was under way is answered as interrupted, and everything is made anew."""
        interrupted = [handle.transfer.unsent("interrupted", INTERRUPTED) for handle in self._busy.values()]
        self._end_all()
        self._free.clear()
        self._start()
        self._tell(interrupted)
        self._wake()  # for those that wait to begin

    def _end_all(self) -> None:
        for handle in self._busy.values():
            with suppress(pycurl.error):
                self._multi.remove_handle(handle.curl)
        self._busy.clear()
        self._timer = None
        self._multi.close()
        self._poller.close()

    def _turn(self) -> None:
        for descriptor, mask in self._poller.poll(self._patience()):
            if descriptor == self._wake_in.fileno():
                with suppress(BlockingIOError):
                    self._wake_in.recv(4096)
                self._woken = False  # before it looks, so that what comes while it does wakes it again
                self._begin()
                self._go_on()
            else:
                self._act(descriptor, mask)
        if self._timer is not None and self._timer <= time.monotonic():
            self._timer = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._let_in()
        self._finish()

    def _patience(self) -> float:
        """Seconds until something is due, a second at most."""
        due = [each for each in (self._timer, self._lobby.next_limit) if each is not None]
        return max(0.0, min(1.0, min(due) - time.monotonic())) if due else 1.0

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
            transfer = self._incoming.popleft()
            try:
                to = wire.destination(transfer.url)
            except ValueError:
                self._refuse(transfer, "invalid_url", UNUSABLE)
                continue
            found = self._lobby.enter(transfer, to.host, time.monotonic()) if to.is_name else ()
            if found or not to.is_name:
                self._launch(transfer, found or ())
            elif found is not None:
                self._refuse(transfer, "dns", UNRESOLVED)

    def _let_in(self) -> None:
        """Those whose name has been resolved meanwhile, or will not be in time."""
        for transfer, found in self._lobby.leave(time.monotonic()):
            if found and not transfer.dropped:
                self._launch(transfer, found)
            else:
                self._refuse(transfer, "dns", UNRESOLVED_IN_TIME if found is None else UNRESOLVED)

    def _launch(self, transfer: Transfer, addresses: Addresses) -> None:
        handle = self._carrier(transfer)
        try:
            transfer.aim(handle.curl, addresses)
            self._multi.add_handle(handle.curl)
        except (pycurl.error, UnicodeError, ValueError):
            self._put_back(handle)
            self._refuse(transfer, "invalid_url", UNUSABLE)
            return
        self._busy[handle.curl] = handle

    def _refuse(self, transfer: Transfer, kind: Kind, reason: str) -> None:
        self._tell([transfer.unsent(kind, reason)])

    def _go_on(self) -> None:
        """Fetches of which enough was taken, and those that nobody waits for any more."""
        while self._nudged:
            fetch = self._nudged.popleft()
            if fetch.curl not in self._busy:
                continue
            if fetch.dropped:
                del self._busy[fetch.curl]
                self._multi.remove_handle(fetch.curl)
                fetch.curl.close()
            elif fetch.paused:
                fetch.curl.pause(pycurl.PAUSE_CONT)
                self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _finish(self) -> None:
        told: list[Told] = []
        more = 1
        while more:
            more, good, bad = self._multi.info_read()
            for curl in good:
                told.append(self._end(curl, None))
            for curl, code, _message in bad:
                told.append(self._end(curl, code))
        if told:
            self._tell(told)

    def _end(self, curl: Any, code: int | None) -> Told:
        handle = self._busy.pop(curl)
        self._multi.remove_handle(curl)
        told = handle.transfer.ended(curl, code)
        if code is not None and not curl.getinfo(pycurl.RESPONSE_CODE):
            self._names.doubt(wire.destination(handle.transfer.url).host)
        self._put_back(handle)
        return told

    def _tell(self, told: list[Told]) -> None:
        assert self._loop is not None
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_call_all, told)

    def _carrier(self, transfer: Transfer) -> _Handle:
        """A handle for it; those of posts are used again, since there may be thousands in a second."""
        if isinstance(transfer, Post) and self._free:
            handle = self._free.pop()
            handle.transfer = transfer
            return handle
        handle = _Handle(wire.handle(), transfer)
        curl = handle.curl
        if isinstance(transfer, Post):
            curl.setopt(pycurl.POST, 1)
            curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        curl.setopt(pycurl.WRITEFUNCTION, lambda data: handle.transfer.read(data))
        curl.setopt(pycurl.HEADERFUNCTION, lambda line: handle.transfer.read_header(line))
        curl.setopt(
            pycurl.OPENSOCKETFUNCTION,
            lambda _purpose, address: handle.transfer.open_socket(address, self._allow, self._deny),
        )
        return handle

    def _put_back(self, handle: _Handle) -> None:
        if isinstance(handle.transfer, Post) and len(self._free) < MAX_CONNECTIONS:
            self._free.append(handle)
        else:
            handle.curl.close()


def _call_all(told: list[Told]) -> None:
    for function, value in told:
        try:
            function(value)
        except Exception:
            log.exception("egress.callback_failed")
