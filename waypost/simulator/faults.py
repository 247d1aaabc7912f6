"""What is to go wrong: set through the control API, asked by Graph, notifier and statuses. Counted faults wear off."""

from typing import Literal, TypeVar

import msgspec

StatusName = Literal["sent", "delivered", "read", "failed"]
STATUS_ORDER: tuple[StatusName, ...] = ("sent", "delivered", "read")


class Failure(msgspec.Struct, forbid_unknown_fields=True):
    """A refusal as Meta words it; what is left out comes from the catalogue. `count` null: until deleted."""

    code: int
    subcode: int | None = None
    title: str | None = None
    details: str | None = None
    http: int | None = None
    count: int | None = 1


class Loss(msgspec.Struct, forbid_unknown_fields=True):
    """The call is carried out, and its answer is lost: closed connection, HTML 500 page, or silence for `seconds`."""

    how: Literal["close", "html", "hang"] = "close"
    seconds: float = 60.0
    count: int | None = 1


class StatusFaults(msgspec.Struct, forbid_unknown_fields=True):
    off: bool = False
    #: Seconds from the previous status (or the send) to this one; statuses not named keep the usual delay.
    delays: dict[StatusName, float] = {}
    order: tuple[StatusName, ...] = STATUS_ORDER
    failed: Failure | None = None
    #: Statuses leave before the send itself is answered; give `answer_delay` too.
    early: bool = False


class WebhookFaults(msgspec.Struct, forbid_unknown_fields=True):
    off: bool = False
    #: How often each notification is posted.
    copies: int = 1
    #: Every n-th notification is lost for good.
    drop_every: int | None = None


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    #: Seconds before any Graph call is looked at; null: the setting.
    latency: float | None = None
    #: Seconds between carrying out a Graph call and answering it.
    answer_delay: float = 0.0
    #: Operation name (see GET /_sim) to its refusal or lost answer.
    fail: dict[str, Failure] = {}
    drop: dict[str, Loss] = {}
    statuses: StatusFaults = msgspec.field(default_factory=StatusFaults)
    webhooks: WebhookFaults = msgspec.field(default_factory=WebhookFaults)

    def refusal(self, operation: str) -> Failure | None:
        return _use(self.fail, operation)

    def loss(self, operation: str) -> Loss | None:
        return _use(self.drop, operation)

    def failed_status(self) -> Failure | None:
        failure = self.statuses.failed
        if failure is not None and _worn(failure):
            self.statuses.failed = None
        return failure


Counted = TypeVar("Counted", Failure, Loss)


def _use(pending: dict[str, Counted], operation: str) -> Counted | None:
    fault = pending.get(operation)
    if fault is not None and _worn(fault):
        del pending[operation]
    return fault


def _worn(fault: Failure | Loss) -> bool:
    if fault.count is None:
        return False
    fault.count -= 1
    return fault.count <= 0
