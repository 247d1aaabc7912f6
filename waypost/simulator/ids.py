"""Names that Meta gives to things: object ids, wamids, tokens, trace ids, business-scoped user ids."""

import base64
import binascii
import hashlib
import os
import secrets
from random import Random
from typing import Literal

#: Dialling prefixes whose country a business-scoped user id names; anyone else is taken for an American.
COUNTRIES = {
    "1": "US",
    "34": "ES",
    "44": "GB",
    "49": "DE",
    "52": "MX",
    "55": "BR",
    "62": "ID",
    "91": "IN",
    "234": "NG",
    "972": "IL",
}

AREAS = ("206", "212", "303", "312", "415", "512", "617", "631", "702", "808", "919")

_DIRECTIONS = {"out": (0x11, 9), "in": (0x12, 10)}


def object_id(random: Random) -> str:
    """Fifteen digits, as most Graph objects have."""
    return str(random.randrange(10**14, 6 * 10**14))


def phone_digits(random: Random) -> str:
    return f"1{random.choice(AREAS)}555{random.randrange(10_000):04}"


def digits_of(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit())


def display(digits: str) -> str:
    if len(digits) == 11 and digits.startswith("1"):
        return f"+1 {digits[1:4]}-{digits[4:7]}-{digits[7:]}"
    return f"+{digits}"


def wamid(counterparty: str, direction: Literal["in", "out"]) -> str:
    """A message id that decodes as Meta's do: the other party's number, a mark of the direction, random hex."""
    mark, size = _DIRECTIONS[direction]
    other = counterparty.encode()
    tail = os.urandom(size).hex().upper().encode()
    raw = b"\x1c\x18" + bytes([len(other)]) + other + b"\x15\x02\x00" + bytes([mark, 0x18, len(tail)]) + tail + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()


def is_inbound(message_id: str) -> bool:
    """Whether a wamid has the shape of a customer's message."""
    if not message_id.startswith("wamid."):
        return False
    try:
        raw = base64.b64decode(message_id[6:], validate=True)
    except binascii.Error:
        return False
    return len(raw) > 3 and raw[3 + raw[2] : 7 + raw[2]] == b"\x15\x02\x00\x12"


def access_token() -> str:
    return "EAA" + secrets.token_hex(60)


def signup_code() -> str:
    return "AQ" + secrets.token_urlsafe(90)


def trace_id() -> str:
    return "A" + base64.b64encode(os.urandom(16)).decode().rstrip("=").replace("+", "_").replace("/", "-")


def user_id(digits: str) -> str:
    """The same person's business-scoped id is the same every time."""
    country = next((code for prefix, code in COUNTRIES.items() if digits.startswith(prefix)), "US")
    number = int.from_bytes(hashlib.sha256(digits.encode()).digest()[:8], "big")
    return f"{country}.{number:020d}"
