"""Interactive messages that show a Meta catalog: one product, some products, the whole."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from .frame import Media, Part
from .headers import BODY, FOOTER, TextHeader
from .interactive import Interactive, title_faults
from .limits import items, shaped, text

CATALOG_ID = shaped("[0-9]{1,32}", "must be Meta's id of a catalog, digits only.", "The catalog at Meta.", "194836987")
RETAILER_ID = text(256, "The product's id in the catalog.", "sku-1")
MAX_PRODUCTS = 30


class ProductItem(Part, kw_only=True):
    product_retailer_id: Annotated[str, RETAILER_ID]


class ProductSection(Part, kw_only=True):
    """Products under a title."""

    product_items: Annotated[list[ProductItem], items(1, MAX_PRODUCTS, "At most 30 in all sections together.")]
    title: Annotated[str | None, text(24, "At most 24 characters; required when there are several.", "Phones")] = None


def product_faults(sections: list[ProductSection]) -> Iterator[tuple[str, str]]:
    yield from title_faults([section.title for section in sections])
    count = sum(len(section.product_items) for section in sections)
    if count > MAX_PRODUCTS:
        yield "sections", f"have {count} products; at most {MAX_PRODUCTS} in all sections together are allowed."


def meta_sections(sections: list[ProductSection]) -> list[dict[str, Any]]:
    """As Meta spells them."""
    return [
        {
            **({"title": section.title} if section.title is not None else {}),
            "product_items": [{"product_retailer_id": each.product_retailer_id} for each in section.product_items],
        }
        for section in sections
    ]


class SendProduct(Interactive, kw_only=True):
    """One product."""

    interactive_type: Literal["product"]
    catalog_id: Annotated[str, CATALOG_ID]
    product_retailer_id: Annotated[str, RETAILER_ID]
    body: Annotated[str | None, BODY] = None
    footer: Annotated[str | None, FOOTER] = None

    def offered(self, media: Media) -> dict[str, Any]:
        return {"catalogId": self.catalog_id, "productRetailerId": self.product_retailer_id}

    def action(self, media: Media) -> dict[str, Any]:
        return {"catalog_id": self.catalog_id, "product_retailer_id": self.product_retailer_id}


class SendProductList(Interactive, kw_only=True):
    """Up to 30 products in up to 10 sections."""

    interactive_type: Literal["product_list"]
    header: TextHeader
    body: Annotated[str, BODY]
    catalog_id: Annotated[str, CATALOG_ID]
    sections: Annotated[list[ProductSection], items(1, 10, "One to ten.")]
    footer: Annotated[str | None, FOOTER] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from product_faults(self.sections)

    def offered(self, media: Media) -> dict[str, Any]:
        return {"catalogId": self.catalog_id, "sections": msgspec.to_builtins(self.sections)}

    def action(self, media: Media) -> dict[str, Any]:
        return {"catalog_id": self.catalog_id, "sections": meta_sections(self.sections)}


class SendCatalog(Interactive, kw_only=True):
    """The whole catalog of the number, behind a button."""

    interactive_type: Literal["catalog"]
    body: Annotated[str, BODY]
    thumbnail_product_retailer_id: Annotated[
        str | None, text(256, "The product whose image is shown; else the first.", "sku-1")
    ] = None
    footer: Annotated[str | None, FOOTER] = None

    def meta_kind(self) -> str:
        return "catalog_message"

    def offered(self, media: Media) -> dict[str, Any]:
        chosen = self.thumbnail_product_retailer_id
        return {} if chosen is None else {"thumbnailProductRetailerId": chosen}

    def action(self, media: Media) -> dict[str, Any]:
        chosen = self.thumbnail_product_retailer_id
        parameters = {} if chosen is None else {"parameters": {"thumbnail_product_retailer_id": chosen}}
        return {"name": "catalog_message", **parameters}
