"""Lanes: one per webhook, with its queue, what is in flight and how much may be. The least busy lane goes first."""

import heapq
import time
from collections import deque
from collections.abc import Callable, Collection
from itertools import count
from uuid import UUID

import msgspec

from ..domain.deliveries import Delivery, Target
from .breaker import Breaker
from .bucket import Bucket
from .rules import RULES, Rules

FIRST = 8
WIDEST = 64
QUEUE = 1000
#: Seconds without work after which a lane is forgotten, and with it how wide it was.
MEMORY = 300.0


class Lane:
    """`cap` begins narrow, halves when the endpoint is overloaded or away, and grows by one with each success, never
    beyond the webhook's own limit; its rate holds besides."""

    __slots__ = (
        "breaker", "bucket", "cap", "done", "full_at", "in_flight", "listed", "noted_at", "queue", "succeeded_at",
        "target", "used_at", "widest",
    )  # fmt: skip

    def __init__(self, target: Target, rules: Rules = RULES) -> None:
        self.target = target
        self.queue: deque[Delivery] = deque()
        self.in_flight = 0
        self.widest = target.max_concurrency or WIDEST
        self.cap = min(FIRST, self.widest)
        self.done = 0
        self.full_at = 0
        self.listed: int | None = None
        self.used_at: float | None = None
        self.breaker = Breaker(rules)
        self.bucket = Bucket(target.max_per_second)
        #: When the endpoint last took something, and when it was last written down that it fails.
        self.succeeded_at: float | None = None
        self.noted_at: float | None = None

    def aim(self, target: Target) -> None:
        """Where it goes and how fast from now on. A webhook that was changed is looked at afresh by its breaker."""
        if target.updated_at != self.target.updated_at:
            self.breaker.forget()
        if target.max_per_second != self.bucket.rate:
            self.bucket = Bucket(target.max_per_second)
        widest = target.max_concurrency or WIDEST
        if widest != self.widest:
            self.widest, self.cap = widest, min(max(self.cap, FIRST), widest)
        self.target = target

    def went_well(self) -> None:
        self.cap = min(self.cap + 1, self.widest)

    def went_badly(self) -> None:
        self.cap = max(self.cap // 2, 1)

    @property
    def runnable(self) -> bool:
        return bool(self.queue) and self.in_flight < self.cap

    @property
    def failing(self) -> bool:
        """Whether it is written down that it only fails."""
        return self.target.failing_since is not None or self.noted_at is not None

    def recovered(self) -> None:
        self.noted_at = None
        self.target = msgspec.structs.replace(self.target, failing_since=None)

    def counted(self) -> int:
        """How many attempts ended since this was asked last."""
        done, self.done = self.done, 0
        return done

    def emptied(self) -> list[Delivery]:
        dropped, self.queue, self.full_at = list(self.queue), deque(), 0
        return dropped


class Lanes:
    """All lanes of one worker."""

    def __init__(self, rules: Rules = RULES, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._clock = clock
        self._lanes: dict[UUID, Lane] = {}
        self._heap: list[tuple[int, int, Lane]] = []
        self._resting: list[tuple[float, int, Lane]] = []
        self._order = count()

    def of(self, webhook_id: UUID) -> Lane | None:
        return self._lanes.get(webhook_id)

    def add(self, delivery: Delivery, target: Target) -> Lane:
        lane = self._lanes.get(delivery.webhook_id)
        if lane is None:
            lane = self._lanes[delivery.webhook_id] = Lane(target, self._rules)
        elif target is not lane.target:
            lane.aim(target)
        if delivery.ahead:
            lane.queue.appendleft(delivery)
        else:
            lane.queue.append(delivery)
        self.offer(lane)
        return lane

    def offer(self, lane: Lane) -> None:
        """Puts a lane in line, or forward in it, if it has work and room."""
        if lane.runnable and (lane.listed is None or lane.in_flight < lane.listed):
            lane.listed = lane.in_flight
            heapq.heappush(self._heap, (lane.in_flight, next(self._order), lane))

    def next(self, free: int) -> tuple[Lane, Delivery] | None:
        """The oldest delivery of the least busy lane, now counted as in flight.

        A lane may be as busy as half of the places that are `free`, so that slow endpoints never hold all of them. One
        that has used up its rate rests until the next token, see `pause`.
        """
        self._wake_rested()
        while self._heap:
            busy, _, lane = self._heap[0]
            current = lane.listed == busy
            if current and lane.runnable and busy > free // 2:
                return None
            heapq.heappop(self._heap)
            if not current:
                continue
            lane.listed = None
            if lane.runnable and self._has_token(lane):
                delivery = lane.queue.popleft()
                lane.in_flight += 1
                self.offer(lane)
                return lane, delivery
        return None

    def pause(self) -> float | None:
        """Seconds until a lane that rests may go on; None when none does."""
        return max(0.0, self._resting[0][0] - self._clock()) if self._resting else None

    def _has_token(self, lane: Lane) -> bool:
        if lane.bucket.rate is None:
            return True
        now = self._clock()
        if wait := lane.bucket.wait(now):
            lane.listed = -1  # neither in line nor to be put there by an answer
            heapq.heappush(self._resting, (now + wait, next(self._order), lane))
            return False
        lane.bucket.take()
        return True

    def _wake_rested(self) -> None:
        while self._resting and self._resting[0][0] <= self._clock():
            lane = heapq.heappop(self._resting)[2]
            lane.listed = None
            self.offer(lane)

    def full(self, free: int) -> list[UUID]:
        """Webhooks that hold enough: what they may have in flight or half of the `free` places, whichever is more.

        Their further rows stay in the table until the queue is half empty, so that there is always room for the others.
        """
        for lane in self._lanes.values():
            if not lane.full_at and len(lane.queue) >= min(max(lane.cap, free // 2), QUEUE):
                lane.full_at = len(lane.queue)
        return [id_ for id_, lane in self._lanes.items() if lane.full_at]

    def led(self) -> list[UUID]:
        """Webhooks before whose queue something stands already that goes ahead; no more of that is taken."""
        return [id_ for id_, lane in self._lanes.items() if lane.queue and lane.queue[0].ahead]

    def room(self, webhook_id: UUID, free: int) -> int:
        """How many more of what was set aside a lane should get; 0 until its queue is half empty."""
        lane = self._lanes.get(webhook_id)
        wanted = min(max(lane.cap if lane else FIRST, free // 2), QUEUE)
        queued = len(lane.queue) if lane else 0
        return wanted - queued if queued <= wanted // 2 else 0

    def fed(self, webhook_id: UUID) -> None:
        """A queue got its share of what was set aside, and tells by `drained` when it may have more."""
        if (lane := self._lanes.get(webhook_id)) and lane.queue:
            lane.full_at = len(lane.queue)

    def drained(self, lane: Lane) -> bool:
        """True once, when a full queue has become half empty: rows that were passed over may be read now."""
        if lane.full_at and len(lane.queue) <= lane.full_at // 2:
            lane.full_at = 0
            return True
        return False

    def waiting(self) -> set[tuple[UUID, UUID]]:
        """(organization, webhook) of every lane with a queue."""
        return {(lane.queue[0].organization_id, id_) for id_, lane in self._lanes.items() if lane.queue}

    def retarget(self, webhook_id: UUID, target: Target) -> None:
        """What is queued goes to `target` from now on, within its limits."""
        if lane := self._lanes.get(webhook_id):
            lane.aim(target)
            self.offer(lane)

    def discard(self, webhook_id: UUID) -> list[Delivery]:
        """Takes what is queued for one webhook out of its lane."""
        lane = self._lanes.get(webhook_id)
        return lane.emptied() if lane else []

    def drop(self, shards: Collection[int]) -> list[Delivery]:
        """Takes queued deliveries of these shards out of all lanes."""
        leaving = [lane for lane in self._lanes.values() if lane.queue and lane.queue[0].shard in shards]
        return [delivery for lane in leaving for delivery in lane.emptied()]

    def forget(self, webhook_id: UUID) -> None:
        """The webhook is gone, or another worker's."""
        self._lanes.pop(webhook_id, None)

    def forget_idle(self, now: float) -> None:
        """Lanes long without work; they are made anew when work comes. One that is broken is remembered."""
        for lane in self._lanes.values():
            if lane.queue or lane.in_flight or not lane.breaker.closed or lane.used_at is None:
                lane.used_at = now
        idle = [id_ for id_, lane in self._lanes.items() if lane.used_at is not None and now - lane.used_at >= MEMORY]
        for id_ in idle:
            del self._lanes[id_]
