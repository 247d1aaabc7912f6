"""How control calls are read and answered: JSON in, checked against a Struct; JSON out, indented for people."""

import re
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ..problems import BadInput, Unheard
from ..stage import Stage

Shape = TypeVar("Shape")

_NAMED_FIELD = re.compile(r"field `([^`]+)`")
_PLACE = re.compile(r" - at `\$\.?([^`]*)`$")


def stage_of(request: Request) -> Stage:
    stage = request.app.state.stage
    assert isinstance(stage, Stage)
    return stage


async def read(request: Request, shape: type[Shape]) -> Shape:
    raw = await request.body() or b"{}"
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise _bad_input(str(error)) from None
    except msgspec.DecodeError:
        raise BadInput("body", "The body must be JSON.") from None


def _bad_input(text: str) -> BadInput:
    place = _PLACE.search(text)
    named = _NAMED_FIELD.search(text)
    parts = [place[1] if place else "", named[1] if named else ""]
    return BadInput(".".join(part for part in parts if part) or "body", _PLACE.sub("", text))


def answer(result: Any, status: int = 200) -> Response:
    body = msgspec.json.format(msgspec.json.encode(result), indent=2)
    return Response(body + b"\n", status, media_type="application/json")


async def bad_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadInput)
    return answer({"error": {"field": error.field, "message": error.message}}, 400)


async def unheard(request: Request, error: Exception) -> Response:
    return answer({"error": {"message": str(error)}}, 409)


ERRORS = {BadInput: bad_input, Unheard: unheard}


def limit(request: Request, usual: int = 100) -> int:
    text = request.query_params.get("limit", str(usual))
    if not text.isdigit():
        raise BadInput("limit", "Write a number.")
    return int(text)
