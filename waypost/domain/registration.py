"""Registration that failed at signup: tried again behind it where it can succeed, rarely enough for Meta's limit.

Meta allows ten registrations of a number in 72 hours; within 14 days of the signup it accepts them at all.
"""

import secrets
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from ..meta import signup as calls
from ..meta.accounts import denies_access
from ..meta.graph import Refused
from ..meta.refusals import Refusal
from ..postgres.pool import Connection
from ..runtime import Runtime
from . import numbers
from .phones import Phone
from .signups import pin_context

log = structlog.get_logger()
PAUSES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8), timedelta(hours=24))
TRIES = 16
#: Somebody has to do something first: the PIN is another one, or was tried too often; the account is locked.
HOPELESS = frozenset({100, 368, 131031, 133005, 133008, 133009})
TOO_OFTEN = 133016


class Owed(msgspec.Struct, frozen=True):
    """A registration that is due; `pin` is sealed."""

    pin: bytes | None
    tries: int


def again(refusal: Refusal, tries: int) -> timedelta | None:
    """When to try once more after `tries` tries; None when it cannot succeed by itself."""
    if refusal.code in HOPELESS or denies_access(refusal) or tries >= TRIES:
        return None
    pause = PAUSES[min(tries, len(PAUSES) - 1)]
    return max(pause, PAUSES[-1]) if refusal.code == TOO_OFTEN else pause


async def owed(conn: Connection, organization_id: UUID, phone_id: UUID) -> Owed | None:
    """What is to be registered now."""
    row = await conn.fetchrow(
        "select pin, registration_tries from phones where organization_id = $1 and id = $2 and not is_registered"
        " and register_at <= now() and disconnected_at is null",
        organization_id,
        phone_id,
    )
    return None if row is None else Owed(row["pin"], row["registration_tries"])


async def due_in(conn: Connection, organization_id: UUID, phone_id: UUID) -> timedelta | None:
    """How long until the next try."""
    pause: timedelta | None = await conn.fetchval(
        "select greatest(register_at - now(), interval '1 second') from phones"
        " where organization_id = $1 and id = $2 and not is_registered",
        organization_id,
        phone_id,
    )
    return pause


async def retry(rt: Runtime, phone: Phone, token: str, due: Owed) -> bool:
    """Registers a number; whether it worked. The PIN is kept before it is used. Raises GraphError if Meta is away."""
    pin = await _pin(rt, phone, due)
    try:
        await calls.register(rt.graph, token, phone.meta_phone_number_id, pin)
    except Refused as error:
        refusal = error.refusal
        async with rt.pool.transaction() as conn:
            pause = again(refusal, due.tries + 1)
            await numbers.owe_registration(conn, phone.organization_id, phone.id, refusal.code, error.sentence, pause)
        log.warning(
            "registration.refused", organization=str(phone.organization_id), phone=str(phone.id), code=refusal.code,
            again=None if pause is None else pause.total_seconds(),
        )  # fmt: skip
        return False
    log.info("registration.made_up_for", organization=str(phone.organization_id), phone=str(phone.id))
    return True


async def _pin(rt: Runtime, phone: Phone, due: Owed) -> str:
    if due.pin is not None:
        return rt.vault.open(due.pin, pin_context(phone.id))
    pin = f"{secrets.randbelow(1_000_000):06d}"
    async with rt.pool.transaction() as conn:
        await conn.execute(
            "update phones set pin = $3 where organization_id = $1 and id = $2",
            phone.organization_id,
            phone.id,
            rt.vault.seal(pin, pin_context(phone.id)),
        )
    return pin
