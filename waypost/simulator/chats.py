"""What a customer and a business said to each other, as the customer's phone shows it. Pure: a world in, lines out."""

import re
from typing import Any

import msgspec

from . import ids
from .templates import Template
from .world import Phone, Sent, World

#: So many of the latest lines are shown.
SHOWN = 200
_PLACEHOLDER = re.compile(r"{{\s*(\w+)\s*}}")


class Line(msgspec.Struct, rename="camel"):
    """One message; `message` has Meta's own shape. `reaction` is the other side's latest."""

    id: str
    by: str
    at: float
    message: dict[str, Any]
    status: str
    reaction: str = ""


def lines(world: World, phone: Phone, digits: str) -> list[Line]:
    """The latest lines, oldest first; reactions sit at what they are about, edits and deletions are carried out."""
    known = {digits, ids.user_id(digits)}
    if person := world.people.get(digits):
        known.add(person.user_id)
    said = [_of_business(world, phone, sent) for sent in world.sent if _is_between(sent, phone, known)]
    read = {each["message_id"] for each in world.reads}
    for at, message in world.written.get((phone.id, digits), ()):
        said.append(Line(message["id"], "customer", at, message, "read" if message["id"] in read else "delivered"))
    said.sort(key=lambda line: line.at)
    return _settled(said)[-SHOWN:]


def is_typing(world: World, phone: Phone, digits: str, now: float) -> bool:
    """Whether the business let it be known within the last 25 seconds, and has not written since."""
    mine = {message["id"] for _, message in world.written.get((phone.id, digits), ())}
    told = [each["at"] for each in world.reads if each["typing"] and each["message_id"] in mine]
    answered = [sent.accepted_at for sent in world.sent if sent.phone_number_id == phone.id and sent.to == digits]
    return bool(told) and now - max(told) < 25 and max(answered, default=0.0) < max(told)


def _is_between(sent: Sent, phone: Phone, known: set[str]) -> bool:
    return sent.phone_number_id == phone.id and (sent.to in known or sent.user_id in known)


def _of_business(world: World, phone: Phone, sent: Sent) -> Line:
    body = sent.body
    if body.get("type") == "template":
        body = {**body, "template": _filled(world, phone, body["template"])}
    return Line(sent.wamid, "business", sent.accepted_at, body, sent.status)


def _settled(said: list[Line]) -> list[Line]:
    by_id = {line.id: line for line in said}
    shown: list[Line] = []
    for line in said:
        type_ = line.message.get("type")
        told = line.message.get(str(type_), {})
        if type_ == "reaction" and (about := by_id.get(told.get("message_id", ""))):
            about.reaction = told.get("emoji", "")
        elif type_ in ("edit", "revoke") and (about := by_id.get(told.get("original_message_id", ""))):
            about.message = told["message"] if type_ == "edit" else {"type": "deleted"}
        else:
            shown.append(line)
    return shown


def _filled(world: World, phone: Phone, told: dict[str, Any]) -> dict[str, Any]:
    """A template as it reads: header, body, footer, buttons."""
    language = (told.get("language") or {}).get("code")
    stored = next(
        (one for one in world.wabas[phone.waba_id].templates if (one.name, one.language) == (told["name"], language)),
        None,
    )
    if stored is None:
        return {"name": told["name"]}
    return {"name": told["name"], **_parts(stored, told.get("components") or [])}


def _parts(stored: Template, given: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for component in stored.components:
        kind = component["type"].lower()
        parameters: list[dict[str, Any]] = next(
            (one.get("parameters", []) for one in given if one["type"].lower() == kind), []
        )
        if kind == "buttons":
            found["buttons"] = [button.get("text", "") for button in component["buttons"]]
        elif component.get("text"):
            found[kind] = _with(component["text"], parameters)
        elif parameters:
            found["media"] = {"type": parameters[0]["type"], **parameters[0].get(parameters[0]["type"], {})}
    return found


def _with(text: str, parameters: list[dict[str, Any]]) -> str:
    values = {str(nth): one for nth, one in enumerate(parameters, 1)}
    values |= {one["parameter_name"]: one for one in parameters if "parameter_name" in one}

    def value(found: "re.Match[str]") -> str:
        one = values.get(found[1], {})
        told = one.get("text") or one.get(str(one.get("type")), {})
        return str(told.get("fallback_value", found[0]) if isinstance(told, dict) else told)

    return _PLACEHOLDER.sub(value, text)
