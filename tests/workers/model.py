"""The delivery engine against its promises: two workers led by the hand over the real tables, and all that can happen.

After each step every delivery is in one place, ends once, and goes in its line; in the end everything has arrived.
"""

from collections import Counter, defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.workers.chances import ANSWERS, CONVERSATIONS, ENDS, KINDS, ROUND, letters, moods, some, steps, who
from tests.workers.hand import Hand, Step, Wire, joined
from tests.workers.world import RULES, World
from waypost import clock
from waypost.domain import redelivery, trials, webhooks
from waypost.domain.webhooks import SHARDS, Draft
from waypost.errors import Invalid, NotFound
from waypost.events import Event

T = TypeVar("T")


@dataclass(frozen=True)
class Trouble:
    """In which step of a round, and after how many statements."""

    step: Step
    pause: int | None = None
    fuse: int | None = None


@dataclass(frozen=True)
class Owed:
    webhook_id: UUID
    turn: int | None
    seq: int


class Model(RuleBasedStateMachine):
    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.book = world, world.book
        self.hands: list[Hand | None] = [None, None]
        self.webhooks: dict[str, UUID] = {}
        self.ids = iter(range(1, 1000))
        self.owed: dict[UUID, Owed] = {}
        self.gone: set[UUID] = set()
        #: Those that came to an end at least once, and those that have ended now.
        self.ended: set[UUID] = set()
        self.over: set[UUID] = set()
        self.late: list[tuple[UUID, Owed]] = []
        self.late_conversations: set[UUID | None] = set()
        #: Where the others are.
        self.waiting: dict[UUID, str] = {}
        self.is_sound = False

    # What customers and their contacts do

    @initialize()
    def begin(self) -> None:
        self._run(self._begin())

    @rule(wanted=letters, late=st.sampled_from((False, False, True)))
    def publish(self, wanted: list[tuple[str, UUID | None]], late: bool) -> None:
        """One that commits late has its places in line, and nobody sees them; as `inbound` does it, its conversations
        are locked until then."""
        if late and not self.late:
            self._run(self._publish_late(wanted))
        else:
            self._run(self._publish([each for each in wanted if each[1] not in self.late_conversations]))

    @precondition(lambda self: self.late)
    @rule(kept=st.sampled_from((True, True, False)))
    def end_late(self, kept: bool) -> None:
        self._run(self._end_late(kept))

    @rule(kind=st.sampled_from(KINDS), verb=st.sampled_from(("off", "off", "on", "on", "replaced")))
    def change(self, kind: str, verb: str) -> None:
        self._run(self._replace(kind) if verb == "replaced" else self._change(kind, is_active=verb == "on"))

    @precondition(lambda self: self.ended)
    @rule(nth=st.integers(0, 30), any_state=st.booleans())
    def redeliver(self, nth: int, any_state: bool) -> None:
        those = [id_ for id_ in self.owed if any_state or id_ in self.over] or list(self.owed)
        id_ = those[nth % len(those)]
        self._run(self._redeliver(id_, self.owed[id_].webhook_id))

    @rule(kind=st.sampled_from(KINDS))
    def test(self, kind: str) -> None:
        self._run(self._test(kind))

    @rule(days=st.booleans())
    def time_passes(self, days: bool) -> None:
        self._run(self._days_pass() if days else self._hours_pass())

    # What workers do

    @rule(nth=who, statuses=moods, times=st.integers(1, 3))
    def rounds(self, nth: int, statuses: Sequence[int], times: int) -> None:
        self._run(self._rounds(nth, statuses, times))

    @rule(nth=who, times=st.integers(1, 3))
    def good_rounds(self, nth: int, times: int) -> None:
        self._run(self._rounds(nth, [200], times))

    @rule(nth=who, statuses=moods, step=steps, pause=st.sampled_from((0, 0, 0, 1, 2, 3, 5)))
    def round_with_a_step_kept_back(self, nth: int, statuses: Sequence[int], step: Step, pause: int) -> None:
        """The database's answer has come, or the commit is through, and before the step goes on all others do."""
        self._run(self._round(nth, statuses, Trouble(step, pause=pause)))

    @rule(nth=who, step=steps)
    def single_step(self, nth: int, step: Step) -> None:
        self._run(self._step(nth, step))

    @precondition(lambda self: any(hand and hand.posts for hand in self.hands))
    @rule(nth=who, statuses=moods, first=some)
    def answer(self, nth: int, statuses: Sequence[int], first: int) -> None:
        self._run(self._answer(nth, statuses, first))

    @precondition(lambda self: any(hand and hand.is_kept_back for hand in self.hands))
    @rule(nth=who)
    def go_on(self, nth: int) -> None:
        self._run(self._go_on(nth))

    # What breaks

    @rule(nth=who, statuses=moods, step=steps, fuse=st.integers(0, 3))
    def round_that_is_cut_off(self, nth: int, statuses: Sequence[int], step: Step, fuse: int) -> None:
        """Before one of the step's statements or its commit."""
        self._run(self._round(nth, statuses, Trouble(step, fuse=fuse)))

    @precondition(lambda self: any(self.hands))
    @rule(nth=who, how=st.sampled_from(("owner", "reader", "crash", "drain")))
    def end(self, nth: int, how: str) -> None:
        """Of a lost connection the worker does not know yet: it reads, sends, and comes to record in vain."""
        self._run(self._end(nth, how))

    # What always holds

    @invariant()
    def every_delivery_is_in_one_place(self) -> None:
        self.world.run(self._look_around())
        self.is_sound = True

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.world.run(self._settle())
        finally:
            self.world.run(self._close())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        self.is_sound = False
        return self.world.run(work)

    async def _execute(self, statement: str) -> None:
        await self.book.conn.execute(f"{statement} where organization_id = $1", self.book.organization_id)

    async def _begin(self) -> None:
        for table in ("ready", "deferred", "parked", "attempts", "dropped_deliveries", "events", "outgoing_webhooks"):
            await self._execute(f"delete from {table}")
        for kind in KINDS:
            await self._make(kind)
        await self._publish([(kind, conversation) for kind in KINDS for conversation in CONVERSATIONS])
        await self._round(0, ())

    async def _make(self, kind: str) -> None:
        """One in no line that takes one at a time; two with lines, the second of a shard far from the others."""
        id_ = UUID(int=next(self.ids) * SHARDS + (40 if kind == "afar" else 3))
        draft = Draft(
            "https://example.com/", [kind], ordering="none" if kind == "plain" else "conversation",
            max_concurrency=1 if kind == "plain" else None,
        )  # fmt: skip
        async with self.book.conn.transaction():
            await webhooks.create(self.book.conn, self.book.rt.vault, self.book.organization_id, draft, id_)
        self.webhooks[kind] = id_

    async def _replace(self, kind: str) -> None:
        async with self.book.conn.transaction():
            await webhooks.delete(self.book.conn, self.book.organization_id, self.webhooks[kind])
        self.gone.add(self.webhooks[kind])
        await self._make(kind)

    async def _change(self, kind: str, **changes: Any) -> None:
        async with self.book.conn.transaction():
            await webhooks.update(
                self.book.conn, self.book.rt.vault, self.book.organization_id, self.webhooks[kind], changes
            )

    async def _published(self, conn: Any, wanted: Sequence[tuple[str, UUID | None]]) -> list[tuple[UUID, Owed]]:
        events = [
            Event(self.book.organization_id, uuid4(), kind, None, clock.now(), b"{}", None, conversation)
            for kind, conversation in wanted
        ]
        await webhooks.publish(conn, events)
        rows = await conn.fetch(
            "select delivery_id, webhook_id, turn, seq from ready where organization_id = $1"
            " and event_id = any($2::uuid[]) order by seq",
            self.book.organization_id, [each.id for each in events],
        )  # fmt: skip
        return [(row["delivery_id"], Owed(row["webhook_id"], row["turn"], row["seq"])) for row in rows]

    async def _publish(self, wanted: Sequence[tuple[str, UUID | None]]) -> None:
        async with self.book.conn.transaction():
            made = await self._published(self.book.conn, wanted)
        self.owed.update(made)

    async def _publish_late(self, wanted: Sequence[tuple[str, UUID | None]]) -> None:
        await self.world.late.execute("begin")
        self.late = await self._published(self.world.late, wanted)
        self.late_conversations = {conversation for _, conversation in wanted if conversation}
        if not self.late:
            await self._end_late(False)

    async def _end_late(self, kept: bool) -> None:
        await self.world.late.execute("commit" if kept else "rollback")
        if kept:
            self.owed.update(self.late)
        self.late, self.late_conversations = [], set()

    async def _redeliver(self, id_: UUID, webhook_id: UUID) -> None:
        try:
            async with self.book.conn.transaction():
                await redelivery.redeliver(self.book.conn, self.book.organization_id, webhook_id, id_)
        except (Invalid, NotFound):
            assert webhook_id in self.gone or not await self.world.is_on(webhook_id)

    async def _test(self, kind: str) -> None:
        webhook_id = self.webhooks[kind]
        try:
            async with self.book.conn.transaction():
                id_, _ = await trials.send(self.book.conn, self.book.organization_id, webhook_id)
        except Invalid:
            assert not await self.world.is_on(webhook_id)
        else:
            self.owed[id_] = Owed(webhook_id, None, 0)

    async def _hours_pass(self) -> None:
        await self._execute("update deferred set run_at = now() - interval '1 s'")

    async def _days_pass(self) -> None:
        await self._execute("update outgoing_webhooks set failing_since = failing_since - interval '6 days'")

    async def _hand(self, nth: int) -> Hand:
        hand = self.hands[nth]
        if hand is None:
            hand = self.hands[nth] = await joined(self.book.rt, RULES, self.world.killer, self._posted)
        return hand

    async def _step(self, nth: int, step: Step, trouble: Trouble | None = None) -> None:
        hand = await self._hand(nth)
        wire = hand.wire(step)
        if not hand.may(wire):
            return
        if trouble and trouble.step == step:
            wire.pause, wire.fuse = trouble.pause, trouble.fuse
        self._after(nth, await hand.step(step))
        if hand.has_left:
            await self._crash(nth)
        await self._look_around()

    async def _round(self, nth: int, statuses: Sequence[int], trouble: Trouble | None = None) -> None:
        hand = await self._hand(nth)
        for step in ROUND:
            if self.hands[nth] is hand:
                await self._do(nth, step, statuses, trouble)

    async def _rounds(self, nth: int, statuses: Sequence[int], times: int) -> None:
        for _ in range(times):
            await self._round(nth, statuses)

    async def _do(
        self, nth: int, step: Step | Literal["answer"], statuses: Sequence[int], trouble: Trouble | None = None
    ) -> None:
        hand = self.hands[nth]
        if step != "answer":
            await self._step(nth, step, trouble)
        elif hand and statuses:
            await self._answer(nth, [statuses[each % len(statuses)] for each in range(len(hand.posts))])

    def _after(self, nth: int, lives: bool) -> None:
        if not lives:
            self.hands[nth] = None

    async def _go_on(self, nth: int) -> None:
        for name in ("owner", "reader"):
            hand = self.hands[nth]
            if hand and not hand.may(wire := getattr(hand, name)):
                self._after(nth, await hand.go_on(wire))

    async def _end(self, nth: int, how: str) -> None:
        hand = self.hands[nth]
        if how == "crash" or hand is None:
            await self._crash(nth)
        elif how == "drain":
            hand.drain()
        else:
            wire: Wire = getattr(hand, how)
            await wire.cut()
        if how == "owner":
            for step in ("sweep", "answer", "flush"):
                await self._do(nth, step, [200])

    async def _answer(self, nth: int, statuses: Sequence[int], first: int = 0) -> None:
        hand = self.hands[nth]
        for status in statuses:
            if hand and hand.posts:
                hand.answer(hand.posts[first % len(hand.posts)], ANSWERS[status])

    async def _crash(self, nth: int) -> None:
        if hand := self.hands[nth]:
            await hand.close()
            self.hands[nth] = None

    async def _settle(self) -> None:
        """Everything is well again: whatever the worker remembers, all that waits arrives, or goes with its webhook."""
        if self.late:
            await self._end_late(True)
        await self._crash(1)
        if (hand := self.hands[0]) and hand.draining:
            await self._crash(0)
        for kind in KINDS:
            await self._change(kind, is_active=True)
        for _ in range(20 + 3 * len(self.owed)):
            await self._look_around()
            if not self.waiting:
                break
            await self._hours_pass()
            await self._go_on(0)
            await self._round(0, [200])
        never = [(place, self.owed[id_]) for id_, place in self.waiting.items()]
        assert not never, f"{len(never)} never ended, such as {never[:3]}"

    async def _close(self) -> None:
        await self.world.late.execute("rollback")
        for nth in (0, 1):
            await self._crash(nth)

    def _posted(self, hand: Hand, id_: UUID) -> None:
        """Of a worker that owns what it sends: nothing that ended, nothing twice at once, nothing before its turn."""
        owed = self.owed[id_]
        if not hand.owns:
            return
        assert id_ not in self.over, "sent although its end is recorded"
        under_way = [post.delivery_id for each in self.hands if each and each.owns for post in each.posts]
        assert id_ not in under_way, "sent twice at once"
        assert all(id_ in self.ended for id_ in self._before(owed)), "sent before those that come first in its line"

    def _before(self, owed: Owed) -> list[UUID]:
        line = self.owed.items() if owed.turn is not None else ()
        return [id_ for id_, each in line if each.turn == owed.turn and each.seq < owed.seq]

    async def _look_around(self) -> None:
        places, attempts = defaultdict(list), defaultdict(list)
        dropped: Counter[UUID] = Counter()
        fanout = 0
        for what, id_, number, seq, turn in await self.world.everything():
            if what == "fanout":
                fanout = number
            elif what == "dropped":
                dropped[id_] += number
            elif what in ("ready", "deferred", "parked"):
                places[id_].append((what, number, seq, turn))
            else:
                attempts[id_].append((number, what))
        assert fanout == len(self.owed) and self.owed.keys() >= {*places, *attempts}
        lost: Counter[UUID] = Counter()
        self.over, self.waiting = set(), {}
        for id_, owed in self.owed.items():
            made = [outcome for _, outcome in sorted(attempts[id_])]
            assert sorted(number for number, _ in attempts[id_]) == list(range(1, len(made) + 1)), "numbers with gaps"
            ends = [outcome for outcome in made if outcome in ENDS]
            assert len(ends) + len(places[id_]) <= 1, f"{places[id_]} and {made}: twice"
            if ends:
                assert made[-1] in ENDS
                self.over.add(id_)
            elif places[id_]:
                [(place, number, seq, turn)] = places[id_]
                assert number == (0 if place == "ready" else len(made)), "attempts that are not in the log"
                assert (seq, turn) == ((0, None) if "replayed" in made else (owed.seq, owed.turn)), "its place in line"
                self.waiting[id_] = place
            else:
                lost[owed.webhook_id] += 1
            if ends or "replayed" in made:
                self.ended.add(id_)
        assert lost == dropped and set(lost) <= self.gone, f"lost {lost}, counted {dropped}"
        for id_ in self.ended:
            assert all(before in self.ended for before in self._before(self.owed[id_])), "out of its line"
