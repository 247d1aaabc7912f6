"""Doing something as a customer: one message or many."""

from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from .. import ids, notifications
from ..inbound.errors import completed
from ..inbound.messages import message
from ..inbound.moves import has_contact
from ..inbound.scene import Scene
from ..parts import Part
from ..people import Identity, Person
from ..problems import BadInput
from ..stage import Stage
from ..world import Phone, World
from . import wire
from .manner import Count, Manner, deliver, find_phone, part_of


class Who(Manner, kw_only=True, rename={"from_": "from"}):
    """A customer. What is said about one is remembered for the next time."""

    from_: str
    name: str | None = None
    identity: Identity | None = None
    username: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    identity_key_hash: str | None = None
    #: The same as the identity `hidden`, or `both`.
    hide_phone: bool | None = None


class Letter(Who, kw_only=True, rename={"from_": "from"}):
    """`message` has a type and whatever is to be different from what Meta usually sends (inbound.messages)."""

    text: str | None = None
    message: dict[str, Any] | None = None
    #: How many messages, from how many customers (numbers counted up from `from`).
    count: Count = 1
    customers: Count = 1
    #: Whose `contacts[]` rows come along when several messages share a value.
    contacts: Literal["all", "first", "none"] = "all"
    #: Errors beside the messages, by code or as objects.
    errors: list[Any] | None = None


async def write(request: Request) -> Response:
    letter = await wire.read(request, Letter)
    stage = wire.stage_of(request)
    parts = letters(stage, letter)
    written = [one["id"] for part in parts for one in part.value["messages"]]
    return wire.answer({"messages": written, **await deliver(stage, letter, parts)})


def letters(stage: Stage, letter: Letter) -> list[Part]:
    phone = find_phone(stage, letter.phone_number_id, letter.phone)
    return [_letter(stage, phone, letter, number) for number in range(letter.count)]


def _letter(stage: Stage, phone: Phone, letter: Letter, number: int) -> Part:
    person = find_person(stage.world, letter, number % letter.customers)
    written = message(Scene(stage.world, phone, person), _given(letter))
    stage.world.remember_written(phone, person.digits, written)
    if written["type"] != "system":
        for alias in (person.digits, person.user_id):
            stage.world.hear(phone, alias)
    shown = letter.contacts == "all" or (letter.contacts == "first" and number == 0)
    value = notifications.phone_value(
        phone,
        contacts=[person.contact()] if shown and has_contact(written) else None,
        messages=[written],
        errors=completed(letter.errors, "errors") if letter.errors else None,
    )
    return part_of(stage, phone, "messages", value)


def find_person(world: World, who: Who, offset: int = 0) -> Person:
    digits = ids.digits_of(who.from_)
    if not 5 <= len(digits) <= 15:
        raise BadInput("from", "Write the customer's number with its country code, such as 16505551234.")
    person = known(world, str(int(digits) + offset))
    for name in ("name", "identity", "username", "user_id", "parent_user_id", "identity_key_hash"):
        if (told := getattr(who, name)) is not None:
            setattr(person, name, told)
    if who.hide_phone is not None:
        person.identity = "hidden" if who.hide_phone else "both"
    world.names[person.digits] = person.name
    return person


def known(world: World, digits: str) -> Person:
    return world.people.setdefault(digits, Person(digits))


def _given(letter: Letter) -> dict[str, Any]:
    if (letter.text is None) == (letter.message is None):
        raise BadInput("text", "Give either text or message.")
    if letter.message is None:
        return {"type": "text", "text": {"body": letter.text}}
    return letter.message
