"""Bodies into Structs and errors into HTTP: the sentences a caller reads, and pages."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost import answers, clock, errors
from waypost.choice import Choice
from waypost.errors import Invalid, RateLimited, Unauthorized, WaypostError
from waypost.paging import Page, Slice, page_of


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    count: int
    names: list[str] = []


class Circle(msgspec.Struct, tag_field="kind", tag="circle", forbid_unknown_fields=True):
    radius: float


class Square(msgspec.Struct, tag_field="kind", tag="square", forbid_unknown_fields=True):
    side: float


class Drawing(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["drawing"]
    shapes: list[Circle | Square] = []
    colour: Annotated[Literal["red", "blue"] | None, msgspec.Meta(description="of all")] = None


class Note(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["page"]
    paper: Literal["note"]
    words: str


class Poster(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["page"]
    paper: Literal["poster"]


Sheet = Annotated[
    Drawing | Note | Poster,
    Choice(("type", "paper"), {("drawing", None): Drawing, ("page", "note"): Note, ("page", "poster"): Poster}),
]


class Outer(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    first_name: str
    inner: Inner | None = None
    is_active: bool | None = None
    ratio: float | None = None
    extra: dict[str, Any] | None = None


REFUSED: list[tuple[str, str, str]] = [
    ("{}", "firstName", "is required."),
    ('{"firstName": 1}', "firstName", "must be a string."),
    ('{"firstName": null}', "firstName", "must be a string."),
    ('{"firstName": "a", "isActive": "no"}', "isActive", "must be true or false."),
    ('{"firstName": "a", "ratio": "x"}', "ratio", "must be a number."),
    ('{"firstName": "a", "inner": []}', "inner", "must be an object."),
    ('{"firstName": "a", "inner": {}}', "inner.count", "is required."),
    ('{"firstName": "a", "inner": {"count": 1.5}}', "inner.count", "must be a whole number."),
    ('{"firstName": "a", "inner": {"count": 1, "names": {}}}', "inner.names", "must be a list."),
    ('{"firstName": "a", "inner": {"count": 1, "names": ["a", 2]}}', "inner.names[1]", "must be a string."),
    ('{"firstName": "a", "inner": {"count": 1, "size": 2}}', "inner.size", "is not a known field; remove it."),
    ('{"firstName": "a", "last`Name": 1}', "last", "is not a known field; remove it."),
    ("[]", "body", "must be an object."),
    ("7", "body", "must be an object."),
]


@pytest.mark.parametrize(("raw", "field", "message"), REFUSED)
def test_a_field_is_named_by_its_path(raw: str, field: str, message: str) -> None:
    with pytest.raises(Invalid) as told:
        answers.decode(Outer, raw.encode())
    assert told.value.details == [{"field": field, "message": message}]
    assert told.value.message == f"{field}: {message}"


REFUSED_CHOICES: list[tuple[str, str, str]] = [
    ("[]", "body", "must be an object."),
    ("{}", "type", "is required."),
    ('{"type": null}', "type", "is required."),
    ('{"type": {}}', "type", "must be a string."),
    ('{"type": "map"}', "type", "must be one of drawing, page."),
    ('{"type": "note"}', "type", "must be one of drawing, page. For note, type is page and paper is note."),
    ('{"type": "page"}', "paper", "is required."),
    ('{"type": "page", "paper": 1}', "paper", "must be a string."),
    ('{"type": "page", "paper": "map"}', "paper", "must be one of note, poster."),
    ('{"type": "page", "paper": "drawing"}', "paper",
     "must be one of note, poster. For drawing, type is drawing, without paper."),
    ('{"type": "page", "paper": "note"}', "words", "is required."),
    ('{"type": "page", "paper": "poster", "words": "x"}', "words", "is not a known field; remove it."),
    ('{"type": "drawing", "paper": "note"}', "paper", "is not a known field; remove it."),
    ('{"type": "drawing", "": 1}', "''", "is not a known field; remove it."),
    ('{"type": "drawing", "colour": "green"}', "colour", "must be one of blue, red."),
    ('{"type": "drawing", "colour": 3}', "colour", "must be a string."),
    ('{"type": "drawing", "shapes": [{"kind": "circle", "radius": 1}, {"kind": "line"}]}', "shapes[1].kind",
     "must be one of circle, square."),
    ('{"type": "drawing", "shapes": [{"radius": 1}]}', "shapes[0].kind", "is required."),
    ('{"type": "drawing", "shapes": [{"kind": "square", "radius": 1}]}', "shapes[0].radius",
     "is not a known field; remove it."),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "field", "message"), REFUSED_CHOICES)
def test_a_choice_is_told_by_its_fields_and_says_what_they_may_be(raw: str, field: str, message: str) -> None:
    with pytest.raises(Invalid) as told:
        answers.decode(Sheet, raw.encode())  # type: ignore[arg-type]
    assert told.value.details == [{"field": field, "message": message}]


def test_a_choice_becomes_the_struct_that_the_body_names() -> None:
    raw = b'{"type": "page", "paper": "note", "words": "x"}'
    assert answers.decode(Sheet, raw) == Note("page", "note", "x")  # type: ignore[arg-type, comparison-overlap]
    raw = b'{"type": "drawing", "shapes": [{"kind": "square", "side": 2}], "colour": null}'
    assert answers.decode(Sheet, raw) == Drawing("drawing", [Square(2.0)])  # type: ignore[arg-type, comparison-overlap]


@given(st.binary(max_size=60))
def test_no_bytes_bring_anything_but_a_struct_or_a_400(raw: bytes) -> None:
    try:
        assert isinstance(answers.decode(Outer, raw), Outer)
    except Invalid as told:
        assert told.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
)


@given(JSON)
def test_no_json_brings_anything_but_a_struct_or_a_400(value: Any) -> None:
    try:
        answers.decode(Outer, json.dumps(value).encode())
    except Invalid as told:
        assert told.message


def test_several_problems_become_one_error_that_leads_with_the_first() -> None:
    told = Invalid.fields([("a", "is wrong."), ("b", "too.")])
    assert (told.message, told.status) == ("a: is wrong.", 400)
    assert told.details == [{"field": "a", "message": "is wrong."}, {"field": "b", "message": "too."}]


def test_each_code_has_its_status_and_envelope() -> None:
    codes = {
        "VALIDATION_ERROR": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "CONFLICT": 409,
        "PAYLOAD_TOO_LARGE": 413, "RATE_LIMITED": 429, "INTERNAL_ERROR": 500, "UPSTREAM_ERROR": 502,
    }  # fmt: skip
    public = [errors.Invalid, errors.Unauthorized, errors.Forbidden, errors.NotFound, errors.Conflict, errors.TooLarge,
              errors.RateLimited, errors.UpstreamFailed, errors.WaypostError]  # fmt: skip
    assert {each.code: each.status for each in public} == codes
    for kind in public:
        response = answers.error(kind("Because."))
        assert response.status_code == codes[kind.code] and response.media_type == "application/json"
        assert json.loads(response.body) == {"error": {"message": "Because.", "code": kind.code}}


def test_details_retry_after_and_challenge_are_added_where_they_belong() -> None:
    limited = answers.error(RateLimited("Slow down.", details={"meta": {"code": 4}}, retry_after=60))
    assert limited.headers["Retry-After"] == "60"
    assert json.loads(limited.body)["error"]["details"] == {"meta": {"code": 4}}
    assert answers.error(Unauthorized("Who?")).headers["WWW-Authenticate"] == "Bearer"
    plain = answers.error(WaypostError("Oh."))
    assert "Retry-After" not in plain.headers and "WWW-Authenticate" not in plain.headers


def test_one_thing_is_data_and_a_page_is_data_with_meta() -> None:
    id_ = UUID("550e8400-e29b-41d4-a716-446655440000")
    assert json.loads(answers.data({"id": id_}, 201).body) == {"data": {"id": str(id_)}}
    page = answers.data(Slice([1, 2], 5, Page(1, 2)))
    assert json.loads(page.body) == {
        "data": [1, 2],
        "meta": {"pagination": {"page": 1, "limit": 2, "total": 5, "hasMore": True}},
    }


@given(st.integers(0, 500), st.integers(1, 100), st.integers(1, 20))
def test_has_more_is_true_until_the_last_page(total: int, limit: int, number: int) -> None:
    page = Page(number, limit)
    items = list(range(total))[page.offset : page.offset + limit]
    assert Slice(items, total, page).meta()["pagination"]["hasMore"] == (page.offset + limit < total and bool(items))


@pytest.mark.parametrize(
    ("query", "page"),
    [({}, Page(1, 50)), ({"page": "", "limit": ""}, Page(1, 50)), ({"page": "3", "limit": "100"}, Page(3, 100)),
     ({"page": "007"}, Page(7, 50))],
)  # fmt: skip
def test_a_page_is_read_from_the_query(query: dict[str, str], page: Page) -> None:
    assert page_of(query) == page


@given(st.text(max_size=20))
def test_no_text_is_a_page_but_a_whole_number_from_1(text: str) -> None:
    good = text == "" or (text.isascii() and text.isdigit() and len(text) <= 16 and 1 <= int(text) <= 2**53 // 100)
    try:
        assert page_of({"page": text}).number == int(text or 1) and good
    except Invalid as told:
        assert not good and told.details[0]["field"] == "page"


def test_times_are_utc_with_milliseconds_and_z() -> None:
    at = datetime(2026, 3, 3, 15, 30, 0, 999_999, UTC)
    assert clock.stamp(at) == "2026-03-03T15:30:00.999Z"
    assert clock.stamp(at.astimezone(timezone(timedelta(hours=5, minutes=30)))) == "2026-03-03T15:30:00.999Z"
    assert clock.optional_stamp(None) is None and clock.optional_stamp(at) == clock.stamp(at)
    assert clock.now().microsecond % 1000 == 0 and clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("1760000000", "2025-10-09T08:53:20.000Z"), (1760000000, "2025-10-09T08:53:20.000Z"),
     ("1760000000.5", "2025-10-09T08:53:20.500Z"), (None, None), ("", None), ("0", None), ("soon", None), ("nan", None),
     ("inf", None), ("-1", None), ("1760000000000000", None), ([], None), (True, None), ("9" * 400, None)],
)  # fmt: skip
def test_a_time_of_metas_is_plausible_or_none(given_: object, expected: str | None) -> None:
    assert clock.optional_stamp(clock.from_meta(given_)) == expected
