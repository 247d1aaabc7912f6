"""Where transfers wait until the name in their URL is resolved, none longer than a connection may take."""

import heapq
from dataclasses import dataclass
from itertools import count

from .names import Addresses, Names
from .transfer import Transfer
from .wire import CONNECT_MS


@dataclass(slots=True, eq=False)
class _Guest:
    transfer: Transfer
    since: float
    waiting: bool = True


class Lobby:
    def __init__(self, names: Names) -> None:
        self._names = names
        self._guests: dict[str, list[_Guest]] = {}
        self._limits: list[tuple[float, int, str, _Guest]] = []
        self._numbers = count()

    def enter(self, transfer: Transfer, name: str, now: float) -> Addresses | None:
        """The name's addresses, none when it has none; None when the transfer has to wait for them."""
        found = self._names.ask(name, now)
        if found is None:
            guest = _Guest(transfer, now)
            self._guests.setdefault(name, []).append(guest)
            limit = now + min(transfer.deadline_ms, CONNECT_MS) / 1000
            heapq.heappush(self._limits, (limit, next(self._numbers), name, guest))
        return found

    def leave(self, now: float) -> list[tuple[Transfer, Addresses | None]]:
        """Those whose name is known now, with its addresses; and with None those whose time is up."""
        left: list[tuple[Transfer, Addresses | None]] = []
        for name in self._names.news(now):
            found = self._names.ask(name, now) or ()
            left += [(_gone(guest, now), found) for guest in self._guests.pop(name, ())]
        while self._limits and (self._limits[0][0] <= now or not self._limits[0][3].waiting):
            _, _, name, guest = heapq.heappop(self._limits)
            if guest.waiting:
                left.append((_gone(guest, now), None))
                self._part(name, guest)
        return left

    def _part(self, name: str, guest: _Guest) -> None:
        others = self._guests[name]
        others.remove(guest)
        if not others:
            del self._guests[name]

    @property
    def next_limit(self) -> float | None:
        return self._limits[0][0] if self._limits else None

    def present(self) -> list[Transfer]:
        return [guest.transfer for guests in self._guests.values() for guest in guests]


def _gone(guest: _Guest, now: float) -> Transfer:
    guest.waiting = False
    guest.transfer.waited_ms = int((now - guest.since) * 1000)
    return guest.transfer
