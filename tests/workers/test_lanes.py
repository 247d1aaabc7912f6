"""Lanes: least busy first, never beyond the cap, room for one more endpoint; nothing is lost or doubled in them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from waypost.domain.deliveries import Delivery, Target
from waypost.workers.held import Held
from waypost.workers.lanes import FIRST, MEMORY, QUEUE, WIDEST, Lane, Lanes
from waypost.workers.rules import RULES

AT = datetime(2026, 1, 1, tzinfo=UTC)
TARGET = Target("https://example.com", None, True)
ORGANIZATION = uuid4()
MANY = 10_000


def webhook(shard: int = 0) -> UUID:
    return UUID(int=uuid4().int // 64 * 64 + shard)


def delivery(webhook_id: UUID, attempts: int = 0, body: bytes = b"{}") -> Delivery:
    return Delivery(
        webhook_id.int % 64, 1, ORGANIZATION, webhook_id, uuid4(), uuid4(), AT, attempts, "message.sent", body
    )


def filled(lanes: Lanes, webhook_id: UUID, count: int) -> list[Delivery]:
    made = [delivery(webhook_id) for _ in range(count)]
    for each in made:
        lanes.add(each, TARGET)
    return made


def taken(lanes: Lanes, free: int = MANY) -> list[Delivery]:
    found = []
    while chosen := lanes.next(free):
        found.append(chosen[1])
    return found


def test_one_lane_goes_in_order_and_no_further_than_its_cap() -> None:
    lanes = Lanes()
    made = filled(lanes, webhook(), FIRST + 5)
    assert taken(lanes) == made[:FIRST]
    assert lanes.next(MANY) is None


def test_what_goes_ahead_is_next_and_one_at_a_time() -> None:
    lanes, id_ = Lanes(), webhook()
    made = filled(lanes, id_, 3)
    assert lanes.led() == []
    first = msgspec.structs.replace(delivery(id_), ahead=True)
    lanes.add(first, TARGET)
    assert lanes.led() == [id_]
    assert taken(lanes) == [first, *made] and lanes.led() == []


def test_the_least_busy_lane_goes_first() -> None:
    lanes = Lanes()
    busy, idle = webhook(), webhook()
    filled(lanes, busy, 6)
    first = [lanes.next(MANY) for _ in range(3)]
    assert all(chosen and chosen[1].webhook_id == busy for chosen in first)
    late = filled(lanes, idle, 3)
    assert [chosen[1] for chosen in (lanes.next(MANY) for _ in range(3)) if chosen] == late


def test_a_lane_whose_answers_came_moves_forward_at_once() -> None:
    lanes = Lanes()
    one, other = webhook(), webhook()
    filled(lanes, one, 8)
    lane = lanes.next(MANY)[0]  # type: ignore[index]
    for _ in range(3):
        lanes.next(MANY)
    filled(lanes, other, 3)
    for _ in range(2):
        lanes.next(MANY)  # other: 2 in flight, one: 4
    for _ in range(4):
        lane.in_flight -= 1
        lanes.offer(lane)
    chosen = lanes.next(MANY)
    assert chosen is not None and chosen[1].webhook_id == one


def test_the_cap_grows_by_one_halves_and_keeps_its_bounds() -> None:
    lane = Lane(TARGET)
    assert lane.cap == FIRST
    for _ in range(100):
        lane.went_well()
    assert lane.cap == WIDEST
    lane.went_badly()
    assert lane.cap == WIDEST // 2
    for _ in range(10):
        lane.went_badly()
    assert lane.cap == 1
    lane.went_well()
    assert lane.cap == 2


def test_slow_lanes_leave_room_for_one_more() -> None:
    places, lanes, used = 512, Lanes(), 0
    for _ in range(100):
        filled(lanes, webhook(), 50)
    while lanes.next(places - used):
        used += 1
    assert 0 < used < places
    late = filled(lanes, webhook(), 1)
    chosen = lanes.next(places - used)
    assert chosen is not None and chosen[1] == late[0]


def test_a_full_queue_is_named_until_it_is_half_empty() -> None:
    lanes, id_ = Lanes(), webhook()
    filled(lanes, id_, QUEUE - 1)
    assert lanes.full(MANY) == []
    filled(lanes, id_, 1)
    assert lanes.full(MANY) == [id_]
    lane = lanes.next(MANY)[0]  # type: ignore[index]
    assert not lanes.drained(lane) and lanes.full(MANY) == [id_]
    while len(lane.queue) > QUEUE // 2:
        lane.queue.popleft()
    assert lanes.drained(lane) and lanes.full(MANY) == []
    assert not lanes.drained(lane), "told once"


@pytest.mark.parametrize(
    ("free", "holds"), [(MANY, QUEUE), (600, 300), (40, 20), (10, FIRST), (0, FIRST), (-500, FIRST)]
)
def test_a_queue_may_grow_to_half_of_the_free_room_and_always_to_its_cap(free: int, holds: int) -> None:
    lanes, id_ = Lanes(), webhook()
    filled(lanes, id_, holds - 1)
    assert lanes.full(free) == []
    filled(lanes, id_, 1)
    assert lanes.full(free) == [id_]


def test_dropping_shards_takes_their_queues_and_no_others() -> None:
    lanes = Lanes()
    gone, kept = filled(lanes, webhook(3), 4), filled(lanes, webhook(5), 2)
    assert lanes.drop({3, 4}) == gone
    assert lanes.drop({3, 4}) == []
    assert taken(lanes) == kept


def test_a_discarded_webhook_is_no_longer_dispatched_and_may_come_back() -> None:
    lanes, id_ = Lanes(), webhook()
    made = filled(lanes, id_, 3)
    assert lanes.discard(id_) == made and lanes.discard(webhook()) == []
    assert lanes.next(MANY) is None
    assert taken(lanes) == [] and lanes.waiting() == set()
    again = filled(lanes, id_, 1)
    assert taken(lanes) == again


def test_what_is_queued_follows_a_changed_target() -> None:
    lanes, id_ = Lanes(), webhook()
    filled(lanes, id_, 1)
    moved = Target("https://elsewhere.example", "secret", True)
    assert lanes.waiting() == {(ORGANIZATION, id_)}
    lanes.retarget(id_, moved)
    lanes.retarget(webhook(), moved)
    chosen = lanes.next(MANY)
    assert chosen is not None and chosen[0].target == moved


@pytest.mark.parametrize(("later", "cap"), [(MEMORY - 1, 1), (MEMORY, FIRST)])
def test_a_punished_lane_is_remembered_for_a_while_and_then_forgotten(later: float, cap: int) -> None:
    lanes, id_ = Lanes(), webhook()
    filled(lanes, id_, 1)
    lane = lanes.next(MANY)[0]  # type: ignore[index]
    lane.cap = 1
    lane.in_flight -= 1
    lanes.forget_idle(1000.0)
    lanes.forget_idle(1000.0 + later)
    assert lanes.add(delivery(id_), TARGET).cap == cap


def test_a_lane_at_work_is_never_forgotten() -> None:
    lanes, id_ = Lanes(), webhook()
    made = filled(lanes, id_, 2)
    lane = lanes.next(MANY)[0]  # type: ignore[index]
    for hour in range(5):
        lanes.forget_idle(hour * 3600.0)
    assert lanes.next(MANY) == (lane, made[1])


def test_held_counts_bytes_and_knows_what_ended_since_a_read_began() -> None:
    held, one, two = Held(), delivery(webhook(7), body=b"12345"), delivery(webhook(9), attempts=2, body=b"123")
    held.reading()
    assert held.lacks(one)
    held.take(one)
    held.take(two, deferred=True)
    assert (len(held), held.bytes, held.shards(), held.deferred()) == (2, 8, {7, 9}, [two.id])
    assert held.of({one.webhook_id}) == [one.id]
    held.end([one])
    assert not held.lacks(one), "the read that began before may still show its row"
    held.drop([two])
    assert held.lacks(two) and (len(held), held.bytes, held.shards(), held.deferred()) == (0, 0, set(), [])
    held.reading()
    assert held.lacks(one)
    held.end([one, two])
    assert held.bytes == 0


def test_of_one_line_one_delivery_is_held_at_a_time() -> None:
    held = Held()
    first, second = (msgspec.structs.replace(delivery(webhook()), turn=5) for _ in range(2))
    other = msgspec.structs.replace(delivery(webhook()), turn=6)
    assert not held.has_turn_of(first)
    held.take(first)
    assert held.has_turn_of(second) and not held.has_turn_of(other) and not held.has_turn_of(delivery(webhook()))
    held.drop([second])
    assert held.has_turn_of(second), "what was never held frees no line"
    held.end([first])
    assert not held.has_turn_of(second)


def limited(**limits: int) -> Target:
    return Target("https://example.com", None, True, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(("most", "taken_at_once"), [(1, 1), (3, 3), (FIRST, FIRST), (200, FIRST)])
def test_a_webhooks_own_limit_holds_beside_the_adaptive_width(most: int, taken_at_once: int) -> None:
    lanes, id_ = Lanes(), webhook()
    for _ in range(300):
        lanes.add(delivery(id_), limited(max_concurrency=most))
    lane = lanes.of(id_)
    assert lane is not None and len(taken(lanes)) == taken_at_once
    for _ in range(300):
        lane.went_well()
    lanes.offer(lane)
    assert taken_at_once + len(taken(lanes)) == most
    lane.went_badly()
    assert lane.cap == max(most // 2, 1)


def test_a_limit_that_was_changed_holds_for_what_is_queued() -> None:
    lanes, id_ = Lanes(), webhook()
    made = filled(lanes, id_, 6)
    lanes.retarget(id_, limited(max_concurrency=2))
    assert taken(lanes) == made[:2]
    lanes.retarget(id_, limited(max_concurrency=5))
    assert taken(lanes) == made[2:5]


def test_a_lane_whose_rate_is_used_up_rests_and_lets_others_go() -> None:
    now = [100.0]
    lanes, id_ = Lanes(clock=lambda: now[0]), webhook()
    made = [delivery(id_) for _ in range(4)]
    for each in made:
        lanes.add(each, limited(max_per_second=2))
    other = filled(lanes, webhook(), 1)
    assert taken(lanes) == [made[0], *other]
    assert lanes.pause() == pytest.approx(0.5)
    now[0] += 0.4
    lane = lanes.of(id_)
    assert lane is not None
    lane.in_flight -= 1
    lanes.offer(lane)
    assert taken(lanes) == [], "an answer brings no token"
    now[0] += 0.1
    assert taken(lanes) == [made[1]]
    lanes.retarget(id_, TARGET)
    now[0] += 0.5
    assert taken(lanes) == made[2:], "no rate any more"
    assert lanes.pause() is None


def test_a_lane_gets_what_was_set_aside_when_its_queue_is_half_empty() -> None:
    lanes, id_ = Lanes(), webhook()
    assert lanes.room(id_, MANY) == QUEUE and lanes.room(id_, 0) == FIRST
    made = filled(lanes, id_, 20)
    lanes.fed(id_)
    assert lanes.full(MANY) == [id_] and lanes.room(id_, 40) == 0 and lanes.room(id_, 80) == 20
    lane = lanes.of(id_)
    assert lane is not None
    while not lanes.drained(lane):
        lane.queue.popleft()
    assert len(lane.queue) == len(made) // 2 and lanes.room(id_, 40) == 10


def test_a_changed_webhook_is_looked_at_afresh_by_its_breaker_and_a_broken_one_is_not_forgotten() -> None:
    lanes, id_ = Lanes(), webhook()
    filled(lanes, id_, 1)
    lane = lanes.next(MANY)[0]  # type: ignore[index]
    lane.in_flight -= 1
    for _ in range(RULES.least):
        lane.breaker.failed(0.0)
    lanes.retarget(id_, msgspec.structs.replace(TARGET, max_concurrency=5))
    assert not lane.breaker.closed
    for hour in range(3):
        lanes.forget_idle(hour * 3600.0)
    assert lanes.of(id_) == lane
    lanes.retarget(id_, msgspec.structs.replace(TARGET, updated_at=AT))
    assert lane.breaker.closed


class Dispatch(RuleBasedStateMachine):
    """Whatever happens, each delivery is queued, in flight or out, exactly once."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes = Lanes()
        self.webhooks = [webhook(shard) for shard in (0, 0, 1, 2)]
        self.queued: set[UUID] = set()
        self.in_flight: dict[UUID, Lane] = {}
        self.known: dict[int, Lane] = {}

    @rule(which=st.integers(0, 3), count=st.integers(1, 20))
    def arrive(self, which: int, count: int) -> None:
        self.queued |= {each.id for each in filled(self.lanes, self.webhooks[which], count)}

    @rule(free=st.integers(1, 40))
    def dispatch(self, free: int) -> None:
        chosen = self.lanes.next(free)
        if chosen is None:
            return
        lane, each = chosen
        assert each.id in self.queued and lane.in_flight <= lane.cap
        assert lane.in_flight - 1 <= free // 2
        others = [other for other in self.known.values() if other.runnable and other is not lane]
        assert all(other.in_flight >= lane.in_flight - 1 for other in others)
        self.queued.remove(each.id)
        self.in_flight[each.id] = lane
        self.known[id(lane)] = lane

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), well=st.booleans())
    def answer(self, data: st.DataObject, well: bool) -> None:
        id_ = data.draw(st.sampled_from(list(self.in_flight)))
        lane = self.in_flight.pop(id_)
        lane.went_well() if well else lane.went_badly()
        lane.in_flight -= 1
        self.lanes.offer(lane)

    @rule(shard=st.integers(0, 2))
    def drop(self, shard: int) -> None:
        dropped = [each.id for each in self.lanes.drop({shard})]
        assert len(dropped) == len(set(dropped)) and set(dropped) <= self.queued
        self.queued -= set(dropped)

    @rule(which=st.integers(0, 3))
    def discard(self, which: int) -> None:
        self.queued -= {each.id for each in self.lanes.discard(self.webhooks[which])}

    @invariant()
    def in_flight_is_counted(self) -> None:
        assert sum(lane.in_flight for lane in self.known.values()) == len(self.in_flight)

    def teardown(self) -> None:
        """With every answer in, all that is queued comes out."""
        for lane in self.in_flight.values():
            lane.in_flight -= 1
            self.lanes.offer(lane)
        while chosen := self.lanes.next(MANY):
            lane, each = chosen
            self.queued.remove(each.id)
            lane.in_flight -= 1
            self.lanes.offer(lane)
        assert not self.queued


TestDispatch = Dispatch.TestCase
TestDispatch.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
