"""How a curl handle is set up: what it must never do, whom it trusts, and URLs as they go over the wire."""

import os
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pycurl

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


def point(curl: Any, url: str, headers: Sequence[str], deadline_ms: int) -> None:
    """Aims a handle at a URL. Raises pycurl.error, UnicodeError or ValueError when it cannot be used."""
    curl.setopt(pycurl.URL, wire_form(url))
    curl.setopt(pycurl.HTTPHEADER, list(headers))
    curl.setopt(pycurl.TIMEOUT_MS, deadline_ms)


def wire_form(url: str) -> bytes:
    """A URL in ASCII: an international host name as `xn--…`, other characters percent-encoded. Raises ValueError."""
    if url.isascii():
        return url.encode()
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    path, query = (quote(part, safe="/%:@!$&'()*+,;=?~-._[]") for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, netloc, path, query, "")).encode()


def ca_bundle() -> str | None:
    paths = ssl.get_default_verify_paths()
    known = (
        paths.cafile,
        paths.openssl_cafile,
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
    )
    return next((path for path in known if path and os.path.exists(path)), None)
