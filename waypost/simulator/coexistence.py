"""What follows when a gateway asks for the data of the WhatsApp Business app: contacts and past conversations."""

from collections.abc import Callable

from . import notifications
from .changes.coexistence import history, state_sync
from .inbound.scene import Scene
from .people import Person
from .stage import Stage
from .world import Phone

#: Kind of data to who announces it, given the request's id.
Announcer = Callable[[Stage, Phone, str], None]

#: In the app's address book when nobody has written yet.
FRIENDS = (("16505551234", "Ana"), ("16505555678", "Bo Li"))


def _contacts(stage: Stage, phone: Phone, request_id: str) -> None:
    for scene in _scenes(stage, phone):
        stage.notify(phone, [notifications.change(state_sync(scene, {}), "smb_app_state_sync")])


def _history(stage: Stage, phone: Phone, request_id: str) -> None:
    """One chunk for each thread; the last says that all is there."""
    scenes = _scenes(stage, phone)
    past = [
        {"type": "text", "text": {"body": "Are you open on Sunday?"}},
        {"type": "text", "text": {"body": "Yes, from eight to noon."}, "by": "business"},
    ]
    for number, scene in enumerate(scenes, 1):
        told = history(scene, past, {"chunk_order": number, "progress": 100 * number // len(scenes)})
        stage.notify(phone, [notifications.change(told, "history")])


def _scenes(stage: Stage, phone: Phone) -> list[Scene]:
    people = list(stage.world.people.values()) or [Person(digits, name) for digits, name in FRIENDS]
    return [Scene(stage.world, phone, person) for person in people]


ANNOUNCERS: dict[str, Announcer] = {"smb_app_state_sync": _contacts, "history": _history}
