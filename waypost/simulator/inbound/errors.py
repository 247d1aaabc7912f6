"""Errors inside notifications, from as little as their code."""

from typing import Any

from ..catalogue import title_of
from ..notifications import failure
from ..overlay import Object
from ..problems import BadInput


def error(code: int, title: str | None = None, details: str | None = None) -> Object:
    usual, usual_details = title_of(code)
    return failure(code, title or usual, details or usual_details)


def completed(errors: Any, place: str) -> list[Object]:
    """Codes, or objects that have a code and whatever else is to be different."""
    if not isinstance(errors, list):
        raise BadInput(place, "Write a list of codes, or of objects with a code.")
    return [_completed(one, f"{place}[{number}]") for number, one in enumerate(errors)]


def _completed(one: Any, place: str) -> Object:
    whole = one if isinstance(one, dict) else {"code": one}
    code = whole.get("code")
    if not isinstance(code, int) or isinstance(code, bool):
        raise BadInput(place, "Write one of Meta's codes, such as 131051.")
    return {**error(code, whole.get("title")), **whole}
