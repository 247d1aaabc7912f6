"""Ids that follow time: versions and variants as they should be, no two alike, and in order of their milliseconds."""

import time
from uuid import RFC_4122

from waypost import ids


def test_an_id_has_the_form_of_version_4() -> None:
    for _ in range(1000):
        made = ids.timely()
        assert (made.version, made.variant) == (4, RFC_4122) and str(made)[14] == "4"


def test_ids_follow_time_and_are_never_the_same() -> None:
    first = [ids.timely() for _ in range(5000)]
    time.sleep(0.002)
    second = [ids.timely() for _ in range(5000)]
    assert max(first) < min(second)
    assert len({*first, *second}) == 10_000


def test_all_other_bits_are_drawn() -> None:
    """In 2,000 ids each bit but version and variant and time is both 0 and 1."""
    ones = zeros = 0
    for _ in range(2000):
        made = ids.timely().int
        ones, zeros = ones | made, zeros | ~made
    free = ((1 << 12) - 1) << 64 | (1 << 62) - 1
    assert ones & free == free and zeros & free == free
