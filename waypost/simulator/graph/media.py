"""Media of a phone: uploaded as a form that is written to disk as it comes, looked up, deleted."""

from typing import Any

from ..media import Intake, Media, is_animated
from ..multipart import Form, Malformed, Part, boundary_of
from . import phones
from .call import Call
from .refusals import Refusal, missing, unknown_object

KB, MB = 1024, 1024 * 1024
FIELD_MAX = 4096

#: MIME types that an upload may have, and the bytes allowed. Any other type that is no picture or sound is a document.
SIZES: dict[str, int] = {
    **dict.fromkeys(("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"), 16 * MB),
    **dict.fromkeys(
        (
            "application/vnd.ms-powerpoint",
            "application/msword",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/pdf",
            "text/plain",
            "application/vnd.ms-excel",
        ),
        100 * MB,
    ),
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MB),
    "image/webp": 500 * KB,
    **dict.fromkeys(("video/mp4", "video/3gp", "video/3gpp"), 16 * MB),
}
STILL_STICKER_MAX = 100 * KB
_CLOSED = ("audio/", "image/", "video/", "multipart/", "application/octet-stream")

#: Which uploads may be sent as what; anything may be a document.
SENDABLE: dict[str, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png"),
    "sticker": ("image/webp",),
    "audio": ("audio/",),
    "video": ("video/",),
}


async def upload(call: Call) -> dict[str, Any]:
    phone = phones.found(call)
    boundary = boundary_of(call.request.headers.get("content-type", ""))
    if boundary is None:
        raise missing("file")
    fields: dict[str, str] = {}
    media: Media | None = None
    try:
        async for part in Form(call.request.stream(), boundary).parts():
            if part.name == "file" and media is None:
                media = await _received(call, phone.id, part)
            else:
                fields[part.name] = await _text(part)
    except Malformed as error:
        raise Refusal(100, str(error)) from None
    _require_product(call, fields, media)
    if media is None:
        raise missing("file")
    return {"id": media.id}


def _require_product(call: Call, fields: dict[str, str], media: Media | None) -> None:
    product = fields.get("messaging_product", call.query.get("messaging_product"))
    if product != "whatsapp" and media is not None:
        call.stage.world.media.remove(media)
    if not product:
        raise missing("messaging_product")
    if product != "whatsapp":
        raise Refusal(100, f'Param messaging_product must be one of {{WHATSAPP}} - got "{product}".')


async def _received(call: Call, phone_id: str, part: Part) -> Media:
    kind = part.content_type.lower()
    limit = _limit(kind)
    shelf = call.stage.world.media
    intake = shelf.intake()
    try:
        async for chunk in part.chunks:
            intake.write(chunk)
            if intake.size > limit:
                raise too_large(limit)
        _check_whole(intake, kind)
    except BaseException:
        intake.discard()
        raise
    return shelf.keep(intake, phone_id, kind, part.filename, inbound=False)


def _limit(kind: str) -> int:
    plain = kind.partition(";")[0].strip()
    if plain not in SIZES and ("/" not in plain or plain.startswith(_CLOSED)):
        raise Refusal(
            100,
            f"Param file must be a file with one of the following types: {', '.join(SIZES)}."
            f" Received file of type '{plain or 'application/octet-stream'}'.",
        )
    return SIZES.get(plain, 100 * MB)


def _check_whole(intake: Intake, kind: str) -> None:
    if intake.size == 0:
        raise Refusal(131053, details="The media file is empty.")
    if kind == "image/webp" and intake.size > STILL_STICKER_MAX and not is_animated(intake.head):
        raise too_large(STILL_STICKER_MAX)


def too_large(limit: int) -> Refusal:
    return Refusal(131053, details=f"Media file size too big. Max file size we currently support: {limit} bytes.")


async def _text(part: Part) -> str:
    found = bytearray()
    async for chunk in part.chunks:
        found += chunk
        if len(found) > FIELD_MAX:
            raise Refusal(100, f"Param {part.name} is too long.")
    return found.decode("utf-8", "replace")


def found(call: Call) -> Media:
    """Belongs to a phone that the token reaches, and to the phone that the call names, if it names one."""
    media = call.stage.world.media.find(call.node)
    phone = call.stage.world.phones.get(media.phone_number_id) if media else None
    if media is None or phone is None:
        raise unknown_object(call.method, call.node)
    call.require_waba(phone.waba_id)
    if (named := call.text("phone_number_id")) and named != phone.id:
        raise unknown_object(call.method, call.node)
    return media


async def read(call: Call) -> dict[str, Any]:
    media = found(call)
    return {
        "url": call.stage.world.media.url(media),
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": media.size,
        "id": media.id,
        "messaging_product": "whatsapp",
    }


async def delete(call: Call) -> dict[str, Any]:
    call.stage.world.media.remove(found(call))
    return {"success": True}
