"""One attempt: the headers exactly as the seed and Standard Webhooks want them, and what each answer leads to."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.domain.deliveries import Delivery, Target
from waypost.workers import attempt
from waypost.workers.egress import Answer

AT = datetime(2026, 3, 3, 15, 30, 0, 123000, UTC)
SCHEDULE = (5.0, 60.0, 300.0)
SECRET = "whsec_my_secret_key_123"


def delivery(attempts: int = 0, body: bytes = b'{"event":"message.received"}') -> Delivery:
    return Delivery(1, 2, uuid4(), uuid4(), uuid4(), uuid4(), AT, attempts, "message.received", body)


def headers(of: Delivery, secret: str | None) -> dict[str, str]:
    lines = attempt.headers(of, Target("https://example.com", secret, True), AT)
    assert all("\n" not in line and "\r" not in line for line in lines)
    return dict(line.split(": ", 1) for line in lines if line != "Expect:")


def test_without_a_secret_the_seeds_headers_and_no_signature() -> None:
    made = delivery()
    assert headers(made, None) == {
        "Content-Type": "application/json",
        "User-Agent": "WhatsApp-CloudAPI-Webhook/1.0",
        "X-Webhook-Event": "message.received",
        "X-Webhook-Timestamp": "2026-03-03T15:30:00.123Z",
        "X-Webhook-Delivery": str(made.id),
    }


def test_with_a_secret_both_signatures_verify_by_their_own_rules() -> None:
    made = delivery(body='{"text":"ünïcode €"}'.encode())
    sent = headers(made, SECRET)
    digest = hmac.new(SECRET.encode(), made.body, hashlib.sha256).hexdigest()
    assert sent["X-Webhook-Signature-256"] == f"sha256={digest}"
    assert UUID(sent["webhook-id"]) == made.event_id
    assert int(sent["webhook-timestamp"]) == int(AT.timestamp())
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + made.body
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert sent["webhook-signature"] == f"v1,{expected}"


def test_the_delivery_id_stays_and_the_time_moves_from_attempt_to_attempt() -> None:
    made, target = delivery(), Target("https://example.com", SECRET, True)
    first, second = (attempt.headers(made, target, AT + timedelta(minutes=later)) for later in (0, 1))
    changed = {line.split(":")[0] for line in set(first) ^ set(second)}
    assert changed == {"X-Webhook-Timestamp", "webhook-timestamp", "webhook-signature"}


def test_libcurl_is_told_not_to_ask_before_it_sends() -> None:
    assert "Expect:" in attempt.headers(delivery(), Target("https://example.com", None, True), AT)


def judged(answer: Answer, attempts: int = 0) -> attempt.Outcome:
    return attempt.judge(delivery(attempts), AT, answer, SCHEDULE, AT)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_delivers(status: int) -> None:
    outcome = judged(Answer(status, b"thanks", 12))
    assert (outcome.verdict, outcome.status_code, outcome.duration_ms, outcome.response_body) == (
        "delivered", status, 12, "thanks",
    )  # fmt: skip
    assert (outcome.error, outcome.next_at, outcome.switch_off) == (None, None, False)


@pytest.mark.parametrize(
    "status", [100, 199, 300, 301, 302, 304, 307, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504]
)
def test_any_other_status_is_tried_again(status: int) -> None:
    outcome = judged(Answer(status, b"", 5))
    assert (outcome.verdict, outcome.switch_off) == ("retry", False)
    assert outcome.error == f"The endpoint answered {status}."
    assert outcome.next_at is not None and AT + timedelta(seconds=4) <= outcome.next_at <= AT + timedelta(seconds=6)


def test_gone_is_tried_again_only_after_the_webhook_was_switched_on_again() -> None:
    outcome = judged(Answer(410, b"", 5))
    assert (outcome.verdict, outcome.switch_off) == ("retry", True)
    assert judged(Answer(410, b"", 5), len(SCHEDULE)).switch_off, "also by the last attempt"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(None, b"", 30_000, "The endpoint did not answer in time.", timed_out=True),
        Answer(200, b"hal", 30_000, "The endpoint did not answer in time.", timed_out=True),
        Answer(None, b"", 1, "The endpoint refused the connection."),
        Answer(200, b"half", 9, "The transfer failed (18): cut"),
    ],
)
def test_an_answer_that_is_not_whole_does_not_count_whatever_its_status(answer: Answer) -> None:
    outcome = judged(answer)
    assert (outcome.verdict, outcome.error, outcome.status_code) == ("retry", answer.error, answer.status)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(("asked", "waited"), [(3600, 3600), (86_400, 86_400), (10**9, 86_400)])
def test_retry_after_is_honoured_up_to_a_day(status: int, asked: int, waited: int) -> None:
    assert judged(Answer(status, b"", 5, retry_after=asked)).next_at == AT + timedelta(seconds=waited)


def test_retry_after_never_shortens_the_schedule_and_counts_for_overload_alone() -> None:
    soon = judged(Answer(503, b"", 5, retry_after=0)).next_at
    other = judged(Answer(500, b"", 5, retry_after=3600)).next_at
    assert soon is not None and soon >= AT + timedelta(seconds=4)
    assert other is not None and other <= AT + timedelta(seconds=6)


@pytest.mark.parametrize(("attempts", "delay"), [(0, 5), (1, 60), (2, 300)])
def test_each_delay_of_the_schedule_is_jittered_by_a_fifth(attempts: int, delay: int) -> None:
    waits = [(judged(Answer(500, b"", 5), attempts).next_at - AT).total_seconds() for _ in range(300)]  # type: ignore[operator]
    assert all(delay * 0.8 <= wait <= delay * 1.2 for wait in waits)
    assert min(waits) < delay * 0.9 and max(waits) > delay * 1.1


def test_after_the_last_delay_it_is_exhausted() -> None:
    outcome = judged(Answer(500, b"no", 5, retry_after=60), len(SCHEDULE))
    assert (outcome.verdict, outcome.next_at, outcome.error) == ("exhausted", None, "The endpoint answered 500.")
    assert judged(Answer(200, b"", 5), len(SCHEDULE)).verdict == "delivered", "the last attempt may succeed"


def test_with_an_empty_schedule_the_first_attempt_is_the_last() -> None:
    assert attempt.judge(delivery(), AT, Answer(500, b"", 5), (), AT).verdict == "exhausted"


@given(st.binary(max_size=9000))
def test_what_is_kept_of_a_body_is_short_text_that_postgresql_takes(body: bytes) -> None:
    kept = judged(Answer(500, body, 5)).response_body
    assert kept is None or (len(kept) <= attempt.KEPT_BODY and "\x00" not in kept and kept.encode())


@pytest.mark.parametrize(
    ("answer", "slow"),
    [
        (Answer(429, b"", 1), True), (Answer(502, b"", 1), True), (Answer(503, b"", 1), True),
        (Answer(504, b"", 1), True),
        (Answer(None, b"", 1, "refused"), True), (Answer(200, b"", 1, "late", timed_out=True), True),
        (Answer(200, b"", 1), False), (Answer(404, b"", 1), False), (Answer(500, b"", 1), False),
        (Answer(302, b"", 1), False),
    ],
)  # fmt: skip
def test_what_slows_an_endpoint_down(answer: Answer, slow: bool) -> None:
    assert attempt.overloaded(answer) is slow


def test_an_event_past_its_retention_ends_without_an_attempt_over_the_wire() -> None:
    outcome = attempt.lost(delivery(2), AT)
    assert (outcome.verdict, outcome.status_code, outcome.next_at) == ("exhausted", None, None)
    assert outcome.error is not None and "30 days" in outcome.error
