"""Interactive messages whose answer comes back as a message: buttons, list, request for a location."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from .frame import NO_MEDIA, Link, Media, Message, Part
from .headers import BODY, FOOTER, AnyHeader, Header, TextHeader, framed, shown
from .limits import items, repeated, text

BUTTON_ID = text(256, "Comes back when the button is tapped; at most 256 characters.", "btn_buy")
BUTTON_TITLE = text(20, "At most 20 characters.", "Buy Now")
MAX_ROWS = 10


class Interactive(Message, kw_only=True):
    """What the kinds share; each says what it offers in its own fields."""

    type: Literal["interactive"]

    def parts(self) -> tuple[AnyHeader | None, str | None, str | None]:
        """(header, body, footer)."""
        header, body, footer = (getattr(self, name, None) for name in ("header", "body", "footer"))
        return header, body, footer

    def links(self) -> list[Link]:
        header = self.parts()[0]
        return [] if header is None else header.links("header")

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"type": self.kind(), **shown(*self.parts(), media), **self.offered(media)}

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        whole = {"type": self.meta_kind(), **framed(*self.parts(), media), "action": self.action(media)}
        return {"type": "interactive", "interactive": whole}

    def kind(self) -> str:
        return str(getattr(self, "interactive_type", ""))

    def meta_kind(self) -> str:
        """Meta's name of the kind."""
        return self.kind()

    def offered(self, media: Media) -> dict[str, Any]:
        """What the recipient can choose from, as stored."""
        raise NotImplementedError

    def action(self, media: Media) -> dict[str, Any]:
        """The same as Meta's `action`."""
        raise NotImplementedError


class Button(Part, kw_only=True):
    """A reply button."""

    id: Annotated[str, BUTTON_ID]
    title: Annotated[str, BUTTON_TITLE]


def button_faults(buttons: list[Button]) -> Iterator[tuple[str, str]]:
    for name in ("id", "title"):
        yield from repeated((f"buttons[{place}].{name}", getattr(each, name)) for place, each in enumerate(buttons))


class SendButtons(Interactive, kw_only=True):
    """One to three reply buttons."""

    interactive_type: Literal["button"]
    body: Annotated[str, BODY]
    buttons: Annotated[list[Button], items(1, 3, "One to three, with different ids and titles.")]
    header: Header | None = None
    footer: Annotated[str | None, FOOTER] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from button_faults(self.buttons)

    def offered(self, media: Media) -> dict[str, Any]:
        return {"buttons": msgspec.to_builtins(self.buttons)}

    def action(self, media: Media) -> dict[str, Any]:
        return {"buttons": [{"type": "reply", "reply": {"id": each.id, "title": each.title}} for each in self.buttons]}


class Row(Part, kw_only=True):
    """One choice of a list."""

    id: Annotated[str, text(200, "Comes back when the row is chosen; at most 200 characters.", "phone_1")]
    title: Annotated[str, text(24, "At most 24 characters.", "Smartphone X")]
    description: Annotated[str | None, text(72, "At most 72 characters.", "Latest model")] = None


class Section(Part, kw_only=True):
    """Rows under a title."""

    rows: Annotated[list[Row], items(1, MAX_ROWS, "At most 10 in all sections together.")]
    title: Annotated[
        str | None, text(24, "At most 24 characters; required when there are several sections.", "Electronics")
    ] = None


def title_faults(titles: list[str | None]) -> Iterator[tuple[str, str]]:
    """Sections need titles as soon as there are two."""
    if len(titles) > 1:
        for place, title in enumerate(titles):
            if title is None:
                yield f"sections[{place}].title", "is required when there is more than one section."


class SendList(Interactive, kw_only=True):
    """A list behind a button: up to 10 rows in up to 10 sections."""

    interactive_type: Literal["list"]
    body: Annotated[str, text(4096, "At most 4,096 characters.", "Browse our catalog:")]
    button_text: Annotated[str, text(20, "Opens the list; at most 20 characters.", "View Products")]
    sections: Annotated[list[Section], items(1, 10, "One to ten.")]
    header: TextHeader | None = None
    footer: Annotated[str | None, FOOTER] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from title_faults([section.title for section in self.sections])
        ids = [
            (f"sections[{s}].rows[{r}].id", row.id)
            for s, section in enumerate(self.sections)
            for r, row in enumerate(section.rows)
        ]
        if len(ids) > MAX_ROWS:
            yield "sections", f"have {len(ids)} rows; at most {MAX_ROWS} in all sections together are allowed."
        yield from repeated(ids)

    def offered(self, media: Media) -> dict[str, Any]:
        return {"buttonText": self.button_text, "sections": msgspec.to_builtins(self.sections)}

    def action(self, media: Media) -> dict[str, Any]:
        return {"button": self.button_text, "sections": msgspec.to_builtins(self.sections)}


class SendLocationRequest(Interactive, kw_only=True):
    """Asks for the recipient's location, which arrives as a location message."""

    interactive_type: Literal["location_request"]
    body: Annotated[str, text(1024, "At most 1,024 characters.", "Where shall we deliver?")]

    def meta_kind(self) -> str:
        return "location_request_message"

    def offered(self, media: Media) -> dict[str, Any]:
        return {}

    def action(self, media: Media) -> dict[str, Any]:
        return {"name": "send_location"}
