"""`multipart/form-data`, part by part, as the bytes come: nothing is held beyond one chunk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser

HEADERS_MAX = 16_384


class Malformed(Exception):
    """What came is not the form that its headers promise."""


@dataclass(slots=True)
class Part:
    name: str
    filename: str | None
    content_type: str
    chunks: AsyncIterator[bytes] = field(repr=False)


def boundary_of(content_type: str) -> str | None:
    """None when the header announces no multipart form."""
    message = Message()
    message["content-type"] = content_type
    return message.get_boundary() if message.get_content_type() == "multipart/form-data" else None


class Form:
    """`async for part in Form(stream, boundary).parts()`; what is left of a part is passed over at the next one."""

    def __init__(self, stream: AsyncIterator[bytes], boundary: str) -> None:
        self._stream = stream
        self._mark = b"\r\n--" + boundary.encode()
        self._buffer = bytearray(b"\r\n")

    async def parts(self) -> AsyncIterator[Part]:
        """Raises Malformed."""
        await self._skip(self._until(self._mark))
        while await self._exactly(2) == b"\r\n":
            head = HeaderParser().parsestr((await self._head()).decode("utf-8", "replace"))
            name = head.get_param("name", header="content-disposition")
            chunks = self._until(self._mark)
            filename = head.get_filename()
            if filename is not None:
                filename = filename.replace("%22", '"')  # as browsers write a quotation mark
            yield Part(str(name or ""), filename, str(head.get("content-type", "")).strip(), chunks)
            await self._skip(chunks)

    async def _skip(self, chunks: AsyncIterator[bytes]) -> None:
        async for _ in chunks:
            pass

    async def _head(self) -> bytes:
        found = bytearray()
        async for chunk in self._until(b"\r\n\r\n"):
            found += chunk
            if len(found) > HEADERS_MAX:
                raise Malformed("A part's headers are too long.")
        return bytes(found)

    async def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            await self._fill()
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        return found

    async def _until(self, mark: bytes) -> AsyncIterator[bytes]:
        while (place := self._buffer.find(mark)) < 0:
            sure = len(self._buffer) - len(mark) + 1
            if sure > 0:
                yield bytes(self._buffer[:sure])
                del self._buffer[:sure]
            await self._fill()
        found = bytes(self._buffer[:place])
        del self._buffer[: place + len(mark)]
        if found:
            yield found

    async def _fill(self) -> None:
        async for chunk in self._stream:
            if chunk:
                self._buffer += chunk
                return
        raise Malformed("The form ends too early.")
