"""Meta's refusals: read from any envelope, and turned into the error that our caller gets."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.meta import refusals
from waypost.meta.refusals import Refusal, public_error, refusal_of

WHOLE = {
    "message": "(#131030) Recipient phone number not in allowed list", "type": "OAuthException", "code": 131030,
    "error_subcode": 2494010, "fbtrace_id": "Az8or2yhqkZfEZ", "error_data": {"details": "Add the number first."},
}  # fmt: skip


def envelope(**error: Any) -> bytes:
    return json.dumps({"error": error}).encode()


def test_a_whole_envelope_is_read_whole() -> None:
    assert refusal_of(envelope(**WHOLE)) == Refusal(
        131030, 2494010, "Recipient phone number not in allowed list", "Add the number first.", "Az8or2yhqkZfEZ", False
    )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ({"code": 100}, "Meta refused (100): unknown error"),
        ({"code": "100", "message": "Invalid parameter"}, "Meta refused (100): Invalid parameter"),
        ({"code": 1, "message": "x", "error_data": "plain text"}, "Meta refused (1): plain text"),
        ({"code": 1, "message": "x", "error_data": {"details": 5}}, "Meta refused (1): x"),
        ({"code": 1, "message": "x", "error_user_msg": "For people."}, "Meta refused (1): For people."),
        ({"code": 1, "message": None, "error_subcode": "9"}, "Meta refused (1): unknown error"),
    ],
)
def test_a_sparse_envelope_still_gives_a_sentence(error: dict[str, Any], sentence: str) -> None:
    found = refusal_of(envelope(**error))
    assert found is not None and found.sentence() == sentence and found.subcode is None


NOT_REFUSALS = [b"", b"<html>Sorry</html>", b"\xff", b"[]", b"null", b"{}", b'{"error": "text"}', b'{"error": {}}',
                b'{"error": {"code": null}}', b'{"error": {"code": "x"}}', b'{"data": {"code": 1}}']  # fmt: skip


@pytest.mark.parametrize("body", NOT_REFUSALS)
def test_what_is_no_envelope_is_no_refusal(body: bytes) -> None:
    assert refusal_of(body) is None


@given(st.binary(max_size=80))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    found = refusal_of(body)
    assert found is None or isinstance(found.code, int)


MAPPED = [
    (100, 400, False), (131008, 400, False), (131026, 400, False), (131030, 400, False), (131047, 400, False),
    (132001, 400, False), (470, 400, False), (987654, 400, False),
    (0, 403, False), (10, 403, False), (190, 403, False), (200, 403, False), (299, 403, False), (368, 403, False),
    (131005, 403, False), (131031, 403, False), (131045, 403, False),
    (4, 429, True), (80007, 429, True), (130429, 429, True), (131048, 429, True), (131056, 429, True),
    (1, 502, True), (2, 502, True), (131000, 502, True), (131016, 502, True), (133004, 502, True),
]  # fmt: skip


@pytest.mark.parametrize(("code", "status", "retryable"), MAPPED)
def test_each_code_has_its_status_and_says_whether_to_repeat(code: int, status: int, retryable: bool) -> None:
    refusal = refusal_of(envelope(code=code, message="Because", fbtrace_id="T"))
    assert refusal is not None
    error = public_error(refusal)
    assert error.status == status and error.message == f"Meta refused ({code}): Because"
    told = {"code": code, "subcode": None, "title": "Because", "details": None, "fbtraceId": "T"}
    assert error.details == {"meta": {**told, "retryable": retryable}}
    assert (error.retry_after is not None) == (status == 429)
    assert refusals.outcome_is_open(refusal) == (status == 502)


def test_a_refusal_that_meta_calls_transient_is_retryable() -> None:
    found = refusal_of(envelope(code=100, message="x", is_transient=True))
    assert found is not None and found.retryable


def test_what_a_failed_message_keeps_is_code_title_message_and_details() -> None:
    found = refusal_of(envelope(**WHOLE))
    assert found is not None and found.stored() == {
        "code": 131030, "title": "Recipient phone number not in allowed list",
        "message": "Recipient phone number not in allowed list", "details": "Add the number first.",
    }  # fmt: skip
