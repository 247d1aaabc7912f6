"""What the tables of refusals are written with. A row is (good send, where it is changed, to what, field, sentence)."""

from typing import Any

from tests.meta.sends import PHOTO

Row = tuple[str, str, Any, str, str]

GONE = object()
ROW = {"id": "r", "title": "Row"}
CARD = {"header": {"type": "image", "mediaUrl": PHOTO}, "buttonText": "Buy", "url": "https://example.com/"}
PRODUCT = {"productRetailerId": "sku"}
NAMED = {"type": "text", "text": "x", "parameterName": "day"}
TYPES = (
    "text, image, video, audio, document, sticker, template, interactive, cta_url, flow, reaction, location, contacts"
)
NO_NUMBER = "must be a phone number with country code, such as 5491155551234."
NO_USER = "must be a user id of Meta, such as US.13491208655302741918."
NO_WAMID = "must be a wamid, as events, messages and the answer of a send have it."
NO_REPLY = "must be left out: Meta shows no message of this type as a reply."
NO_URL = "must be a URL that begins with https:// or http:// and has no spaces."
NO_MEDIA_ID = "must be an id that an upload or a received message has, digits only."
NO_FILENAME = "must have 1 to 255 characters, without slashes and line breaks."
NO_EMOJI = "must be one emoji, or empty to take the reaction back."
STRANGE = "is not a known field; remove it."
EMPTY = "must not be empty."
REQUIRED = "is required."
WITH_TEXT = "must be left out in a header of type text."
WITH_BUTTONS = "must be left out when there are buttons: a card has one or the other."
OF_PRODUCT = "must be left out on a card with a product."
GAPS = "must not contain line breaks, tabs or more than four spaces in a row."


def long(given: int, most: int) -> str:
    return f"has {given:,} characters; at most {most:,} are allowed."


def many(given: int, most: int) -> str:
    return f"has {given} entries; at most {most} are allowed."
