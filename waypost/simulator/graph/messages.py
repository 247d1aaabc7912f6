"""Sending a message, and marking a customer's message as read: one edge of the phone, told apart by the body."""

import time
from typing import Any

from .. import ids, statuses
from ..world import Phone, Sent
from . import phones, validation
from .call import Call
from .refusals import Refusal, invalid, missing

TEXT_MAX = 4096
INTERACTIVE_BODY_MAX = 1024
DIGITS_MAX = 15

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
    validation.require("messages.send/request", body)
    _check_content(body)
    to, user_id = _recipient(body)
    if not phone.registered:
        raise Refusal(133010)
    if to and to == phone.digits:
        raise Refusal(131021)
    if code := _REFUSING.get(to[-7:]):
        raise Refusal(code)
    return _accept(call, phone, to, user_id)


def _accept(call: Call, phone: Phone, to: str, user_id: str | None) -> dict[str, Any]:
    body, world = call.body, call.stage.world
    sent = Sent(ids.wamid(to or str(user_id), "out"), phone.id, to, user_id or ids.user_id(to), body, time.time())
    sent.name = world.names.get(to, sent.name)
    world.remember_sent(sent)
    statuses.schedule(call.stage, phone, sent)
    contact = {"input": body.get("to") or body.get("recipient")}
    if to:
        contact["wa_id"] = to
    if user_id:
        contact["user_id"] = user_id
    message: dict[str, Any] = {"id": sent.wamid}
    if body.get("type") == "template":
        message["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _recipient(body: dict[str, Any]) -> tuple[str, str | None]:
    """(digits, business-scoped user id); `to` wins when both are given."""
    user_id = body.get("recipient")
    if body.get("recipient_type", "individual") == "group":
        return str(body.get("to", "")), None
    if "to" not in body and not user_id:
        raise Refusal(100, details="Parameter 'to' or 'recipient' is mandatory")
    if "to" not in body:
        return "", user_id
    digits = ids.digits_of(body["to"])
    if not 5 <= len(digits) <= DIGITS_MAX or any(character.isalpha() for character in body["to"]):
        raise invalid("Recipient phone number is not valid")
    return digits, user_id


def _check_content(body: dict[str, Any]) -> None:
    """The limits that Meta's description leaves out."""
    kind = body.get("type", "text")
    if kind == "text" and len(body["text"]["body"]) > TEXT_MAX:
        raise Refusal(100, f"Param text['body'] must be at most {TEXT_MAX} characters long.")
    if kind == "text" and not body["text"]["body"].strip():
        raise Refusal(100, "Param text['body'] must be non-empty.")
    if kind == "interactive" and body["interactive"]["type"] != "list":
        text = body["interactive"].get("body", {}).get("text", "")
        if len(text) > INTERACTIVE_BODY_MAX:
            raise invalid(f"Body text length invalid. Min length: 1, Max length: {INTERACTIVE_BODY_MAX}")


def _mark_read(call: Call, phone: Phone) -> dict[str, Any]:
    validation.require("MarkMessageRequestPayload", call.body)
    message_id = call.body["message_id"]
    world = call.stage.world
    if not ids.is_inbound(message_id) and message_id not in world.received:
        raise invalid("Message ID is invalid.")
    typing = "typing_indicator" in call.body
    world.reads.append({"phone_number_id": phone.id, "message_id": message_id, "typing": typing, "at": time.time()})
    return {"success": True}
