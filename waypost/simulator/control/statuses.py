"""Statuses of what the business sent, beside those that come by themselves: any name, any order, any error."""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .. import notifications
from ..inbound.errors import completed
from ..overlay import overlaid
from ..parts import Part
from ..problems import BadInput
from ..stage import Stage
from ..world import Phone, Sent
from . import wire
from .manner import Manner, deliver, find_phone, part_of


class Tidings(Manner):
    """Each of `statuses` is a name, or an object with a `status` and whatever else is to be different."""

    statuses: list[str | dict[str, Any]]
    #: Of the message with this id, even one that nobody sent; else of the last that was sent.
    wamid: str | None = None
    #: Whether the recipient comes along in `contacts[]`; as Meta does it when not said: not with failures.
    contacts: bool | None = None


async def announce(request: Request) -> Response:
    tidings = await wire.read(request, Tidings)
    stage = wire.stage_of(request)
    parts = tidings_parts(stage, tidings)
    return wire.answer(await deliver(stage, tidings, parts))


def tidings_parts(stage: Stage, tidings: Tidings) -> list[Part]:
    phone = find_phone(stage, tidings.phone_number_id, tidings.phone)
    sent = _sent(stage, phone, tidings.wamid)
    values = [_value(phone, sent, one, tidings.contacts, f"statuses[{n}]") for n, one in enumerate(tidings.statuses)]
    return [part_of(stage, phone, "messages", value) for value in values]


def _sent(stage: Stage, phone: Phone, wamid: str | None) -> Sent:
    of_phone = (one for one in reversed(stage.world.sent) if one.phone_number_id == phone.id)
    found = next((one for one in of_phone if wamid in (None, one.wamid)), None)
    if found is not None:
        return found
    if wamid is None:
        raise BadInput("wamid", "Nothing was sent yet; name the message.")
    return Sent(wamid, phone.id, "", None, {}, time.time())


def _value(phone: Phone, sent: Sent, told: str | dict[str, Any], contacts: bool | None, place: str) -> dict[str, Any]:
    given: dict[str, Any] = {"status": told} if isinstance(told, str) else dict(told)
    name = given.get("status")
    if not isinstance(name, str):
        raise BadInput(f"{place}.status", "Write the status: sent, delivered, read, played, failed, or any other.")
    if given.get("errors") is not None:
        given["errors"] = completed(given["errors"], f"{place}.errors")
    elif name == "failed" and "errors" not in given:
        given["errors"] = completed([131026], place)
    value = notifications.status(phone, sent, name)
    if contacts is False or (contacts is None and name == "failed"):
        del value["contacts"]
    value["statuses"] = [overlaid(value["statuses"][0], given, place)]
    return value
