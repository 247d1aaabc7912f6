"""The carousel: two to ten cards side by side, all of one make."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from .catalogs import CATALOG_ID, RETAILER_ID
from .frame import Link, Media, Part
from .headers import BODY, MediaHeader, framed, shown
from .interactive import BUTTON_TITLE, Button, Interactive, button_faults
from .limits import address, items, text, within

CARD_BREAKS = 2


class Card(Part, kw_only=True):
    """A header with media and either a link (`buttonText`, `url`) or reply `buttons`; or a product."""

    header: MediaHeader | None = None
    body: Annotated[str | None, text(160, "At most 160 characters and two line breaks.", "Latest model")] = None
    button_text: Annotated[str | None, BUTTON_TITLE] = None
    url: Annotated[str | None, address(2000, "What the button opens.", "https://example.com/phone")] = None
    buttons: Annotated[list[Button] | None, items(1, 3, "One to three, as many on every card.")] = None
    catalog_id: Annotated[str | None, CATALOG_ID] = None
    product_retailer_id: Annotated[str | None, RETAILER_ID] = None

    @property
    def is_product(self) -> bool:
        return self.catalog_id is not None or self.product_retailer_id is not None

    def make(self) -> str:
        """What all cards must have in common, in words."""
        if self.is_product:
            return "a product"
        header = f"{self.header.type} and " if self.header else ""
        count = len(self.buttons or ())
        return header + (f"{count} reply button{'s' * (count != 1)}" if self.buttons is not None else "a link")

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from self._product_faults() if self.is_product else self._media_faults()
        if self.body is not None and self.body.count("\n") > CARD_BREAKS:
            yield "body", f"has {self.body.count(chr(10))} line breaks; at most {CARD_BREAKS} are allowed."
        yield from button_faults(self.buttons or [])

    def _product_faults(self) -> Iterator[tuple[str, str]]:
        for name, given in (("catalogId", self.catalog_id), ("productRetailerId", self.product_retailer_id)):
            if given is None:
                yield name, "is required on a card with a product."
        beside = {"header": self.header, "body": self.body, "buttonText": self.button_text, "url": self.url}
        for name, part in {**beside, "buttons": self.buttons}.items():
            if part is not None:
                yield name, "must be left out on a card with a product."

    def _media_faults(self) -> Iterator[tuple[str, str]]:
        if self.header is None:
            yield "header", "is required: an image or a video."
        linked = {"buttonText": self.button_text, "url": self.url}
        if self.buttons is None:
            for name, part in linked.items():
                if part is None:
                    yield name, "is required; or give buttons."
        else:
            for name, part in linked.items():
                if part is not None:
                    yield name, "must be left out when there are buttons: a card has one or the other."

    def content(self, media: Media) -> dict[str, Any]:
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {**plain, **shown(self.header, None, None, media)}

    def graph(self, place: int, media: Media) -> dict[str, Any]:
        if self.is_product:
            action = {"catalog_id": self.catalog_id, "product_retailer_id": self.product_retailer_id}
            return {"card_index": place, "type": "product", "action": action}
        whole = {"card_index": place, "type": "cta_url", **framed(self.header, self.body, None, media)}
        if self.buttons is None:
            parameters = {"display_text": self.button_text, "url": self.url}
            return {**whole, "action": {"name": "cta_url", "parameters": parameters}}
        replies = [{"id": button.id, "title": button.title} for button in self.buttons]
        return {**whole, "action": {"buttons": [{"type": "quick_reply", "quick_reply": each} for each in replies]}}


class SendCarousel(Interactive, kw_only=True):
    """Two to ten cards that the recipient swipes through."""

    interactive_type: Literal["carousel"]
    body: Annotated[str, BODY]
    cards: Annotated[list[Card], items(2, 10, "Two to ten, all with the same kind of header and buttons.")]

    def faults(self) -> Iterator[tuple[str, str]]:
        for place, card in enumerate(self.cards[1:], 1):
            if card.make() != self.cards[0].make():
                yield f"cards[{place}]", f"has {card.make()}, cards[0] has {self.cards[0].make()}; all must be alike."

    def links(self) -> list[Link]:
        headers = [(f"cards[{place}]", card.header) for place, card in enumerate(self.cards)]
        return [link for path, header in headers if header is not None for link in header.links(within(path, "header"))]

    def offered(self, media: Media) -> dict[str, Any]:
        return {"cards": [card.content(media) for card in self.cards]}

    def action(self, media: Media) -> dict[str, Any]:
        return {"cards": [card.graph(place, media) for place, card in enumerate(self.cards)]}
