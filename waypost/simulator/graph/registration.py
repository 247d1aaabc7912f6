"""Registering a phone for the Cloud API and taking it off, under Meta's rules for PINs and repetition."""

import time
from typing import Any

from ..world import Phone
from . import phones
from .call import Call
from .refusals import Refusal

WINDOW = 72 * 3600
WINDOW_MAX = 10


async def register(call: Call) -> dict[str, Any]:
    phone = phones.found(call)
    _count(phone)
    if phone.on_biz_app:
        raise Refusal(100, details="A number that is in use on the WhatsApp Business app cannot be registered.")
    if not phone.verified:
        raise Refusal(133006)
    if phone.pin is not None and phone.pin != call.body["pin"]:
        raise Refusal(133005)
    phone.pin = call.body["pin"]
    phone.registered = True
    return {"success": True}


async def deregister(call: Call) -> dict[str, Any]:
    phone = phones.found(call)
    _count(phone)
    if not phone.registered or phone.on_biz_app:
        raise Refusal(133010)
    phone.registered = False
    return {"success": True}


def _count(phone: Phone) -> None:
    now = time.time()
    phone.registrations = [at for at in phone.registrations if now - at < WINDOW]
    if len(phone.registrations) >= WINDOW_MAX:
        raise Refusal(133016)
    phone.registrations.append(now)
