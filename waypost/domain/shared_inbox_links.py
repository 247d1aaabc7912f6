"""Shared inbox links: what opens one number's inbox to people without an API key, and what they may do there.

The secret is in the answer of the call that makes it, and nowhere else: kept is its SHA-256. A revoked link is gone for
the API; its row stays, so that its page can say what happened.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from .. import clock
from ..errors import NotFound
from ..paging import Page, Slice
from ..postgres.pool import Connection
from . import phones, shared_inbox_audit, shared_inbox_changes, tally

LIST = "shared-inbox-links"
#: So many secrets before the present one are remembered as such.
FORMER = 10


class Permissions(msgspec.Struct, rename="camel"):
    """What the holders of a link may do."""

    read_inbox: bool = False
    read_details: bool = False
    mark_read: bool = False
    send_text: bool = False
    send_media: bool = False
    send_templates: bool = False
    send_advanced: bool = False


#: Their names on the wire, as they are stored.
PERMISSIONS: tuple[str, ...] = tuple(msgspec.structs.fields(Permissions)[n].encode_name for n in range(7))


class SharedInboxLink(msgspec.Struct, rename="camel"):
    """As the API shows it."""

    id: UUID
    phone_number_id: UUID
    name: str
    permissions: Permissions
    status: str
    expires_at: str | None
    created_at: str
    updated_at: str
    last_used_at: str | None


class SharedInboxLinkWithUrl(SharedInboxLink):
    """The answer of the call that made the secret, which is part of `public_url`."""

    public_url: str = ""


class Draft(msgspec.Struct):
    """What a link is made of; validated by the door. `actor` is the API key that asks, for the audit."""

    phone_id: UUID
    name: str
    permissions: Collection[str]
    expires_at: datetime | None
    actor: UUID | None = None


_COLUMNS = (
    "l.id, l.phone_id, l.name, l.permissions, l.expires_at, l.created_at, l.updated_at, l.last_used_at,"
    " coalesce(l.expires_at <= now(), false) as is_over"
)
_SHOWN = f"select {_COLUMNS} from shared_inbox_links l where l.organization_id = $1 and l.revoked_at is null"


def hashed(secret: str) -> bytes:
    """Secrets are long and random, so one SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def permissions_of(names: Collection[str]) -> Permissions:
    return msgspec.convert({name: name in names for name in PERMISSIONS}, Permissions)


async def create(conn: Connection, public_url: str, organization_id: UUID, draft: Draft) -> SharedInboxLinkWithUrl:
    """A new link of a number of this organization; raises NotFound."""
    phone = await phones.required(conn, organization_id, draft.phone_id)
    id_, secret, now = uuid4(), secrets.token_urlsafe(32), clock.now()
    await conn.execute(
        "insert into shared_inbox_links (organization_id, id, phone_id, name, permissions, secret_hash, expires_at,"
        " created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        organization_id, id_, phone.id, draft.name, _chosen(draft.permissions), hashed(secret), draft.expires_at, now,
    )  # fmt: skip
    await tally.shift(conn, [(organization_id, LIST, None, now)])
    await shared_inbox_audit.note(conn, organization_id, id_, "created", _by(draft.actor, phone=str(phone.id)))
    return _with_url(await one(conn, organization_id, id_), public_url, secret)


async def listed(conn: Connection, organization_id: UUID, page: Page) -> Slice[SharedInboxLink]:
    """Newest first, expired ones too."""
    total = await tally.total(conn, organization_id, LIST)
    before, skip = await tally.locate(conn, organization_id, LIST, page.offset)
    rows = await conn.fetch(
        f"{_SHOWN} and l.created_at < $2 order by l.created_at desc, l.id desc offset $3 limit $4",
        organization_id,
        before,
        skip,
        page.limit,
    )
    return Slice([_shown(row) for row in rows], total, page)


async def one(conn: Connection, organization_id: UUID, id_: UUID, *, lock: bool = False) -> SharedInboxLink:
    """Raises NotFound."""
    row = await conn.fetchrow(f"{_SHOWN} and l.id = $2" + " for update" * lock, organization_id, id_)
    if row is None:
        raise NotFound.of("shared inbox link", id_)
    return _shown(row)


