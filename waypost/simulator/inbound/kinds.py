"""Every type of message that a customer can write: what Meta sends when the tester names the type alone."""

from collections.abc import Callable

from ..overlay import Object
from ..problems import BadInput
from . import attachments, moves, replies
from .errors import error
from .scene import Scene

#: The parts of a message object that its type brings; `given` is what the tester wrote.
Build = Callable[[Scene, Object], Object]


def _text(scene: Scene, given: Object) -> Object:
    return {"text": {"body": "Hello"}}


def _location(scene: Scene, given: Object) -> Object:
    return {"location": {"latitude": 37.4421, "longitude": -122.1615}}


def _contacts(scene: Scene, given: Object) -> Object:
    """A card; one that answers the business's request for contact information brings a vCard too."""
    name = {"formatted_name": "Bo Chen", "first_name": "Bo", "last_name": "Chen"}
    card: Object = {"name": name, "phones": [{"phone": "+1 650-555-0177", "wa_id": "16505550177", "type": "CELL"}]}
    if "origin" in given:
        card["vcard"] = "BEGIN:VCARD\nVERSION:3.0\nN:Chen;Bo;;;\nFN:Bo Chen\nTEL;type=CELL:+1 650-555-0177\nEND:VCARD"
    return {"contacts": [card]}


def _reaction(scene: Scene, given: Object) -> Object:
    return {"reaction": {"message_id": scene.last_sent_wamid(), "emoji": "👍"}}


def _order(scene: Scene, given: Object) -> Object:
    item = {"product_retailer_id": "sku-1", "quantity": 2, "item_price": 30, "currency": "USD"}
    return {"order": {"catalog_id": "194836987003835", "product_items": [item]}}


def _unsupported(scene: Scene, given: Object) -> Object:
    unknown = error(131051, "Message type unknown", "Message type is currently not supported.")
    return {"errors": [unknown], "unsupported": {"type": "poll"}}


def _edit(scene: Scene, given: Object) -> Object:
    told = given.get("edit")
    fresh = told.get("message") if isinstance(told, dict) else None
    fresh = fresh if isinstance(fresh, dict) else {}
    message = {
        "context": {"id": "M0"},
        "type": "text",
        **content(scene, {"type": "text", **fresh}, "message.edit.message"),
    }
    return {"edit": {"original_message_id": scene.last_received_wamid(), "message": message}}


def _revoke(scene: Scene, given: Object) -> Object:
    return {"revoke": {"original_message_id": scene.last_received_wamid()}}


KINDS: dict[str, Build] = {
    "text": _text,
    **attachments.KINDS,
    "location": _location,
    "contacts": _contacts,
    "interactive": replies.interactive,
    "button": replies.button,
    "reaction": _reaction,
    "order": _order,
    "system": moves.system,
    "unsupported": _unsupported,
    "edit": _edit,
    "revoke": _revoke,
    "request_welcome": lambda scene, given: {},
}


def content(scene: Scene, given: Object, place: str = "message") -> Object:
    """What a type brings by itself. A type that is not known here must be spelled out."""
    kind = given.get("type")
    if not isinstance(kind, str):
        raise BadInput(f"{place}.type", f"Write the type of the message: {', '.join(KINDS)}.")
    if kind in KINDS:
        return KINDS[kind](scene, given)
    if kind not in given:
        raise BadInput(f"{place}.type", f"Write {', '.join(KINDS)}, or spell out the object `{kind}`.")
    return {}
