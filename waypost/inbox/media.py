"""Files of an inbox: uploaded for a message, and shown where a message has them. Both pass through in pieces."""

from starlette.responses import Response

from .. import multipart, streams
from ..domain import media, media_downloads, phones
from ..domain.media import Carried
from ..streams import Streamed, Unsatisfiable
from .door import Call


async def upload(call: Call) -> Carried:
    async with call.rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, call.rt.vault, call.guest.organization_id, call.guest.phone_id)
    headers = call.request.headers
    length = headers.get("content-length", "")
    file = await multipart.file_of(
        headers.get("content-type", ""), int(length) if length.isdigit() else None, streams.arriving(call.request)
    )
    return await media.carry(call.rt, phone, token, file)


async def show(call: Call) -> Response:
    """GET and HEAD; a part of the file when Range wants one."""
    rt, request, guest = call.rt, call.request, call.guest
    found = await media_downloads.find(rt, guest.organization_id, guest.phone_id, call.texts["media_id"])
    size, sha256 = found.facts.file_size, found.facts.sha256
    etag = f'"{sha256}"' if sha256 is not None and sha256.isalnum() else None
    headers = streams.headers_of(found.mime_type, found.filename, etag)
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if streams.unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    try:
        span = streams.span_of(request, size, etag)
    except Unsatisfiable:
        assert size is not None
        return streams.beyond(size)
    if request.method == "HEAD":
        return Response(headers=headers if size is None else {**headers, "Content-Length": str(size)})
    file = await media_downloads.opened(rt, found, span)
    if span is None:
        return Streamed(file, 200, headers)
    return Streamed(file, 206, {**headers, "Content-Range": span.content_range})
