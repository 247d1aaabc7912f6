"""Pages: `page` from 1, `limit` 1–100 (default 50), and the `meta.pagination` of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .errors import Invalid

T = TypeVar("T")
MAX_LIMIT = 100
MAX_OFFSET = 2**53


@dataclass(frozen=True, slots=True)
class Page:
    number: int = 1
    limit: int = 50

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.limit


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a list and the size of the whole."""

    items: Sequence[T]
    total: int
    page: Page

    def meta(self) -> dict[str, Any]:
        shown = self.page.offset + len(self.items)
        pagination = {
            "page": self.page.number,
            "limit": self.page.limit,
            "total": self.total,
            "hasMore": shown < self.total and bool(self.items),
        }
        return {"pagination": pagination}


def page_of(query: Mapping[str, str]) -> Page:
    """The page that a query string asks for; raises Invalid naming `page` or `limit`."""
    number = _whole(query, "page", 1, MAX_OFFSET // MAX_LIMIT, 1)
    limit = _whole(query, "limit", 1, MAX_LIMIT, 50)
    return Page(number, limit)


def _whole(query: Mapping[str, str], name: str, least: int, most: int, default: int) -> int:
    text = query.get(name)
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and least <= int(text) <= most):
        raise Invalid.field(
            name,
            f"must be a whole number from {least} to {most}." if name == "limit" else "must be a whole number from 1.",
        )
    return int(text)
