"""Signups: one row per code that a browser brought back. Steps are remembered: a crash resumes, a repeat is answered.

A runner holds a row by a lease (`claimed_until`) that each step renews; whoever finds it expired goes on from there.
"""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from .. import clock, events
from ..errors import Conflict
from ..meta.signup import PhoneFacts
from ..postgres.pool import Connection
from ..vault import Vault, VaultError
from . import numbers, onboarding, phones, tally, wabas, webhooks
from .onboarding import Stored

LEASE = timedelta(seconds=20)
PUT_OFF = timedelta(minutes=5)
log = structlog.get_logger()


class Hints(msgspec.Struct, frozen=True):
    """What the browser saw; believed only where Meta says the same."""

    waba_id: str | None = None
    phone_number_id: str | None = None
    business_id: str | None = None


class Signup(msgspec.Struct):
    """The row, with its secrets opened; `steps` are the names of the steps that are done."""

    organization_id: UUID
    link_id: UUID
    code_hash: bytes
    state: str
    hints: Hints
    token: str | None
    steps: list[str]
    meta_waba_id: str | None
    meta_phone_number_id: str | None
    phone_id: UUID | None
    pin: str | None
    notes: dict[str, Any]
    message: str | None

    def context(self) -> str:
        return f"signup {self.organization_id} {self.link_id} {self.code_hash.hex()}"


class NumberTaken(Conflict):
    """The number is connected to another organization."""

    def __init__(self) -> None:
        super().__init__("This number is already connected elsewhere. Disconnect it there first, then try again.")


_COLUMNS = (
    "organization_id, link_id, code_hash, state, hints, token, steps, meta_waba_id, meta_phone_number_id, phone_id,"
    " pin, notes, message"
)
_KEY = "organization_id = $1 and link_id = $2 and code_hash = $3"


def pin_context(phone_id: UUID) -> str:
    """What a number's sealed two-step PIN is bound to."""
    return f"pin {phone_id}"


