"""Media over the API: uploaded, looked up, downloaded, deleted; bodies pass through in pieces."""

from functools import partial

from starlette.responses import Response

from .. import streams
from ..domain import media, media_downloads, phones
from ..domain.media import Uploaded
from ..domain.media_downloads import Gone, Media
from .door import Call


async def upload(call: Call) -> Uploaded:
    async with call.rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, call.rt.vault, call.organization_id, call.ids["phone_id"])
    return await media.upload(call.rt, phone, token, await streams.form_file(call.request))


async def one(call: Call) -> Media:
    return await media_downloads.one(call.rt, call.organization_id, call.ids["phone_id"], call.texts["media_id"])


async def delete(call: Call) -> Gone:
    return await media_downloads.delete(call.rt, call.organization_id, call.ids["phone_id"], call.texts["media_id"])


async def download(call: Call) -> Response:
    """GET and HEAD; a part of the file when Range wants one."""
    found = await media_downloads.find(call.rt, call.organization_id, call.ids["phone_id"], call.texts["media_id"])
    return await streams.hand_on(call.request, found, partial(media_downloads.opened, call.rt, found))
