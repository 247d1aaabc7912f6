"""How a curl handle is set up: what it must never do, whom it trusts, and URLs as they go over the wire."""

import os
import ssl
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlunsplit

import pycurl

from ...targets import Place, place

CONNECT_MS = 10_000
CONNECTION_AGE = 300

_OPTIONS: dict[int, Any] = {
    pycurl.NOSIGNAL: 1,
    pycurl.FOLLOWLOCATION: 0,
    pycurl.PROXY: "",
    pycurl.NOPROXY: "*",
    pycurl.NETRC: 0,
    pycurl.HTTP_CONTENT_DECODING: 0,
    pycurl.SSL_VERIFYPEER: 1,
    pycurl.SSL_VERIFYHOST: 2,
    pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
    pycurl.CONNECTTIMEOUT_MS: CONNECT_MS,
    pycurl.DNS_CACHE_TIMEOUT: 10,
    pycurl.MAXLIFETIME_CONN: CONNECTION_AGE,
    pycurl.TCP_NODELAY: 1,
}


def handle() -> Any:
    """A curl handle that keeps to the rules; method and callbacks are the caller's."""
    curl = pycurl.Curl()
    for option, value in _OPTIONS.items():
        curl.setopt(option, value)
    if bundle := ca_bundle():
        curl.setopt(pycurl.CAINFO, bundle)
    return curl


def point(curl: Any, url: str, addresses: Sequence[str], headers: Sequence[str], deadline_ms: int) -> None:
    """Aims a handle at a URL. Raises pycurl.error, UnicodeError or ValueError when it cannot be used.

    The addresses are told to curl for this name, so that it never asks a name server itself: all its transfers share
    a few threads for that, which names that do not answer would hold. `+` lets curl forget them again.
    """
    curl.setopt(pycurl.URL, wire_form(url))
    curl.setopt(pycurl.HTTPHEADER, list(headers))
    curl.setopt(pycurl.TIMEOUT_MS, deadline_ms)
    if addresses:
        to = destination(url)
        listed = ",".join(f"[{each}]" if ":" in each else each for each in addresses)
        curl.setopt(pycurl.RESOLVE, [f"+{to.host}:{to.port}:{listed}"])
    else:
        curl.unsetopt(pycurl.RESOLVE)


@lru_cache(4096)
def destination(url: str) -> Place:
    """Where it leads. Raises ValueError when it can never be used."""
    return place(url)


@lru_cache(4096)
def wire_form(url: str) -> bytes:
    """A URL in ASCII: an international host name as `xn--…`, other characters percent-encoded. Raises ValueError."""
    to = destination(url)
    if url.isascii():
        return url.encode()
    netloc = to.bracketed if to.parts.port is None else f"{to.bracketed}:{to.port}"
    path, query = (quote(part, safe="/%:@!$&'()*+,;=?~-._[]") for part in (to.parts.path, to.parts.query))
    return urlunsplit((to.parts.scheme, netloc, path, query, "")).encode()


def ca_bundle() -> str | None:
    paths = ssl.get_default_verify_paths()
    known = (
        paths.cafile,
        paths.openssl_cafile,
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
    )
    return next((path for path in known if path and os.path.exists(path)), None)
