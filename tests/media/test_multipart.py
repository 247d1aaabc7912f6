"""Forms as clients write them and as no client should, cut into pieces at every place."""

from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.errors import Invalid
from waypost.multipart import BESIDE, File, Multipart, Part, boundary_of, file_of

TYPE = "multipart/form-data; boundary=AaB03x"


async def pieces(body: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def cut_at(body: bytes, places: Iterable[int]) -> AsyncIterator[bytes]:
    before = 0
    for place in [*sorted(places), len(body)]:
        if place > before:
            yield body[before:place]
            before = place


def form(*parts: tuple[str, bytes], end: bytes = b"--AaB03x--\r\n") -> bytes:
    return b"".join(b"--AaB03x\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts) + end


def file_part(data: bytes, head: str = 'filename="a.pdf"', name: str = "file") -> tuple[str, bytes]:
    return f'Content-Disposition: form-data; name="{name}"; {head}\r\nContent-Type: application/pdf', data


async def read(body: bytes, content_type: str = TYPE, size: int = 7) -> tuple[File, bytes]:
    file = await file_of(content_type, len(body), pieces(body, size))
    return file, b"".join([piece async for piece in file.chunks])


@settings(deadline=None, max_examples=200)
@given(data=st.binary(max_size=60) | st.sampled_from([b"\r\n--AaB03", b"\r\n--", b"\r\n", b"\r", b"--AaB03x"]),
       cuts=st.sets(st.integers(0, 260), max_size=12))  # fmt: skip
async def test_the_file_comes_out_as_it_went_in_wherever_the_body_is_cut(data: bytes, cuts: set[int]) -> None:
    spare = ("Content-Disposition: form-data; name=messaging_product", b"whatsapp")
    body = form(spare, file_part(data))
    file = await file_of(TYPE, len(body), cut_at(body, {cut for cut in cuts if cut < len(body)}))
    assert b"".join([piece async for piece in file.chunks]) == data
    assert (file.filename, file.content_type) == ("a.pdf", "application/pdf")
    assert file.room == len(data) + 2, "exact when the file is the last field: it and the end of its line"


async def test_what_follows_the_file_is_part_of_the_room_and_no_more_than_is_allowed_for() -> None:
    body = form(file_part(b"data"), ("Content-Disposition: form-data; name=type", b"application/pdf"))
    file, data = await read(body)
    assert data == b"data" and file.room is not None and 4 < file.room <= 4 + BESIDE


async def test_without_a_length_nobody_knows_the_room() -> None:
    assert (await file_of(TYPE, None, pieces(form(file_part(b"x"))))).room is None


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('filename="a b.pdf"', "a b.pdf"),
        ("filename=plain.pdf", "plain.pdf"),
        ('filename="größe.pdf"', "größe.pdf"),
        ('filename="say \\"hi\\".pdf"', 'say "hi".pdf'),
        ('filename="say %22hi%22.pdf"', 'say "hi".pdf'),
        ("filename*=UTF-8''gr%C3%B6%C3%9Fe.pdf", "größe.pdf"),
        ("filename=\"x.pdf\"; filename*=utf-8''y.pdf", "y.pdf"),
        ("filename*=klingon''y.pdf; filename=\"x.pdf\"", "x.pdf"),
        ('filename=""', ""),
        ("x=y", None),
    ],
)
async def test_file_names_of_every_spelling(head: str, name: str | None) -> None:
    file, _ = await read(form(file_part(b"x", head)))
    assert file.filename == name


@pytest.mark.parametrize(
    "content_type", ['multipart/form-data; boundary="AaB03x"', "Multipart/Form-Data;boundary=AaB03x; x=1"]
)
async def test_spellings_of_the_content_type(content_type: str) -> None:
    assert (await read(form(file_part(b"x")), content_type))[1] == b"x"


async def test_a_type_beside_the_file_stands_in_for_its_own() -> None:
    bare = ('Content-Disposition: form-data; name="file"; filename="a"', b"x")
    file, _ = await read(form(("Content-Disposition: form-data; name=type", b"image/png"), bare))
    assert file.content_type == "image/png"


async def test_a_preamble_and_an_epilogue_mean_nothing() -> None:
    _, data = await read(b"see below\r\n" + form(file_part(b"x"), end=b"--AaB03x--\r\nthe end\r\n"))
    assert data == b"x"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "ends within the last part"),
        (form(file_part(b"x"), end=b""), "ends within the last part"),
        (form(file_part(b"x"), end=b"--AaB03x-"), "ends within a boundary"),
        (b"--AaB03x\r\nContent-Dis", "ends within the headers of a part"),
        (form(file_part(b"x"), end=b"--AaB03xyz\r\n"), "does not stand alone"),
        (form(("X: y", b"x")), "no Content-Disposition"),
        (form(("Content-Disposition: attachment; name=file", b"x")), "no Content-Disposition"),
        (form(("Content-Disposition: form-data", b"x")), "no name"),
        (b"--AaB03x\r\n\r\nx\r\n--AaB03x--\r\n", "no Content-Disposition"),
        (form((file_part(b"x")[0] + "\r\nContent-Transfer-Encoding: base64", b"x")), "must not be encoded"),
        (form(file_part(b"x", head="x=" + "y" * 5000)), "headers of a part are too large"),
        (b"z" * 2000 + form(file_part(b"x")), "does not begin with its boundary"),
        (form(*[("Content-Disposition: form-data; name=type", b"a/b")] * 9), "more than 8 parts"),
        (form(("Content-Disposition: form-data; name=type", b"a" * 2000)), "more than 1024 bytes"),
        (form(), "is required"),
        (form(file_part(b"x", name="upload")), "upload: is not a known field"),
        (form(file_part(b"x"), file_part(b"y")), "must be given once"),
        (form(file_part(b"x"), ("Content-Disposition: form-data; name=other", b"y")), "other: is not a known field"),
    ],
)
@pytest.mark.parametrize("size", [1, 64, 100_000])
async def test_what_is_no_sound_form_is_refused_with_a_sentence(body: bytes, told: str, size: int) -> None:
    with pytest.raises(Invalid) as refused:
        await read(body, size=size)
    assert told in refused.value.message and refused.value.details


@pytest.mark.parametrize(
    ("content_type", "told"),
    [
        ("", "is required"),
        ("application/json", "is required"),
        ("multipart/mixed; boundary=x", "is required"),
        ("multipart/form-data", "names no boundary"),
        ("multipart/form-data; boundary=", "names no boundary"),
        (f"multipart/form-data; boundary={'x' * 71}", "names no boundary"),
    ],
)
def test_a_content_type_that_leads_nowhere(content_type: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        boundary_of(content_type)


async def test_a_part_that_was_not_read_is_passed_over() -> None:
    reader = Multipart(b"AaB03x", pieces(form(file_part(b"x" * 1000), file_part(b"y"))))
    assert isinstance(await reader.part(), Part) and isinstance(await reader.part(), Part)
    assert b"".join([piece async for piece in reader.data()]) == b"y"
    assert await reader.part() is None


async def test_no_more_is_held_than_a_piece_and_a_boundary() -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield form(file_part(b""), end=b"")[:-2]
        while True:
            yield b"\r\n--AaB03" * 1000

    file = await file_of(TYPE, None, endless())
    seen = 0
    async for piece in file.chunks:
        assert len(piece) <= 20_000
        seen += len(piece)
        if seen > 1_000_000:
            break
