"""Template parameters: Meta's parameter objects; `type` tells which, and its value is under the name of the type."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from .catalogs import CATALOG_ID, RETAILER_ID, ProductItem, ProductSection
from .frame import Media, MediaKind, Part
from .limits import items, number, shaped, text, words
from .media import FILENAME, MEDIA_ID, MEDIA_URL, reference
from .spelling import spellings

NAME = shaped(
    "[a-z][a-z0-9_]*", "must be the placeholder's name in the template: lower-case letters, digits and underscores.",
    "The placeholder that is meant, in a template with named ones.", "first_name",
)  # fmt: skip
_GAPS = re.compile(r"[\n\r\t]| {5,}")


def _value_problem(value: str) -> str | None:
    if not value.strip():
        return "must not be empty."
    if len(value) > 32_768:
        return f"has {len(value):,} characters; at most 32,768 are allowed."
    return "must not contain line breaks, tabs or more than four spaces in a row." if _GAPS.search(value) else None


class Parameter(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True,
                tag_field="type"):  # fmt: skip
    """Anything with a `type`."""


class TextParameter(Parameter, kw_only=True, tag="text"):
    text: Annotated[
        str, words("The value; no line breaks, tabs or five spaces in a row.", "John", rule=_value_problem, minLength=1)
    ]
    parameter_name: Annotated[str | None, NAME] = None


class Currency(Part, kw_only=True):
    fallback_value: Annotated[str, text(1000, "Shown where the amount cannot be localized.", "$99.00")]
    code: Annotated[str, shaped("[A-Z]{3}", "must be a currency of three capital letters.", "ISO 4217.", "USD")]
    amount_1000: Annotated[int, number(-(10**15), 10**15, "The amount times 1000.", 99000)]


class CurrencyParameter(Parameter, kw_only=True, tag="currency"):
    currency: Currency
    parameter_name: Annotated[str | None, NAME] = None


class DateTime(Part, kw_only=True):
    fallback_value: Annotated[str, text(1000, "The date or time, as shown.", "2 May, 10:30")]


class DateTimeParameter(Parameter, kw_only=True, tag="date_time"):
    date_time: DateTime
    parameter_name: Annotated[str | None, NAME] = None


class File(Part, kw_only=True):
    """By `link`, which is uploaded first, or by `id`."""

    link: Annotated[str | None, MEDIA_URL] = None
    id: Annotated[str | None, MEDIA_ID] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        if self.link is None and self.id is None:
            yield "link", "is required; or give id."
        if self.link is not None and self.id is not None:
            yield "id", "must be left out when there is a link: give one of the two."

    def graph(self, media: Media) -> dict[str, Any]:
        return dict(reference(self.link, self.id, media))


class NamedFile(File, kw_only=True):
    """A file with a name."""

    filename: Annotated[str | None, FILENAME] = None

    def graph(self, media: Media) -> dict[str, Any]:
        named = {} if self.filename is None else {"filename": self.filename}
        return {**reference(self.link, self.id, media), **named}


class ImageParameter(Parameter, kw_only=True, tag="image"):
    image: File


class VideoParameter(Parameter, kw_only=True, tag="video"):
    video: File


class GifParameter(Parameter, kw_only=True, tag="gif"):
    gif: File


class DocumentParameter(Parameter, kw_only=True, tag="document"):
    document: NamedFile


class Place(Part, kw_only=True):
    latitude: Annotated[float, number(-90, 90, "Degrees north.", -34.6037)]
    longitude: Annotated[float, number(-180, 180, "Degrees east.", -58.3816)]
    name: Annotated[str | None, text(1000, "Name of the place.", "Obelisco")] = None
    address: Annotated[str | None, text(1000, "Shown below the name.", "Av. 9 de Julio")] = None


class LocationParameter(Parameter, kw_only=True, tag="location"):
    location: Place


class Product(Part, kw_only=True):
    product_retailer_id: Annotated[str, RETAILER_ID]
    catalog_id: Annotated[str, CATALOG_ID]


class ProductParameter(Parameter, kw_only=True, tag="product"):
    product: Product


class ButtonText(Parameter, kw_only=True, tag="text"):
    text: Annotated[str, text(2000, "What is put into the button's URL, or the one-time code.", "order-1234")]


class PayloadParameter(Parameter, kw_only=True, tag="payload"):
    payload: Annotated[str, text(256, "Comes back when the button is tapped.", "STOP")]


class CouponParameter(Parameter, kw_only=True, tag="coupon_code"):
    coupon_code: Annotated[
        str, shaped("[A-Za-z0-9]{1,15}", "must be 1 to 15 letters and digits.", "The code to copy.", "SAVE25")
    ]


class ButtonAction(Part, kw_only=True):
    """What a flow, catalog or multi-product button is given."""

    flow_token: Annotated[str | None, text(1000, "Of a flow: comes back with the answer.", "token_abc123")] = None
    flow_action_data: Annotated[
        dict[str, Any] | None, words("Of a flow: what its first screen is given.", {"userId": "usr_123"})
    ] = None
    thumbnail_product_retailer_id: Annotated[
        str | None, text(256, "Of catalog and mpm: the product whose image is shown.", "sku-1")
    ] = None
    sections: Annotated[list[ProductSection] | None, items(1, 10, "Of mpm: up to 30 products.")] = None


class ActionParameter(Parameter, kw_only=True, tag="action"):
    action: ButtonAction


class TtlParameter(Parameter, kw_only=True, tag="ttl_minutes"):
    ttl_minutes: Annotated[int, number(1, 43_200, "How long the call button works.", 100)]


HeaderParameter = (
    TextParameter | ImageParameter | VideoParameter | GifParameter | DocumentParameter | LocationParameter
    | ProductParameter
)  # fmt: skip
BodyParameter = TextParameter | CurrencyParameter | DateTimeParameter
ButtonParameter = ButtonText | PayloadParameter | CouponParameter | ActionParameter | TtlParameter


SPELLINGS = spellings(
    TextParameter, CurrencyParameter, DateTimeParameter, CouponParameter, TtlParameter, Currency, DateTime, Product,
    ButtonAction, ProductSection, ProductItem,
)  # fmt: skip
#: What a file is uploaded as; a GIF is a video that repeats.
_UPLOADED: dict[str, MediaKind] = {"image": "image", "video": "video", "gif": "video", "document": "document"}


def file_of(parameter: msgspec.Struct) -> tuple[str, MediaKind, File] | None:
    """(type, what it is uploaded as, file) of a parameter with media."""
    for name, kind in _UPLOADED.items():
        if isinstance(found := getattr(parameter, name, None), File):
            return name, kind, found
    return None
