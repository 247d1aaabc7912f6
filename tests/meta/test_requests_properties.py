"""Whatever is asked for: a 400, or a message that Meta's description and limits accept."""

import copy
import json
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.meta.sends import EXAMPLES, PHOTO, WAMID
from tests.meta.test_requests_graph import UPLOADED, decoded, refused
from waypost.errors import Invalid
from waypost.meta import requests

ID = UUID("550e8400-e29b-41d4-a716-446655440000")
GONE = object()

LENGTHS = (0, 1, 15, 16, 20, 21, 24, 25, 60, 61, 72, 73, 160, 161, 200, 201, 256, 257, 1024, 1025, 4096, 4097)
WORDS = st.sampled_from(
    [*("x" * n for n in LENGTHS), " ", "\n", "a\nb\nc\nd", "a\tb", "\x00", "👍", "👍🏽 ok", "12345", PHOTO, WAMID,
     "text", "image", "video", "document", "navigate", "data_exchange", "url", "flow", "mpm", "en_US", "US.1349"]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-200, 10**7) | st.floats(allow_nan=False) | WORDS | st.text()
JSON = st.recursive(
    SCALARS, lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=8), each, max_size=4)
)

Way = tuple[Any, ...]


def ways(value: Any, at: Way = ()) -> list[Way]:
    """Every place in a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at] * bool(at) + [way for key, part in parts for way in ways(part, (*at, key))]


def known_names() -> list[str]:
    """All field names of all kinds, to be put where they may or may not belong."""
    found: set[str] = set()
    for example in EXAMPLES.values():
        found |= {step for way in ways(example.body) for step in way if isinstance(step, str)}
    return sorted(found)


NAMES = known_names()


@st.composite
def bent(draw: st.DrawFn) -> dict[str, Any]:
    """A good send in which a few places were replaced, removed, repeated or added."""
    body = copy.deepcopy(draw(st.sampled_from(list(EXAMPLES.values()))).body)
    for _ in range(draw(st.integers(0, 3))):
        way = draw(st.sampled_from(ways(body)))
        at: Any = body
        for step in way[:-1]:
            at = at[step]
        bend(draw, at, way[-1])
        if not ways(body):
            break
    return body


def bend(draw: st.DrawFn, at: Any, key: Any) -> None:
    how = draw(st.sampled_from(["replace", "word", "remove", "repeat", "add"]))
    if how == "remove":
        del at[key]
    elif how == "repeat" and isinstance(at, list):
        at.extend(copy.deepcopy(at[key]) for _ in range(draw(st.sampled_from([1, 2, 9, 30]))))
    elif how == "add" and isinstance(at, dict):
        at[draw(st.sampled_from(NAMES))] = draw(SCALARS)
    else:
        at[key] = draw(JSON if how == "replace" else WORDS)


def accepted(body: Any) -> requests.Send | None:
    """The send, or None when it is refused as it should be: by name, in a sentence."""
    try:
        return requests.checked(decoded(body))
    except Invalid as told:
        for detail in told.details or ():
            assert detail["field"] and detail["message"].endswith(".") and "`" not in detail["message"]
        return None


@settings(max_examples=1500, deadline=None)
@given(bent())
def test_what_passes_is_sound_for_meta(body: dict[str, Any]) -> None:
    send = accepted(body)
    if send is None:
        return
    for media in ({}, UPLOADED):
        sent = requests.message_body(send, ID, media)
        assert refused(json.loads(json.dumps(sent))) is None
    assert all(link.url and link.field for link in send.links())
    assert "\\u0000" not in msgspec.json.encode(send.content()).decode()


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(requests.KINDS, key=str)), st.dictionaries(st.sampled_from(NAMES) | st.text(), JSON))
def test_any_json_is_a_send_or_a_400(kind: tuple[str, str | None], rest: dict[str, Any]) -> None:
    accepted({**rest, "type": kind[0], **({"interactiveType": kind[1]} if kind[1] else {})})
    accepted(rest)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_at_all_is_a_400(value: Any) -> None:
    assert accepted(value) is None


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_send_survives_being_written_down(name: str) -> None:
    """Whatever keeps a send as JSON reads the same send again."""
    send = decoded(EXAMPLES[name].body)
    assert decoded(json.loads(msgspec.json.encode(send))) == send
