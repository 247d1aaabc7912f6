"""How often secrets may be tried: per link and address, per address, and per link for everybody together.

The address is the peer's of the connection. Behind a proxy that is the proxy's, so the limits of an address are wide;
no header is believed. They are counted in this process alone: a secret of 256 bits is not found by trying, they only
keep work away.
"""

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from starlette.requests import Request

from ..errors import RateLimited

WINDOW = 60.0
#: Wrong secrets of one address, for one link and for all; and exchanges of one link, right or wrong.
WRONG_HERE, WRONG_ANYWHERE, OF_LINK = 10, 60, 300
MOST_KEYS = 20_000


class Limits:
    """`admit` before a secret is looked at, `note` when it was wrong."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._counts: dict[tuple[object, ...], int] = {}

    def admit(self, link_id: UUID, address: str) -> None:
        """Raises RateLimited."""
        if self._now() - self._began >= WINDOW or len(self._counts) > MOST_KEYS:
            self._began, self._counts = self._now(), {}
        tried = self._count((link_id,))
        if tried > OF_LINK or self._of((link_id, address)) >= WRONG_HERE or self._of((address,)) >= WRONG_ANYWHERE:
            wait = max(1, round(WINDOW - (self._now() - self._began)))
            raise RateLimited("This link was tried too often; wait a minute.", retry_after=wait)

    def note(self, link_id: UUID, address: str) -> None:
        self._count((link_id, address))
        self._count((address,))

    def _of(self, key: tuple[object, ...]) -> int:
        return self._counts.get(key, 0)

    def _count(self, key: tuple[object, ...]) -> int:
        self._counts[key] = self._of(key) + 1
        return self._counts[key]


def address_of(request: Request) -> str:
    """The peer's; of IPv6 the network that one customer has."""
    text = request.client.host if request.client else ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return text
