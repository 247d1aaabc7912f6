"""Media that customers send: a real object on the shelf, and the object of Meta's that names it."""

from functools import partial

import msgspec

from ..overlay import Object
from ..problems import BadInput
from .samples import MIME_TYPES, SAMPLES
from .scene import Scene

SIZE_MAX = 110 * 1024 * 1024


class File(msgspec.Struct, forbid_unknown_fields=True):
    """`content` (base64) or so many bytes of nothing in particular; else a small sample of the type."""

    content: bytes | None = None
    size: int | None = None
    mime_type: str | None = None
    filename: str | None = None


def attached(kind: str, scene: Scene, given: Object) -> Object:
    """A media object that says its own id is left to the tester; otherwise a new file lies behind it."""
    told = given.get(kind, {})
    wish = _file(given)
    if isinstance(told, dict) and (told.get("id") or (kind in given and told is None)):
        return {}
    told = told if isinstance(told, dict) else {}
    mime_type = wish.mime_type or told.get("mime_type") or MIME_TYPES[kind]
    filename = wish.filename or told.get("filename") or ("document.pdf" if kind == "document" else None)
    shelf = scene.world.media
    media = shelf.add(scene.phone.id, _content(kind, wish), str(mime_type), filename)
    whole: Object = {
        "mime_type": media.mime_type,
        "sha256": media.sha256_base64,
        "id": media.id,
        "url": shelf.url(media, "webhook"),
    }
    if kind == "document":
        whole["filename"] = filename
    if kind == "audio":
        whole["voice"] = True
    if kind == "sticker":
        whole["animated"] = media.animated
    return {kind: whole}


def _file(given: Object) -> File:
    try:
        return msgspec.convert(given.get("file") or {}, File)
    except msgspec.ValidationError as error:
        raise BadInput("message.file", str(error)) from None


def _content(kind: str, wish: File) -> bytes:
    if wish.content is not None:
        return wish.content
    if wish.size is None:
        return SAMPLES[kind]
    if not 0 < wish.size <= SIZE_MAX:
        raise BadInput("message.file.size", f"Between 1 and {SIZE_MAX} bytes.")
    return (SAMPLES[kind] + bytes(wish.size))[: wish.size]


KINDS = {kind: partial(attached, kind) for kind in MIME_TYPES}
