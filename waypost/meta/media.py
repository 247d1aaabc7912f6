"""Media at Meta: uploaded as a form, looked up, downloaded, deleted. Bodies pass through in pieces.

Source: Meta's media reference. An address lives five minutes, an upload 30 days, what a contact sent 7 days.
"""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec

from .. import __version__
from ..ranges import Span
from .graph import Download, Graph, GraphError, Unanswered

ADDRESS_SECONDS = 300
#: An address is not used in the last minute of its life.
MARGIN = 60
REMEMBERED = 2000
USER_AGENT = f"Waypost/{__version__}"
GONE = frozenset({401, 403, 404, 410})


class Facts(msgspec.Struct, frozen=True):
    """What Meta says about a media object; `sha256` in hex."""

    id: str
    url: str
    mime_type: str | None
    file_size: int | None
    sha256: str | None
    expires_at: float


class Upload(msgspec.Struct, frozen=True):
    """A file on its way to Meta. `room`: bytes for it and the end of its line, at the most; None when nobody knows."""

    filename: str
    mime_type: str
    room: int | None
    chunks: AsyncIterator[bytes]


class Desk:
    """What one process remembers: Meta's addresses while they live, and files that are being fetched just now."""

    def __init__(self) -> None:
        self._facts: OrderedDict[tuple[UUID, str], Facts] = OrderedDict()
        self.fetching: dict[tuple[UUID, str, str], asyncio.Task[str]] = {}

    def known(self, phone_id: UUID, media_id: str) -> Facts | None:
        """Facts whose address is still good for a while."""
        facts = self._facts.get((phone_id, media_id))
        return facts if facts is not None and facts.expires_at - MARGIN > time.time() else None

    def remember(self, phone_id: UUID, facts: Facts) -> None:
        self._facts[(phone_id, facts.id)] = facts
        self._facts.move_to_end((phone_id, facts.id))
        while len(self._facts) > REMEMBERED:
            self._facts.popitem(last=False)

    def forget(self, phone_id: UUID, media_id: str) -> None:
        self._facts.pop((phone_id, media_id), None)

    def fetched(self, key: tuple[UUID, str, str], task: "asyncio.Task[str]") -> None:
        """A fetch is over; its failure counts as seen, since everybody who waited may have left."""
        self.fetching.pop(key, None)
        if not task.cancelled():
            task.exception()


async def lookup(graph: Graph, token: str, meta_phone_id: str, media_id: str) -> Facts:
    """Facts with a fresh address; Meta refuses an id that is not this phone's."""
    answer = await graph.call("GET", media_id, token, query={"phone_number_id": meta_phone_id})
    url = answer.get("url")
    if not isinstance(url, str) or not url:
        raise Unanswered("Meta named no address for the file.")
    return Facts(
        id=media_id,
        url=url,
        mime_type=_text(answer, "mime_type"),
        file_size=_size(answer.get("file_size")),
        sha256=_text(answer, "sha256"),
        expires_at=_expiry(url, time.time()),
    )


async def delete(graph: Graph, token: str, meta_phone_id: str, media_id: str) -> None:
    await graph.call("DELETE", media_id, token, query={"phone_number_id": meta_phone_id})


async def upload(graph: Graph, token: str, meta_phone_id: str, file: Upload) -> str:
    """The media id. What `file.chunks` raises ends the upload without its end, and is raised here."""
    body = _Form(file)
    try:
        answer = await graph.upload(f"{meta_phone_id}/media", token, body.headers, body.pieces())
    except GraphError:
        if body.failure is not None:
            raise body.failure from None
        raise
    media_id = answer.get("id")
    if not isinstance(media_id, str) or not media_id:
        raise Unanswered("Meta took the file without naming it.")
    return media_id


def wanted(span: Span | None) -> dict[str, str]:
    """Headers of a download."""
    return {"User-Agent": USER_AGENT, **({"Range": f"bytes={span.first}-{span.last}"} if span else {})}


async def cut(download: Download, span: Span | None) -> AsyncIterator[bytes]:
    """The bytes of the span, whether Meta's host heeded the Range or sent the whole. Raises Unanswered when they end
    too early."""
    skip = 0 if span is None or _heeded(download, span) else span.first
    left = span.length if span else None
    async for piece in download.chunks():
        if skip >= len(piece):
            skip -= len(piece)
            continue
        piece, skip = piece[skip:], 0
        if left is not None:
            piece = piece[:left]
            left -= len(piece)
        yield piece
        if left == 0:
            return
    if left:
        raise Unanswered("The file ended early on its way from Meta.")


def _heeded(download: Download, span: Span) -> bool:
    if download.status != 206:
        return False
    if not download.headers.get("Content-Range", "").startswith(f"bytes {span.first}-"):
        raise Unanswered("Meta's host sent another part of the file than was asked for.")
    return True


class _Form:
    """The file as Meta's form wants it. When its size is not quite known, what is missing to the announced length
    follows behind the last boundary, where a form means nothing (RFC 2046 section 5.1.1)."""

    def __init__(self, file: Upload) -> None:
        boundary = secrets.token_hex(16)
        name = "".join(char for char in file.filename if char.isprintable()).replace('"', "%22")
        fields = {"messaging_product": "whatsapp", "type": file.mime_type}
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in fields.items()
        )
        head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        self._head = f"{head}Content-Type: {file.mime_type}\r\n\r\n".encode()
        self._tail = f"\r\n--{boundary}--".encode()
        self._file = file
        self.failure: Exception | None = None
        self.headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "User-Agent": USER_AGENT}
        if file.room is not None:
            self.headers["Content-Length"] = str(len(self._head) + file.room + len(self._tail))

    async def pieces(self) -> AsyncIterator[bytes]:
        try:
            yield self._head
            sent = 0
            async for piece in self._file.chunks:
                sent += len(piece)
                if self._file.room is not None and sent > self._file.room:
                    raise Unanswered("The file is larger than was said.")
                yield piece
            left = 2 if self._file.room is None else self._file.room - sent
            yield self._tail + (b"\r\n" * (left // 2 + 1))[:left]
        except Exception as error:
            self.failure = error
            raise


def dies_at(facts: Facts) -> datetime:
    """When the address dies."""
    return datetime.fromtimestamp(facts.expires_at, UTC)


def _expiry(url: str, now: float) -> float:
    """Meta writes it into the address as `ext`; where that cannot be, five minutes."""
    told = parse_qs(urlsplit(url).query).get("ext", [""])[0]
    until = float(told) if told.isascii() and told.isdigit() and len(told) < 12 else 0.0
    return until if now < until < now + 86_400 else now + ADDRESS_SECONDS


def _text(answer: dict[str, Any], name: str) -> str | None:
    value = answer.get(name)
    return value if isinstance(value, str) and value else None


def _size(value: Any) -> int | None:
    """A number in the wild, a string in Meta's documents."""
    try:
        return max(0, int(value))
    except (TypeError, ValueError):
        return None
