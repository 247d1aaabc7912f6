"""Signatures over raw bytes: Meta's on notifications, the seed's and Standard Webhooks' on deliveries."""

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import Any

_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def sha256_header(secret: bytes, body: bytes) -> str:
    """`sha256=` and the lower-case hex HMAC-SHA256, as Meta and the delivery header write it."""
    return "sha256=" + _mac(secret, body).hex()


def verify(secret: bytes, body: bytes, header: bytes | None) -> bool:
    """Whether a `sha256=…` header signs the body; constant time in the signature."""
    if not header or not header.startswith(b"sha256="):
        return False
    return hmac.compare_digest(header.lower(), sha256_header(secret, body).encode())


def standard_header(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`webhook-signature` of Standard Webhooks 1.0: `v1,` and base64 over `id.timestamp.body`, time in seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(_mac(secret, signed)).decode()


def _mac(secret: bytes, body: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104). `hmac.digest` gives up the interpreter for each call, and beside a busy thread it then
    waits longer to get it back than the hash takes."""
    inner, outer = (half.copy() for half in _halves(secret))
    inner.update(body)
    outer.update(inner.digest())
    digest: bytes = outer.digest()
    return digest


@lru_cache(maxsize=1024)
def _halves(secret: bytes) -> tuple[Any, Any]:
    """The hashes of a key's two pads: the half of the work that is the same for every body."""
    key = hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret
    block = key.ljust(_BLOCK, b"\0")
    return hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))
