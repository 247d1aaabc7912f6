"""Host names into addresses, so that names that never answer hold up nobody but those who wait for them.

curl asks for names in twenty threads that all transfers share: ten names on a dead name server stop every other. Here a
name is asked for once at a time, in a thread of its own, under limits by what is known of the name; what was found is
used while it is asked for anew. Nothing here judges an address: that is done where the socket opens.
"""

import socket
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

Addresses = tuple[str, ...]
Lookup = Callable[[str], Addresses]
Class = Literal["known", "new", "suspect"]

#: Seconds: asked for anew after FRESH, used meanwhile until STALE; a failure is remembered, a slow one longer.
FRESH, STALE, FAILED, FAILED_SLOWLY = 10.0, 300.0, 5.0, 30.0
#: A lookup as slow as SLOW that fails makes its name a suspect; nobody waits for one longer than HUNG.
SLOW, HUNG = 3.0, 10.0
#: Threads at most. Suspects have few, so that dead names cannot take those of the others; names that were resolved
#: before have their own, which names never seen cannot take.
LIMITS: dict[Class, int] = {"known": 64, "new": 128, "suspect": 16}
REMEMBERED = 20_000
ADDRESSES = 16


@dataclass(slots=True)
class _Name:
    addresses: Addresses = ()
    found_at: float = 0.0
    retry_at: float = 0.0
    pending: bool = False
    began_at: float | None = None
    suspect: bool = False
    doubted: bool = False

    @property
    def kind(self) -> Class:
        return "suspect" if self.suspect else "known" if self.addresses else "new"


class Names:
    """Used by one thread; `wake` is called in others, once a lookup has ended."""

    def __init__(self, wake: Callable[[], None], lookup: Lookup) -> None:
        self._wake = wake
        self._lookup = lookup
        self._names: OrderedDict[str, _Name] = OrderedDict()
        self._queues: dict[Class, deque[str]] = {kind: deque() for kind in LIMITS}
        self._running = dict.fromkeys(LIMITS, 0)
        self._ended: deque[tuple[str, Class, Addresses]] = deque()

    def ask(self, name: str, now: float) -> Addresses | None:
        """Its addresses, none when it has none, None when that is not known yet."""
        entry = self._names.get(name)
        if entry is None:
            entry = self._names[name] = _Name()
            self._forget_oldest()
        self._names.move_to_end(name)
        if now - entry.found_at > STALE or (entry.doubted and now >= entry.retry_at):
            entry.addresses = ()
        if now >= entry.retry_at and not entry.pending:
            entry.pending = True
            self._queues[entry.kind].append(name)
            self._start(now)
        if entry.addresses:
            return entry.addresses
        hung = entry.began_at is not None and now - entry.began_at > HUNG
        return None if entry.pending and not hung else ()

    def doubt(self, name: str) -> None:
        """Its addresses led nowhere: once it may be asked for anew, that is waited for."""
        entry = self._names.get(name)
        if entry is not None:
            entry.doubted = True

    def news(self, now: float) -> list[str]:
        """Names whose lookup ended since the last call; `ask` has its result."""
        told = []
        while self._ended:
            name, kind, addresses = self._ended.popleft()
            self._running[kind] -= 1
            entry = self._names[name]
            took = now - (entry.began_at or now)
            entry.pending, entry.began_at = False, None
            entry.suspect = not addresses and took >= SLOW
            if addresses:
                entry.addresses, entry.found_at, entry.retry_at = addresses, now, now + FRESH
                entry.doubted = False
            else:
                entry.retry_at = now + (FAILED_SLOWLY if entry.suspect else FAILED)
            told.append(name)
        if told:
            self._start(now)
        return told

    def _start(self, now: float) -> None:
        for kind, queue in self._queues.items():
            while queue and self._running[kind] < LIMITS[kind]:
                name = queue.popleft()
                self._running[kind] += 1
                self._names[name].began_at = now
                thread = threading.Thread(target=self._look_up, args=(name, kind), name="egress-name", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # the machine has no thread left
                    self._ended.append((name, kind, ()))

    def _look_up(self, name: str, kind: Class) -> None:
        found: Addresses = ()
        with suppress(Exception):  # whatever a resolver raises, the name has no address now
            found = self._lookup(name)[:ADDRESSES]
        self._ended.append((name, kind, found))
        self._wake()

    def _forget_oldest(self) -> None:
        if len(self._names) > REMEMBERED:
            oldest = next((name for name, entry in self._names.items() if not entry.pending), None)
            if oldest is not None:
                del self._names[oldest]


def system_lookup(name: str) -> Addresses:
    """As the machine resolves names. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
