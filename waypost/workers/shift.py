"""What one worker knows between two losses of its connections. Its parts share it and wake each other through it.

Rows of a webhook that is shut (off, gone) or broken are not read from `ready` and `deferred`, but moved to `parked`;
one that is on is fed from there in order, and only then from `ready` again.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ..domain import webhooks
from ..domain.backlogs import Found
from ..domain.deliveries import Delivery, Outcome, Target
from .held import Held
from .lanes import Lanes
from .rules import Rules

#: drop: the webhook is gone. park: it is off. aside: it is on, and what is ready or due goes behind what was set aside.
Move = Literal["drop", "park", "aside"]
MAX_HELD = 4000
MAX_HELD_BYTES = 64 * 1024 * 1024
BEFORE_ALL = -(2**63)


@dataclass(slots=True, eq=False)
class Backlog:
    """What is set aside for a webhook that is on: in no line (from `seq` on) and in lines (beyond `turn`)."""

    whose: Found
    plain: bool = False
    lines: bool = False
    seq: int = 0
    turn: int = BEFORE_ALL


class Shift:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.over = False
        self.lanes = Lanes(rules)
        self.held = Held()
        #: shard -> the seq up to which `ready` was read; the shards that this worker reads
        self.cursors: dict[int, int] = {}
        self.rewound: set[int] = set()
        self.leaving: set[int] = set()
        self.shut: set[UUID] = set()
        self.condemned: set[UUID] = set()
        self.broken: dict[UUID, Found] = {}
        self.backlogs: dict[UUID, Backlog] = {}
        self.moves: dict[UUID, tuple[Move, Found]] = {}
        self.followers: dict[UUID, Delivery] = {}
        self.outcomes: list[Outcome] = []
        self.sweep_wanted = True
        self.read_wanted = asyncio.Event()
        self.flush_wanted = asyncio.Event()
        self.move_wanted = asyncio.Event()

    @property
    def free(self) -> int:
        """How many more deliveries may be held."""
        return MAX_HELD - len(self.held) if self.held.bytes < MAX_HELD_BYTES else 0

    def not_ready(self) -> list[UUID]:
        """Webhooks whose rows in `ready` are passed over."""
        plain = [id_ for id_, backlog in self.backlogs.items() if backlog.plain]
        return [*self.not_due(), *plain]

    def not_due(self) -> list[UUID]:
        """Webhooks whose rows in `deferred` are passed over."""
        return [*self.lanes.full(self.free), *self.shut, *self.broken]

    def not_ahead(self) -> list[UUID]:
        """Webhooks of which nothing is read that goes ahead."""
        return [*self.lanes.led(), *self.shut]

    def answered(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.flush_wanted.set()

    def close(self, whose: Found, move: Move | None) -> None:
        """Nothing more goes to this webhook, which is off or gone."""
        self.shut.add(whose.webhook_id)
        self.broken.pop(whose.webhook_id, None)
        self.backlogs.pop(whose.webhook_id, None)
        self.held.drop(self.lanes.discard(whose.webhook_id))
        if move is not None:
            self.move(whose, move)

    def open(self, webhook_id: UUID, target: Target) -> None:
        """It is there and on, as far as is known; a breaker that forgot everything keeps nothing back."""
        if webhook_id not in self.condemned:
            self.shut.discard(webhook_id)
        self.lanes.retarget(webhook_id, target)
        lane = self.lanes.of(webhook_id)
        if lane is None or lane.breaker.closed:
            self.broken.pop(webhook_id, None)
        if self.moves.get(webhook_id, ("", None))[0] == "park":
            del self.moves[webhook_id]

    def break_off(self, whose: Found) -> None:
        """Its breaker opened: what is queued, ready or due waits aside, and goes on from there."""
        self.broken[whose.webhook_id] = whose
        self.held.drop(self.lanes.discard(whose.webhook_id))
        self.set_aside(whose)

    def set_aside(self, whose: Found) -> None:
        """From now on it is fed from `parked` alone, until that is empty."""
        self.backlog(whose).plain = True
        self.move(whose, "aside")

    def read_from(self, shard: int) -> None:
        """This worker owns it from now on."""
        self.cursors[shard] = 0
        self.sweep_wanted = True
        self.read_wanted.set()

    def backlog(self, whose: Found) -> Backlog:
        return self.backlogs.setdefault(whose.webhook_id, Backlog(whose))

    def move(self, whose: Found, move: Move) -> None:
        if whose.shard in self.cursors:
            self.moves[whose.webhook_id] = (move, whose)
            self.move_wanted.set()

    def follow(self, deliveries: Iterable[Delivery]) -> None:
        """These wait behind another of their line."""
        for delivery in deliveries:
            self.followers[delivery.id] = delivery
            self.move_wanted.set()

    def rewind(self, shard: int) -> None:
        """Rows of it that were passed over may be read now."""
        self.rewound.add(shard)
        self.read_wanted.set()

    def leave(self, shards: set[int]) -> None:
        """Stops reading these shards and forgets what is queued or known of them; in flight is left to end."""
        for shard in shards:
            self.cursors.pop(shard, None)
        self.held.drop(self.lanes.drop(shards))
        self.leaving |= shards
        elsewhere = {id_ for id_ in (*self.shut, *self.broken) if webhooks.shard_of(id_) in shards}
        for id_ in elsewhere:
            self.lanes.forget(id_)
        self.shut -= elsewhere
        self.condemned -= elsewhere
        self.broken = {id_: found for id_, found in self.broken.items() if id_ not in elsewhere}
        self.backlogs = {id_: each for id_, each in self.backlogs.items() if each.whose.shard not in shards}
        self.moves = {id_: each for id_, each in self.moves.items() if each[1].shard not in shards}
        self.followers = {id_: each for id_, each in self.followers.items() if each.shard not in shards}


def whose(delivery: Delivery) -> Found:
    return Found(delivery.shard, delivery.organization_id, delivery.webhook_id)
