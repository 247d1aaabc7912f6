"""Sending a message, and marking a customer's message as read: one edge of the phone, told apart by the body."""

import re
import time
from typing import Any

from .. import ids, statuses
from ..faults import Failure
from ..templates import Template
from ..world import Phone, Sent
from . import attachments, contents, fillings, phones, throttle, validation
from .call import Call
from .refusals import Refusal, invalid, missing

DIGITS_MAX = 15
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")

#: What a number in such a state answers to a send.
RESTRICTED = {"BANNED": 131031, "RESTRICTED": 131048, "RATE_LIMITED": 131048}

#: A recipient whose number ends in 0 and one of these codes is refused at once with that code.
REFUSED = (130429, 131005, 131016, 131021, 131030, 131031, 131048, 131056, 131057)
_REFUSING = {f"0{code}": code for code in REFUSED}


async def send(call: Call) -> dict[str, Any]:
    phone = phones.found(call)
    body = call.body
    if "messaging_product" not in body:
        raise missing("messaging_product")
    if "status" in body:
        return _mark_read(call, phone)
    contents.check(body)
    validation.require("messages.send/request", _in_lower_case(body))
    to, user_id = _recipient(body)
    _require_able(phone, to)
    template = _template(call, phone, to)
    failure = attachments.check(call.stage.world, phone, body)
    person = user_id or ids.user_id(to)
    if template is None and _outside_window(call, phone, person):
        failure = Failure(131047)
    throttle.admit(call.stage, phone, person)
    return _accept(call, phone, to, user_id, template, failure)


def _in_lower_case(body: dict[str, Any]) -> dict[str, Any]:
    """Meta reads the types of a template's components in either case, its description in lower case only."""
    template = body.get("template")
    components = template.get("components") if isinstance(template, dict) else None
    if not isinstance(components, list) or not all(isinstance(component, dict) for component in components):
        return body
    plain = [
        {
            key: value.lower() if key in ("type", "sub_type") and isinstance(value, str) else value
            for key, value in one.items()
        }
        for one in components
    ]
    return {**body, "template": {**template, "components": plain}}  # type: ignore[dict-item]


def _require_able(phone: Phone, to: str) -> None:
    if not phone.registered:
        raise Refusal(133010)
    if phone.status in RESTRICTED:
        raise Refusal(RESTRICTED[phone.status])
    if to and to == phone.digits:
        raise Refusal(131021)
    if code := _REFUSING.get(to[-7:]):
        raise Refusal(code)


def _template(call: Call, phone: Phone, to: str) -> Template | None:
    if call.body.get("type") != "template":
        return None
    template = fillings.check(call.stage.world.wabas[phone.waba_id], call.body["template"])
    if template.category == "AUTHENTICATION" and not to:
        raise Refusal(131062)
    return template


def _outside_window(call: Call, phone: Phone, person: str) -> bool:
    """Raises at once when that is how it was asked for."""
    world = call.stage.world
    if world.limits.window == "off":
        return False
    outside = not world.meters.window_open(phone.id, person, time.time(), world.limits.window_seconds)
    if outside and world.limits.window == "sync":
        raise Refusal(131047)
    return outside


def _accept(
    call: Call, phone: Phone, to: str, user_id: str | None, template: Template | None, failure: Failure | None
) -> dict[str, Any]:
    body, world = call.body, call.stage.world
    sent = Sent(ids.wamid(to or str(user_id), "out"), phone.id, to, user_id or ids.user_id(to), body, time.time())
    sent.name = world.names.get(to, sent.name)
    sent.category = template.category if template else None
    world.remember_sent(sent)
    statuses.schedule(call.stage, phone, sent, failure)
    contact = {"input": body.get("to") or body.get("recipient")}
    if to:
        contact["wa_id"] = to
    if user_id:
        contact["user_id"] = user_id
    message: dict[str, Any] = {"id": sent.wamid}
    if template is not None:
        message["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _recipient(body: dict[str, Any]) -> tuple[str, str | None]:
    """(digits, business-scoped user id); `to` wins when both are given."""
    user_id = body.get("recipient")
    if body.get("recipient_type", "individual") == "group":
        return str(body.get("to", "")), None
    if "to" not in body and not user_id:
        raise Refusal(100, details="Parameter 'to' or 'recipient' is mandatory")
    if user_id and not _USER_ID.fullmatch(user_id):
        raise invalid("Recipient user id is not valid")
    if "to" not in body:
        return "", user_id
    digits = ids.digits_of(body["to"])
    if not 5 <= len(digits) <= DIGITS_MAX or any(character.isalpha() for character in body["to"]):
        raise invalid("Recipient phone number is not valid")
    return digits, user_id


def _mark_read(call: Call, phone: Phone) -> dict[str, Any]:
    validation.require("MarkMessageRequestPayload", call.body)
    message_id = call.body["message_id"]
    world = call.stage.world
    if not ids.is_inbound(message_id) and message_id not in world.received:
        raise invalid("Message ID is invalid.")
    typing = "typing_indicator" in call.body
    world.reads.append({"phone_number_id": phone.id, "message_id": message_id, "typing": typing, "at": time.time()})
    return {"success": True}
