"""Meta's notification body → facts. Pure, and lenient: what it does not know it returns as Unsupported, never drops.

`body` walks entries and changes; one module per kind of change makes its facts; `kinds` makes a message's content.
"""

from .body import facts_of
from .facts import (
    AccountChange,
    ContactCard,
    Echo,
    Fact,
    Imported,
    InboundMessage,
    StatusChange,
    Unsupported,
    Written,
)
from .statuses import failure

__all__ = [
    "AccountChange",
    "ContactCard",
    "Echo",
    "Fact",
    "Imported",
    "InboundMessage",
    "StatusChange",
    "Unsupported",
    "Written",
    "facts_of",
    "failure",
]
