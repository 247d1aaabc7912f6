"""Pages: `page` from 1 or `cursor`, `limit` 1–100 (default 50), and the `meta.pagination` of a list or a feed."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from .errors import Invalid

T = TypeVar("T")
MAX_LIMIT = 100
MAX_OFFSET = 2**53


@dataclass(frozen=True, slots=True)
class Page:
    """`cursor` comes from the answer before; lists that offer none have no use for it."""

    number: int = 1
    limit: int = 50
    cursor: str | None = None

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.limit


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a list and the size of the whole. `following` is the cursor behind it: None at the end of the list,
    and absent from the answer of lists that offer none."""

    items: Sequence[T]
    total: int
    page: Page
    following: str | msgspec.UnsetType | None = msgspec.UNSET

    def meta(self) -> dict[str, Any]:
        by_cursor = self.page.cursor is not None
        shown = self.page.offset + len(self.items)
        pagination: dict[str, Any] = {
            "page": None if by_cursor else self.page.number,
            "limit": self.page.limit,
            "total": self.total,
            "hasMore": self.following is not None if by_cursor else shown < self.total and bool(self.items),
        }
        if self.following is not msgspec.UNSET and (self.following is not None or by_cursor):
            pagination["nextCursor"] = self.following
        return {"pagination": pagination}


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """One page of a feed, which has no total; `following` is what to ask with next, also when no more is there yet."""

    items: Sequence[T]
    limit: int
    more: bool
    following: str

    def meta(self) -> dict[str, Any]:
        return {"pagination": {"limit": self.limit, "hasMore": self.more, "nextCursor": self.following}}


def limit_of(query: Mapping[str, str]) -> int:
    """Raises Invalid."""
    return _whole(query, "limit", 1, MAX_LIMIT, 50)


def page_of(query: Mapping[str, str]) -> Page:
    """The page that a query string asks for; raises Invalid naming `page`, `limit` or `cursor`."""
    number = _whole(query, "page", 1, MAX_OFFSET // MAX_LIMIT, 1)
    limit = limit_of(query)
    cursor = query.get("cursor") or None
    if cursor and query.get("page"):
        raise Invalid.field("cursor", "takes the place of page: give one of them.")
    return Page(number, limit, cursor)


def cursor_at(*place: object) -> str:
    """A cursor that stands behind an entry; `place` is what `place_of` gives back."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(cursor: str, shape: type[T]) -> T:
    """What a cursor was made of; raises Invalid when no list gave it."""
    try:
        return msgspec.json.decode(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True), type=shape
        )
    except (binascii.Error, msgspec.DecodeError, ValueError):
        raise unknown_cursor() from None


def unknown_cursor() -> Invalid:
    return Invalid.field("cursor", "must be a nextCursor of this list; leave it out to begin at the front.")


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
