"""Checks: what stands between a number and its traffic, from what we know of it. Pure; `health.py` reads the state.

Each check says what is wrong and, in `fix`, who can mend it: you, your customer, the operator of this deployment, Meta.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from ..meta.accounts import Entity

Capability = Literal["receive", "send", "templates"]
ALL: frozenset[Capability] = frozenset({"receive", "send", "templates"})
SENDING: frozenset[Capability] = frozenset({"send", "templates"})
TEMPLATES: frozenset[Capability] = frozenset({"templates"})
RECEIVING: frozenset[Capability] = frozenset({"receive"})
NOTHING: frozenset[Capability] = frozenset()

RECONNECT = "Your customer: connect the number again through a new onboarding link, which you create."
SUPPORT = "Your customer: open the account in Meta's Business Support Home and follow what Meta asks for there."
#: A sync so long after a notice knows better when it finds the account well: the notice that ends it may be lost.
SETTLED = timedelta(minutes=15)
PAYMENT_CODES = frozenset({141006, 131042})

Told = tuple[str | None, dict[str, Any], datetime]


class State(msgspec.Struct, kw_only=True):
    """Everything that is known here about a number; None is what Meta has not said yet."""

    phone_id: UUID
    number: str
    suspended_at: datetime | None = None
    connected_at: datetime
    disconnected_at: datetime | None = None
    is_registered: bool = True
    registration_error: str | None = None
    register_at: datetime | None = None
    is_on_business_app: bool = False
    meta_status: str | None = None
    quality: str | None = None
    name_status: str | None = None
    callback_url: str | None = None
    override_error: str | None = None
    health: list[Entity] = []
    review_status: str | None = None
    is_subscribed: bool | None = None
    token_error: str | None = None
    token_expires_at: datetime | None = None
    synced_at: datetime | None = None
    sync_error: str | None = None
    phone_notices: dict[str, Told] = {}
    waba_notices: dict[str, Told] = {}


class Finding(msgspec.Struct, frozen=True):
    """The outcome of a check; it is fine when there is nothing to fix. `stops` is what cannot be done meanwhile."""

    name: str
    message: str
    fix: str | None = None
    stops: frozenset[Capability] = NOTHING


class Surroundings(msgspec.Struct, frozen=True):
    """What checks need to know besides the state."""

    now: datetime
    public_url: str
    app_id: str


def findings(state: State, around: Surroundings) -> list[Finding]:
    """Every check, in the order in which troubles are best mended."""
    return [finding for check in CHECKS for finding in check(state, around)]


def organization(state: State, around: Surroundings) -> list[Finding]:
    name = "organization"
    if state.suspended_at is None:
        return [Finding(name, "The organization is in good standing.")]
    return [
        Finding(name, "The organization is suspended.", "The operator of this deployment: lift the suspension.", ALL)
    ]


def connection(state: State, around: Surroundings) -> list[Finding]:
    name = "connection"
    if state.disconnected_at is None:
        return [Finding(name, f"{state.number} is connected.")]
    return [Finding(name, f"{state.number} was disconnected on {state.disconnected_at:%Y-%m-%d}.", RECONNECT, ALL)]


def access(state: State, around: Surroundings) -> list[Finding]:
    """Whether Meta told that the account was taken away from us, and has not told of its return since."""
    ended = {
        "ACCOUNT_DELETED": "The WhatsApp Business Account was deleted.",
        "PARTNER_REMOVED": "Your customer ended the connection in WhatsApp.",
        "PARTNER_APP_UNINSTALLED": "Your customer removed the app from the WhatsApp Business Account.",
        "ACCOUNT_OFFBOARDED": "The WhatsApp Business app ended the connection of this number.",
    }
    for told in (_told(state, state.phone_notices, "access"), _told(state, state.waba_notices, "access")):
        if told is None or told[0] not in ended or _of_another_app(told[1], around.app_id):
            continue
        if state.synced_at is not None and state.synced_at - told[2] > SETTLED and state.token_error is None:
            continue
        return [Finding("access", ended[str(told[0])], RECONNECT, ALL)]
    return [Finding("access", "The account is shared with this app.")]


def token(state: State, around: Surroundings) -> list[Finding]:
    name = "token"
    if state.token_error is not None:
        return [
            Finding(name, f"{state.token_error} Media of inbound messages cannot be read either.", RECONNECT, SENDING)
        ]
    expires = state.token_expires_at
    if expires is not None and expires <= around.now:
        return [Finding(name, f"The access token expired on {expires:%Y-%m-%d}.", RECONNECT, SENDING)]
    if expires is not None and expires - around.now < timedelta(days=7):
        return [Finding(name, f"The access token expires on {expires:%Y-%m-%d}.", RECONNECT)]
    return [Finding(name, "The access token is valid.")]


def registration(state: State, around: Surroundings) -> list[Finding]:
    name = "registration"
    if state.is_registered:
        return [Finding(name, "The number is registered for the Cloud API.")]
    reason = state.registration_error or "The number is not registered for the Cloud API."
    if state.register_at is not None:
        at = state.register_at.strftime("%Y-%m-%d %H:%M")
        fix = (
            f"Nobody has to act: it is tried again, next at {at} UTC. If it stays so, your customer: verify the number."
        )
        return [Finding(name, reason, fix, ALL)]
    fix = (
        "Your customer: switch two-step verification off in WhatsApp Manager (or wait, when Meta says so), then connect"
        " the number again through a new onboarding link."
    )
    return [Finding(name, reason, fix, ALL)]


def subscription(state: State, around: Surroundings) -> list[Finding]:
    name = "subscription"
    if state.is_subscribed is not False:
        return [Finding(name, "The app is subscribed to the account's notifications.")]
    return [Finding(name, "The app is not subscribed to the account's notifications.", RECONNECT, RECEIVING)]


def callback(state: State, around: Surroundings) -> list[Finding]:
    name, url = "callback", state.callback_url
    if url is not None and not url.startswith(f"{around.public_url}/webhook"):
        fix = (
            "The operator of this deployment: find out who else set a callback for this number or account; it is set"
            " anew when it is taken away."
        )
        return [Finding(name, f"Meta posts this number's notifications to {url[:200]}.", fix, RECEIVING)]
    if state.override_error is not None:
        fix = f"The operator of this deployment: check that Meta reaches {around.public_url} and its verify token."
        return [Finding(name, f"The number's own callback was not accepted: {state.override_error}", fix)]
    return [Finding(name, "Meta posts this number's notifications here.")]


_STATUSES: dict[str, tuple[str, str, frozenset[Capability]]] = {
    "FLAGGED": ("Meta has flagged the number for its quality.", "You: send less, and what people want.", NOTHING),
    "RESTRICTED": (
        "Meta restricts the number: it may answer, but not begin conversations.",
        "You: wait until Meta lifts it (usually a day), then send less, and what people want.",
        TEMPLATES,
    ),
    "RATE_LIMITED": ("Meta limits the number's messages.", "You: wait until Meta lifts it, then send less.", TEMPLATES),
    "BANNED": ("Meta has banned the number.", SUPPORT, ALL),
    "DISCONNECTED": ("The number is disconnected from the Cloud API.", RECONNECT, ALL),
    "DELETED": ("The number no longer belongs to the account.", RECONNECT, ALL),
    "MIGRATED": ("The number moved to another account.", RECONNECT, ALL),
    "PENDING": ("Meta has not finished setting the number up.", "Meta: nothing to do but wait.", ALL),
    "UNVERIFIED": ("The number is not verified.", "Your customer: verify the number in WhatsApp Manager.", ALL),
}


def status(state: State, around: Surroundings) -> list[Finding]:
    found = _STATUSES.get(state.meta_status or "")
    if found is None or (state.is_on_business_app and state.meta_status in ("PENDING", "UNVERIFIED")):
        return [Finding("status", "Meta reports nothing wrong with the number.")]
    return [Finding("status", *found)]


def quality(state: State, around: Surroundings) -> list[Finding]:
    words = {"GREEN": "high", "YELLOW": "medium", "RED": "low"}
    told = words.get(state.quality or "")
    message = f"The number's quality is {told}." if told else "Meta has not rated the number's quality yet."
    fix = "You: send less, and what people want; blocks and reports of the last seven days count."
    return [Finding("quality", message, fix if told == "low" else None)]


def display_name(state: State, around: Surroundings) -> list[Finding]:
    name = "displayName"
    wrong = {
        "DECLINED": ("Meta declined the display name.", "Your customer: choose another name in WhatsApp Manager."),
        "EXPIRED": ("The display name's approval expired.", "Your customer: ask for it again in WhatsApp Manager."),
        "PENDING_REVIEW": ("Meta is still reviewing the display name.", "Meta: nothing to do but wait."),
    }
    found = wrong.get(state.name_status or "")
    return [Finding(name, *found) if found else Finding(name, "Meta reports nothing wrong with the display name.")]


def review(state: State, around: Surroundings) -> list[Finding]:
    decision = state.review_status
    told = _told(state, state.waba_notices, "review")
    if told is not None and (state.synced_at is None or told[2] > state.synced_at):
        decision = told[0]
    if decision == "REJECTED":
        return [Finding("review", "Meta rejected the account in its review.", SUPPORT, SENDING)]
    if decision in ("PENDING", "DEFERRED"):
        return [Finding("review", "Meta is still reviewing the account.", "Meta: nothing to do but wait.")]
    return [Finding("review", "Meta has no objection to the account.")]


def ban(state: State, around: Surroundings) -> list[Finding]:
    told = _standing(state, "ban")
    info = _info(told, "ban_info")
    when = f" ({str(info['waba_ban_date'])[:40]})" if info.get("waba_ban_date") else ""
    if info.get("waba_ban_state") == "DISABLE":
        return [Finding("ban", f"Meta has disabled the account{when}.", SUPPORT, ALL)]
    if info.get("waba_ban_state") == "SCHEDULE_FOR_DISABLE":
        return [Finding("ban", f"Meta is going to disable the account{when}.", SUPPORT)]
    return [Finding("ban", "The account is not disabled.")]


_RESTRICTIONS: dict[str, frozenset[Capability]] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": TEMPLATES,
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": frozenset({"send"}),
}


def restriction(state: State, around: Surroundings) -> list[Finding]:
    told = _standing(state, "restriction")
    listed = told[1].get("restriction_info") if told else None
    in_force = [
        each
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict) and not _expired(each.get("expiration"), around.now)
    ]
    if not in_force:
        return [Finding("restriction", "The account is not restricted.")]
    kinds = [str(each.get("restriction_type"))[:80] for each in in_force]
    stops = frozenset[Capability]().union(*(_RESTRICTIONS.get(kind, NOTHING) for kind in kinds))
    return [Finding("restriction", f"Meta restricts the account: {', '.join(kinds[:5])}.", SUPPORT, stops)]


def violation(state: State, around: Surroundings) -> list[Finding]:
    told = _standing(state, "violation")
    if told is None:
        return [Finding("violation", "Meta has reported no violation of its policies.")]
    kind = str(_info(told, "violation_info").get("violation_type") or "not named")[:80]
    return [Finding("violation", f"Meta reported a violation of its policies: {kind}.", SUPPORT)]


def payment(state: State, around: Surroundings) -> list[Finding]:
    fix = "Your customer: mend the account's payment method in WhatsApp Manager."
    for entity in state.health:
        for problem in entity.problems:
            if problem.code in PAYMENT_CODES or "payment" in problem.description.lower():
                return [Finding("payment", problem.description, fix, TEMPLATES)]
    if _standing(state, "payment") is not None:
        return [Finding("payment", "Meta refused a message for want of a valid payment method.", fix, TEMPLATES)]
    return [Finding("payment", "Meta reports no trouble with payment.")]


_ENTITIES = {"PHONE_NUMBER": "metaPhoneNumber", "WABA": "metaAccount", "BUSINESS": "metaBusiness", "APP": "metaApp"}


def meta_health(state: State, around: Surroundings) -> list[Finding]:
    """Meta's own health_status, entity by entity."""
    told = {entity.kind: entity for entity in state.health}
    return [_entity(name, told.get(kind)) for kind, name in _ENTITIES.items()]


