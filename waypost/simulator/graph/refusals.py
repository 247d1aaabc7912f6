"""Graph's refusals in Meta's envelope: `raise Refusal(code, …)` in an operation; the endpoint answers it."""

from typing import Any

from .. import catalogue, ids
from ..faults import Failure

#: Codes whose message does not begin with the code.
_BARE = frozenset({0, 1, 2, 190, 2500})


class Refusal(Exception):
    def __init__(
        self,
        code: int,
        title: str | None = None,
        details: str | None = None,
        *,
        subcode: int | None = None,
        http: int | None = None,
        kind: str = "OAuthException",
        user: tuple[str, str] | None = None,
    ) -> None:
        known = catalogue.known(code)
        super().__init__(title or known.title)
        self.code = code
        self.title = title or known.title
        self.details = details if details is not None else known.details
        self.subcode = subcode
        self.http = http or known.http
        self.kind = kind
        #: Title and sentence for people, as template endpoints give them.
        self.user = user

    @classmethod
    def of(cls, failure: Failure) -> "Refusal":
        return cls(failure.code, failure.title, failure.details, subcode=failure.subcode, http=failure.http)

    def envelope(self) -> dict[str, Any]:
        bare = self.code in _BARE or (self.code == 100 and self.subcode is not None)
        error: dict[str, Any] = {
            "message": self.title if bare else f"(#{self.code}) {self.title}",
            "type": self.kind,
            "code": self.code,
        }
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.user is not None:
            error["error_user_title"], error["error_user_msg"] = self.user
        if self.code == 2:
            error["is_transient"] = True
        return {"error": {**error, "fbtrace_id": ids.trace_id()}}


def unknown_object(method: str, node: str) -> Refusal:
    """Also what a token without access sees: Meta does not tell the two apart."""
    return Refusal(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due to missing"
        " permissions, or does not support this operation. Please read the Graph API documentation at"
        " https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind="GraphMethodException",
    )


def unknown_path(path: str) -> Refusal:
    return Refusal(2500, f"Unknown path components: {path}")


def missing(parameter: str) -> Refusal:
    return Refusal(100, f"The parameter {parameter} is required.")


def invalid(details: str) -> Refusal:
    return Refusal(131009, details=details)
