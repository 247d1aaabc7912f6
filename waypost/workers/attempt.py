"""One try of a delivery, as pure functions: the headers it carries, and what its answer means under the policy."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from .. import signature
from ..clock import stamp
from ..domain.deliveries import Delivery, Outcome, Target
from .egress import Answer

USER_AGENT = "WhatsApp-CloudAPI-Webhook/1.0"
KEPT_BODY = 4096
MAX_RETRY_AFTER = 86_400
JITTER = 0.2
OVERLOADED = frozenset({429, 502, 503, 504})


def headers(delivery: Delivery, target: Target, at: datetime) -> list[str]:
    """Header lines of one attempt; both signatures are present when the webhook has a secret."""
    lines = [
        "Content-Type: application/json",
        f"User-Agent: {USER_AGENT}",
        f"X-Webhook-Event: {delivery.event_type}",
        f"X-Webhook-Timestamp: {stamp(at)}",
        f"X-Webhook-Delivery: {delivery.id}",
        "Expect:",
    ]
    if target.secret:
        key, seconds = target.secret.encode(), int(at.timestamp())
        lines += [
            f"X-Webhook-Signature-256: {signature.sha256_header(key, delivery.body)}",
            f"webhook-id: {delivery.event_id}",
            f"webhook-timestamp: {seconds}",
            f"webhook-signature: {signature.standard_header(key, str(delivery.event_id), seconds, delivery.body)}",
        ]
    return lines


def judge(delivery: Delivery, at: datetime, answer: Answer, schedule: Sequence[float], now: datetime) -> Outcome:
    """Delivered, to be tried again at a time, or exhausted; a 410 also switches the webhook off."""
    body = answer.body[:KEPT_BODY].decode("utf-8", "replace").replace("\x00", "") or None
    good = succeeded(answer)
    error = answer.error or (None if good else f"The endpoint answered {answer.status}.")
    made = partial(Outcome, delivery, at=at, duration_ms=answer.duration_ms, status_code=answer.status, error=error)
    if good:
        return made(verdict="delivered", response_body=body)
    gone = answer.status == 410
    if delivery.attempts >= len(schedule):
        return made(verdict="exhausted", response_body=body, switch_off=gone)
    delay = schedule[delivery.attempts] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  spreads load, guards nothing
    if answer.retry_after is not None and answer.status in OVERLOADED:
        delay = max(delay, min(answer.retry_after, MAX_RETRY_AFTER))
    return made(verdict="retry", response_body=body, next_at=now + timedelta(seconds=delay), switch_off=gone)


def lost(delivery: Delivery, now: datetime) -> Outcome:
    """The end of a delivery whose event is past the retention: there is nothing left to send."""
    return Outcome(delivery, "exhausted", now, 0, error="The event is older than 30 days and no longer kept.")


def succeeded(answer: Answer) -> bool:
    """2xx, whole, within the deadline."""
    return answer.error is None and answer.status is not None and 200 <= answer.status < 300


def overloaded(answer: Answer) -> bool:
    """Whether the endpoint wants fewer calls, or is away: it gets fewer at once."""
    return answer.timed_out or answer.status is None or answer.status in OVERLOADED
