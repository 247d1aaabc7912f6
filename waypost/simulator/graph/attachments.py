"""Media that a message names by id: they must be there, belong to the phone, and be of the kind they are sent as."""

from collections.abc import Iterator
from typing import Any

from ..faults import Failure
from ..world import Phone, World
from .media import SENDABLE
from .refusals import Refusal

KINDS = ("image", "video", "audio", "document", "sticker", "gif")


def check(world: World, phone: Phone, body: dict[str, Any]) -> Failure | None:
    """Raises for an id that is unknown or another phone's; a wrong kind is only found out after acceptance."""
    failure = None
    for where, kind, media_id in _named(body, ()):
        media = world.media.find(media_id)
        if media is None or media.phone_number_id != phone.id:
            raise Refusal(100, f"Param {where} is not a valid whatsapp business account media attachment ID")
        allowed = SENDABLE.get(kind)
        if allowed is not None and not media.mime_type.startswith(allowed):
            names = ", ".join(allowed)
            details = f"Unsupported {kind.title()} mime type {media.mime_type}. Please use one of {names}."
            failure = Failure(131053, details=details)
    return failure


def _named(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, str, str]]:
    """Where, as what, and the id, of each media object in a message body."""
    if isinstance(node, list):
        for place, item in enumerate(node):
            yield from _named(item, (*path, place))
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in KINDS and isinstance(value, dict) and isinstance(value.get("id"), str):
                where = [*path, key, "id"]
                yield str(where[0]) + "".join(f"[{part!r}]" for part in where[1:]), key, value["id"]
            elif key != "action_data":
                yield from _named(value, (*path, key))
