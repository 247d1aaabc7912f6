"""The measures of the delivery engine in one place; tests shrink them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """Seconds and numbers of rows, unless said otherwise."""

    sweep: float = 2.0
    #: Moved by one statement at the most.
    chunk: int = 2000
    #: More than this behind a full queue is set aside: of an endpoint that would be through it within five sweeps ten
    #: times as many may wait.
    far: int = 2000
    #: A breaker opens when `share` of at least `least` attempts of the last `window` seconds failed.
    window: float = 300.0
    least: int = 10
    share: float = 0.7
    #: Pauses between probes double from the first to the last.
    first_probe: float = 30.0
    last_probe: float = 300.0
    #: A webhook that has only failed for so long is switched off; how often that it fails is written down.
    failing_for: timedelta = timedelta(days=5)
    note_every: float = 60.0

    def beside(self, schedule: Sequence[float]) -> "Rules":
        """With pauses of a breaker no longer than the longest wait of a schedule (seconds)."""
        longest = max(schedule, default=self.last_probe)
        return replace(self, first_probe=min(self.first_probe, longest), last_probe=min(self.last_probe, longest))


RULES = Rules()
