"""Phone health: what a number can do now, from what is known here. Asking also asks for a sync, which runs behind."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..errors import NotFound
from ..meta.accounts import denies_access
from ..meta.refusals import Refusal
from ..postgres.pool import Connection
from ..runtime import Runtime
from . import checks, notices, syncs, wabas
from .checks import Finding, State, Surroundings
from .notices import Notice
from .numbers import opened_health
from .phones import Phone

#: Refusals of a send that tell of the account rather than of the message.
TELLING = frozenset({3, 368, 131005, 131031, 131042, 131045, 133010})


class Capabilities(msgspec.Struct, rename="camel"):
    """What the number is ready for."""

    can_receive_messages: bool
    can_send_messages: bool
    can_send_templates: bool


class Check(msgspec.Struct, rename="camel"):
    """`fix` says who can mend it; null when all is well."""

    name: str
    ok: bool
    message: str
    fix: str | None


class Health(msgspec.Struct, rename="camel"):
    """`lastSyncedAt` is the moment that all of it is at least as fresh as; null before Meta was asked."""

    capabilities: Capabilities
    checks: list[Check]
    last_synced_at: str | None


async def of(rt: Runtime, organization_id: UUID, phone_id: UUID) -> Health:
    """Answers at once; raises NotFound. The sync that it asks for is carried out by a worker."""
    async with rt.pool.connection() as conn:
        state, waba_id = await _state(conn, organization_id, phone_id)
        if state.disconnected_at is None:
            await syncs.want(conn, [(organization_id, phone_id, "phone"), (organization_id, waba_id, "waba")])
    around = Surroundings(clock.now(), rt.config.public_url, rt.config.meta.app_id)
    return answer(checks.findings(state, around), state.synced_at)


def answer(findings: list[Finding], synced_at: datetime | None) -> Health:
    """The findings as the API shows them; a capability is there unless a check stops it."""
    stopped = {each for finding in findings for each in finding.stops}
    able = Capabilities("receive" not in stopped, "send" not in stopped, not {"send", "templates"} & stopped)
    shown = [Check(finding.name, finding.fix is None, finding.message, finding.fix) for finding in findings]
    return Health(able, shown, clock.optional_stamp(synced_at))


async def note_refusal(conn: Connection, phone: Phone, refusal: Refusal) -> None:
    """What a refused send tells about the account: a dead token shows in health at once. Cheap for any other code."""
    if denies_access(refusal) and refusal.code != 100:
        await wabas.note_token_error(conn, phone.organization_id, phone.waba_id, refusal.sentence())
    elif refusal.code == 131042:
        value = msgspec.json.encode(refusal).decode()
        now = clock.now()
        await notices.keep(
            conn, [Notice(phone.organization_id, phone.waba_id, "payment", str(refusal.code), value, now)]
        )
    elif refusal.code not in TELLING:
        return
    await syncs.want(
        conn,
        [(phone.organization_id, phone.id, "phone"), (phone.organization_id, phone.waba_id, "waba")],
    )


async def _state(conn: Connection, organization_id: UUID, phone_id: UUID) -> tuple[State, UUID]:
    row: Any = await conn.fetchrow(
        "select p.id as phone_id, p.number, o.suspended_at, p.connected_at, p.disconnected_at, p.is_registered,"
        " p.registration_error, p.register_at, p.is_on_business_app, p.meta_status, p.quality, p.name_status,"
        " p.callback_url, p.override_error, p.health, w.review_status, w.is_subscribed, w.token_error,"
        " w.token_expires_at, w.id as waba_id, sp.synced_at, sw.synced_at as waba_synced_at,"
        " coalesce(sw.error, sp.error) as sync_error"
        " from phones p join organizations o on o.id = p.organization_id"
        " join wabas w on w.organization_id = p.organization_id and w.id = p.waba_id"
        " left join account_syncs sp on sp.organization_id = p.organization_id and sp.subject_id = p.id"
        " and sp.kind = 'phone'"
        " left join account_syncs sw on sw.organization_id = p.organization_id and sw.subject_id = w.id"
        " and sw.kind = 'waba' where p.organization_id = $1 and p.id = $2",
        organization_id,
        phone_id,
    )
    if row is None:
        raise NotFound.of("phone", phone_id)
    known = dict(row)
    waba_id, waba_synced_at = known.pop("waba_id"), known.pop("waba_synced_at")
    both = (known["synced_at"], waba_synced_at)
    known["synced_at"] = None if None in both else min(both)
    known["health"] = opened_health(known["health"])
    told = await notices.of(conn, organization_id, [phone_id, waba_id])
    state = State(**known, phone_notices=told.get(phone_id, {}), waba_notices=told.get(waba_id, {}))
    return state, waba_id
