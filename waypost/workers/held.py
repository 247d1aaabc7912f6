"""What one worker holds in memory: deliveries that are queued, in flight, or answered and not yet recorded."""

from collections.abc import Iterable
from uuid import UUID

from ..domain.deliveries import Delivery


class Held:
    """By id, with the bytes they take and the lines they stand in. Their rows are in the database all the while."""

    def __init__(self) -> None:
        self._by_id: dict[UUID, Delivery] = {}
        self._deferred: set[UUID] = set()
        self._turns: dict[int, UUID] = {}
        self._ended: set[UUID] = set()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def reading(self) -> None:
        """A read begins: what was recorded before it began can no longer appear in its answer."""
        self._ended.clear()

    def lacks(self, delivery: Delivery) -> bool:
        """Whether a row that was read is new: neither held, nor recorded since the read began."""
        return delivery.id not in self._by_id and delivery.id not in self._ended

    def has_turn_of(self, delivery: Delivery) -> bool:
        """Whether another delivery of its line is held."""
        return delivery.turn is not None and delivery.turn in self._turns

    def take(self, delivery: Delivery, *, deferred: bool = False) -> None:
        self._by_id[delivery.id] = delivery
        self.bytes += len(delivery.body)
        if deferred:
            self._deferred.add(delivery.id)
        if delivery.turn is not None:
            self._turns[delivery.turn] = delivery.id

    def end(self, deliveries: Iterable[Delivery]) -> None:
        """Recorded."""
        for delivery in deliveries:
            self._ended.add(delivery.id)
            self._forget(delivery)

    def drop(self, deliveries: Iterable[Delivery]) -> None:
        """Left to the table, untried."""
        for delivery in deliveries:
            self._forget(delivery)

    def shards(self) -> set[int]:
        return {delivery.shard for delivery in self._by_id.values()}

    def deferred(self) -> list[UUID]:
        """Those that were read from `deferred`."""
        return list(self._deferred)

    def of(self, webhooks: set[UUID]) -> list[UUID]:
        """Those of some webhooks."""
        return [id_ for id_, delivery in self._by_id.items() if delivery.webhook_id in webhooks]

    def _forget(self, delivery: Delivery) -> None:
        if self._by_id.pop(delivery.id, None) is None:
            return
        self.bytes -= len(delivery.body)
        self._deferred.discard(delivery.id)
        if delivery.turn is not None and self._turns.get(delivery.turn) == delivery.id:
            del self._turns[delivery.turn]
