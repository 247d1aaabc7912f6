"""The breaker and the bucket by themselves: when one opens and closes, and how many tokens the other gives."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.workers.breaker import SLICES, Breaker
from waypost.workers.bucket import BURST, Bucket
from waypost.workers.rules import RULES

NOW = 1000.0


def opened() -> Breaker:
    breaker = Breaker(RULES)
    for _ in range(RULES.least):
        breaker.failed(NOW)
    assert not breaker.closed
    return breaker


@pytest.mark.parametrize(("good", "bad", "closed"), [(0, 9, True), (0, 10, False), (4, 7, True), (3, 7, False)])
def test_it_opens_at_seven_failures_of_ten(good: int, bad: int, closed: bool) -> None:
    breaker = Breaker(RULES)
    for _ in range(good):
        breaker.succeeded(NOW)
    for _ in range(bad):
        breaker.failed(NOW)
    assert breaker.closed is closed


def test_what_is_older_than_the_window_counts_no_more() -> None:
    breaker = Breaker(RULES)
    for _ in range(9):
        breaker.failed(NOW)
    breaker.failed(NOW + RULES.window + RULES.window / SLICES)
    assert breaker.closed
    for _ in range(9):
        breaker.failed(NOW + RULES.window * 1.5)
    assert not breaker.closed


def test_one_probe_after_thirty_seconds_then_at_doubled_pauses_up_to_five_minutes() -> None:
    breaker, now = opened(), NOW
    pauses: list[float] = []
    for _ in range(6):
        began = now
        while not breaker.lets_probe(now):
            now += 1
        pauses.append(now - began)
        breaker.sent(now)
        assert not breaker.lets_probe(now), "one at a time"
        breaker.failed(now)
    assert pauses == [30, 60, 120, 240, 300, 300]


def test_a_probe_that_succeeds_closes_it_and_forgets() -> None:
    breaker = opened()
    breaker.sent(NOW + 30)
    breaker.succeeded(NOW + 31)
    assert breaker.closed
    for _ in range(9):
        breaker.failed(NOW + 32)
    assert breaker.closed, "counted from the beginning"
    breaker.failed(NOW + 32)
    assert not breaker.closed and not breaker.lets_probe(NOW + 61) and breaker.lets_probe(NOW + 62)


def test_answers_of_attempts_from_before_it_opened_change_nothing() -> None:
    breaker = opened()
    breaker.succeeded(NOW + 1)
    breaker.failed(NOW + 40)
    assert not breaker.closed and breaker.lets_probe(NOW + 30)


def test_a_probe_that_says_nothing_is_made_again_after_the_same_pause() -> None:
    breaker = opened()
    breaker.sent(NOW + 30)
    breaker.unjudged(NOW + 31)
    assert not breaker.lets_probe(NOW + 60) and breaker.lets_probe(NOW + 61)


def test_an_attempt_that_goes_ahead_is_a_probe_before_its_time_and_lengthens_no_pause() -> None:
    breaker = opened()
    breaker.sent(NOW + 3, ahead=True)
    assert not breaker.lets_probe(NOW + 30), "one at a time"
    for later in (4, 5, 6):
        breaker.failed(NOW + later, ahead=True)
        breaker.sent(NOW + later, ahead=True)
    breaker.failed(NOW + 7, ahead=True)
    assert not breaker.lets_probe(NOW + 36) and breaker.lets_probe(NOW + 37)
    breaker.sent(NOW + 8, ahead=True)
    breaker.succeeded(NOW + 9)
    assert breaker.closed
    for _ in range(RULES.least):
        breaker.failed(NOW + 10, ahead=True)
    assert not breaker.closed, "while it is closed it counts like any other"


def test_its_measures_are_those_of_the_rules() -> None:
    breaker = Breaker(replace(RULES, least=2, share=0.5, first_probe=1.0))
    breaker.succeeded(NOW)
    breaker.failed(NOW)
    assert not breaker.closed and breaker.lets_probe(NOW + 1)


def test_without_a_rate_there_is_always_a_token() -> None:
    bucket = Bucket(None)
    for _ in range(1000):
        assert bucket.wait(NOW) == 0
        bucket.take()


@given(st.integers(1, 300), st.lists(st.floats(0, 0.5), max_size=200))
def test_in_no_span_of_time_go_more_than_the_rate_and_a_tenth_of_a_seconds_worth(rate: int, steps: list[float]) -> None:
    bucket, now = Bucket(rate), NOW
    gone: list[float] = []
    for step in steps:
        now += step
        while len(gone) < 600 and not bucket.wait(now):
            bucket.take()
            gone.append(now)
    for first, began in enumerate(gone):
        for more, ended in enumerate(gone[first:], 1):
            assert more <= max(1, rate * BURST) + rate * (ended - began) + 1e-3


@pytest.mark.parametrize("rate", [1, 7, 80, 1000])
def test_the_wait_that_it_names_is_enough(rate: int) -> None:
    bucket, now = Bucket(rate), NOW
    for _ in range(500):
        now += bucket.wait(now)
        assert bucket.wait(now) == 0
        bucket.take()


def test_a_pause_is_never_longer_than_the_longest_wait_of_the_schedule() -> None:
    assert RULES.beside((5, 60, 86400)) == RULES == RULES.beside(())
    short = RULES.beside((1, 45, 2))
    assert (short.first_probe, short.last_probe) == (30.0, 45.0)
    assert RULES.beside((0.2, 0.4)) == replace(RULES, first_probe=0.4, last_probe=0.4)
