"""Which addresses a URL named by a customer may lead to. Pure; `workers/egress` applies it where the socket is opened.

`ipaddress.is_global` alone is not enough: it lets multicast, NAT64, 6to4 and IPv4-compatible forms through.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from .config import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_DENIED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
        # All of IPv6 but 2000::/3, the only global unicast space: loopback, IPv4 in its many guises, NAT64, discard,
        # segment routing, unique local, link local, site local, multicast.
        "::/3", "4000::/2", "8000::/1",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
_NAME = re.compile(r"[a-z0-9_.-]+")
_PORTS = {"http": 80, "https": 443}
MAX_URL = 2048


def permitted(address: str, allow: Sequence[Network], deny: Sequence[Network] = ()) -> bool:
    """Whether a literal address (a scope id is ignored) may be connected to. What the operator denies stays denied."""
    try:
        parsed: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if _within(parsed, deny):
        return False
    if _within(parsed, allow):
        return True
    return parsed.is_global and not _within(parsed, _DENIED)


class Place(NamedTuple):
    """Where a URL leads, read strictly: what two parsers could read differently is no place.

    `is_name`: a name server is to be asked for the host.
    """

    parts: SplitResult
    host: str
    port: int
    is_name: bool

    @property
    def bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def place(url: str) -> Place:
    """Host in ASCII and lower case, without brackets. Raises ValueError: such a URL can never be used."""
    if any(ord(char) <= 32 or ord(char) == 127 or char == "\\" for char in url):
        raise ValueError("it has characters that no URL has")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.password is not None:
        raise ValueError("it is not a plain https URL")
    host = (parts.hostname or "").encode("idna").decode().lower()
    if not (_NAME.fullmatch(host) or _is_ipv6(host)) or parts.port == 0:
        raise ValueError("its host or port cannot be")
    return Place(parts, host, parts.port or _PORTS[parts.scheme], _literal(host) is None)


def url_problem(
    url: str, allow: Sequence[Network], deny: Sequence[Network] = (), *, fragment: bool = False
) -> str | None:
    """What is wrong with a URL as a target, or None. A courtesy at create and update: connecting checks again.

    `fragment`: one is left out on the way and does no harm.
    """
    try:
        parts = urlsplit(url)
        named, port = parts.hostname or "", parts.port
        named.encode("idna")
    except ValueError:
        return "must be a valid URL."
    if len(url) > MAX_URL or any(ord(char) <= 32 or ord(char) == 127 for char in url):
        return f"must have at most {MAX_URL:,} characters and no spaces."
    if parts.scheme not in ("http", "https") or not named or port == 0:
        return "must be an https URL, such as https://example.com/webhooks."
    if parts.username is not None or parts.password is not None:
        return "must not contain a user name or password."
    if "#" in url and not fragment:
        return "must not contain a fragment (what follows a #)."
    try:
        host = place(url).host
    except ValueError:
        return "must be a valid URL."
    if parts.scheme == "http" and not _plain_http_allowed(host, allow):
        return "must use https."
    literal = _literal(host)
    if literal is not None and not permitted(literal, allow, deny):
        return "must not point to a private, local or reserved address."
    return None


def _plain_http_allowed(host: str, allow: Sequence[Network]) -> bool:
    """Plain http is for loopback, and only where the operator allowed a loopback range."""
    if host == "localhost":
        return any(network.is_loopback for network in allow)
    return _literal(host) == host and ipaddress.ip_address(host).is_loopback and permitted(host, allow)


def _literal(host: str) -> str | None:
    """The address that a host is, however it is spelled (`127.1`, `0x7f000001`, `2130706433`); None for a name."""
    host = host.removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    try:
        ipaddress.ip_address(host)
        return host
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _is_ipv6(host: str) -> bool:
    try:
        return isinstance(ipaddress.ip_address(host.replace("%25", "%", 1)), ipaddress.IPv6Address)
    except ValueError:
        return False


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
