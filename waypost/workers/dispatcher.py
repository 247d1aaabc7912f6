"""From lanes to the wire and back: sends what may go, judges what comes, and tells the flusher. No await in it."""

import asyncio
import time
from datetime import datetime

import msgspec
import structlog

from .. import clock
from ..domain.deliveries import Delivery, Outcome, Target
from ..runtime import Runtime
from . import attempt
from .egress import Answer, Egress
from .lanes import Lane
from .shift import Shift, whose

log = structlog.get_logger()
MAX_IN_FLIGHT = 512


class Dispatcher:
    """Answers that come when its shift is over are nobody's: the rows are still there."""

    def __init__(self, rt: Runtime, egress: Egress, shift: Shift) -> None:
        self._schedule = rt.config.webhook_schedule
        self._egress = egress
        self._shift = shift
        self._in_flight = 0
        self._timer: asyncio.TimerHandle | None = None

    def dispatch(self) -> None:
        """As many as may go now; those whose rate is used up go when its time comes."""
        lanes = self._shift.lanes
        while self._in_flight < MAX_IN_FLIGHT and (chosen := lanes.next(MAX_IN_FLIGHT - self._in_flight)):
            self._send(*chosen)
        if self._timer is None and (pause := lanes.pause()) is not None:
            self._timer = asyncio.get_running_loop().call_later(pause, self._rested)

    def _rested(self) -> None:
        self._timer = None
        if not self._shift.over:
            self.dispatch()

    def _send(self, lane: Lane, delivery: Delivery) -> None:
        at, target = clock.now(), lane.target
        self._in_flight += 1
        if not lane.breaker.closed:
            lane.breaker.sent(time.monotonic(), ahead=delivery.ahead)

        def done(answer: Answer) -> None:
            if not self._shift.over:
                self._done(lane, delivery, target, at, answer)

        self._egress.post(target.url, attempt.headers(delivery, target, at), delivery.body, done)

    def _done(self, lane: Lane, delivery: Delivery, target: Target, at: datetime, answer: Answer) -> None:
        lane.in_flight -= 1
        lane.done += 1
        self._in_flight -= 1
        if attempt.kind(answer) == attempt.INTERRUPTED:
            self._interrupted(lane, delivery)
        else:
            outcome = attempt.judge(delivery, at, answer, self._schedule, clock.now())
            self._weigh(lane, delivery, outcome)
            self._settle(lane, target, outcome)
        self._shift.lanes.offer(lane)
        self.dispatch()
        if self._shift.lanes.drained(lane):
            self._shift.rewind(delivery.shard)

    def _interrupted(self, lane: Lane, delivery: Delivery) -> None:
        """Our own fault is no attempt: the row stays as it is, and the next sweep finds it."""
        lane.breaker.unjudged(time.monotonic())
        self._shift.held.drop([delivery])
        log.warning("delivery.interrupted", delivery=str(delivery.id), webhook=str(delivery.webhook_id))

    def _weigh(self, lane: Lane, delivery: Delivery, outcome: Outcome) -> None:
        """What an outcome says about the endpoint: how much it takes, and whether it works at all."""
        now, breaker, was_closed = time.monotonic(), lane.breaker, lane.breaker.closed
        if outcome.verdict == "delivered":
            lane.went_well()
            lane.succeeded_at = now
            breaker.succeeded(now)
        else:
            policy = attempt.POLICIES[outcome.kind]
            if policy.slows:
                lane.went_badly()
            if policy.breaks:
                breaker.failed(now, ahead=delivery.ahead)
            else:
                breaker.unjudged(now)
            _log_failure(outcome)
        if breaker.closed != was_closed:
            log.warning(
                "webhook.recovered" if breaker.closed else "webhook.broken",
                organization=str(delivery.organization_id), webhook=str(delivery.webhook_id),
            )  # fmt: skip
            if breaker.closed:
                self._shift.broken.pop(delivery.webhook_id, None)
                self._shift.rewind(delivery.shard)
            else:
                self._shift.break_off(whose(delivery))

    def _settle(self, lane: Lane, target: Target, outcome: Outcome) -> None:
        """A 410 concerns the webhook as it was when the attempt began: one changed since is not switched off."""
        if outcome.switch_off:
            still = target.updated_at == lane.target.updated_at
            outcome = msgspec.structs.replace(outcome, switch_off=still, seen=target.updated_at)
            if still:
                self._shift.condemned.add(outcome.delivery.webhook_id)
                self._shift.close(whose(outcome.delivery), None)
        self._shift.answered(outcome)


def _log_failure(outcome: Outcome) -> None:
    delivery = outcome.delivery
    log.info(
        "delivery.failed", organization=str(delivery.organization_id), webhook=str(delivery.webhook_id),
        delivery=str(delivery.id), attempt=delivery.attempts + 1, verdict=outcome.verdict, kind=outcome.kind,
        status=outcome.status_code, error=outcome.error,
    )  # fmt: skip
