"""Puts back what an earlier run had: a WABA with its phone, connected, and the token that was granted for it."""

import time

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .. import signups
from ..world import Override, Token
from . import wire


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """As the gateway remembers it; `callback` is the phone's override address."""

    phone: str
    waba: str
    phone_number_id: str
    name: str
    token: str
    callback: str | None = None


async def create(request: Request) -> Response:
    wish = await wire.read(request, Wish)
    world = wire.stage_of(request).world
    asked = signups.Wish(phone=wish.phone, waba=wish.waba, phone_number_id=wish.phone_number_id, name=wish.name)
    signups.complete(world, asked)
    phone, waba = world.phones[wish.phone_number_id], world.wabas[wish.waba]
    phone.registered = waba.subscribed = True
    if wish.callback:
        phone.override = Override(wish.callback, world.settings.verify_token)
    world.tokens[wish.token] = Token(wish.token, [waba.id], world.new_id(), int(time.time()))
    return wire.answer({"phone_number_id": phone.id, "waba_id": waba.id}, 201)
