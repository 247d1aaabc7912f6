"""The answers that are not what was asked for: which of them a call can give, what they mean, how they look."""

from collections.abc import Iterator
from typing import Any

from ..door import Route
from . import samples
from .words import Words

#: Status -> (code, what it means wherever a call says nothing of its own).
ERRORS: dict[str, tuple[str, str]] = {
    "400": ("VALIDATION_ERROR", "The request is not valid; `details` names each field."),
    "401": ("UNAUTHORIZED", "The API key is missing or not valid."),
    "403": ("FORBIDDEN", "The key lacks the scope, or the organization is suspended."),
    "404": ("NOT_FOUND", "There is nothing with this id in the key's organization."),
    "409": ("CONFLICT", "The call contradicts one that came before."),
    "413": ("PAYLOAD_TOO_LARGE", "The body is too large."),
    "416": ("VALIDATION_ERROR", "The range lies outside of the file."),
    "429": ("RATE_LIMITED", "Too much at once; `Retry-After` says when to come back."),
    "500": ("INTERNAL_ERROR", "Something went wrong here."),
    "502": ("UPSTREAM_ERROR", "Meta failed, or its answer is unknown."),
    "503": ("INTERNAL_ERROR", "The database is away; repeat shortly."),
}
#: What Meta's refusal adds to the meaning.
_META = {
    "400": "The request is not valid, or Meta refuses it: then `details.meta` has Meta's own words.",
    "403": "The key lacks the scope, the organization is suspended, or Meta denies the token or the number.",
    "429": "Meta throttles and our own waiting did not help; `Retry-After` says when to come back.",
}
_RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}, "example": 6}
_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}, "example": "Bearer"}},
    "429": {"Retry-After": _RETRY_AFTER},
    "503": {"Retry-After": _RETRY_AFTER},
}


def statuses(route: Route, words: Words) -> Iterator[str]:
    """Every status of an error that this call can answer, in order."""
    takes_body = route.body is not None or route.takes_file
    able = {
        "400": takes_body or route.listed or bool(route.filters) or words.meta,
        "404": "{" in route.path,
        "413": takes_body,
        "416": route.gives_file,
        "429": words.meta,
        "502": words.meta,
    }
    for status in ERRORS:
        always = status in ("401", "403", "500", "503")
        if always or able.get(status) or status in words.refusals:
            yield status


def answer(route: Route, words: Words, status: str) -> dict[str, Any]:
    """The response object of a status, with one example for each reason."""
    meaning = words.refusals.get(status) or (_META.get(status) if words.meta else None) or ERRORS[status][1]
    if status == "403":
        meaning = meaning.replace("lacks the scope", f"lacks the scope `{route.scope}`")
    examples = {name: {"value": {"error": value}} for name, value in _examples(route, words, status, meaning)}
    content = {"schema": {"$ref": "#/components/schemas/Error"}, "examples": examples}
    described: dict[str, Any] = {"description": meaning, "content": {"application/json": content}}
    if status in _HEADERS:
        described["headers"] = _HEADERS[status]
    return described


def _examples(route: Route, words: Words, status: str, meaning: str) -> Iterator[tuple[str, dict[str, Any]]]:
    code = ERRORS[status][0]
    sentence = _STREAMS if status == "429" and route.is_live else _SENTENCES.get(status, meaning)
    if status == "400":
        if route.body is not None or route.listed or route.takes_file:
            yield "A field", _field(*_wrong_field(route))
        if status in words.refusals:
            yield "Not possible", {"message": meaning, "code": code}
    elif status == "409":
        yield "Another body", {"message": sentence, "code": code}
    else:
        yield "Ours", {"message": sentence, "code": code}
    if words.meta and status in _REFUSALS:
        yield "Meta's", _refusal(code, *_REFUSALS[status])


def _wrong_field(route: Route) -> tuple[str, str]:
    if route.takes_file:
        return "file", "is required: send a file as multipart/form-data."
    if route.listed:
        return "limit", "must be a whole number from 1 to 100."
    return "nonsense", "is not a known field; remove it."


def _field(field: str, sentence: str) -> dict[str, Any]:
    details = [{"field": field, "message": sentence}]
    return {"message": f"{field}: {sentence}", "code": "VALIDATION_ERROR", "details": details}


def _refusal(code: str, number: int, title: str, retryable: bool) -> dict[str, Any]:
    meta = {
        "code": number, "subcode": None, "title": title, "details": title, "fbtraceId": "AWaleCq421NXZ6Nue2l1yeA",
        "retryable": retryable,
    }  # fmt: skip
    details = {"meta": meta, "messageId": samples.SENT}
    return {"message": f"Meta refused ({number}): {title}", "code": code, "details": details}


FIELD_EXAMPLE = {"error": _field("to", "must be a phone number with country code, such as 5491155551234.")}
_SENTENCES = {
    "401": "Send your API key as `Authorization: Bearer <API_KEY>`.",
    "403": "This API key lacks the scope.",
    "404": f"There is nothing with the id {samples.PHONE} in this organization.",
    "409": "This Idempotency-Key was used with another body; use a new key for another message.",
    "413": "The body has more than 1,048,576 bytes.",
    "429": "Too many messages to this recipient in a short time.",
    "500": "Something went wrong here. The call was logged; try again later.",
    "502": "Meta could not be reached. Nothing was sent.",
    "503": "The service cannot reach its database just now; repeat the call shortly.",
}
_STREAMS = "50 streams are open already; close one, or read pages."
_REFUSALS = {
    "400": (131030, "Recipient phone number not in allowed list", False),
    "403": (190, "Access token has expired", False),
    "429": (131056, "(Business Account, Consumer Account) pair rate limit hit", True),
    "502": (131000, "Something went wrong", True),
}
