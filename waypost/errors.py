"""The public errors. A noun raises one with a sentence a customer can act on; `answers.py` alone turns it into HTTP."""

from typing import Any, ClassVar


class WaypostError(Exception):
    """Base of everything that is told to a caller: an HTTP status, one of the fixed codes, a sentence."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, *, details: Any = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.retry_after = retry_after


class Invalid(WaypostError):
    """Bad input; `details` is a list of {field, message}."""

    status = 400
    code = "VALIDATION_ERROR"

    @classmethod
    def field(cls, field: str, message: str) -> "Invalid":
        return cls(f"{field}: {message}", details=[{"field": field, "message": message}])

    @classmethod
    def fields(cls, problems: list[tuple[str, str]]) -> "Invalid":
        """One error for several (field, message) pairs; the first leads the sentence."""
        first_field, first_message = problems[0]
        details = [{"field": field, "message": message} for field, message in problems]
        return cls(f"{first_field}: {first_message}", details=details)


class Unauthorized(WaypostError):
    status = 401
    code = "UNAUTHORIZED"


class Forbidden(WaypostError):
    status = 403
    code = "FORBIDDEN"


class NotFound(WaypostError):
    status = 404
    code = "NOT_FOUND"

    @classmethod
    def of(cls, noun: str, id_: object) -> "NotFound":
        return cls(f"There is no {noun} {id_} in this organization.")


class Conflict(WaypostError):
    status = 409
    code = "CONFLICT"


class TooLarge(WaypostError):
    status = 413
    code = "PAYLOAD_TOO_LARGE"


class RateLimited(WaypostError):
    status = 429
    code = "RATE_LIMITED"


class UpstreamFailed(WaypostError):
    """Meta failed, or its answer is unknown."""

    status = 502
    code = "UPSTREAM_ERROR"


class Unavailable(WaypostError):
    """The database cannot be reached or has no room; the caller repeats later."""

    status = 503

    def __init__(
        self, message: str = "The service cannot reach its database just now; repeat the call shortly."
    ) -> None:
        super().__init__(message, retry_after=2)
