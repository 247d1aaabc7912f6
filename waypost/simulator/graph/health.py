"""`health_status`: whether messages can be sent, entity by entity; the whole is as good as its worst part."""

from typing import Any

from ..world import Phone, Waba
from .call import Call

RANKS = ("AVAILABLE", "LIMITED", "BLOCKED")


def of_waba(call: Call, waba: Waba) -> dict[str, Any]:
    return _summary(_surroundings(call, waba))


def of_phone(call: Call, phone: Phone) -> dict[str, Any]:
    waba = call.stage.world.wabas[phone.waba_id]
    return _summary([_phone(phone), *_surroundings(call, waba)])


def _phone(phone: Phone) -> dict[str, Any]:
    if phone.registered:
        return {"entity_type": "PHONE_NUMBER", "id": phone.id, "can_send_message": "AVAILABLE"}
    error = {
        "error_code": 141000,
        "error_description": "The phone number is not registered.",
        "possible_solution": "Register the phone number.",
    }
    return {"entity_type": "PHONE_NUMBER", "id": phone.id, "can_send_message": "BLOCKED", "errors": [error]}


def _surroundings(call: Call, waba: Waba) -> list[dict[str, Any]]:
    around = (("WABA", waba.id), ("BUSINESS", waba.business_id), ("APP", call.stage.settings.app_id))
    return [{"entity_type": kind, "id": id_, "can_send_message": "AVAILABLE"} for kind, id_ in around]


def _summary(entities: list[dict[str, Any]]) -> dict[str, Any]:
    worst = max((entity["can_send_message"] for entity in entities), key=RANKS.index)
    return {"can_send_message": worst, "entities": entities}
