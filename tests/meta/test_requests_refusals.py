"""What may not be sent: one change to a good send each, with the field and the sentence that the caller reads."""

import copy
import re
from typing import Any

import pytest

from tests.meta.refused import CARD, GONE, PRODUCT, REFUSED, ROW
from tests.meta.sends import EXAMPLES
from tests.meta.test_requests_graph import decoded
from waypost import answers
from waypost.errors import Invalid
from waypost.meta import requests


def changed(name: str, where: str, value: Any) -> dict[str, Any]:
    """A good send with one place set or, with GONE, removed; a list grows by a place just behind its end."""
    body = copy.deepcopy(EXAMPLES[name].body)
    *way, last = [int(step[1:-1]) if step[0] == "[" else step for step in re.findall(r"\[\d+\]|[^.\[]+", where)]
    at: Any = body
    for step in way:
        at = at[step]
    if value is GONE:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return body


def problems(body: Any) -> list[tuple[str, str]]:
    try:
        requests.checked(decoded(body))
    except Invalid as told:
        assert told.message == f"{told.details[0]['field']}: {told.details[0]['message']}"
        return [(detail["field"], detail["message"]) for detail in told.details]
    return []


@pytest.mark.parametrize(("name", "where", "value", "field", "message"), REFUSED)
def test_a_refusal_names_the_field_and_says_why(name: str, where: str, value: Any, field: str, message: str) -> None:
    assert (field, message) in problems(changed(name, where, value))


def test_the_table_is_long_and_says_nothing_twice() -> None:
    assert len(REFUSED) >= 120
    assert len({repr(row[:3]) for row in REFUSED}) == len(REFUSED)


def test_every_problem_is_told_at_once() -> None:
    body = changed("buttons", "buttons[1].title", "x" * 21) | {"to": "x", "footer": "y" * 61}
    assert [field for field, _ in problems(body)] == ["to", "buttons[1].title", "footer"]


AT_THE_LIMIT: list[tuple[str, str, Any]] = [
    ("text", "text", "😮" * 4096),
    ("image by URL", "caption", "x" * 1024),
    ("image by URL", "mediaUrl", "https://example.com/" + "x" * 2028),
    ("document", "filename", "x" * 255),
    ("location", "latitude", -90),
    ("buttons", "body", "x" * 1024),
    ("buttons", "header.text", "x" * 60),
    ("buttons", "footer", "x" * 60),
    ("buttons", "buttons[0].title", "x" * 20),
    ("buttons", "buttons[0].id", "x" * 256),
    ("buttons", "buttons", [{"id": str(n), "title": str(n)} for n in range(3)]),
    ("list", "body", "x" * 4096),
    ("list", "sections[0].rows", [{**ROW, "id": str(n)} for n in range(10)]),
    ("list", "sections[0].rows[0].description", "x" * 72),
    ("product list", "sections[0].productItems", [PRODUCT] * 30),
    ("carousel of links", "cards", [CARD] * 10),
    ("carousel of links", "cards[0].body", "x" * 158 + "\n\n"),
    ("flow", "flowCta", "x" * 30),
    ("flow", "flowAction", GONE),
    ("flow", "flowToken", GONE),
    ("flow", "data", {}),
    ("template", "templateName", "x" * 512),
    ("template", "languageCode", "fil"),
    ("template", "parameters.body[0].text", "x" * 1024),
    ("template with named values", "parameters.body[0].text", "x" * 32768),
    ("contacts", "contacts", [{"name": {"formattedName": "A", "firstName": "A"}}] * 257),
    *(("reaction", "emoji", emoji) for emoji in ("❤️", "❤", "🇦🇷", "1️⃣", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏻‍❤️‍💋‍👨🏽", "™️", "🫡")),
]


@pytest.mark.parametrize(("name", "where", "value"), AT_THE_LIMIT)
def test_what_is_just_within_a_limit_passes(name: str, where: str, value: Any) -> None:
    assert problems(changed(name, where, value)) == []


def test_free_data_is_not_nested_without_end() -> None:
    nested: Any = 1
    for _ in range(40):
        nested = [nested]
    assert problems(changed("flow", "data", {"a": nested})) == [("data", "is nested more than 32 levels deep.")]
    deep = ('{"type": "template", "parameters": ' + '{"a": ' * 900 + "1" + "}" * 901).encode()
    with pytest.raises(Invalid):
        answers.decode(requests.Send, deep)  # type: ignore[arg-type]