async def opens(conn: Connection, organization_id: UUID, id_: UUID, secret: str) -> bool:
    """Whether this is the present secret of a link that is in use."""
    found: bytes | None = await conn.fetchval(
        "select secret_hash from shared_inbox_links where organization_id = $1 and id = $2 and revoked_at is null",
        organization_id,
        id_,
    )
    return found is not None and hmac.compare_digest(found, hashed(secret))


async def update(
    conn: Connection, organization_id: UUID, id_: UUID, changes: dict[str, Any], actor: UUID | None = None
) -> SharedInboxLink:
    """Changes `name`, `expires_at` (None: never) and `permissions` (name on the wire -> bool, those that are given).

    It holds for the next request of every session. Raises NotFound.
    """
    before = await one(conn, organization_id, id_, lock=True)
    given: dict[str, bool] = changes.get("permissions", {})
    now_on = {name for name, is_on in {**msgspec.to_builtins(before.permissions), **given}.items() if is_on}
    row = await conn.fetchrow(
        "update shared_inbox_links l set updated_at = $3, name = $4, permissions = $5,"
        " expires_at = case when $6 then $7 else l.expires_at end"
        f" where l.organization_id = $1 and l.id = $2 returning {_COLUMNS}",
        organization_id, id_, clock.now(), changes.get("name", before.name), _chosen(now_on),
        "expires_at" in changes, changes.get("expires_at"),
    )  # fmt: skip
    after = _shown(row)
    details = _by(actor, changed=sorted(changes), permissions=_chosen(now_on))
    await shared_inbox_audit.note(conn, organization_id, id_, "updated", details)
    await _tell(conn, organization_id, after)
    return after


async def rotate(
    conn: Connection, public_url: str, organization_id: UUID, id_: UUID, actor: UUID | None = None
) -> SharedInboxLinkWithUrl:
    """A new secret; the one before and the sessions that it opened end at once. Raises NotFound."""
    await one(conn, organization_id, id_, lock=True)
    secret = secrets.token_urlsafe(32)
    row = await conn.fetchrow(
        "update shared_inbox_links l set updated_at = $3, secret_hash = $4, version = l.version + 1,"
        " former = (array_append(l.former, l.secret_hash))[greatest(1, cardinality(l.former) + 2 - $5):]"
        f" where l.organization_id = $1 and l.id = $2 returning {_COLUMNS}",
        organization_id, id_, clock.now(), hashed(secret), FORMER,
    )  # fmt: skip
    link = _shown(row)
    await shared_inbox_audit.note(conn, organization_id, id_, "rotated", _by(actor))
    await _tell(conn, organization_id, link)
    return _with_url(link, public_url, secret)


async def revoke(conn: Connection, organization_id: UUID, id_: UUID, actor: UUID | None = None) -> None:
    """Ends a link and its sessions at once; raises NotFound."""
    link = await one(conn, organization_id, id_, lock=True)
    created: datetime = await conn.fetchval(
        "update shared_inbox_links set revoked_at = $3, updated_at = $3 where organization_id = $1 and id = $2"
        " returning created_at",
        organization_id,
        id_,
        clock.now(),
    )
    await tally.shift(conn, [(organization_id, LIST, created, None)])
    await shared_inbox_audit.note(conn, organization_id, id_, "revoked", _by(actor))
    await _tell(conn, organization_id, link)


async def _tell(conn: Connection, organization_id: UUID, link: SharedInboxLink) -> None:
    await shared_inbox_changes.note(conn, organization_id, link.phone_number_id, "link", [link.id])


def _by(actor: UUID | None, **details: Any) -> dict[str, Any]:
    return details if actor is None else {"key": str(actor), **details}


def _chosen(names: Collection[str]) -> list[str]:
    return [name for name in PERMISSIONS if name in names]


def _with_url(link: SharedInboxLink, public_url: str, secret: str) -> SharedInboxLinkWithUrl:
    address = f"{public_url}/inbox/{link.id}#t={secret}"
    return SharedInboxLinkWithUrl(**msgspec.structs.asdict(link), public_url=address)


def _shown(row: Any) -> SharedInboxLink:
    return SharedInboxLink(
        row["id"], row["phone_id"], row["name"], permissions_of(row["permissions"]),
        "expired" if row["is_over"] else "active", clock.optional_stamp(row["expires_at"]),
        clock.stamp(row["created_at"]), clock.stamp(row["updated_at"]), clock.optional_stamp(row["last_used_at"]),
    )  # fmt: skip
