"""One try of a delivery, as pure functions: the headers it carries, and what its answer means under the policy."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from .. import signature
from ..clock import stamp
from ..domain.deliveries import Delivery, Outcome, Target
from .egress import Answer

USER_AGENT = "WhatsApp-CloudAPI-Webhook/1.0"
KEPT_BODY = 4096
MAX_RETRY_AFTER = 86_400
JITTER = 0.2
OVERLOADED = frozenset({502, 503, 504})


class Policy(NamedTuple):
    """What a class of failures leads to."""

    #: Tried again on the schedule: the endpoint may come back, its URL may be changed.
    retried: bool
    #: Fewer at once from now on.
    slows: bool
    #: Counts for the breaker.
    breaks: bool
    #: Days of nothing else switch the webhook off.
    disables: bool
    #: `Retry-After` makes the pause longer.
    waits: bool = False


#: Every class of failure. What is missing here was interrupted on our side: no attempt at all, made again.
POLICIES = {
    "answered": Policy(retried=True, slows=False, breaks=True, disables=True),
    "redirect": Policy(retried=True, slows=False, breaks=True, disables=True),
    "throttled": Policy(retried=True, slows=True, breaks=False, disables=True, waits=True),
    "overloaded": Policy(retried=True, slows=True, breaks=True, disables=True, waits=True),
    "gone": Policy(retried=True, slows=False, breaks=False, disables=True),
    "timeout": Policy(retried=True, slows=True, breaks=True, disables=True),
    "dns": Policy(retried=True, slows=True, breaks=True, disables=True),
    "refused": Policy(retried=True, slows=True, breaks=True, disables=True),
    "tls": Policy(retried=True, slows=True, breaks=True, disables=True),
    "broken": Policy(retried=True, slows=True, breaks=True, disables=True),
    "too_large": Policy(retried=True, slows=False, breaks=True, disables=True),
    "blocked": Policy(retried=True, slows=False, breaks=True, disables=True),
    "invalid_url": Policy(retried=True, slows=False, breaks=True, disables=True),
}
INTERRUPTED = "interrupted"


def kind(answer: Answer) -> str:
    """The class of a failure, a key of POLICIES or INTERRUPTED; "" for a 2xx that came whole."""
    if answer.kind:
        return answer.kind
    status = answer.status or 0
    if answer.error is not None or not status:
        return "timeout" if answer.timed_out else "broken"
    if 200 <= status < 300:
        return ""
    if status in OVERLOADED:
        return "overloaded"
    if 300 <= status < 400:
        return "redirect"
    return {410: "gone", 429: "throttled"}.get(status, "answered")


def headers(delivery: Delivery, target: Target, at: datetime) -> list[str]:
    """Header lines of one attempt; both signatures are present when the webhook has a secret.

    While a replaced secret is still valid, Standard Webhooks carries both signatures; the other header has one only.
    """
    lines = [
        "Content-Type: application/json",
        f"User-Agent: {USER_AGENT}",
        f"X-Webhook-Event: {delivery.event_type}",
        f"X-Webhook-Timestamp: {stamp(at)}",
        f"X-Webhook-Delivery: {delivery.id}",
        "Expect:",
    ]
    if target.secret:
        seconds, event = int(at.timestamp()), str(delivery.event_id)
        key = target.secret.encode()
        signed = signature.standard_header(key, event, seconds, delivery.body)
        if target.previous and target.previous_until and at < target.previous_until:
            signed += " " + signature.standard_header(target.previous.encode(), event, seconds, delivery.body)
        lines += [
            f"X-Webhook-Signature-256: {signature.sha256_header(key, delivery.body)}",
            f"webhook-id: {event}",
            f"webhook-timestamp: {seconds}",
            f"webhook-signature: {signed}",
        ]
    return lines


def judge(delivery: Delivery, at: datetime, answer: Answer, schedule: Sequence[float], now: datetime) -> Outcome:
    """Delivered, to be tried again at a time, or exhausted; a 410 also asks to switch the webhook off.

    Not for an answer that was interrupted.
    """
    body = answer.body[:KEPT_BODY].decode("utf-8", "replace").replace("\x00", "") or None
    failure = kind(answer)
    error = answer.error or (f"The endpoint answered {answer.status}." if failure else None)
    made = partial(
        Outcome, delivery, at=at, duration_ms=answer.duration_ms, status_code=answer.status, error=error,
        response_body=body, kind=failure, switch_off=failure == "gone",
    )  # fmt: skip
    if not failure:
        return made(verdict="delivered")
    policy, place = POLICIES[failure], delivery.attempts - delivery.base
    if not policy.retried or place >= len(schedule):
        return made(verdict="exhausted")
    delay = schedule[place] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  spreads load, guards nothing
    if policy.waits and answer.retry_after is not None:
        delay = max(delay, min(answer.retry_after, MAX_RETRY_AFTER))
    return made(verdict="retry", next_at=now + timedelta(seconds=delay))


def lost(delivery: Delivery, now: datetime) -> Outcome:
    """The end of a delivery whose event is past the retention: there is nothing left to send."""
    return Outcome(delivery, "exhausted", now, 0, error="The event is older than 30 days and no longer kept.")
