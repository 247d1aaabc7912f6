"""Forms as browsers and libraries write them: names with accents and quotation marks, parts cut anywhere."""

from collections.abc import AsyncIterator

import pytest

from waypost.simulator.multipart import Form, Malformed, boundary_of

HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: text/plain\r\n\r\n'
END = b"\r\n--x--\r\n"


async def stream(raw: bytes, step: int) -> AsyncIterator[bytes]:
    for at in range(0, len(raw), step):
        yield raw[at : at + step]


async def read(raw: bytes, step: int) -> list[tuple[str, str | None, bytes]]:
    found = []
    async for part in Form(stream(raw, step), "x").parts():
        found.append((part.name, part.filename, b"".join([chunk async for chunk in part.chunks])))
    return found


@pytest.mark.parametrize("step", [1, 7, 4096])
@pytest.mark.parametrize(
    ("written", "meant"),
    [("a.txt", "a.txt"), ("Größe 漢.txt", "Größe 漢.txt"), ("a%22b%22.txt", 'a"b".txt'), ("", "")],
)
async def test_a_file_keeps_its_name_and_its_bytes(written: str, meant: str, step: int) -> None:
    body = b"\r\n--y \r\n-" * 20
    raw = HEAD % written.encode() + body + END
    assert await read(raw, step) == [("file", meant, body)]


async def test_a_form_that_ends_too_early_is_malformed() -> None:
    with pytest.raises(Malformed):
        await read(HEAD % b"a.txt" + b"half", 5)


def test_only_a_form_has_a_boundary() -> None:
    assert boundary_of('multipart/form-data; boundary="x y"') == "x y"
    assert boundary_of("application/json") is None
