"""Image, video, audio, document and sticker: by `mediaUrl`, which is uploaded first, or by `mediaId`."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from ...targets import MAX_URL
from .frame import NO_MEDIA, Link, Media, MediaKind, Message
from .limits import address, shaped, text, words

MEDIA_ID = shaped(
    "[0-9]{1,32}", "must be an id that an upload or a received message has, digits only.",
    "Id of an upload or of received media.", "1234567890",
)  # fmt: skip
MEDIA_URL = address(MAX_URL, "Where to fetch the file; it is uploaded and sent by id.", "https://example.com/photo.jpg")
FILENAME = shaped(
    r"[^\x00-\x1f\x7f/\\]{1,255}", "must have 1 to 255 characters, without slashes and line breaks.",
    "Shown to the recipient; its extension chooses the icon.", "report.pdf",
)  # fmt: skip
_CAPTION = text(1024, "Shown below.", "Check this out!")


def reference(url: str | None, id_: str | None, media: Media) -> dict[str, str]:
    """How Meta is told of a file: by id where there is one."""
    known = id_ if url is None else media.get(url)
    return {"id": known} if known is not None else {"link": str(url)}


def stored(url: str | None, id_: str | None, media: Media) -> dict[str, str]:
    """How a file is told of in what we store."""
    known = id_ if url is None else media.get(url)
    return {**({"mediaId": known} if known else {}), **({"url": url} if url else {})}


def source_faults(url: str | None, id_: str | None) -> Iterator[tuple[str, str]]:
    if url is None and id_ is None:
        yield "mediaUrl", "is required; or give mediaId."
    elif url is not None and id_ is not None:
        yield "mediaId", "must be left out when there is a mediaUrl: give one of the two."


class SendMedia(Message, kw_only=True):
    """What the five kinds share."""

    kind: ClassVar[MediaKind]

    media_url: Annotated[str | None, MEDIA_URL] = None
    media_id: Annotated[str | None, MEDIA_ID] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from source_faults(self.media_url, self.media_id)

    def links(self) -> list[Link]:
        if self.media_url is None:
            return []
        return [Link("mediaUrl", self.kind, self.media_url, getattr(self, "filename", None))]

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {**stored(self.media_url, self.media_id, media), **self._beside()}

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"type": self.kind, self.kind: {**reference(self.media_url, self.media_id, media), **self._beside()}}

    def _beside(self) -> dict[str, Any]:
        """Caption, filename and voice, where given; named alike at Meta, stored and in the request."""
        told = {name: getattr(self, name, None) for name in ("caption", "filename", "voice")}
        return {name: value for name, value in told.items() if value not in (None, False)}


class SendImage(SendMedia, kw_only=True):
    """A JPEG or PNG of at most 5 MB."""

    kind: ClassVar[MediaKind] = "image"

    type: Literal["image"]
    caption: Annotated[str | None, _CAPTION] = None


class SendVideo(SendMedia, kw_only=True):
    """An MP4 or 3GP (H.264 and AAC) of at most 16 MB."""

    kind: ClassVar[MediaKind] = "video"

    type: Literal["video"]
    caption: Annotated[str | None, _CAPTION] = None


class SendAudio(SendMedia, kw_only=True):
    """AAC, AMR, MP3, M4A or OGG (Opus) of at most 16 MB."""

    kind: ClassVar[MediaKind] = "audio"

    type: Literal["audio"]
    voice: Annotated[bool | None, words("Whether it is shown as a voice message; for OGG with Opus.", True)] = None


class SendDocument(SendMedia, kw_only=True):
    """Any file of at most 100 MB."""

    kind: ClassVar[MediaKind] = "document"

    type: Literal["document"]
    caption: Annotated[str | None, _CAPTION] = None
    filename: Annotated[str | None, FILENAME] = None


class SendSticker(SendMedia, kw_only=True):
    """A WebP of 512 × 512 pixels: 100 KB, animated 500 KB."""

    kind: ClassVar[MediaKind] = "sticker"

    type: Literal["sticker"]
