"""A breaker: opens when most of a webhook's attempts fail, lets a probe through after a pause, closes by a success."""

from collections import deque

from .rules import Rules

SLICES = 10


class Breaker:
    """In memory of the one owner of the webhook. `now` is any clock that only goes forward."""

    __slots__ = ("_open_until", "_pause", "_probing", "_rules", "_slices", "closed")

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.forget()

    def forget(self) -> None:
        """Closed, with nothing remembered."""
        self._slices: deque[list[int]] = deque()
        self.closed = True
        self._open_until = 0.0
        self._pause = self._rules.first_probe
        self._probing = False

    def lets_probe(self, now: float) -> bool:
        """Open, and the pause is over, and no probe is on its way."""
        return not self.closed and now >= self._open_until and not self._probing

    def sent(self, now: float, *, ahead: bool = False) -> None:
        """An attempt begins; while open it is the probe when its time has come, or when it does not wait for that."""
        self._probing = ahead or self.lets_probe(now) or self._probing

    def unjudged(self, now: float) -> None:
        """An attempt says neither that the endpoint works nor that it fails: a probe is made again after the pause."""
        if self._probing:
            self._probing = False
            self._open_until = now + self._pause

    def succeeded(self, now: float) -> None:
        if self._probing:
            self.forget()
        elif self.closed:
            self._count(now, failed=0)

    def failed(self, now: float, *, ahead: bool = False) -> None:
        """While it is open, only the probe says anything: others began before. One out of turn lengthens no pause."""
        if ahead and not self.closed:
            self.unjudged(now)
        elif self._probing:
            self._probing = False
            self._pause = min(self._pause * 2, self._rules.last_probe)
            self._open_until = now + self._pause
        elif self.closed:
            self._count(now, failed=1)
            made, bad = sum(each[1] for each in self._slices), sum(each[2] for each in self._slices)
            if made >= self._rules.least and bad >= self._rules.share * made:
                self.closed, self._open_until = False, now + self._pause

    def _count(self, now: float, failed: int) -> None:
        number = int(now * SLICES / self._rules.window)
        while self._slices and self._slices[0][0] <= number - SLICES:
            self._slices.popleft()
        if not self._slices or self._slices[-1][0] != number:
            self._slices.append([number, 0, 0])
        self._slices[-1][1] += 1
        self._slices[-1][2] += failed
