"""Ids of rows that come in great numbers. UUIDs of version 4 whose first 48 bits are the time, so that neighbours in
time are neighbours in every index: a table of any size is written at its end, not all over.

The form is that of version 4 (RFC 9562), 74 of its bits are random; nothing may be concluded from the rest.
"""

import secrets
import time
from uuid import UUID

_VERSION, _VARIANT = 4 << 76, 2 << 62


def timely() -> UUID:
    """A new id; those of one millisecond are in no order."""
    moment = (time.time_ns() // 1_000_000) & ((1 << 48) - 1)
    random = secrets.randbits(74)
    return UUID(int=moment << 80 | _VERSION | (random >> 62) << 64 | _VARIANT | (random & ((1 << 62) - 1)))
