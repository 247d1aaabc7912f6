"""Header, body and footer of interactive messages."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from .frame import Link, Media, Part
from .limits import text, within
from .media import FILENAME, MEDIA_ID, MEDIA_URL, reference, source_faults, stored

HEADER_TEXT = text(60, "At most 60 characters.", "Choose an option")
BODY = text(1024, "At most 1,024 characters.", "How would you like to proceed?")
FOOTER = text(60, "At most 60 characters.", "Reply within 24 hours")


class TextHeader(Part, kw_only=True):
    """A line of text above the body."""

    type: Literal["text"]
    text: Annotated[str, HEADER_TEXT]

    def content(self, media: Media) -> dict[str, Any]:
        return {"type": "text", "text": self.text}

    def graph(self, media: Media) -> dict[str, Any]:
        return {"type": "text", "text": self.text}

    def links(self, field: str) -> list[Link]:
        return []


class MediaHeader(Part, kw_only=True):
    """An image or a video above the body."""

    type: Literal["image", "video"]
    media_url: Annotated[str | None, MEDIA_URL] = None
    media_id: Annotated[str | None, MEDIA_ID] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from source_faults(self.media_url, self.media_id)

    def content(self, media: Media) -> dict[str, Any]:
        return {"type": self.type, **stored(self.media_url, self.media_id, media)}

    def graph(self, media: Media) -> dict[str, Any]:
        return {"type": self.type, self.type: reference(self.media_url, self.media_id, media)}

    def links(self, field: str) -> list[Link]:
        return [] if self.media_url is None else [Link(within(field, "mediaUrl"), self.type, self.media_url)]


class Header(Part, kw_only=True):
    """Text, image, video or document above the body: `text` for the first, `mediaUrl` or `mediaId` for the others."""

    type: Literal["text", "image", "video", "document"]
    text: Annotated[str | None, HEADER_TEXT] = None
    media_url: Annotated[str | None, MEDIA_URL] = None
    media_id: Annotated[str | None, MEDIA_ID] = None
    filename: Annotated[str | None, FILENAME] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        if self.type == "text":
            if self.text is None:
                yield "text", "is required in a header of type text."
            for name, given in (("mediaUrl", self.media_url), ("mediaId", self.media_id)):
                if given is not None:
                    yield name, "must be left out in a header of type text."
        else:
            yield from source_faults(self.media_url, self.media_id)
            if self.text is not None:
                yield "text", f"must be left out in a header of type {self.type}."
        if self.filename is not None and self.type != "document":
            yield "filename", "belongs to a header of type document."

    def content(self, media: Media) -> dict[str, Any]:
        if self.type == "text":
            return {"type": "text", "text": self.text}
        return {"type": self.type, **stored(self.media_url, self.media_id, media), **self._named()}

    def graph(self, media: Media) -> dict[str, Any]:
        if self.type == "text":
            return {"type": "text", "text": self.text}
        return {"type": self.type, self.type: {**reference(self.media_url, self.media_id, media), **self._named()}}

    def links(self, field: str) -> list[Link]:
        if self.type == "text" or self.media_url is None:
            return []
        return [Link(within(field, "mediaUrl"), self.type, self.media_url, self.filename)]

    def _named(self) -> dict[str, Any]:
        return {} if self.filename is None else {"filename": self.filename}


AnyHeader = Header | TextHeader | MediaHeader


def framed(header: AnyHeader | None, body: str | None, footer: str | None, media: Media) -> dict[str, Any]:
    """The parts of Meta's `interactive` object that surround its action."""
    found: dict[str, Any] = {}
    if header is not None:
        found["header"] = header.graph(media)
    if body is not None:
        found["body"] = {"text": body}
    if footer is not None:
        found["footer"] = {"text": footer}
    return found


def shown(header: AnyHeader | None, body: str | None, footer: str | None, media: Media) -> dict[str, Any]:
    """The same parts as we store them."""
    told = {"header": header.content(media) if header is not None else None, "body": body, "footer": footer}
    return {name: value for name, value in told.items() if value is not None}
