"""Words and examples of media."""

from typing import Any

from . import samples
from .words import Words

FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "description": "The file, with its Content-Type and filename.",
        }
    },
}

WORDS = {
    "media.upload": Words(
        "Passes a file on to Meta and answers with its id, to be sent as `mediaId`. The file is streamed; nothing is"
        " kept here. At most 5 MB for images, 16 MB for audio and video, 100 MB for documents, 100 kB for still and"
        " 500 kB for animated stickers. Meta keeps an upload for 30 days, for this number alone.",
        {"id": samples.MEDIA},
        meta=True,
        refusals={"413": "The file is larger than its kind may be."},
    ),
    "media.one": Words(
        "What Meta knows of a file that a contact sent or that was uploaded here: type, size, checksum and, in `url`,"
        " Meta's own address, which lives five minutes and needs Meta's token. To fetch the bytes use the download.",
        {
            "id": samples.MEDIA,
            "mimeType": "image/jpeg",
            "fileSize": 34112,
            "sha256": "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
            "filename": "photo.jpg",
            "url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1234567890",
            "expiresAt": samples.CONNECTED,
        },
        meta=True,
    ),
    "media.download": Words(
        "The bytes of a file, streamed, with its type and name. `Range` asks for a part of it, so that players can"
        " seek. Meta keeps uploads for 30 days and what contacts send for 7; later this is 404.",
        meta=True,
    ),
    "media.delete": Words(
        "Deletes a file at Meta before its time. What was sent with it stays at the recipient.",
        {"id": samples.MEDIA, "deleted": True},
        meta=True,
    ),
}
