"""API keys: shown once, stored hashed, found by their hash, asked for on every request: revoking holds at once."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec

from .. import clock
from ..errors import Forbidden, Invalid, NotFound, Unauthorized
from ..paging import Page, Slice
from ..postgres.pool import Connection
from . import tally

LIST = "api-keys"
SCOPES = ("read", "send", "manage")
PREFIX = "wp_"
INVALID = "The API key is not valid; send `Authorization: Bearer <API_KEY>` with a key that is in use."


class ApiKey(msgspec.Struct, rename="camel"):
    """As lists show it; `hint` is the key's last four characters."""

    id: UUID
    name: str | None
    scopes: list[str]
    hint: str
    created_at: str
    revoked_at: str | None


class Caller(msgspec.Struct, frozen=True):
    """Who a valid key speaks for: the only source of the tenant in the API."""

    organization_id: UUID
    key_id: UUID
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Raises Forbidden."""
        if scope not in self.scopes:
            raise Forbidden(f"This API key lacks the scope `{scope}`.")


def hashed(key: str) -> bytes:
    """Keys are long and random, so one SHA-256 is enough."""
    return hashlib.sha256(key.encode()).digest()


async def create(
    conn: Connection, organization_id: UUID, scopes: Sequence[str] = (), name: str | None = None
) -> tuple[ApiKey, str]:
    """A new key and its text, which is nowhere kept. No scopes means all; raises Invalid, NotFound."""
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise Invalid.field("scopes", f"{unknown[0]!r} is not a scope; the scopes are {', '.join(SCOPES)}.")
    chosen = [scope for scope in SCOPES if scope in scopes] or list(SCOPES)
    if not await conn.fetchval("select exists (select from organizations where id = $1)", organization_id):
        raise NotFound(f"There is no organization {organization_id}.")
    text = PREFIX + secrets.token_urlsafe(32)
    row = await conn.fetchrow(
        "insert into api_keys (organization_id, id, name, hash, hint, scopes) values ($1, $2, $3, $4, $5, $6)"
        f" returning {_COLUMNS}",
        organization_id, uuid4(), name, hashed(text), text[-4:], chosen,
    )  # fmt: skip
    await tally.shift(conn, [(organization_id, LIST, None, row["created_at"])])
    return _shown(row), text


async def caller(conn: Connection, key: str) -> Caller:
    """Who this key speaks for; raises Unauthorized, or Forbidden for a suspended organization."""
    [found] = await callers(conn, [key])
    if isinstance(found, Exception):
        raise found
    return found


async def callers(conn: Connection, keys: Sequence[str]) -> list[Caller | Exception]:
    """The same for many keys at once: each one's Caller, Unauthorized or Forbidden, in their order."""
    hashes = [hashed(key) for key in keys]
    rows = await conn.fetch(
        "select k.hash, k.organization_id, k.id, k.scopes, o.suspended_at from unnest($1::bytea[]) as w(hash)"
        " join api_keys k on k.hash = w.hash and k.revoked_at is null join organizations o on o.id = k.organization_id",
        sorted(set(hashes)),
    )
    known = {row["hash"]: _caller(row) for row in rows}
    return [known.get(hash_) or Unauthorized(INVALID) for hash_ in hashes]


def _caller(row: Any) -> Caller | Exception:
    if row["suspended_at"] is not None:
        return Forbidden("This organization is suspended.")
    return Caller(row["organization_id"], row["id"], frozenset(row["scopes"]))


async def listed(conn: Connection, organization_id: UUID | None, limit: int = 1000) -> list[tuple[UUID, ApiKey]]:
    """(organization, key), newest first, of one organization or, for the operator, of all; bounded."""
    rows = await conn.fetch(
        f"select {_COLUMNS}, organization_id from api_keys where $1::uuid is null or organization_id = $1"
        " order by created_at desc, id limit $2",
        organization_id,
        limit,
    )
    return [(row["organization_id"], _shown(row)) for row in rows]


async def page(conn: Connection, organization_id: UUID, wanted: Page) -> Slice[ApiKey]:
    """Newest first, revoked ones too."""
    total = await tally.total(conn, organization_id, LIST)
    before, skip = await tally.locate(conn, organization_id, LIST, wanted.offset)
    rows = await conn.fetch(
        f"select {_COLUMNS} from api_keys where organization_id = $1 and created_at < $2"
        " order by created_at desc, id desc offset $3 limit $4",
        organization_id,
        before,
        skip,
        wanted.limit,
    )
    return Slice([_shown(row) for row in rows], total, wanted)


async def revoke_own(conn: Connection, caller: Caller, id_: UUID) -> None:
    """For the API: another key of the caller's organization, since somebody must be left who can make new ones.

    Revoking twice is harmless. Raises NotFound, Invalid.
    """
    if id_ == caller.key_id:
        raise Invalid("This is the key that makes the call; revoke it with another one.")
    done = await conn.fetchval(
        "update api_keys set revoked_at = coalesce(revoked_at, now()) where organization_id = $1 and id = $2"
        " returning id",
        caller.organization_id,
        id_,
    )
    if done is None:
        raise NotFound.of("API key", id_)


async def revoke(conn: Connection, id_: UUID) -> None:
    """For the operator's command line; revoking twice is harmless. Raises NotFound."""
    done = await conn.fetchval(
        "update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning organization_id", id_
    )
    if done is None:
        raise NotFound(f"There is no API key {id_}.")


_COLUMNS = "id, name, scopes, hint, created_at, revoked_at"


def _shown(row: Any) -> ApiKey:
    return ApiKey(
        row["id"], row["name"], list(row["scopes"]), row["hint"], clock.stamp(row["created_at"]),
        clock.optional_stamp(row["revoked_at"]),
    )  # fmt: skip
