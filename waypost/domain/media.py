"""Media on its way out: files that customers upload, and files behind their URLs. Each is streamed to Meta and from
then on an id; nothing is kept here but that id. A URL is asked again for its file when ten minutes have passed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import msgspec
import structlog

from .. import clock, filetypes, multipart
from ..errors import Invalid, TooLarge, UpstreamFailed
from ..meta import media as at_meta
from ..meta.graph import GraphError, Refused
from ..meta.refusals import public_error
from ..meta.requests.frame import Link
from ..runtime import Runtime
from ..sources import Source, SourceFailed
from ..targets import url_problem
from . import media_links
from .media_links import Held
from .phones import Phone

log = structlog.get_logger()

FETCH_SECONDS = 60
UPLOAD_SECONDS = 900
#: As long as Meta itself keeps what it fetched from a link.
FRESH = timedelta(minutes=10)
_VALIDATOR = 200

forget = media_links.forget


class Uploaded(msgspec.Struct):
    """What an upload answers."""

    id: str


class Carried(msgspec.Struct, rename="camel"):
    """A file that Meta holds now."""

    media_id: str
    mime_type: str
    file_size: int
    filename: str


async def upload(rt: Runtime, phone: Phone, token: str, file: multipart.File) -> Uploaded:
    """As `carry`, told as the API does."""
    return Uploaded((await carry(rt, phone, token, file)).media_id)


async def carry(rt: Runtime, phone: Phone, token: str, file: multipart.File) -> Carried:
    """Streams a file to Meta. Raises Invalid naming `file`, TooLarge, and what Meta's refusal means."""
    filename = filetypes.tidy_name(file.filename)
    mime_type = filetypes.type_of(file.content_type, filename)
    if filetypes.kind_of(mime_type) is None:
        raise Invalid.field("file", filetypes.unsupported(mime_type))
    limit = filetypes.limit_of(mime_type)
    if file.room is not None and file.room - multipart.BESIDE > limit:
        raise TooLarge(f"The file {filetypes.size_problem(mime_type, limit)}")
    measured = _Measured(mime_type, file.chunks)
    filename = filename or filetypes.name_for("file", mime_type)
    leaving = at_meta.Upload(filename, mime_type, file.room, measured.pieces())
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            media_id = await at_meta.upload(rt.graph, token, phone.meta_phone_number_id, leaving)
    except _Empty:
        raise Invalid.field("file", "is empty.") from None
    except TimeoutError:
        raise UpstreamFailed(f"The upload took more than {UPLOAD_SECONDS // 60} minutes and was given up.") from None
    except Refused as error:
        raise public_error(error.refusal) from error
    except GraphError as error:
        raise UpstreamFailed(f"{error.sentence} Upload the file again.") from error
    async with rt.pool.connection() as conn:
        await media_links.name(conn, [(phone.organization_id, phone.id, media_id, filename)])
    _log("media.uploaded", phone, media_id, measured.size)
    return Carried(media_id, mime_type, measured.size, filename)


async def ids_of(rt: Runtime, phone: Phone, token: str, links: Sequence[Link]) -> dict[str, str]:
    """URL -> media id, uploaded where this phone did not upload it before. Raises Invalid naming the link's field,
    UpstreamFailed and the like when Meta does not take the file."""
    for link in links:
        if problem := url_problem(link.url, rt.config.allow_targets, rt.config.deny_targets, fragment=True):
            raise Invalid.field(link.field, problem)
    ids = await asyncio.gather(*(_id_of(rt, phone, token, link) for link in links))
    return {link.url: media_id for link, media_id in zip(links, ids, strict=True)}


async def _id_of(rt: Runtime, phone: Phone, token: str, link: Link) -> str:
    async with rt.pool.connection() as conn:
        held = await media_links.held(conn, phone, link.url)
    if held is not None:
        _check(link, held)
        if held.fresh_until > clock.now():
            return held.media_id
    key = (phone.id, link.url, link.kind)
    fetching = rt.media.fetching.get(key)
    if fetching is None:
        fetching = rt.media.fetching[key] = asyncio.create_task(_fetch(rt, phone, token, link, held), name="media")
        fetching.add_done_callback(lambda task: rt.media.fetched(key, task))
    try:
        return await asyncio.shield(fetching)
    except SourceFailed as error:
        raise Invalid.field(link.field, f"The file cannot be fetched: {error.sentence}") from error


def _check(link: Link, held: Held) -> None:
    """What was uploaded as one kind may be named as another."""
    problem = filetypes.type_problem(link.kind, held.mime_type)
    if problem is None and held.file_size > (limit := filetypes.limit_of(held.mime_type)):
        problem = filetypes.size_problem(held.mime_type, limit)
    if problem is not None:
        raise Invalid.field(link.field, f"The file {problem}")


