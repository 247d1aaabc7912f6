"""A bucket of tokens: so many attempts a second, at most a tenth of a second's worth of them at once."""

BURST = 0.1


class Bucket:
    """Without a rate there is always a token. `now` is any clock that only goes forward."""

    __slots__ = ("_at", "_size", "_tokens", "rate")

    def __init__(self, rate: int | None) -> None:
        self.rate = rate
        self._size = max(1.0, (rate or 0) * BURST)
        self._tokens = self._size
        self._at: float | None = None

    def wait(self, now: float) -> float:
        """Seconds until the next token; 0 when one is there."""
        if self.rate is None:
            return 0.0
        if self._at is not None:
            self._tokens = min(self._size, self._tokens + (now - self._at) * self.rate)
        self._at = now
        return 0.0 if self._tokens > 1 - 1e-9 else (1 - self._tokens) / self.rate

    def take(self) -> None:
        """One of them; `wait` was 0 just before."""
        self._tokens -= 1
