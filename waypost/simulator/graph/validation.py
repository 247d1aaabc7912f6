"""Request bodies against Meta's description: the first deviation becomes the refusal that Meta words for it."""

from collections.abc import Callable
from typing import Any

from .. import schema
from ..validator import Path, Problem
from .refusals import Refusal, invalid, missing

ALLOWED = {"messaging_product": "WHATSAPP"}


def require(name: str, body: dict[str, Any]) -> None:
    """Raises when the body deviates from the named schema."""
    problem = schema.problem_of(name, body)
    if problem is not None:
        raise WORDING.get(problem.rule, _unfit)(problem)


def spelled(path: Path) -> str:
    """`text['body']`, `action['buttons'][0]`."""
    return str(path[0]) + "".join(f"[{part!r}]" for part in path[1:]) if path else "body"


def _required(problem: Problem) -> Refusal:
    name, parent = problem.path[-1], problem.value
    if len(problem.path) == 1 and name == parent.get("type", "text"):
        return Refusal(100, details=f"Parameter '{name}' is mandatory for type '{name}'")
    return missing(spelled(problem.path))


def _enum(problem: Problem) -> Refusal:
    names = ", ".join(str(one).upper() for one in problem.expected)
    return Refusal(100, f'Param {spelled(problem.path)} must be one of {{{names}}} - got "{problem.value}".')


def _unexpected(problem: Problem) -> Refusal:
    where = spelled(problem.path) if problem.path else "message"
    return Refusal(100, f'Unexpected key "{problem.expected}" on param "{where}"')


def _type(problem: Problem) -> Refusal:
    article = "an" if problem.expected[0] in "aio" else "a"
    return Refusal(100, f"Param {spelled(problem.path)} must be {article} {problem.expected}.")


def _length(problem: Problem) -> Refusal:
    return invalid(f"Param {spelled(problem.path)} breaks the limit {problem.rule} {problem.expected}.")


def _unfit(problem: Problem) -> Refusal:
    return Refusal(100, details=f"Param {spelled(problem.path)} is not valid.")


WORDING: dict[str, Callable[[Problem], Refusal]] = {
    "required": _required,
    "enum": _enum,
    "additionalProperties": _unexpected,
    "type": _type,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"), _length),
}
