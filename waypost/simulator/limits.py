"""Meta's limits, each off until it is switched on, and the meters that they read. Times are seconds since the epoch.

Throughput counts a number's sends of the last second, a pair has a bucket, management calls have a clock hour.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

import msgspec

HOUR = 3600.0
MARKS = 100_000


class Limits(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is kept to. The numbers are Meta's, and may be made smaller for a test."""

    throughput: bool = False
    #: Messages a second by level; `coexistence` for a number that stays on the WhatsApp Business app.
    standard: int = 80
    high: int = 1000
    coexistence: int = 20
    #: How far the last second's count may go over the level: network and clocks are not even.
    tolerance: float = 0.1
    pair: bool = False
    pair_burst: int = 45
    pair_seconds: float = 6.0
    management: bool = False
    #: Calls an hour for each WABA; null: 5,000 with a registered number, else 200.
    hourly: int | None = None
    #: Free-form messages outside the window: accepted and then `failed`, or refused at once.
    window: Literal["off", "async", "sync"] = "off"
    window_seconds: float = 86_400.0


@dataclass(slots=True)
class Arrivals:
    """When sends reached a number, newest last, and with which code some were refused."""

    accepted: deque[float] = field(default_factory=lambda: deque(maxlen=MARKS))
    refused: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=MARKS))


@dataclass(slots=True)
class Hour:
    started: float
    calls: int = 0


class Meters:
    """What has been counted in one world."""

    def __init__(self) -> None:
        self.arrivals: dict[str, Arrivals] = {}
        self._pairs: dict[tuple[str, str], float] = {}
        self._hours: dict[str, Hour] = {}
        self._windows: dict[tuple[str, str], float] = {}

    def of(self, phone_id: str) -> Arrivals:
        return self.arrivals.setdefault(phone_id, Arrivals())

    def too_fast(self, phone_id: str, now: float, level: float) -> bool:
        """Whether one more send within this second is one too many. Counts nothing: acceptance does."""
        accepted = self.of(phone_id).accepted
        count = 0
        for at in reversed(accepted):
            if at <= now - 1.0:
                break
            count += 1
        return count + 1 > level

    def pair_full(self, phone_id: str, person: str, now: float, limits: Limits) -> bool:
        """Takes one from the bucket of phone and person, unless it is empty."""
        pair = (phone_id, person)
        empty_at = max(self._pairs.get(pair, now), now) + limits.pair_seconds
        if empty_at - now > limits.pair_burst * limits.pair_seconds + 1e-6:
            return True
        self._pairs[pair] = empty_at
        if len(self._pairs) > MARKS:
            self._pairs = {one: until for one, until in self._pairs.items() if until > now}
        return False

    def management_call(self, waba_id: str, now: float) -> Hour:
        """The hour of this WABA with one more call in it."""
        hour = self._hours.get(waba_id)
        if hour is None or now - hour.started >= HOUR:
            hour = self._hours[waba_id] = Hour(now)
        hour.calls += 1
        return hour

    def hear(self, phone_id: str, person: str, at: float) -> None:
        """A customer (by business-scoped user id) wrote or called: the window is open from then on."""
        self._windows[phone_id, person] = max(at, self._windows.get((phone_id, person), 0.0))

    def window_open(self, phone_id: str, person: str, now: float, seconds: float) -> bool:
        return now - self._windows.get((phone_id, person), float("-inf")) < seconds
