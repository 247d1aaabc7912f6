"""One attempt: the headers exactly as the seed and Standard Webhooks want them, and what each answer leads to."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost import signature
from waypost.domain.deliveries import Delivery, Outcome, Target
from waypost.workers import attempt
from waypost.workers.egress import Answer, Kind

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


def judged(answer: Answer, attempts: int = 0) -> Outcome:
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
    moments = [judged(Answer(500, b"", 5), attempts).next_at for _ in range(300)]
    waits = [(moment - AT).total_seconds() for moment in moments if moment is not None]
    assert len(waits) == 300
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


#: An answer of each class; `interrupted` alone is no attempt.
ANSWERS = {
    "answered": Answer(500, b"", 1), "redirect": Answer(302, b"", 1), "throttled": Answer(429, b"", 1),
    "overloaded": Answer(503, b"", 1), "gone": Answer(410, b"", 1),
    **{kind: Answer(None, b"", 1, "It failed.", kind=kind) for kind in get_args(Kind) if kind},
}  # fmt: skip
#: class: slows down, counts for the breaker, `Retry-After` counts
POLICY = {
    "answered": (False, True, False), "redirect": (False, True, False), "throttled": (True, False, True),
    "overloaded": (True, True, True), "gone": (False, False, False), "timeout": (True, True, False),
    "dns": (True, True, False), "refused": (True, True, False), "tls": (True, True, False),
    "broken": (True, True, False), "too_large": (False, True, False), "blocked": (False, True, False),
    "invalid_url": (False, True, False),
}  # fmt: skip


def test_every_class_of_failure_has_a_policy_and_an_answer_here() -> None:
    assert set(ANSWERS) == {*attempt.POLICIES, attempt.INTERRUPTED} == {*POLICY, attempt.INTERRUPTED}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_is_of_its_class(kind: str) -> None:
    assert attempt.kind(ANSWERS[kind]) == kind


@pytest.mark.parametrize("kind", POLICY)
def test_each_class_is_tried_again_and_counts_as_its_policy_says(kind: str) -> None:
    slows, breaks, waits = POLICY[kind]
    assert attempt.POLICIES[kind] == attempt.Policy(True, slows, breaks, True, waits)
    answer = ANSWERS[kind]
    answer = Answer(answer.status, b"", 1, answer.error, retry_after=3600, kind=answer.kind)
    outcome = judged(answer)
    assert (outcome.kind, outcome.verdict, outcome.switch_off) == (kind, "retry", kind == "gone")
    assert outcome.next_at is not None and (outcome.next_at - AT >= timedelta(hours=1)) is waits
    assert judged(answer, len(SCHEDULE)).verdict == "exhausted"


def test_what_an_older_way_out_tells_without_a_class_is_still_judged() -> None:
    assert attempt.kind(Answer(None, b"", 1, "late", timed_out=True)) == "timeout"
    assert attempt.kind(Answer(200, b"", 1, "half")) == attempt.kind(Answer(None, b"", 1)) == "broken"
    assert attempt.kind(Answer(204, b"", 1)) == ""


def test_the_schedule_begins_anew_behind_a_replay() -> None:
    replayed = msgspec.structs.replace(delivery(attempts=7), base=6)
    outcome = attempt.judge(replayed, AT, Answer(500, b"", 5), SCHEDULE, AT)
    assert outcome.verdict == "retry" and outcome.next_at is not None
    assert 48 <= (outcome.next_at - AT).total_seconds() <= 72
    last = msgspec.structs.replace(delivery(attempts=9), base=6)
    assert attempt.judge(last, AT, Answer(500, b"", 5), SCHEDULE, AT).verdict == "exhausted"


@pytest.mark.parametrize(("later", "signatures"), [(-1, 2), (0, 1), (1, 1)])
def test_two_secrets_sign_until_the_time_of_the_one_before_is_over(later: int, signatures: int) -> None:
    made, old = delivery(), "whsec_the_one_before_it"
    target = Target("https://example.com", SECRET, True, previous=old, previous_until=AT - timedelta(seconds=later))
    sent = dict(line.split(": ", 1) for line in attempt.headers(made, target, AT) if line != "Expect:")
    assert sent["X-Webhook-Signature-256"] == signature.sha256_header(SECRET.encode(), made.body)
    keys = [SECRET, old][:signatures]
    assert sent["webhook-signature"].split(" ") == [
        signature.standard_header(key.encode(), str(made.event_id), int(AT.timestamp()), made.body) for key in keys
    ]


def test_an_event_past_its_retention_ends_without_an_attempt_over_the_wire() -> None:
    outcome = attempt.lost(delivery(2), AT)
    assert (outcome.verdict, outcome.status_code, outcome.next_at) == ("exhausted", None, None)
    assert outcome.error is not None and "30 days" in outcome.error
