"""JSON in, JSON out, for every door: the one place where bodies become Structs and errors become HTTP."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from .choice import Choice
from .errors import Invalid, TooLarge, WaypostError
from .paging import Slice, Stretch

T = TypeVar("T")
MAX_BODY = 1024 * 1024

_encoder = msgspec.json.Encoder()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_NAMED = re.compile(r"(?:missing required|unknown) field `(?P<name>[^`]*)`")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(, got `(?P<given>[^`]+)`)?$")
_STEP = re.compile(r"\[[^\]]*\]|[^.\[]+")
_TYPES = {
    "str": "a string", "bool": "true or false", "int": "a whole number", "float": "a number", "array": "a list",
    "object": "an object",
}  # fmt: skip


def data(value: Any, status: int = 200) -> Response:
    """`{"data": …}`, with `meta` when the value is a page."""
    body = {"data": value.items, "meta": value.meta()} if isinstance(value, Slice | Stretch) else {"data": value}
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
    """A Struct from JSON; of an annotated Choice, the one that the body names. Raises Invalid naming the field."""
    choice = next((note for note in getattr(type_, "__metadata__", ()) if isinstance(note, Choice)), None)
    if choice is None:
        return cast(T, _decoded(type_, raw))
    body = _decoded(Any, raw)
    if not isinstance(body, dict):
        raise Invalid.field("body", "must be an object.")
    kind: Any = choice.of(body)
    respelled = getattr(kind, "respelled", None)
    try:
        return cast(T, msgspec.convert(respelled(body) if respelled else body, kind))
    except msgspec.ValidationError as problem:
        raise _invalid(kind, str(problem)) from None
    except RecursionError:
        raise Invalid("The body is nested too deeply.") from None


def _decoded(type_: Any, raw: bytes) -> Any:
    decoder = _decoders.get(type_)
    if decoder is None:
        decoder = _decoders[type_] = msgspec.json.Decoder(type_)
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as problem:
        raise _invalid(type_, str(problem)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Invalid(f"The body is not valid JSON: {problem}.") from None


def _invalid(type_: Any, message: str) -> Invalid:
    found = _PATH.search(message)
    path = found["path"] if found else ""
    sentence = message[: found.start()] if found else message
    if named := _NAMED.search(sentence):
        field = f"{path}.{named['name'] or repr('')}".strip(".")
        return Invalid.field(field, "is required." if "missing" in sentence else "is not a known field; remove it.")
    if sentence.startswith(("Invalid enum value", "Invalid value")) and (known := _possible(type_, path)):
        return Invalid.field(path, f"must be {'one of ' * (len(known) > 1)}{', '.join(known)}.")
    if expected := _EXPECTED.search(sentence):
        wanted = " or ".join(
            _TYPES.get(name.strip(), name.strip()) for name in expected["wanted"].split("|") if "null" not in name
        )
        return Invalid.field(path or "body", f"must be {wanted}.")
    return Invalid.field(path or "body", sentence + ".")


@cache
def _possible(type_: Any, path: str) -> list[str]:
    """The fixed values that a type takes at a path such as `sections[0].kind`."""
    here = list(_alternatives(msgspec.inspect.type_info(type_)))
    for step in _STEP.findall(path):
        here = [each for at in here for found in _inside(at, step) for each in _alternatives(found)]
    return [str(value) for at in here if isinstance(at, msgspec.inspect.LiteralType) for value in at.values]


def _alternatives(at: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    """What a type may be, without annotations and unions."""
    if isinstance(at, msgspec.inspect.Metadata):
        yield from _alternatives(at.type)
    elif isinstance(at, msgspec.inspect.UnionType):
        for each in at.types:
            yield from _alternatives(each)
    else:
        yield at


def _inside(at: msgspec.inspect.Type, step: str) -> Iterator[msgspec.inspect.Type]:
    if isinstance(at, msgspec.inspect.ListType):
        yield at.item_type
    elif isinstance(at, msgspec.inspect.StructType):
        if at.tag_field == step:
            yield msgspec.inspect.LiteralType((at.tag,))
        yield from (field.type for field in at.fields if field.encode_name == step)