async def _fetch(rt: Runtime, phone: Phone, token: str, link: Link, held: Held | None) -> str:
    """The media id, for everybody who waits for this file. A source that is away for a moment does not take away what
    Meta still holds. Raises SourceFailed and public errors."""
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            return await _carry(rt, phone, token, link, held)
    except SourceFailed as error:
        failure = error
    except TimeoutError:
        failure = SourceFailed(f"it took more than {FETCH_SECONDS} seconds.", passing=True)
    except TooLarge as error:
        failure = SourceFailed(error.message)
    except _Empty:
        failure = SourceFailed("it is empty.")
    except Refused as error:
        raise public_error(error.refusal) from error
    except GraphError as error:
        raise UpstreamFailed(f"{error.sentence} Nothing was sent.") from error
    log.info("media.source_failed", phone=str(phone.id), reason=failure.sentence, held=held is not None)
    if held is not None and failure.passing:
        return held.media_id
    raise failure


async def _carry(rt: Runtime, phone: Phone, token: str, link: Link, held: Held | None) -> str:
    async with rt.sources.fetch(link.url, _asking(held), FETCH_SECONDS * 1000) as source:
        fresh_until = clock.now() + FRESH
        if held is not None and source.status == 304:
            async with rt.pool.connection() as conn:
                await media_links.confirm(conn, phone, link.url, fresh_until)
            return held.media_id
        mime_type, length = _judged(link, source)
        measured = _Measured(mime_type, source.chunks())
        filename = filetypes.tidy_name(link.filename) or filetypes.name_in(link.url)
        leaving = at_meta.Upload(
            filename or filetypes.name_for("file", mime_type), mime_type,
            None if length is None else length + 2, measured.pieces(),
        )  # fmt: skip
        media_id = await at_meta.upload(rt.graph, token, phone.meta_phone_number_id, leaving)
    etag, modified = (_validator(source, name) for name in ("etag", "last-modified"))
    async with rt.pool.connection() as conn:
        file = Held(media_id, mime_type, measured.size, etag, modified, fresh_until)
        await media_links.hold(conn, phone, link.url, file)
    _log("media.fetched", phone, media_id, measured.size)
    return media_id


def _asking(held: Held | None) -> list[str]:
    """Header lines; what is held already is only wanted when it has changed."""
    lines = [f"User-Agent: {at_meta.USER_AGENT}", "Accept: */*", "Accept-Encoding: identity"]
    if held is not None and held.etag is not None:
        lines.append(f"If-None-Match: {held.etag}")
    elif held is not None and held.last_modified is not None:
        lines.append(f"If-Modified-Since: {held.last_modified}")
    return lines


def _judged(link: Link, source: Source) -> tuple[str, int | None]:
    """Type and length of the file behind an answer. Raises SourceFailed when it cannot be sent as the link's kind."""
    if source.status != 200:
        raise SourceFailed(_refusal(source.status), passing=source.status >= 500 or source.status == 429)
    encoding = source.answered.get("content-encoding", "identity").lower()
    if encoding not in ("", "identity"):
        raise SourceFailed(f"the host sends it compressed ({encoding[:20]}), although that was not asked for.")
    filename = link.filename or filetypes.name_in(link.url)
    mime_type = filetypes.type_of(source.answered.get("content-type"), filename)
    if problem := filetypes.type_problem(link.kind, mime_type):
        raise SourceFailed(f"it {problem}")
    told = source.answered.get("content-length", "")
    length = int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None
    limit = filetypes.limit_of(mime_type)
    if length is not None and length > limit:
        raise SourceFailed(f"it {filetypes.size_problem(mime_type, limit)}")
    return mime_type, length


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return f"the host redirects ({status}); redirects are not followed, so give the final address."
    if status in (401, 403):
        return f"the host refuses it ({status}); the file must be readable without signing in."
    if status in (404, 410):
        return f"the host has no such file ({status})."
    return f"the host answered {status}."


def _validator(source: Source, name: str) -> str | None:
    value = source.answered.get(name, "")
    return value if 0 < len(value) <= _VALIDATOR and value.isascii() and value.isprintable() else None


class _Empty(Exception):
    """A file without a byte."""


class _Measured:
    """A file as it passes: counted, and cut off by TooLarge at the limit of its kind."""

    def __init__(self, mime_type: str, chunks: AsyncIterator[bytes]) -> None:
        self._mime_type, self._chunks = mime_type, chunks
        self.size = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        head = b""
        async for piece in self._chunks:
            head = (head + piece)[:32] if len(head) < 32 else head
            self.size += len(piece)
            if self.size > (limit := filetypes.limit_of(self._mime_type, head)):
                raise TooLarge(f"The file {filetypes.size_problem(self._mime_type, limit)}")
            yield piece
        if not self.size:
            raise _Empty


def _log(event: str, phone: Phone, media_id: str, size: int) -> None:
    log.info(event, organization=str(phone.organization_id), phone=str(phone.id), media=media_id, bytes=size)
