"""Lanes: one per webhook, with its queue, what is in flight and how much may be. The least busy lane goes first."""

import heapq
from collections import deque
from itertools import count
from uuid import UUID

from ..domain.deliveries import Delivery, Target

WIDEST = 64
QUEUE = 1000


class Lane:
    """`cap` halves when the endpoint is overloaded or away, and grows back by one with each success."""

    __slots__ = ("cap", "in_flight", "listed", "queue", "target")

    def __init__(self, target: Target) -> None:
        self.target = target
        self.queue: deque[Delivery] = deque()
        self.in_flight = 0
        self.cap = WIDEST
        self.listed = False

    def went_well(self) -> None:
        self.cap = min(self.cap + 1, WIDEST)

    def went_badly(self) -> None:
        self.cap = max(self.cap // 2, 1)

    @property
    def runnable(self) -> bool:
        return bool(self.queue) and self.in_flight < self.cap


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
        """Puts a lane in line if it has work and room."""
        if lane.runnable and not lane.listed:
            lane.listed = True
            heapq.heappush(self._heap, (lane.in_flight, next(self._order), lane))

    def next(self) -> tuple[Lane, Delivery] | None:
        """The oldest delivery of the least busy lane, now counted as in flight."""
        while self._heap:
            _, _, lane = heapq.heappop(self._heap)
            lane.listed = False
            if lane.runnable:
                delivery = lane.queue.popleft()
                lane.in_flight += 1
                self.offer(lane)
                return lane, delivery
        return None

    def full(self) -> list[UUID]:
        """Webhooks whose queue holds enough; their further rows stay in the table for now."""
        return [id_ for id_, lane in self._lanes.items() if len(lane.queue) >= QUEUE]

    def drop(self, shards: set[int]) -> list[Delivery]:
        """Takes queued deliveries of these shards out of all lanes."""
        dropped: list[Delivery] = []
        for lane in self._lanes.values():
            dropped += [delivery for delivery in lane.queue if delivery.shard in shards]
            lane.queue = deque(delivery for delivery in lane.queue if delivery.shard not in shards)
        return dropped

    def forget_idle(self) -> None:
        """Lanes without work are rebuilt when work comes; a lane that is being punished is kept."""
        idle = [
            id_ for id_, lane in self._lanes.items() if not lane.queue and not lane.in_flight and lane.cap == WIDEST
        ]
        for id_ in idle:
            del self._lanes[id_]
