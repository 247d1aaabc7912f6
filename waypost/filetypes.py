"""Files as WhatsApp takes them: kinds, types, sizes and names. Pure. Source: Meta's table of supported media types.

A kind decides what a file may be used for; its limits are Meta's. Which documents open on a phone is for Meta to say.
"""

import re
from typing import Literal
from urllib.parse import unquote, urlsplit

Kind = Literal["image", "video", "audio", "document", "sticker"]

MB = 1024 * 1024
LIMITS: dict[Kind, int] = {
    "image": 5 * MB, "video": 16 * MB, "audio": 16 * MB, "document": 100 * MB, "sticker": 500 * 1024,
}  # fmt: skip
STILL_STICKER = 100 * 1024
LARGEST = max(LIMITS.values())

_TYPES: dict[Kind, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"),
    "sticker": ("image/webp",),
}
_KIND_OF = {type_: kind for kind, types in _TYPES.items() for type_ in types}
_ALIASES = {
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4", "audio/x-aac": "audio/aac", "video/3gp": "video/3gpp", "application/ogg": "audio/ogg",
    "application/x-pdf": "application/pdf",
}  # fmt: skip
#: Where a server does not know better, the name does.
UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-download"})

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ENDINGS = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "mp4": "video/mp4", "3gp": "video/3gpp",
    "aac": "audio/aac", "amr": "audio/amr", "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg",
    "opus": "audio/opus", "oga": "audio/ogg",
    "pdf": "application/pdf", "txt": "text/plain", "csv": "text/csv",
    "doc": "application/msword", "docx": _OFFICE + "wordprocessingml.document",
    "xls": "application/vnd.ms-excel", "xlsx": _OFFICE + "spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint", "pptx": _OFFICE + "presentationml.presentation",
}  # fmt: skip
_EXTENSIONS = {type_: ending for ending, type_ in reversed(_ENDINGS.items())}
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}")
_CODECS = re.compile(r";\s*codecs=\"?([\w.,-]{1,60})\"?", re.I)
NAME_LENGTH = 240


def type_of(told: str | None, filename: str | None) -> str:
    """The MIME type of a file by its Content-Type, or else by its name: `audio/ogg; codecs=opus`; "" when unknown."""
    plain = (told or "").partition(";")[0].strip().lower()
    plain = _ALIASES.get(plain, plain)
    if plain in UNTOLD or not _TYPE.fullmatch(plain):
        return _ENDINGS.get((filename or "").rpartition(".")[2].lower(), plain if plain in UNTOLD else "")
    codecs = _CODECS.search(told or "")
    return f"{plain}; codecs={codecs[1]}" if codecs else plain


def kind_of(mime_type: str) -> Kind | None:
    """What a file of this type is to WhatsApp; None for what it does not take: other sound and pictures, no type."""
    plain = mime_type.partition(";")[0]
    if plain in _KIND_OF:
        return _KIND_OF[plain]
    return None if plain in UNTOLD or plain.startswith(("image/", "audio/", "video/")) else "document"


def type_problem(kind: Kind, mime_type: str) -> str | None:
    """Why a file of this type cannot be sent as this kind, or None."""
    plain = mime_type.partition(";")[0]
    if kind == "document" and plain == "text/html":
        return "is a web page (text/html), not a document."
    if kind == "document":
        return None if kind_of(mime_type) is not None else unsupported(mime_type)
    if plain in _TYPES[kind]:
        return None
    article = "an" if kind[0] in "aeiou" else "a"
    return f"is {_told(plain)}; {article} {kind} must be {_listed(_TYPES[kind])}."


def unsupported(mime_type: str) -> str:
    """Why no kind takes this type."""
    plain = mime_type.partition(";")[0]
    if plain in UNTOLD:
        return "is of an unknown type; its Content-Type or the ending of its name must tell."
    kind: Kind = "audio" if plain.startswith("audio/") else "video" if plain.startswith("video/") else "image"
    types = _TYPES[kind] + (_TYPES["sticker"] if kind == "image" else ())
    return f"is {_told(plain)}, which WhatsApp does not take; send {_listed(types)}, or another kind of file."


def limit_of(mime_type: str, head: bytes = b"") -> int:
    """The most bytes a file may have, whatever it is sent as; `head` tells a sticker that does not move."""
    kind = kind_of(mime_type) or "document"
    if kind == "sticker" and len(head) >= 21 and not _moves(head):
        return STILL_STICKER
    return LIMITS[kind]


def size_problem(mime_type: str, limit: int) -> str:
    """Why a file is too large."""
    noun = "a sticker that does not move" if limit == STILL_STICKER else _told(mime_type.partition(";")[0])
    shown = f"{limit // MB} MB" if limit >= MB else f"{limit // 1024} kB"
    return f"is too large: {noun} may have at most {shown} ({limit:,} bytes)."


def tidy_name(name: str | None) -> str | None:
    """A file name without folders and control characters; None when nothing is left."""
    if name is None:
        return None
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(char for char in last if char.isprintable()).strip()[-NAME_LENGTH:]
    return plain if plain.strip(".") else None


def name_in(url: str) -> str | None:
    """The file name at the end of a URL's path."""
    return tidy_name(unquote(urlsplit(url).path.rpartition("/")[2], errors="replace"))


def name_for(media_id: str, mime_type: str | None) -> str:
    """A name for a file that has none."""
    ending = _EXTENSIONS.get((mime_type or "").partition(";")[0])
    return f"{media_id}.{ending}" if ending else media_id


def _moves(head: bytes) -> bool:
    """The animation flag of an extended WebP (RFC 9649); a simple WebP is one still picture."""
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and bool(head[20] & 0x02)


def _told(plain: str) -> str:
    return plain or "of an unknown type"


def _listed(types: tuple[str, ...]) -> str:
    return types[0] if len(types) == 1 else f"{', '.join(types[:-1])} or {types[-1]}"
