"""Files of an inbox: uploaded for a message, and shown where a message has them. Both pass through in pieces."""

from functools import partial

from starlette.responses import Response

from .. import streams
from ..domain import media, media_downloads, phones
from ..domain.media import Carried
from .door import Call


async def upload(call: Call) -> Carried:
    async with call.rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, call.rt.vault, call.guest.organization_id, call.guest.phone_id)
    return await media.carry(call.rt, phone, token, await streams.form_file(call.request))


async def show(call: Call) -> Response:
    """GET and HEAD; a part of the file when Range wants one."""
    rt, guest = call.rt, call.guest
    found = await media_downloads.find(rt, guest.organization_id, guest.phone_id, call.texts["media_id"])
    return await streams.hand_on(call.request, found, partial(media_downloads.opened, rt, found))
