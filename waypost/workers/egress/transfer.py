"""One request under way as the thread sees it: what curl's callbacks gather, and what became of it.

`Post` and `Fetch` are the two kinds. Everything here runs in the thread, unless it says otherwise.
"""

import errno
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pycurl

from ...config import Network
from ...targets import permitted
from .failures import BLOCKED, FLOODED, INTERRUPTED, Failure, Kind, meaning, ours

HEADER_CAP = 64 * 1024

#: Out of descriptors or memory: nothing that the other side did.
_STARVED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

#: What the event loop is to be told, and the function that is told it there.
Told = tuple[Callable[[Any], None], Any]


@dataclass(slots=True, kw_only=True, eq=False)
class Transfer:
    """`blocked` and `opened` say what the check of addresses decided: one name may have several.

    `waited_ms` went by until the name was resolved, out of the same deadline.
    """

    url: str
    headers: Sequence[str]
    deadline_ms: int
    waited_ms: int = 0
    dropped: bool = False
    header_size: int = 0
    blocked: bool = False
    opened: bool = False
    flooded: bool = False
    starved: bool = False

    def aim(self, curl: Any, addresses: Sequence[str]) -> None:
        """Sets method, URL, the addresses that its name has, and body. Raises pycurl.error, UnicodeError or ValueError
        when they cannot be used."""
        raise NotImplementedError

    def read(self, data: bytes) -> int | None:
        """curl's WRITEFUNCTION."""
        raise NotImplementedError

    def note(self, line: bytes) -> None:
        """A line of the answer's head."""
        raise NotImplementedError

    def ended(self, curl: Any, code: int | None) -> Told:
        """`code` is curl's error, None when the answer came to its end."""
        raise NotImplementedError

    def unsent(self, kind: Kind, reason: str) -> Told:
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

    def open_socket(self, address: Any, allow: Sequence[Network], deny: Sequence[Network]) -> Any:
        """The choke point: every connection of every transfer opens its socket here, to the address given here."""
        family, kind, protocol, target = address
        host = target[0].decode() if isinstance(target[0], bytes) else str(target[0])
        plain = not self.url.lower().startswith("https:")
        loopback = host.startswith("127.") or host == "::1"
        if not permitted(host, allow, deny) or (plain and not loopback):
            self.blocked = True
            return pycurl.SOCKET_BAD
        self.opened = True
        try:
            return socket.socket(family, kind, protocol)
        except OSError as error:
            self.starved = error.errno in _STARVED
            return pycurl.SOCKET_BAD

    def failure(self, curl: Any, code: int) -> Failure:
        """Why it failed: what we refused counts before what curl made of that."""
        if self.blocked and not self.opened:
            return ours("blocked", BLOCKED)
        if self.flooded:
            return ours("too_large", FLOODED)
        if self.starved and code == pycurl.E_COULDNT_CONNECT:
            return ours("interrupted", INTERRUPTED)
        return meaning(curl, code, bool(curl.getinfo(pycurl.PRIMARY_IP)))

    @property
    def remaining_ms(self) -> int:
        """Of the deadline, at least one: nought would mean none."""
        return max(1, self.deadline_ms - self.waited_ms)