def _entity(name: str, entity: Entity | None) -> Finding:
    if entity is None or entity.state not in ("LIMITED", "BLOCKED"):
        return Finding(name, "Meta reports nothing that stands in the way of messages.")
    reasons = [problem.description for problem in entity.problems] + entity.remarks
    solutions = [problem.solution for problem in entity.problems if problem.solution]
    owner = "The operator of this deployment" if entity.kind == "APP" else "Your customer"
    fix = f"{owner}: {' '.join(solutions) or 'see WhatsApp Manager for what Meta asks for.'}"
    message = " ".join(reasons) or f"Meta reports messages as {entity.state}."
    return Finding(name, message, fix, SENDING if entity.state == "BLOCKED" else NOTHING)


def sync(state: State, around: Surroundings) -> list[Finding]:
    if state.sync_error is not None:
        fix = "Nobody has to act: it is tried again. If it stays so, the operator of this deployment: see the log."
        return [Finding("sync", f"Meta could not be asked: {state.sync_error}", fix)]
    if state.synced_at is None and state.disconnected_at is None:
        return [Finding("sync", "Meta is being asked about this number for the first time.")]
    return [Finding("sync", "What is known here comes from Meta.")]


CHECKS: tuple[Callable[[State, Surroundings], list[Finding]], ...] = (
    organization, connection, access, token, registration, subscription, callback, status, quality, display_name,
    review, ban, restriction, violation, payment, meta_health, sync,
)  # fmt: skip


def _told(state: State, notices: dict[str, Told], matter: str) -> Told | None:
    """A notice that is not older than the connection: what was before is over."""
    told = notices.get(matter)
    return told if told is not None and told[2] >= state.connected_at.replace(microsecond=0) else None


def _standing(state: State, matter: str) -> Told | None:
    """What Meta told of the account, unless a later sync found the account well."""
    told = _told(state, state.waba_notices, matter)
    account = next((entity for entity in state.health if entity.kind == "WABA"), None)
    if told is None or account is None or state.synced_at is None:
        return told
    return None if account.state == "AVAILABLE" and state.synced_at - told[2] > SETTLED else told


def _info(told: Told | None, name: str) -> dict[str, Any]:
    info = told[1].get(name) if told else None
    return info if isinstance(info, dict) else {}


def _of_another_app(value: dict[str, Any], app_id: str) -> bool:
    info = value.get("waba_info")
    named = info.get("partner_app_id") if isinstance(info, dict) else None
    return named is not None and str(named) != app_id


def _expired(expiration: object, now: datetime) -> bool:
    """Meta writes seconds since 1970, as a number or as text."""
    return str(expiration or "").isdigit() and float(str(expiration)) <= now.timestamp()
