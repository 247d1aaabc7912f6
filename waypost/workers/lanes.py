"""Lanes: one per webhook, with its queue, what is in flight and how much may be. The least busy lane goes first."""

import heapq
from collections import deque
from collections.abc import Collection
from itertools import count
from uuid import UUID

from ..domain.deliveries import Delivery, Target

FIRST = 8
WIDEST = 64
QUEUE = 1000
#: Seconds without work after which a lane is forgotten, and with it how wide it was.
MEMORY = 300.0


class Lane:
    """`cap` begins narrow, halves when the endpoint is overloaded or away, and grows by one with each success."""

    __slots__ = ("cap", "full_at", "in_flight", "listed", "queue", "target", "used_at")

    def __init__(self, target: Target) -> None:
        self.target = target
        self.queue: deque[Delivery] = deque()
        self.in_flight = 0
        self.cap = FIRST
        self.full_at = 0
        self.listed: int | None = None
        self.used_at: float | None = None

    def went_well(self) -> None:
        self.cap = min(self.cap + 1, WIDEST)

    def went_badly(self) -> None:
        self.cap = max(self.cap // 2, 1)

    @property
    def runnable(self) -> bool:
        return bool(self.queue) and self.in_flight < self.cap

    def emptied(self) -> list[Delivery]:
        dropped, self.queue, self.full_at = list(self.queue), deque(), 0
        return dropped


class Lanes:
    """All lanes of one worker."""

    def __init__(self) -> None:
        self._lanes: dict[UUID, Lane] = {}
        self._heap: list[tuple[int, int, Lane]] = []
        self._order = count()

    def add(self, delivery: Delivery, target: Target) -> Lane:
        lane = self._lanes.get(delivery.webhook_id)
        if lane is None:
            lane = self._lanes[delivery.webhook_id] = Lane(target)
        lane.target = target
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

        A lane may be as busy as half of the places that are `free`, so that slow endpoints never hold all of them.
        """
        while self._heap:
            busy, _, lane = self._heap[0]
            current = lane.listed == busy
            if current and lane.runnable and busy > free // 2:
                return None
            heapq.heappop(self._heap)
            if not current:
                continue
            lane.listed = None
            if lane.runnable:
                delivery = lane.queue.popleft()
                lane.in_flight += 1
                self.offer(lane)
                return lane, delivery
        return None

    def full(self, free: int) -> list[UUID]:
        """Webhooks that hold enough: what they may have in flight or half of the `free` places, whichever is more.

        Their further rows stay in the table until the queue is half empty, so that there is always room for the others.
        """
        for lane in self._lanes.values():
            if not lane.full_at and len(lane.queue) >= min(max(lane.cap, free // 2), QUEUE):
                lane.full_at = len(lane.queue)
        return [id_ for id_, lane in self._lanes.items() if lane.full_at]

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
        """What is queued goes to `target` from now on."""
        if lane := self._lanes.get(webhook_id):
            lane.target = target

    def discard(self, webhook_id: UUID) -> list[Delivery]:
        """Takes what is queued for one webhook out of its lane."""
        lane = self._lanes.get(webhook_id)
        return lane.emptied() if lane else []

    def drop(self, shards: Collection[int]) -> list[Delivery]:
        """Takes queued deliveries of these shards out of all lanes."""
        leaving = [lane for lane in self._lanes.values() if lane.queue and lane.queue[0].shard in shards]
        return [delivery for lane in leaving for delivery in lane.emptied()]

    def forget_idle(self, now: float) -> None:
        """Lanes long without work; they are made anew when work comes."""
        for lane in self._lanes.values():
            if lane.queue or lane.in_flight or lane.used_at is None:
                lane.used_at = now
        idle = [id_ for id_, lane in self._lanes.items() if lane.used_at is not None and now - lane.used_at >= MEMORY]
        for id_ in idle:
            del self._lanes[id_]
