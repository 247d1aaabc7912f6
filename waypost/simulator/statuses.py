"""What becomes of an accepted message: sent, delivered, read or failed, each announced after its delay.

A recipient whose number ends in 0 and a six-digit code of `ASYNC` fails with that code; other endings are in `STOPS`.
"""

import asyncio
from itertools import accumulate

from . import notifications
from .catalogue import title_of
from .faults import Failure, StatusName
from .stage import Stage
from .world import Phone, Sent

ASYNC = (130472, 130497, 131000, 131026, 131042, 131047, 131049, 131050, 131053, 132015)
#: Endings of a recipient's number after which the statuses stop.
STOPS: dict[str, tuple[StatusName, ...]] = {"0000000": (), "0000001": ("sent",), "0000002": ("sent", "delivered")}

_FAILING = {f"0{code}": code for code in ASYNC}


def schedule(stage: Stage, phone: Phone, sent: Sent, failure: Failure | None = None) -> None:
    """`failure`: it has been decided already that the message fails."""
    faults = stage.faults.statuses
    if faults.off or not stage.settings.statuses:
        return
    failure = failure or _failure(stage, sent)
    names = _course(stage, sent, failure)
    usual = stage.settings.status_delay
    moments = accumulate(0.0 if faults.early else faults.delays.get(name, usual) for name in names)
    loop = asyncio.get_running_loop()
    for name, moment in zip(names, moments, strict=True):
        loop.call_later(moment, _announce, stage, phone, sent, name, failure)


def _failure(stage: Stage, sent: Sent) -> Failure | None:
    code = _FAILING.get(sent.to[-7:])
    return Failure(code) if code else stage.faults.failed_status()


def _course(stage: Stage, sent: Sent, failure: Failure | None) -> list[StatusName]:
    if failure is not None:
        return ["failed"]
    if sent.body.get("type") == "reaction":
        return ["sent"]
    wanted = STOPS.get(sent.to[-7:], stage.faults.statuses.order)
    return [name for name in stage.faults.statuses.order if name in wanted]


def _announce(stage: Stage, phone: Phone, sent: Sent, name: StatusName, failure: Failure | None) -> None:
    if stage.world.phones.get(phone.id) is not phone:
        return
    sent.status = name
    error = None
    if name == "failed" and failure is not None:
        title, details = title_of(failure.code)
        error = notifications.failure(failure.code, failure.title or title, failure.details or details)
    stage.notify(phone, [notifications.change(notifications.status(phone, sent, name, error))])
