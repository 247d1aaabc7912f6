"""Signatures over raw bytes: Meta's on notifications, the seed's and Standard Webhooks' on deliveries."""

import base64
import hmac


def sha256_header(secret: bytes, body: bytes) -> str:
    """`sha256=` and the lower-case hex HMAC-SHA256, as Meta and the delivery header write it."""
    return "sha256=" + hmac.digest(secret, body, "sha256").hex()


def verify(secret: bytes, body: bytes, header: bytes | None) -> bool:
    """Whether a `sha256=…` header signs the body; constant time in the signature."""
    if not header or not header.startswith(b"sha256="):
        return False
    return hmac.compare_digest(header.lower(), sha256_header(secret, body).encode())


def standard_header(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`webhook-signature` of Standard Webhooks 1.0: `v1,` and base64 over `id.timestamp.body`, time in seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
