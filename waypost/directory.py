"""What this process remembers of contacts: alias → conversation. An alias keeps its meaning, so nothing here is stale.

Only what the database already held is remembered, never what a transaction is about to write: that may roll back.
"""

from collections.abc import Iterable
from uuid import UUID

#: phone, alias
Key = tuple[UUID, str]
MOST = 50_000


class Directory:
    """Bounded: when it is full, the half that was learnt first is forgotten."""

    def __init__(self, most: int = MOST) -> None:
        self._known: dict[Key, UUID] = {}
        self._most = most

    def among(self, keys: Iterable[Key]) -> dict[Key, UUID]:
        """Those of the keys that are remembered."""
        known = self._known
        return {key: known[key] for key in keys if key in known}

    def learn(self, found: dict[Key, UUID]) -> None:
        self._known.update(found)
        if len(self._known) > self._most:
            for key in list(self._known)[: self._most // 2]:
                del self._known[key]
