"""The form parser: whatever the chunks, the parts are the same."""

from collections.abc import AsyncIterator

import pytest

from waypost.simulator.multipart import Form, Malformed, boundary_of

FILE = b"line\r\n--not the boundary\r\n\r\n--bound" + bytes(range(256))
FORM = (
    b"a preamble\r\n--bound-1\r\n"
    b'Content-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n--bound-1\r\n'
    b'Content-Disposition: form-data; name="file"; filename="a \\"b\\".png"\r\nContent-Type: image/png\r\n\r\n'
    + FILE
    + b"\r\n--bound-1--\r\nan epilogue"
)


async def chunked(raw: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(raw), size):
        yield raw[start : start + size]


async def read(raw: bytes, size: int) -> list[tuple[str, str | None, str, bytes]]:
    found = []
    async for part in Form(chunked(raw, size), "bound-1").parts():
        content = b"".join([chunk async for chunk in part.chunks])
        found.append((part.name, part.filename, part.content_type, content))
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
async def test_the_chunks_do_not_matter(size: int) -> None:
    assert await read(FORM, size) == [
        ("messaging_product", None, "", b"whatsapp"),
        ("file", 'a "b".png', "image/png", FILE),
    ]


async def test_a_part_may_be_left_unread() -> None:
    names = [part.name async for part in Form(chunked(FORM, 5), "bound-1").parts()]
    assert names == ["messaging_product", "file"]


@pytest.mark.parametrize("cut", [5, 40, 120, len(FORM) - 20])
async def test_an_end_that_comes_too_early(cut: int) -> None:
    with pytest.raises(Malformed):
        await read(FORM[:cut], 7)


async def test_headers_have_an_end() -> None:
    with pytest.raises(Malformed):
        await read(b"--bound-1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 1000)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("multipart/form-data; boundary=abc", "abc"),
        ('multipart/form-data; boundary="a b"', "a b"),
        ("multipart/mixed; boundary=abc", None),
        ("application/json", None),
        ("", None),
    ],
)
def test_the_boundary(header: str, expected: str | None) -> None:
    assert boundary_of(header) == expected
