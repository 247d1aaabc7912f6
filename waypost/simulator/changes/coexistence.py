"""What comes from a number that is on the WhatsApp Business app too: echoes, the app's contacts, past conversations.

And what customers decide about marketing, which has the same shape: values about one phone and its people.
"""

import time
from typing import Any

from .. import ids, notifications
from ..inbound.errors import completed
from ..inbound.kinds import content
from ..inbound.scene import Scene
from ..overlay import Object, overlaid
from ..people import Person
from ..problems import BadInput

HISTORY_STATES = ("DELIVERED", "ERROR", "PENDING", "PLAYED", "READ", "SENT")
_MEDIA = ("image", "video", "audio", "document", "sticker")


def echo(scene: Scene, given: Object) -> Object:
    """A message that the business wrote on its phone, in an `smb_message_echoes` value."""
    return notifications.phone_value(
        scene.phone, contacts=[scene.person.contact()], message_echoes=[_from_business(scene, given)]
    )


def _from_business(scene: Scene, given: Object) -> Object:
    told = {"type": "text", **given}
    frame = {"from": scene.phone.digits, **scene.person.addressee(), **_stamped(scene.person, "out")}
    usual = overlaid({**frame, "type": told["type"]}, content(scene, told))
    return overlaid(usual, {key: value for key, value in told.items() if key != "file"}, "message")


def _stamped(person: Person, direction: Any) -> Object:
    return {"id": ids.wamid(person.thread, direction), "timestamp": str(int(time.time()))}


def state_sync(scene: Scene, given: Object) -> Object:
    """A contact of the app's address book: `action` is add (also for a change) or remove."""
    action = given.get("action", "add")
    if action not in ("add", "remove"):
        raise BadInput("message.action", "Write add or remove.")
    person = scene.person
    known = {"phone_number": person.number, "user_id": person.shown_user_id, "username": person.username}
    names = {"full_name": person.name, "first_name": person.name.split()[0]} if action == "add" else {}
    contact = {**names, **{name: value for name, value in known.items() if value}}
    row: Object = {"type": "contact", "contact": contact, "action": action}
    row["metadata"] = {"timestamp": str(int(time.time()))}
    return notifications.phone_value(scene.phone, state_sync=[overlaid(row, given, "message")])


def history(scene: Scene, messages: list[Object], metadata: Object) -> Object:
    """A chunk with one thread; a message is from the business when it says `"by": "business"`, and has a `state`."""
    thread = {
        "id": scene.person.thread,
        "context": {
            key: value
            for key, value in (
                ("wa_id", scene.person.number),
                ("user_id", scene.person.shown_user_id),
                ("username", scene.person.username),
            )
            if value
        },
        "messages": [_past(scene, one, place) for place, one in enumerate(messages)],
    }
    chunk = {"metadata": overlaid({"phase": 0, "chunk_order": 1, "progress": 100}, metadata), "threads": [thread]}
    return notifications.phone_value(scene.phone, history=[chunk])


def _past(scene: Scene, given: Object, place: int) -> Object:
    """Media are only announced here; `history_media` brings them."""
    told = {"type": "text", **{key: value for key, value in given.items() if key not in ("by", "state")}}
    state = given.get("state", "READ")
    if state not in HISTORY_STATES:
        raise BadInput(f"messages[{place}].state", f"Write one of {', '.join(HISTORY_STATES)}.")
    ours = given.get("by") == "business"
    frame = {"from": scene.phone.digits, **scene.person.addressee()} if ours else scene.person.sender()
    whole: Object = {**frame, **_stamped(scene.person, "out" if ours else "in"), "type": told["type"]}
    if told["type"] in _MEDIA:
        told = {**told, "type": "media_placeholder"}
        told.pop(str(whole.pop("type")), None)
        whole["type"] = "media_placeholder"
    else:
        whole = overlaid(whole, content(scene, told, f"messages[{place}]"))
    whole["history_context"] = {"status": state}
    return overlaid(whole, told, f"messages[{place}]")


def history_media(scene: Scene, given: Object) -> Object:
    """The media object of a message that a chunk had only announced; name it by its id."""
    told = {"type": "image", **given}
    frame = {**scene.person.sender(), **_stamped(scene.person, "in"), "type": told["type"]}
    message = overlaid(overlaid(frame, content(scene, told)), told, "message")
    return notifications.phone_value(scene.phone, contacts=[scene.person.contact()], messages=[message])


def history_declined(scene: Scene) -> Object:
    errors = completed([{"code": 2593109, "title": "History sync is turned off by the business"}], "errors")
    return notifications.phone_value(scene.phone, history=[{"errors": errors}])


def preferences(scene: Scene, value: str) -> Object:
    """Whether this person wants marketing messages: stop, resume or signup."""
    words = {"stop": "stop", "resume": "resume", "signup": "receive"}
    row = {
        **{
            key: told for key, told in (("wa_id", scene.person.number), ("user_id", scene.person.shown_user_id)) if told
        },
        "detail": f"User requested to {words[value]} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(time.time()),
    }
    contacts = [scene.person.contact()]
    return notifications.phone_value(scene.phone, contacts=contacts, user_preferences=[row])
