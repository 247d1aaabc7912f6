"""Anything else that Meta notifies: a field, an event of it, and what is to be different from the usual value."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .. import notifications
from ..changes import account, coexistence, templates, threads
from ..changes.placeholders import filled, meanings
from ..inbound.errors import completed
from ..inbound.scene import Scene
from ..overlay import overlaid
from ..parts import Part
from ..problems import BadInput
from ..stage import Stage
from ..world import Phone
from . import wire
from .customers import Who, find_person
from .manner import deliver, find_phone, part_of

Value = dict[str, Any]
TABLES = {**account.FIELDS, **threads.FIELDS}


class Change(Who, kw_only=True, rename={"from_": "from"}):
    """`value` is laid over the usual value of the field's event; `from` is the customer whom it is about, if any."""

    field: str
    from_: str = "16505551234"
    event: str | None = None
    value: Value = msgspec.field(default_factory=dict)
    #: Of which template, else the first.
    template: str | None = None
    language: str | None = None
    #: For echoes, contacts and media of the past: the message or contact itself; for history: several messages.
    message: Value = msgspec.field(default_factory=dict)
    messages: list[Value] = msgspec.field(default_factory=list)
    #: Of a chunk of history: phase, chunk_order, progress.
    metadata: Value = msgspec.field(default_factory=dict)


async def announce(request: Request) -> Response:
    change = await wire.read(request, Change)
    stage = wire.stage_of(request)
    part = change_part(stage, change)
    answer = await deliver(stage, change, [part])
    return wire.answer({"field": part.field, "value": part.value, **answer})


def change_part(stage: Stage, change: Change) -> Part:
    phone = find_phone(stage, change.phone_number_id, change.phone)
    now = int(time.time())
    if change.field in PEOPLE:
        return part_of(stage, phone, change.field, overlaid(_of_people(stage, phone, change), change.value, "value"))
    event = _event(change)
    usual = _of_template(stage, phone, change, event, now) or _of_account(stage, phone, change, event, now)
    waba = stage.world.wabas[phone.waba_id]
    entry_id = waba.business_id if event in account.OF_BUSINESS else waba.id
    at = None if change.field in threads.FIELDS else now
    return part_of(stage, phone, change.field, overlaid(usual, change.value, "value"), entry_id, at)


def _of_template(stage: Stage, phone: Phone, change: Change, event: str, now: int) -> Value | None:
    if change.field not in templates.FIELDS:
        return None
    template = templates.found(stage.world.wabas[phone.waba_id], change.template, change.language)
    return templates.FIELDS[change.field][0](template, event, now)


def _of_account(stage: Stage, phone: Phone, change: Change, event: str, now: int) -> Value:
    """A field that is not known here is only what the tester says."""
    waba, person = stage.world.wabas[phone.waba_id], find_person(stage.world, change)
    known = meanings(phone, waba, person, stage.settings.app_id, now)
    value: Value = filled(TABLES.get(change.field, {}).get(event, {}), known)
    if change.field == "calls":
        stage.world.hear(phone, person.user_id)
    return value


def _event(change: Change) -> str:
    known = _events(change.field)
    if change.event is None:
        return known[0] if known else ""
    if known and change.event not in known:
        raise BadInput("event", f"{change.field} has {', '.join(filter(None, known)) or 'no events'}; use `value`.")
    return change.event


def _events(field: str) -> tuple[str, ...]:
    if field in templates.FIELDS:
        return templates.FIELDS[field][1]
    return tuple(TABLES.get(field, ()))


def _of_people(stage: Stage, phone: Phone, change: Change) -> Value:
    build, events = PEOPLE[change.field]
    event = change.event or events[0]
    if event not in events:
        raise BadInput("event", f"{change.field} has {', '.join(filter(None, events)) or 'no events'}.")
    return build(Scene(stage.world, phone, find_person(stage.world, change)), change, event)


def _messages(scene: Scene, change: Change, event: str) -> Value:
    """The field `messages` without any: errors of the account, 130429 when none are told."""
    change.value.setdefault("errors", [130429])
    change.value["errors"] = completed(change.value["errors"], "value.errors")
    return notifications.phone_value(scene.phone)


def _history(scene: Scene, change: Change, event: str) -> Value:
    if event == "media":
        return coexistence.history_media(scene, change.message)
    if event == "declined":
        return coexistence.history_declined(scene)
    return coexistence.history(scene, change.messages or [{}, {"by": "business"}], change.metadata)


PEOPLE: dict[str, tuple[Callable[[Scene, Change, str], Value], tuple[str, ...]]] = {
    "messages": (_messages, ("",)),
    "smb_message_echoes": (lambda scene, change, event: coexistence.echo(scene, change.message), ("",)),
    "smb_app_state_sync": (lambda scene, change, event: coexistence.state_sync(scene, change.message), ("",)),
    "history": (_history, ("chunk", "media", "declined")),
    "user_preferences": (
        lambda scene, change, event: coexistence.preferences(scene, event),
        ("stop", "resume", "signup"),
    ),
}

#: Every field with its events.
EVENTS: dict[str, tuple[str, ...]] = {
    **{field: tuple(events) for field, events in TABLES.items()},
    **{field: events for field, (_, events) in templates.FIELDS.items()},
    **{field: events for field, (_, events) in PEOPLE.items()},
}
