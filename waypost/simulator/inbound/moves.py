"""`system` messages: a person has another number, another business-scoped id, or another identity key.

The person is moved in the world as well: from now on, whoever writes from the new number is the one with the new id.
"""

import secrets
import time
from dataclasses import replace

from .. import ids
from ..overlay import Object
from ..people import Person
from ..problems import BadInput
from .scene import Scene


def system(scene: Scene, given: Object) -> Object:
    told = given.get("system", {})
    kind = told.get("type", "user_changed_number") if isinstance(told, dict) else ""
    build = SYSTEM.get(kind)
    return build(scene, told) if build else {}


def has_contact(message: Object) -> bool:
    """Whether a `contacts[]` row comes with the message: a change of number or id has none."""
    return message.get("type") != "system" or message.get("system", {}).get("type") == "customer_identity_changed"


def _number(scene: Scene, told: Object) -> Object:
    old = scene.person
    number = ids.digits_of(str(told.get("wa_id") or int(old.digits) + 1))
    if not number:
        raise BadInput("message.system.wa_id", "Write the new number.")
    new = Person(number, old.name, old.identity, old.username, told.get("user_id") or "", old.parent_user_id)
    scene.world.people[number] = new
    body = f"User {old.name} changed from {old.digits} to {number}"
    moved: Object = {"body": body, "wa_id": number, "type": "user_changed_number"}
    if old.shown_user_id:
        moved |= {"user_id": new.user_id, "previous_user_id": old.user_id}
    if old.parent_user_id:
        moved["previous_parent_user_id"] = old.parent_user_id
    return {"system": moved}


def _user_id(scene: Scene, told: Object) -> Object:
    """Nobody's number is told, so the message has no sender either."""
    old = scene.person
    fresh = told.get("user_id") or f"{old.user_id.partition('.')[0]}.{secrets.randbelow(10**20):020d}"
    scene.world.people[old.digits] = replace(old, user_id=fresh)
    body = f"User {old.name} changed from {old.user_id} to {fresh}"
    moved = {"body": body, "user_id": fresh, "previous_user_id": old.user_id, "type": "user_changed_user_id"}
    if old.parent_user_id:
        moved["parent_user_id"] = old.parent_user_id
    return {"from": None, "from_user_id": None, "from_parent_user_id": None, "system": moved}


def _identity(scene: Scene, told: Object) -> Object:
    identity = {"acknowledged": True, "created_timestamp": str(int(time.time())), "hash": secrets.token_urlsafe(8)}
    body = f"User {scene.person.name}'s security code changed"
    return {"identity": identity, "system": {"body": body, "type": "customer_identity_changed"}}


SYSTEM = {
    "user_changed_number": _number,
    "user_changed_user_id": _user_id,
    "customer_identity_changed": _identity,
}
