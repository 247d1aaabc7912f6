"""JSON in, JSON out, for every door: the one place where bodies become Structs and errors become HTTP."""

import re
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from .errors import Invalid, TooLarge, WaypostError
from .paging import Slice

T = TypeVar("T")
MAX_BODY = 1024 * 1024

_encoder = msgspec.json.Encoder()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_NAMED = re.compile(r"(?:missing required|unknown) field `(?P<name>[^`]+)`")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(, got `(?P<given>[^`]+)`)?$")
_TYPES = {
    "str": "a string", "bool": "true or false", "int": "a whole number", "float": "a number", "array": "a list",
    "object": "an object",
}  # fmt: skip


def data(value: Any, status: int = 200) -> Response:
    """`{"data": …}`, with `meta` when the value is a Slice."""
    body = {"data": value.items, "meta": value.meta()} if isinstance(value, Slice) else {"data": value}
    return Response(_encoder.encode(body), status, media_type="application/json")


def error(problem: WaypostError) -> Response:
    """`{"error": {message, code, details?}}`."""
    told: dict[str, Any] = {"message": problem.message, "code": problem.code}
    if problem.details is not None:
        told["details"] = problem.details
    headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(_encoder.encode({"error": told}), problem.status, headers, "application/json")


async def body(request: Request, limit: int = MAX_BODY) -> bytes:
    """The whole body; raises TooLarge before reading more than the limit."""
    chunks, size = [], 0
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"The body has {int(declared):,} bytes; at most {limit:,} are accepted.")
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"The body has more than {limit:,} bytes.")
            chunks.append(chunk)
    except ClientDisconnect:
        raise Invalid("The connection ended before the body did.") from None
    return b"".join(chunks)


def decode(type_: type[T], raw: bytes) -> T:
    """A Struct from JSON; raises Invalid naming the field."""
    decoder = _decoders.get(type_)
    if decoder is None:
        decoder = _decoders[type_] = msgspec.json.Decoder(type_)
    try:
        return decoder.decode(raw)  # type: ignore[no-any-return]
    except msgspec.ValidationError as problem:
        raise _invalid(str(problem)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Invalid(f"The body is not valid JSON: {problem}.") from None


def _invalid(message: str) -> Invalid:
    found = _PATH.search(message)
    path = found["path"] if found else ""
    sentence = message[: found.start()] if found else message
    if named := _NAMED.search(sentence):
        field = f"{path}.{named['name']}".strip(".")
        return Invalid.field(field, "is required." if "missing" in sentence else "is not a known field; remove it.")
    if expected := _EXPECTED.search(sentence):
        wanted = " or ".join(
            _TYPES.get(name.strip(), name.strip()) for name in expected["wanted"].split("|") if "null" not in name
        )
        return Invalid.field(path or "body", f"must be {wanted}.")
    return Invalid.field(path or "body", sentence + ".")
