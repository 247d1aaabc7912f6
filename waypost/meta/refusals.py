"""Meta's refusals → our errors. Branches on `error.code` alone: Meta no longer documents HTTP statuses per code.

Source: Meta's error-code page; which codes leave the outcome open is marked there as "try again" after processing.
"""

from typing import Any

import msgspec

from ..errors import Forbidden, Invalid, RateLimited, UpstreamFailed, WaypostError

#: A number's messages per second; messages to one recipient; calls of the app or the WABA.
THROUGHPUT, PAIR_LIMIT, BUSY = 130429, 131056, (4, 80007)
THROTTLED = frozenset({THROUGHPUT, PAIR_LIMIT, *BUSY, 17, 32, 613, 131048, 131064, 133016})
#: The number or account is away for some minutes; nothing was carried out.
AWAY = frozenset({131057, 133015, 2494100})
DENIED = frozenset({0, 3, 10, 102, 104, 190, 368, 131005, 131031, 131045, 133010, *range(200, 300)})
#: Meta says "try again", but the first attempt may have been carried out.
OPEN = frozenset({1, 2, 131000, 131016, 133000, 133004})
RETRYABLE = THROTTLED | OPEN | AWAY


class Refusal(msgspec.Struct, frozen=True, rename="camel"):
    """Meta's error, as customers see it in `details.meta`."""

    code: int
    subcode: int | None
    title: str
    details: str | None
    fbtrace_id: str | None
    retryable: bool

    def stored(self) -> dict[str, Any]:
        """The `error` of a failed message."""
        return {"code": self.code, "title": self.title, "message": self.title, "details": self.details}

    def sentence(self) -> str:
        return f"Meta refused ({self.code}): {self.details or self.title}"


def refusal_of(body: bytes) -> Refusal | None:
    """Meta's error envelope; None when the body is something else (an HTML page, say)."""
    try:
        error = msgspec.json.decode(body)["error"]
        code = int(error["code"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        return None
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    message = str(error.get("message") or "unknown error")
    return Refusal(
        code=code,
        subcode=error.get("error_subcode") if isinstance(error.get("error_subcode"), int) else None,
        title=message.partition(") ")[2] if message.startswith("(#") else message,
        details=details if isinstance(details, str) else error.get("error_user_msg"),
        fbtrace_id=error.get("fbtrace_id"),
        retryable=code in RETRYABLE or bool(error.get("is_transient")),
    )


def outcome_is_open(refusal: Refusal) -> bool:
    """Whether the call may have been carried out although Meta answered with an error."""
    return refusal.code in OPEN


def public_error(refusal: Refusal) -> WaypostError:
    """The error that the caller of our API gets."""
    details = {"meta": msgspec.to_builtins(refusal)}
    sentence = refusal.sentence()
    if outcome_is_open(refusal):
        return UpstreamFailed(sentence, details=details)
    if refusal.code in THROTTLED:
        return RateLimited(sentence, details=details, retry_after=60 if refusal.code in (4, 80007) else 6)
    if refusal.code in DENIED:
        return Forbidden(sentence, details=details)
    if refusal.code in AWAY:
        return UpstreamFailed(f"{sentence} Nothing was sent; try again in some minutes.", details=details)
    return Invalid(sentence, details=details)
