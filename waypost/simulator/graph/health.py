"""`health_status`: whether messages can be sent, entity by entity; the whole is as good as its worst part."""

from typing import Any

import msgspec

from ..templates import Template
from ..world import Health, Phone, Waba
from .call import Call

RANKS = ("AVAILABLE", "LIMITED", "BLOCKED")
UNREGISTERED = {
    "error_code": 141000,
    "error_description": "The phone number is not registered.",
    "possible_solution": "Register the phone number.",
}
UNAPPROVED = {
    "error_code": 141002,
    "error_description": "Message templates can only be sent out if they are approved.",
    "possible_solution": "Wait for the review, or edit the template.",
}
LIMITED_NAME = (
    "Your display name has not been approved yet. Your message limit will increase after the name is approved."
)


def of_waba(call: Call, waba: Waba) -> dict[str, Any]:
    return _summary(_surroundings(call, waba))


def of_phone(call: Call, phone: Phone) -> dict[str, Any]:
    waba = call.stage.world.wabas[phone.waba_id]
    entity = _entity("PHONE_NUMBER", phone.id, phone.health or _usual(phone))
    return _summary([entity, *_surroundings(call, waba)])


def of_template(call: Call, template: Template) -> dict[str, Any] | None:
    waba = call.stage.world.waba_of(template.id)
    if waba is None:
        return None
    health = Health() if template.status == "APPROVED" else Health("BLOCKED", errors=[UNAPPROVED])
    return _summary([_entity("MESSAGE_TEMPLATE", template.id, health), *_surroundings(call, waba)])


def _usual(phone: Phone) -> Health:
    """What follows from the phone's own state, unless the control API said otherwise."""
    if not phone.registered:
        return Health("BLOCKED", errors=[UNREGISTERED])
    if phone.name_status not in ("APPROVED", "AVAILABLE_WITHOUT_REVIEW"):
        return Health("LIMITED", additional_info=[LIMITED_NAME])
    return Health()


def _entity(kind: str, id_: str, health: Health) -> dict[str, Any]:
    told = {name: value for name, value in msgspec.structs.asdict(health).items() if value is not None}
    return {"entity_type": kind, "id": id_, **told}


def _surroundings(call: Call, waba: Waba) -> list[dict[str, Any]]:
    return [
        _entity("WABA", waba.id, waba.health or Health()),
        _entity("BUSINESS", waba.business_id, Health()),
        _entity("APP", call.stage.settings.app_id, Health()),
    ]


def _summary(entities: list[dict[str, Any]]) -> dict[str, Any]:
    worst = max((entity["can_send_message"] for entity in entities), key=RANKS.index)
    return {"can_send_message": worst, "entities": entities}
