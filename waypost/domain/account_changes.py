"""What Meta tells about accounts, numbers and templates, applied to what we keep of them."""

from collections.abc import Sequence
from typing import Any

from ..postgres.pool import Connection


async def apply(conn: Connection, changes: Sequence[Any]) -> None:
    """Applies AccountChange facts in their order; one of an unknown account changes nothing."""
