"""Contact cards."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from .frame import NO_MEDIA, Media, Message, Part
from .limits import items, shaped, text
from .spelling import as_meta, respelled, spellings

_LINE = text(1000, "Free text.")
_Where = Literal["HOME", "WORK"]
_NAMED = ("first_name", "last_name", "middle_name", "suffix", "prefix")


class CardName(Part, kw_only=True):
    """`formattedName` and at least one other part."""

    formatted_name: Annotated[str, text(1000, "The whole name, as shown.", "Ana Pérez")]
    first_name: Annotated[str | None, text(1000, "First name.", "Ana")] = None
    last_name: Annotated[str | None, text(1000, "Last name.", "Pérez")] = None
    middle_name: Annotated[str | None, _LINE] = None
    suffix: Annotated[str | None, _LINE] = None
    prefix: Annotated[str | None, _LINE] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        if all(getattr(self, name) is None for name in _NAMED):
            yield "firstName", "is required; or give lastName, middleName, suffix or prefix."


class CardPhone(Part, kw_only=True):
    phone: Annotated[str, text(1000, "The number, as shown.", "+54 9 11 5555-1234")]
    type: Annotated[str | None, text(100, "Such as CELL, MAIN, HOME or WORK.", "CELL")] = None
    wa_id: Annotated[
        str | None,
        shaped("[0-9]{5,20}", "must be digits only.", "The number at WhatsApp; without it the card offers to invite.",
               "5491155551234"),
    ] = None  # fmt: skip


class CardEmail(Part, kw_only=True):
    email: Annotated[str, text(1000, "An e-mail address.", "ana@example.com")]
    type: _Where | None = None


class CardUrl(Part, kw_only=True):
    url: Annotated[str, text(2000, "A web address.", "https://example.com")]
    type: _Where | None = None


class CardAddress(Part, kw_only=True):
    street: Annotated[str | None, _LINE] = None
    city: Annotated[str | None, _LINE] = None
    state: Annotated[str | None, _LINE] = None
    zip: Annotated[str | None, _LINE] = None
    country: Annotated[str | None, _LINE] = None
    country_code: Annotated[str | None, text(10, "Two letters.", "AR")] = None
    type: _Where | None = None


class CardOrganization(Part, kw_only=True):
    company: Annotated[str | None, _LINE] = None
    department: Annotated[str | None, _LINE] = None
    title: Annotated[str | None, _LINE] = None


class ContactCard(Part, kw_only=True):
    """One person or business."""

    name: CardName
    phones: list[CardPhone] | None = None
    emails: list[CardEmail] | None = None
    addresses: list[CardAddress] | None = None
    urls: list[CardUrl] | None = None
    org: CardOrganization | None = None
    birthday: Annotated[
        str | None,
        shaped("[0-9]{4}-[0-9]{2}-[0-9]{2}", "must be a date such as 1990-12-31.", "A date.", "1990-12-31"),
    ] = None


_NAMES = spellings(CardName, CardPhone, CardAddress)


class SendContacts(Message, kw_only=True):
    """Contact cards; a card without `phones[].waId` shows an invitation instead of a chat."""

    type: Literal["contacts"]
    contacts: Annotated[list[ContactCard], items(1, 257, "1 to 257 cards.")]

    @staticmethod
    def respelled(body: dict[str, Any]) -> dict[str, Any]:
        return {name: respelled(part, _NAMES) if name == "contacts" else part for name, part in body.items()}

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"contacts": msgspec.to_builtins(self.contacts)}

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"type": "contacts", "contacts": as_meta(self.contacts)}
