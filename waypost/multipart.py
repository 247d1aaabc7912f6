"""multipart/form-data, read as it arrives: one part after the other, a file never whole in memory. RFC 7578, strictly.

For the doors that take files. What is wrong raises Invalid with a sentence.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import unquote

from .errors import Invalid

HEAD_CAP = 4 * 1024
TEXT_CAP = 1024
PREAMBLE_CAP = 1024
PARTS = 8
#: What a form may have beside its file, at the most.
BESIDE = PREAMBLE_CAP + PARTS * (HEAD_CAP + TEXT_CAP)
#: Fields of Meta's own form, which is often reused: they say nothing new.
_SPARE = frozenset({"messaging_product", "type"})

_BOUNDARY = re.compile(r";\s*boundary=(?:\"([^\"]{1,70})\"|([^\s;,\"]{1,70}))\s*(?:;|$)", re.I)
_PARAMETER = re.compile(r";\s*(name|filename\*?)=(?:\"((?:[^\"\\]|\\.)*)\"|([^;\"\s]*))", re.I)
_PLAIN = frozenset({"", "binary", "8bit", "7bit"})


@dataclass(frozen=True, slots=True)
class File:
    """The file of a form. `room`: the most bytes that it and the end of its line can have; None when nobody knows.

    `chunks` ends when the whole form has come and was sound, and raises Invalid otherwise.
    """

    filename: str | None
    content_type: str | None
    room: int | None
    chunks: AsyncIterator[bytes]


async def file_of(content_type: str, length: int | None, body: AsyncIterator[bytes]) -> File:
    """The field `file` of a form; `length` is that of the body. Raises Invalid naming what is wrong."""
    boundary = boundary_of(content_type)
    form = Multipart(boundary, body)
    told = None
    while (part := await form.part()) is not None and part.name != "file":
        value = await _spare(form, part)
        told = value if part.name == "type" else told
    if part is None:
        raise Invalid.field("file", "is required.")
    room = None if length is None else max(0, length - part.begin - len(boundary) - 6)
    return File(part.filename, part.content_type or told, room, _to_the_end(form))


async def _to_the_end(form: "Multipart") -> AsyncIterator[bytes]:
    async for piece in form.data():
        yield piece
    while (part := await form.part()) is not None:
        if part.name == "file":
            raise Invalid.field("file", "must be given once: one file for each call.")
        await _spare(form, part)


async def _spare(form: "Multipart", part: "Part") -> str:
    if part.name not in _SPARE:
        raise Invalid.field(part.name[:64], "is not a known field; remove it.")
    return await form.text(TEXT_CAP)


class Part:
    """One field. `filename` and `content_type` are None when not given; `begin` is where its data is in the body."""

    def __init__(self, head: dict[str, str], begin: int) -> None:
        given = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(_disposition(head))}
        if "name" not in given:
            raise _broken("a part has no name")
        if head.get("content-transfer-encoding", "").lower() not in _PLAIN:
            raise _broken("parts must not be encoded; send the file's bytes as they are")
        self.name = _unescaped(given["name"])
        self.filename = _extended(given["filename*"]) if "filename*" in given else None
        if self.filename is None and "filename" in given:
            self.filename = _unescaped(given["filename"])
        self.content_type = head.get("content-type") or None
        self.begin = begin


class Multipart:
    """The parts of a body. `boundary_of` the Content-Type header leads to one."""

    def __init__(self, boundary: bytes, body: AsyncIterator[bytes]) -> None:
        self._mark = b"\r\n--" + boundary
        self._body = body
        self._held = bytearray(b"\r\n")  # so that the first boundary looks like every other
        self._passed = -2
        self._inside = True
        self._parts = 0

    async def part(self) -> Part | None:
        """The next part, or None after the last; what was not read of the one before is passed over."""
        before = 0
        async for piece in self.data():
            before += len(piece)
            if self._parts == 0 and before > PREAMBLE_CAP:
                raise _broken("it does not begin with its boundary")
        if await self._take(2, "a boundary") == b"--":
            async for _ in self._body:  # the epilogue means nothing, but must have arrived
                pass
            return None
        self._parts += 1
        if self._parts > PARTS:
            raise _broken(f"it has more than {PARTS} parts")
        head = await self._head()
        self._inside = True
        return Part(head, self._passed)

    async def data(self) -> AsyncIterator[bytes]:
        """The bytes of the present part."""
        while self._inside:
            at = self._held.find(self._mark)
            if at >= 0:
                self._inside = False
                piece = self._pop(at)
                self._pop(len(self._mark))
            else:
                piece = self._pop(len(self._held) - len(self._mark) + 1)
            if piece:
                yield piece
            if self._inside:
                await self._more("the last part")

    async def text(self, most: int) -> str:
        """The present part as a short text."""
        value = bytearray()
        async for piece in self.data():
            value += piece
            if len(value) > most:
                raise _broken(f"a field that is not the file has more than {most} bytes")
        return value.decode("utf-8", "replace")

    async def _head(self) -> dict[str, str]:
        self._held[:0] = b"\r\n"  # a head may be empty
        self._passed -= 2
        while (end := self._held.find(b"\r\n\r\n", 0, HEAD_CAP)) < 0:
            if len(self._held) >= HEAD_CAP:
                raise _broken("the headers of a part are too large")
            await self._more("the headers of a part")
        lines = self._pop(end)[2:].decode("utf-8", "replace").split("\r\n")
        self._pop(4)
        named = (line.partition(":") for line in lines if ":" in line)
        return {name.strip().lower(): value.strip() for name, _, value in named}

    async def _take(self, size: int, what: str) -> bytes:
        while len(self._held) < size:
            await self._more(what)
        found = self._pop(size)
        if found not in (b"--", b"\r\n"):
            raise _broken("a boundary does not stand alone on its line")
        return found

    async def _more(self, what: str) -> None:
        try:
            self._held += await anext(self._body)
        except StopAsyncIteration:
            raise _broken(f"it ends within {what}") from None

    def _pop(self, size: int) -> bytes:
        size = max(0, size)
        piece = bytes(self._held[:size])
        del self._held[:size]
        self._passed += size
        return piece


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type header names; raises Invalid when it is not multipart/form-data with one."""
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise Invalid.field("file", "is required: send the file as multipart/form-data with a field `file`.")
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise _broken("its Content-Type names no boundary")
    return (found[1] or found[2]).encode("latin-1", "replace")


def _disposition(head: dict[str, str]) -> str:
    kind, separator, parameters = head.get("content-disposition", "").partition(";")
    if kind.strip().lower() != "form-data":
        raise _broken("a part has no Content-Disposition of form-data")
    return separator + parameters


def _unescaped(value: str) -> str:
    """Clients escape quotes in names as `\\"` or as `%22`."""
    return re.sub(r'\\(["\\])', r"\1", value).replace("%22", '"').replace("%0D%0A", " ")


def _extended(value: str) -> str | None:
    """`UTF-8''na%C3%AFve.txt` of RFC 5987."""
    charset, _, rest = value.partition("'")
    if charset.lower() not in ("utf-8", "iso-8859-1", "us-ascii"):
        return None
    return unquote(rest.partition("'")[2], encoding=charset, errors="replace")


def _broken(why: str) -> Invalid:
    return Invalid.field("file", f"the body is not valid multipart/form-data: {why}.")
