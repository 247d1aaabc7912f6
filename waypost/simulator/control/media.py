"""Media objects for customers' messages, and the end of their days."""

from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ..media import Media, Shelf
from ..problems import BadInput
from . import wire
from .manner import find_phone


class Expiry(msgspec.Struct, forbid_unknown_fields=True):
    what: Literal["addresses", "object"] = "addresses"


async def create(request: Request) -> Response:
    """The body is the very bytes; kept as an inbound object of the phone."""
    stage = wire.stage_of(request)
    phone = find_phone(stage, request.query_params.get("phone_number_id"), request.query_params.get("phone"))
    kind = request.headers.get("content-type", "application/octet-stream")
    intake = stage.world.media.intake()
    try:
        async for chunk in request.stream():
            intake.write(chunk)
    except BaseException:
        intake.discard()
        raise
    media = stage.world.media.keep(intake, phone.id, kind, request.query_params.get("filename"), inbound=True)
    return wire.answer(_shown(stage.world.media, media), 201)


async def show(request: Request) -> Response:
    stage = wire.stage_of(request)
    phone = find_phone(stage, request.query_params.get("phone_number_id"), request.query_params.get("phone"))
    shelf = stage.world.media
    return wire.answer({"media": [_shown(shelf, media) for media in shelf.of_phone(phone.id)]})


async def expire(request: Request) -> Response:
    shelf = wire.stage_of(request).world.media
    media = shelf.find(request.path_params["media_id"])
    if media is None:
        raise BadInput("media_id", "There is no such media object.")
    expiry = await wire.read(request, Expiry)
    if expiry.what == "object":
        shelf.remove(media)
    else:
        shelf.stale(media)
    return wire.answer({"expired": media.id})


def _shown(shelf: Shelf, media: Media) -> dict[str, Any]:
    names = ("id", "phone_number_id", "mime_type", "filename", "sha256", "sha256_base64", "size")
    return {**{name: getattr(media, name) for name in names}, "url": shelf.url(media)}
