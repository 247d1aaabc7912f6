"""One request under way as the thread sees it: what curl's callbacks gather, and what became of it.

`Post` and `Fetch` are the two kinds. Everything here runs in the thread, unless it says otherwise.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pycurl

from ...config import Network
from ...targets import permitted

HEADER_CAP = 64 * 1024
INTERRUPTED = "The attempt was interrupted on our side."
BLOCKED = "The destination address is not allowed."
FLOODED = "The headers of the answer are too large."

#: What the event loop is to be told, and the function that is told it there.
Told = tuple[Callable[[Any], None], Any]


@dataclass(slots=True, kw_only=True, eq=False)
class Transfer:
    """`blocked` and `opened` say what the check of addresses decided: one name may have several."""

    url: str
    headers: Sequence[str]
    deadline_ms: int
    header_size: int = 0
    blocked: bool = False
    opened: bool = False
    flooded: bool = False

    def aim(self, curl: Any) -> None:
        """Sets method, URL and body. Raises pycurl.error, UnicodeError or ValueError when they cannot be used."""
        raise NotImplementedError

    def read(self, data: bytes) -> int | None:
        """curl's WRITEFUNCTION."""
        raise NotImplementedError

    def note(self, line: bytes) -> None:
        """A line of the answer's head."""
        raise NotImplementedError

    def ended(self, curl: Any, code: int | None, message: str) -> Told:
        """`code` is curl's error, None when the answer came to its end."""
        raise NotImplementedError

    def unsent(self, reason: str) -> Told:
        """It never left, or was dropped by an error of ours."""
        raise NotImplementedError

    def abandoned(self) -> Told | None:
        """The way out closes with this under way."""
        raise NotImplementedError

    def read_header(self, line: bytes) -> int | None:
        """curl's HEADERFUNCTION."""
        self.header_size += len(line)
        if self.header_size > HEADER_CAP:
            self.flooded = True
            return 0
        self.note(line)
        return None

    def open_socket(self, address: Any, allow: Sequence[Network]) -> Any:
        """The choke point: every connection of every transfer opens its socket here, to the address given here."""
        family, kind, protocol, target = address
        host = target[0].decode() if isinstance(target[0], bytes) else str(target[0])
        plain = not self.url.lower().startswith("https:")
        loopback = host.startswith("127.") or host == "::1"
        if not permitted(host, allow) or (plain and not loopback):
            self.blocked = True
            return pycurl.SOCKET_BAD
        self.opened = True
        return socket.socket(family, kind, protocol)

    def refusal(self) -> str | None:
        """Why we ended it ourselves, in a sentence that tells no address."""
        if self.blocked and not self.opened:
            return BLOCKED
        return FLOODED if self.flooded else None
