"""A signup without a browser."""

from starlette.requests import Request
from starlette.responses import Response

from .. import signups
from . import wire


async def create(request: Request) -> Response:
    wish = await wire.read(request, signups.Wish)
    return wire.answer(signups.complete(wire.stage_of(request).world, wish), 201)
