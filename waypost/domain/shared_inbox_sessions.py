"""Sessions of shared inboxes: what a browser holds after it has shown a link's secret, for a quarter of an hour.

Link and session are read together on every request, so that revoking, rotating, expiring and narrowing a link hold for
the next one; open streams are looked after in the same way.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from .. import clock
from ..errors import Forbidden, Unauthorized
from ..postgres.pool import Connection
from . import shared_inbox_audit
from .shared_inbox_links import Permissions, hashed, permissions_of

LASTS = timedelta(minutes=15)
#: A session that was used is renewed this long after it was last.
RENEWED_AFTER = timedelta(minutes=1)
#: One that only has a stream is renewed later: a stream cannot renew the cookie, and the next request does both.
WATCHED_AFTER = LASTS / 2
#: Of one link; the ones that were used longest ago make room.
MOST = 200
KEPT = timedelta(days=1)

#: Why there is no way in -> what the page says.
REASONS = {
    "missing": "There is no session; open the link again.",
    "unknown": "This link does not work. Copy the whole link, or ask whoever sent it for a new one.",
    "expired": "This link has expired.",
    "revoked": "This link was turned off.",
    "rotated": "This link was replaced by a new one; ask whoever sent it for it.",
}


class Guest(msgspec.Struct, frozen=True):
    """Who looks through a link: the only source of tenant and number in the inbox. `hash` names the session."""

    organization_id: UUID
    link_id: UUID
    phone_id: UUID
    name: str
    permissions: frozenset[str]
    expires_at: datetime | None
    version: int
    hash: bytes
    is_due: bool = False
    is_fading: bool = False

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, *permissions: str) -> None:
        """One of these; raises Forbidden naming the first."""
        if not any(name in self.permissions for name in permissions):
            raise Forbidden(
                f"This link does not allow this ({permissions[0]}).", details={"permission": permissions[0]}
            )


class Line(msgspec.Struct, rename="camel"):
    """The number of the inbox; `problem` says why nothing can be sent or received just now."""

    id: UUID
    number: str
    verified_name: str | None
    ready: bool
    problem: str | None = None


class Session(msgspec.Struct, rename="camel"):
    """As the page sees it. `expires_at` and `version`, counting its secrets, are the link's; `who` is how others are
    told of the session."""

    link_id: UUID
    version: int
    who: str
    name: str
    phone: Line
    permissions: Permissions
    expires_at: str | None
    server_time: str
    locale: str | None = None


class Opened(NamedTuple):
    """A new session and the text of its cookie, which is nowhere kept."""

    guest: Guest
    cookie: str


def refused(reason: str, expires_at: datetime | None = None) -> Unauthorized:
    told = {"expiresAt": clock.stamp(expires_at)} if reason == "expired" and expires_at is not None else {}
    return Unauthorized(REASONS[reason], details={"reason": reason, **told})


_STANDING = """
select w.nth, l.organization_id, l.id, l.phone_id, l.name, l.permissions, l.expires_at, l.version,
  l.revoked_at is not null as is_revoked, coalesce(l.expires_at <= now(), false) as is_over,
  o.suspended_at is not null as is_suspended, s.version as opened_by, coalesce(s.expires_at > now(), false) as lives,
  s.expires_at < now() + $3::interval as is_due, s.expires_at < now() + $4::interval as is_fading
