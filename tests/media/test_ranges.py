"""Range headers of browsers and of others: RFC 9110 section 14."""

import pytest

from waypost.ranges import Span, Unsatisfiable, span_of


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0), ("bytes=0-", 0, 99), ("bytes=10-19", 10, 19), ("bytes=10-1000", 10, 99),
        ("bytes=99-", 99, 99), ("bytes=-1", 99, 99), ("bytes=-1000", 0, 99), ("BYTES = 5 - 6", 5, 6),
    ],
)  # fmt: skip
def test_one_range(header: str, first: int, last: int) -> None:
    span = span_of(header, 100)
    assert span == Span(first, last, 100)
    assert (span.length, span.content_range) == (last - first + 1, f"bytes {first}-{last}/100")


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes=-", "bytes=", "bytes", "items=0-1", "bytes=5-4", "bytes=0-1,5-6", "bytes=a-b", "bytes=--1",
     "bytes=1-2-3", "bytes=" + "9" * 30 + "-"],
)  # fmt: skip
def test_what_is_none_or_nobody_understands_wants_the_whole(header: str | None) -> None:
    assert span_of(header, 100) is None


@pytest.mark.parametrize(
    ("header", "size"),
    [("bytes=100-", 100), ("bytes=500-600", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)],
)
def test_what_the_file_does_not_have(header: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        span_of(header, size)
