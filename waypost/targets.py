"""Which addresses a URL named by a customer may lead to. Pure; `workers/egress` applies it where the socket is opened.

`ipaddress.is_global` alone is not enough: it lets multicast, NAT64, 6to4 and IPv4-compatible forms through.
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from .config import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_DENIED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32",
        "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
MAX_URL = 2048


def permitted(address: str, allow: Sequence[Network]) -> bool:
    """Whether a literal address (a scope id is ignored) may be connected to."""
    try:
        parsed: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if _within(parsed, allow):
        return True
    return parsed.is_global and not _within(parsed, _DENIED)


def url_problem(url: str, allow: Sequence[Network]) -> str | None:
    """What is wrong with a URL as a target, or None. A courtesy at create and update: connecting checks again."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a valid URL."
    if len(url) > MAX_URL or any(ord(char) <= 32 or ord(char) == 127 for char in url):
        return f"must have at most {MAX_URL:,} characters and no spaces."
    if parts.scheme not in ("http", "https") or not host:
        return "must be an https URL, such as https://example.com/webhooks."
    if parts.username is not None or parts.password is not None:
        return "must not contain a user name or password."
    if parts.scheme == "http" and not _plain_http_allowed(host, allow):
        return "must use https."
    literal = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host
    if _is_literal(literal) and not permitted(literal, allow):
        return "must not point to a private, local or reserved address."
    return None


def _plain_http_allowed(host: str, allow: Sequence[Network]) -> bool:
    """Plain http is for loopback, and only where the operator allowed a loopback range."""
    if host == "localhost":
        return any(network.is_loopback for network in allow)
    return _is_literal(host) and ipaddress.ip_address(host).is_loopback and _within(ipaddress.ip_address(host), allow)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