def hash_of(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


async def begin(conn: Connection, vault: Vault, link: Stored, code: str, hints: Hints) -> Signup:
    """The signup of this code: a new row, or the one that an earlier post of the same code left."""
    key = (link.organization_id, link.id, hash_of(code))
    await conn.execute(
        "insert into signups (organization_id, link_id, code_hash, hints) values ($1, $2, $3, $4)"
        " on conflict do nothing",
        *key,
        msgspec.json.encode(hints).decode(),
    )
    return _opened(vault, await conn.fetchrow(f"select {_COLUMNS} from signups where {_KEY}", *key))


async def claim(conn: Connection, vault: Vault, signup: Signup) -> Signup | None:
    """The freshest row when this caller may run it now; None when it ended or another runner holds it."""
    row = await conn.fetchrow(
        f"update signups set claimed_until = now() + $4, updated_at = now() where {_KEY} and state = 'running'"
        f" and (claimed_until is null or claimed_until < now()) returning {_COLUMNS}",
        signup.organization_id,
        signup.link_id,
        signup.code_hash,
        LEASE,
    )
    return None if row is None else _opened(vault, row)


async def hold(conn: Connection, signup: Signup) -> None:
    """Renews the lease of a runner that waits for Meta longer than a lease lasts."""
    await conn.execute(
        f"update signups set claimed_until = now() + $4 where {_KEY} and state = 'running'",
        signup.organization_id,
        signup.link_id,
        signup.code_hash,
        LEASE,
    )


async def reread(conn: Connection, vault: Vault, signup: Signup) -> Signup:
    row = await conn.fetchrow(
        f"select {_COLUMNS} from signups where {_KEY}", signup.organization_id, signup.link_id, signup.code_hash
    )
    return signup if row is None else _opened(vault, row)


async def find(conn: Connection, vault: Vault, link: Stored, code: str) -> Signup | None:
    """What an earlier post of the same code left."""
    row = await conn.fetchrow(
        f"select {_COLUMNS} from signups where {_KEY}", link.organization_id, link.id, hash_of(code)
    )
    return None if row is None else _opened(vault, row)


async def save(conn: Connection, vault: Vault, signup: Signup, lease: timedelta = LEASE) -> None:
    """Remembers how far it got, and holds the row for `lease` from now. An ended signup has no use for its token."""
    context = signup.context()
    token = signup.token if signup.state == "running" else None
    await conn.execute(
        "update signups set state = $4, token = $5, steps = $6, meta_waba_id = $7, meta_phone_number_id = $8,"
        " phone_id = $9, pin = $10, notes = $11, message = $12, updated_at = now(),"
        f" claimed_until = now() + $13 where {_KEY}",
        signup.organization_id, signup.link_id, signup.code_hash, signup.state,
        None if token is None else vault.seal(token, context), signup.steps, signup.meta_waba_id,
        signup.meta_phone_number_id, signup.phone_id, None if signup.pin is None else vault.seal(signup.pin, context),
        json.dumps(signup.notes), signup.message, lease,
    )  # fmt: skip


async def interrupted(conn: Connection, vault: Vault, limit: int = 20) -> list[Signup]:
    """Signups that nobody runs although they are neither done nor failed: what a crash left, to be resumed.

    One that cannot be opened (its key is not configured) is put off, lest it stand in the way of the others.
    """
    rows = await conn.fetch(
        f"select {_COLUMNS} from signups where state = 'running' and token is not null and claimed_until < now()"
        " and created_at > now() - interval '1 day' order by updated_at limit $1",
        limit,
    )
    found = []
    for row in rows:
        try:
            found.append(_opened(vault, row))
        except VaultError as problem:
            key = (row["organization_id"], row["link_id"], row["code_hash"])
            await conn.execute(
                f"update signups set claimed_until = now() + $4, updated_at = now() where {_KEY}", *key, PUT_OFF
            )
            log.error("signup.sealed", organization=str(key[0]), link=str(key[1]), reason=str(problem))
    return found


async def identify(conn: Connection, vault: Vault, signup: Signup, meta_phone_number_id: str) -> None:
    """Chooses the phone's id and PIN: those it had before in this organization, else new ones. Raises NumberTaken."""
    taken = await phones.by_meta_ids(conn, [meta_phone_number_id])
    owner = taken.get(meta_phone_number_id)
    if owner is not None and owner.organization_id != signup.organization_id:
        raise NumberTaken()
    earlier: Any = await conn.fetchrow(
        "select id, pin from phones where organization_id = $1 and meta_phone_number_id = $2"
        " order by connected_at desc limit 1",
        signup.organization_id,
        meta_phone_number_id,
    )
    signup.meta_phone_number_id = meta_phone_number_id
    if earlier is not None:
        signup.phone_id = earlier["id"]
        if signup.pin is None and earlier["pin"] is not None:
            signup.pin = vault.open(earlier["pin"], pin_context(earlier["id"]))
    signup.phone_id = signup.phone_id or uuid4()
    signup.pin = signup.pin or f"{secrets.randbelow(1_000_000):06d}"


async def finish(conn: Connection, vault: Vault, signup: Signup, facts: PhoneFacts) -> str:
    """Everything at once: WABA with sealed token, phone, webhook, link completed, event. Returns the closing message.

    Raises NumberTaken, and Conflict when the link was completed meanwhile by another code.
    """
    link = await onboarding.opened(conn, signup.link_id, lock=True)
    if link.status != "pending":
        raise Conflict("This link was used already.")
    await identify(conn, vault, signup, facts.id)
    assert signup.phone_id is not None and signup.meta_waba_id is not None and signup.token is not None
    waba_id = await _save_waba(conn, vault, signup)
    await _save_phone(conn, vault, signup, link, facts, waba_id)
    webhook_id = await _create_webhook(conn, vault, link, waba_id)
    await onboarding.complete(conn, link, signup.phone_id, webhook_id)
    data = events.ConnectedData(
        onboarding_link_id=link.id,
        external_id=link.external_id,
        phone_number_id=signup.phone_id,
        phone_number=facts.number,
        waba_id=waba_id,
        meta_waba_id=signup.meta_waba_id,
        is_phone_registered=facts.is_registered,
    )
    event = events.compose("phone_number.connected", link.organization_id, waba_id, clock.now(), data)
    await webhooks.publish(conn, [event])
    signup.state, signup.message = "done", f"{facts.number} is connected."
    await save(conn, vault, signup)
    return signup.message


async def _save_waba(conn: Connection, vault: Vault, signup: Signup) -> UUID:
    assert signup.meta_waba_id is not None and signup.token is not None
    sealed = vault.seal(signup.token, phones.token_context(signup.organization_id, signup.meta_waba_id))
    id_ = uuid4()
    row = await conn.fetchrow(
        "insert into wabas (organization_id, id, meta_waba_id, name, token) values ($1, $2, $3, $4, $5)"
        " on conflict (organization_id, meta_waba_id) do update set token = excluded.token, updated_at = now(),"
        " name = coalesce(excluded.name, wabas.name), token_error = null, token_expires_at = null, is_subscribed = null"
        " returning id, created_at",
        signup.organization_id,
        id_,
        signup.meta_waba_id,
        signup.notes.get("waba_name"),
        sealed,
    )
    if row["id"] == id_:
        await tally.shift(conn, [(signup.organization_id, wabas.LIST, None, row["created_at"])])
    found: UUID = row["id"]
    return found


async def _save_phone(
    conn: Connection, vault: Vault, signup: Signup, link: Stored, facts: PhoneFacts, waba_id: UUID
) -> None:
    assert signup.phone_id is not None
    ours = signup.pin if "registered" in signup.steps else None
    pin = None if ours is None else vault.seal(ours, pin_context(signup.phone_id))
    was = await numbers.place(conn, signup.organization_id, signup.phone_id)
    await conn.execute(
        "insert into phones (organization_id, id, waba_id, meta_phone_number_id, number, verified_name, is_registered,"
        " registration_error, override_error, pin, external_id, metadata, registration_code, register_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now() + $14::interval)"
        " on conflict (organization_id, id) do update set waba_id = excluded.waba_id, number = excluded.number,"
        " verified_name = excluded.verified_name, is_registered = excluded.is_registered,"
        " registration_error = excluded.registration_error, override_error = excluded.override_error,"
        " pin = coalesce(excluded.pin, phones.pin), external_id = excluded.external_id, metadata = excluded.metadata,"
        " registration_code = excluded.registration_code, register_at = excluded.register_at, registration_tries = 0,"
        " meta_status = null, callback_url = null, health = null, connected_at = now(), disconnected_at = null",
        signup.organization_id, signup.phone_id, waba_id, facts.id, facts.number, facts.verified_name,
        facts.is_registered, signup.notes.get("registration_error"), signup.notes.get("override_error"), pin,
        link.external_id, link.metadata, signup.notes.get("registration_code"), _again(signup, facts),
    )  # fmt: skip
    on_app = facts.is_on_business_app
    await numbers.connected(conn, signup.organization_id, signup.phone_id, was, on_business_app=on_app)


def _again(signup: Signup, facts: PhoneFacts) -> timedelta | None:
    """When a registration that was refused is tried again; the completion says, because it knows Meta's code."""
    seconds = signup.notes.get("registration_again")
    return None if facts.is_registered or seconds is None else timedelta(seconds=seconds)


async def _create_webhook(conn: Connection, vault: Vault, link: Stored, waba_id: UUID) -> UUID | None:
    if link.webhook_url is None:
        return None
    sealed, context = link.webhook_secret, onboarding.secret_context(link.organization_id, link.id)
    secret = None if sealed is None else vault.open(sealed, context)
    draft = webhooks.Draft(link.webhook_url, link.webhook_events or ["*"], secret, True, waba_id)
    return (await webhooks.create(conn, vault, link.organization_id, draft)).id


def _opened(vault: Vault, row: Any) -> Signup:
    signup = Signup(*row.values())
    context = signup.context()
    signup.hints = msgspec.json.decode(row["hints"], type=Hints)
    signup.notes = msgspec.json.decode(row["notes"])
    signup.steps = list(row["steps"])
    signup.token = None if row["token"] is None else vault.open(row["token"], context)
    signup.pin = None if row["pin"] is None else vault.open(row["pin"], context)
    return signup
