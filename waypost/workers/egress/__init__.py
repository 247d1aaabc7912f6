"""The only way out to a URL that a customer named: libcurl in one thread, addresses checked where sockets are opened.

`post` carries webhooks, `fetch` media by URL. No redirects, proxies, cookies or decompression; TLS verified; a cap on
what is read; one deadline to the last byte, and names that never resolve hold up only themselves.
"""

from .failures import BLOCKED, INTERRUPTED, Kind
from .fetch import Fetch
from .post import DEADLINE_MS, READ_CAP, Answer, Done
from .thread import Egress
from .wire import wire_form

__all__ = [
    "BLOCKED",
    "DEADLINE_MS",
    "INTERRUPTED",
    "READ_CAP",
    "Answer",
    "Done",
    "Egress",
    "Fetch",
    "Kind",
    "wire_form",
]