from unnest($1::uuid[], $2::bytea[]) with ordinality as w(id, hash, nth)
join shared_inbox_links l on l.id = w.id
join organizations o on o.id = l.organization_id
left join inbox_sessions s on s.organization_id = l.organization_id and s.link_id = l.id and s.hash = w.hash
"""


async def standing(conn: Connection, wanted: Sequence[tuple[UUID, bytes]]) -> list[Guest | Exception]:
    """Who comes with each (link, hash of the cookie): Guest, Unauthorized with its reason, or Forbidden."""
    rows = await conn.fetch(_STANDING, *zip(*wanted, strict=True), LASTS - RENEWED_AFTER, LASTS - WATCHED_AFTER)
    known = {row["nth"]: row for row in rows}
    return [_judged(known.get(nth), hash_) for nth, (_, hash_) in enumerate(wanted, 1)]


def _judged(row: Any, hash_: bytes) -> Guest | Exception:
    if row is None or row["opened_by"] is None:
        return refused("missing")
    if (problem := _barred(row)) is not None:
        return problem
    if row["opened_by"] != row["version"]:
        return refused("rotated")
    return _guest(row, hash_) if row["lives"] else refused("missing")


def _barred(row: Any) -> Exception | None:
    """What keeps everybody out, whatever they hold."""
    if row["is_revoked"]:
        return refused("revoked")
    if row["is_suspended"]:
        return Forbidden("This organization is suspended.", details={"reason": "suspended"})
    return refused("expired", row["expires_at"]) if row["is_over"] else None


def _guest(row: Any, hash_: bytes) -> Guest:
    return Guest(
        row["organization_id"], row["id"], row["phone_id"], row["name"], frozenset(row["permissions"]),
        row["expires_at"], row["version"], hash_, bool(row["is_due"]), bool(row["is_fading"]),
    )  # fmt: skip


async def opened(conn: Connection, link_id: UUID, token: str, address: str) -> Opened:
    """Exchanges a link's secret for a session. Raises Unauthorized: only who holds a secret learns what became of the
    link. Every secret is compared in constant time."""
    row = await conn.fetchrow(
        "select l.organization_id, l.id, l.phone_id, l.name, l.permissions, l.expires_at, l.version, l.secret_hash,"
        " l.former, l.revoked_at is not null as is_revoked, coalesce(l.expires_at <= now(), false) as is_over,"
        " o.suspended_at is not null as is_suspended, false as is_due, false as is_fading"
        " from shared_inbox_links l join organizations o on o.id = l.organization_id where l.id = $1"
        " for no key update of l",
        link_id,
    )
    given = hashed(token)
    is_present = hmac.compare_digest(given, b"" if row is None else row["secret_hash"])
    was_present = [hmac.compare_digest(given, each) for each in (row["former"] if row else [])]
    if not is_present and not any(was_present):
        raise refused("unknown")
    if (problem := _barred(row)) is not None:
        raise problem
    if not is_present:
        raise refused("rotated")
    cookie = secrets.token_urlsafe(32)
    guest = _guest(row, hashed(cookie))
    await _add(conn, guest)
    await shared_inbox_audit.note(conn, guest.organization_id, link_id, "opened", {"address": address})
    return Opened(guest, cookie)


async def _add(conn: Connection, guest: Guest) -> None:
    """The new session, in the place of the one that was used longest ago where there are too many."""
    await conn.execute(
        "insert into inbox_sessions (organization_id, link_id, hash, version, expires_at)"
        " values ($1, $2, $3, $4, now() + $5::interval)",
        guest.organization_id, guest.link_id, guest.hash, guest.version, LASTS,
    )  # fmt: skip
    await conn.execute(
        "delete from inbox_sessions where organization_id = $1 and link_id = $2 and hash in (select hash"
        " from inbox_sessions where organization_id = $1 and link_id = $2 order by expires_at desc, hash offset $3)",
        guest.organization_id,
        guest.link_id,
        MOST,
    )
    await conn.execute(
        "update shared_inbox_links set last_used_at = now() where organization_id = $1 and id = $2",
        guest.organization_id,
        guest.link_id,
    )


async def renew(conn: Connection, guests: Sequence[Guest]) -> None:
    """Sessions that are used live on; and their links were used."""
    keys = sorted({(guest.organization_id, guest.link_id, guest.hash) for guest in guests})
    if not keys:
        return
    await conn.execute(
        "with w as (select * from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as w(organization_id, link_id, hash)),"
        " kept as (update inbox_sessions s set expires_at = now() + $4::interval from w"
        "  where s.organization_id = w.organization_id and s.link_id = w.link_id and s.hash = w.hash)"
        " update shared_inbox_links l set last_used_at = now() from (select distinct organization_id, link_id from w) u"
        " where l.organization_id = u.organization_id and l.id = u.link_id"
        " and (l.last_used_at is null or l.last_used_at < now() - interval '30 seconds')",
        *zip(*keys, strict=True),
        LASTS,
    )


async def close(conn: Connection, guest: Guest) -> None:
    """Signs out."""
    await conn.execute(
        "delete from inbox_sessions where organization_id = $1 and link_id = $2 and hash = $3",
        guest.organization_id,
        guest.link_id,
        guest.hash,
    )
    await shared_inbox_audit.note(conn, guest.organization_id, guest.link_id, "closed")


async def shown(conn: Connection, guests: Sequence[Guest]) -> list[Session]:
    """What each guest is shown; numbers are looked up once each."""
    lines = await _lines(conn, {(guest.organization_id, guest.phone_id) for guest in guests}) if guests else {}
    now = clock.stamp(clock.now())
    return [
        Session(
            guest.link_id, guest.version, public_name(guest.hash), guest.name,
            lines[(guest.organization_id, guest.phone_id)],
            permissions_of(guest.permissions), clock.optional_stamp(guest.expires_at), now,
        )
        for guest in guests
    ]  # fmt: skip


async def _lines(conn: Connection, wanted: set[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Line]:
    rows = await conn.fetch(
        "select p.organization_id, p.id, p.number, p.verified_name, p.disconnected_at is not null as is_gone,"
        " p.is_registered, w.token_error from unnest($1::uuid[], $2::uuid[]) as k(organization_id, id)"
        " join phones p using (organization_id, id)"
        " join wabas w on w.organization_id = p.organization_id and w.id = p.waba_id",
        *zip(*wanted, strict=True),
    )
    return {(row["organization_id"], row["id"]): _line(row) for row in rows}


def _line(row: Any) -> Line:
    problem = None
    if row["is_gone"]:
        problem = "This number is disconnected. What was said can still be read."
    elif row["token_error"] is not None:
        problem = "The connection to WhatsApp was lost; the number has to be connected again."
    elif not row["is_registered"]:
        problem = "This number is not registered with WhatsApp yet."
    return Line(row["id"], row["number"], row["verified_name"], problem is None, problem)


async def forget(conn: Connection, limit: int = 10_000) -> None:
    """Retention, the same for everybody: a day after it ended nobody asks any more why a session is gone."""
    await conn.execute(
        "delete from inbox_sessions where (organization_id, link_id, hash) in (select organization_id, link_id, hash"
        " from inbox_sessions where expires_at < now() - $1::interval order by expires_at limit $2)",
        KEPT,
        limit,
    )


def public_name(hash_: bytes) -> str:
    """What the others are told of a session: the same for as long as it lasts, and of no use to them."""
    return hashlib.sha256(b"presence " + hash_).hexdigest()[:16]
