"""Media on its way in: what Meta knows of a file, and its bytes, passed on as they come.

Meta's address of a file lives five minutes. It is remembered that long, and asked for anew when the file's host no
longer takes it, so that a long sequence of partial downloads never notices.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

import msgspec
import structlog

from .. import clock, filetypes
from ..errors import NotFound, UpstreamFailed
from ..meta import media as at_meta
from ..meta.graph import Download, GraphError, Refused
from ..meta.media import Facts
from ..meta.refusals import public_error
from ..ranges import Span
from ..runtime import Runtime
from . import media_links, phones
from .phones import Phone

log = structlog.get_logger()

#: Meta's codes for an object that does not exist, or not for this phone and token: it makes no difference between them.
_ABSENT = frozenset({100, 803})


class Media(msgspec.Struct, rename="camel"):
    """A file at Meta. `url` is Meta's own and temporary; it wants the WABA's token, so use `…/download` instead."""

    id: str
    mime_type: str | None
    file_size: int | None
    filename: str
    sha256: str | None
    url: str
    expires_at: str


class Gone(msgspec.Struct):
    """What deleting a file answers."""

    id: str
    deleted: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be downloaded."""

    phone: Phone
    token: str
    facts: Facts
    filename: str

    @property
    def mime_type(self) -> str:
        return filetypes.type_of(self.facts.mime_type, None) or "application/octet-stream"

    @property
    def size(self) -> int | None:
        return self.facts.file_size

    @property
    def sha256(self) -> str | None:
        return self.facts.sha256


class Body:
    """A file that has begun to arrive: `length` bytes, if that is known. To be closed whether or not it was read."""

    def __init__(self, found: Found, download: Download, span: Span | None, stack: AsyncExitStack) -> None:
        self._found, self._download, self._span, self._stack = found, download, span, stack
        self.length = span.length if span else _length(download.headers) or found.facts.file_size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Raises UpstreamFailed when the file breaks off."""
        try:
            async for piece in at_meta.cut(self._download, self._span):
                yield piece
        except GraphError as error:
            phone = self._found.phone
            log.warning(
                "media.broke_off", organization=str(phone.organization_id), phone=str(phone.id),
                media=self._found.facts.id, reason=error.sentence,
            )  # fmt: skip
            raise UpstreamFailed(error.sentence) from error

    async def aclose(self) -> None:
        await self._stack.aclose()


async def one(rt: Runtime, organization_id: UUID, phone_id: UUID, media_id: str) -> Media:
    """Metadata with a fresh address of Meta's. Raises NotFound."""
    rt.media.forget(phone_id, media_id)
    found = await find(rt, organization_id, phone_id, media_id)
    facts = found.facts
    return Media(
        media_id,
        facts.mime_type,
        facts.file_size,
        found.filename,
        facts.sha256,
        facts.url,
        clock.stamp(at_meta.dies_at(facts)),
    )


async def delete(rt: Runtime, organization_id: UUID, phone_id: UUID, media_id: str) -> Gone:
    """Deletes a file at Meta. Raises NotFound."""
    async with rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, rt.vault, organization_id, phone_id)
    try:
        await at_meta.delete(rt.graph, token, phone.meta_phone_number_id, media_id)
    except GraphError as error:
        _refused(error, media_id)
    rt.media.forget(phone_id, media_id)
    async with rt.pool.transaction() as conn:
        await media_links.forget(conn, organization_id, phone_id, [media_id])
    return Gone(media_id)


async def find(rt: Runtime, organization_id: UUID, phone_id: UUID, media_id: str) -> Found:
    """A file of this phone. Raises NotFound for a foreign or expired id, and what Meta's refusal means."""
    async with rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, rt.vault, organization_id, phone_id)
        filename = await media_links.name_of(conn, organization_id, phone_id, media_id)
    facts = rt.media.known(phone_id, media_id) or await _look_up(rt, phone, token, media_id)
    return Found(phone, token, facts, filename or filetypes.name_for(media_id, facts.mime_type))


async def opened(rt: Runtime, found: Found, span: Span | None) -> Body:
    """The bytes of a file, or of a span of it, read no faster than they are taken. Raises NotFound, UpstreamFailed."""
    facts = found.facts
    for is_last in (False, True):
        stack = AsyncExitStack()
        try:
            download = await stack.enter_async_context(rt.graph.download(facts.url, found.token, at_meta.wanted(span)))
            if download.status in (200, 206):
                return Body(found, download, span, stack)
            status = download.status
        except GraphError as error:
            raise UpstreamFailed(error.sentence) from error
        await stack.aclose()
        rt.media.forget(found.phone.id, facts.id)
        if is_last or status not in at_meta.GONE:
            break
        facts = await _look_up(rt, found.phone, found.token, facts.id)
    raise UpstreamFailed(f"Meta's file host answered {status} and does not hand out the file just now.")


async def _look_up(rt: Runtime, phone: Phone, token: str, media_id: str) -> Facts:
    try:
        facts = await at_meta.lookup(rt.graph, token, phone.meta_phone_number_id, media_id)
    except GraphError as error:
        _refused(error, media_id)
    rt.media.remember(phone.id, facts)
    return facts


def _refused(error: GraphError, media_id: str) -> NoReturn:
    if isinstance(error, Refused) and error.refusal.code in _ABSENT:
        raise NotFound(
            f"There is no media {media_id} on this phone. Meta keeps uploads for 30 days and received files for 7 days."
        ) from error
    if isinstance(error, Refused):
        raise public_error(error.refusal) from error
    raise UpstreamFailed(error.sentence) from error


def _length(headers: Mapping[str, str]) -> int | None:
    told = headers.get("Content-Length", "")
    return int(told) if told.isascii() and told.isdigit() else None
