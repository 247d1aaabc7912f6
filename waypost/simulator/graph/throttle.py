"""Meta's limits on sends and on management calls, as far as they are switched on."""

import math
import time

import msgspec

from ..limits import HOUR
from ..stage import Stage
from ..world import Phone, Waba
from .refusals import Refusal

MANAGED = ("wabas.", "phones.", "templates.")
USAGE_HEADER = "X-Business-Use-Case-Usage"
HOURLY_ACTIVE = 5000
HOURLY = 200


def admit(stage: Stage, phone: Phone, person: str) -> None:
    """One send of a phone to a person; it counts once it is let through. Raises 130429 or 131056."""
    limits, meters, now = stage.world.limits, stage.world.meters, time.time()
    arrivals = meters.of(phone.id)
    if limits.throughput and meters.too_fast(phone.id, now, level(stage, phone) * (1 + limits.tolerance)):
        arrivals.refused.append((now, 130429))
        raise Refusal(130429)
    if limits.pair and meters.pair_full(phone.id, person, now, limits):
        arrivals.refused.append((now, 131056))
        raise Refusal(131056)
    arrivals.accepted.append(now)


def level(stage: Stage, phone: Phone) -> int:
    """Messages a second."""
    limits = stage.world.limits
    if phone.on_biz_app:
        return limits.coexistence
    return limits.high if phone.level == "HIGH" else limits.standard


def count_management(stage: Stage, operation: str, node: str) -> tuple[dict[str, str], bool]:
    """(the usage header of a management call's answer, whether it is one too many); other operations count nowhere."""
    waba = stage.world.waba_of(node) if operation.startswith(MANAGED) else None
    if waba is None:
        return {}, False
    now = time.time()
    hour = stage.world.meters.management_call(waba.id, now)
    most = hourly(stage, waba)
    over = stage.world.limits.management and hour.calls > most
    usage = {
        "type": "whatsapp_business_management",
        "call_count": min(100, math.ceil(100 * hour.calls / most)),
        "total_cputime": 1,
        "total_time": 1,
        "estimated_time_to_regain_access": math.ceil((hour.started + HOUR - now) / 60) if over else 0,
    }
    return {USAGE_HEADER: msgspec.json.encode({waba.id: [usage]}).decode()}, over


def hourly(stage: Stage, waba: Waba) -> int:
    if (told := stage.world.limits.hourly) is not None:
        return told
    return HOURLY_ACTIVE if any(phone.registered for phone in stage.world.phones_of(waba.id)) else HOURLY
