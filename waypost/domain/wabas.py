"""WABAs: the WhatsApp Business Accounts of an organization, the token that each gave us, and what Meta says of them."""

from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..errors import NotFound
from ..meta.accounts import TokenFacts, WabaNode
from ..paging import Page, Slice
from ..postgres.pool import Connection
from ..vault import Vault
from . import notices as told
from . import tally
from .numbers import stored_health
from .phones import token_context

LIST = "wabas"


class Waba(msgspec.Struct, rename="camel"):
    """As lists show it; `reviewStatus` and `verificationStatus` are Meta's own words."""

    id: UUID
    meta_waba_id: str
    name: str | None
    review_status: str | None
    verification_status: str | None
    is_subscribed: bool | None
    token_error: str | None
    token_expires_at: str | None
    created_at: str
    last_synced_at: str | None


class WabaWithNotices(Waba):
    """With what Meta told last about it, by notification."""

    notices: list[told.Shown] = []


_SHOWN = (
    "select w.id, w.meta_waba_id, w.name, w.review_status, w.verification_status, w.is_subscribed, w.token_error,"
    " w.token_expires_at, w.created_at, s.synced_at from wabas w left join account_syncs s"
    " on s.organization_id = w.organization_id and s.subject_id = w.id and s.kind = 'waba'"
    " where w.organization_id = $1"
)


async def one(conn: Connection, organization_id: UUID, id_: UUID) -> WabaWithNotices:
    """Raises NotFound."""
    row = await conn.fetchrow(_SHOWN + " and w.id = $2", organization_id, id_)
    if row is None:
        raise NotFound.of("WABA", id_)
    notices = await told.listed(conn, organization_id, id_)
    return WabaWithNotices(**msgspec.structs.asdict(_shown(row)), notices=notices)


async def listed(conn: Connection, organization_id: UUID, page: Page) -> Slice[Waba]:
    """Newest first."""
    total = await tally.total(conn, organization_id, LIST)
    before, skip = await tally.locate(conn, organization_id, LIST, page.offset)
    rows = await conn.fetch(
        _SHOWN + " and w.created_at < $2 order by w.created_at desc, w.id desc offset $3 limit $4",
        organization_id,
        before,
        skip,
        page.limit,
    )
    return Slice([_shown(row) for row in rows], total, page)


async def with_token(conn: Connection, vault: Vault, organization_id: UUID, id_: UUID) -> tuple[str, str]:
    """Meta's id of a WABA and the token that speaks for it; raises NotFound."""
    row = await conn.fetchrow(
        "select meta_waba_id, token from wabas where organization_id = $1 and id = $2", organization_id, id_
    )
    if row is None:
        raise NotFound.of("WABA", id_)
    return row["meta_waba_id"], vault.open(row["token"], token_context(organization_id, row["meta_waba_id"]))


async def learn(conn: Connection, organization_id: UUID, id_: UUID, node: WabaNode, is_subscribed: bool) -> None:
    """Keeps what Meta says of an account; what Meta leaves out stays as it was."""
    await conn.execute(
        "update wabas set name = coalesce($3, name), review_status = coalesce($4, review_status),"
        " verification_status = coalesce($5, verification_status), health = coalesce($6, health), is_subscribed = $7,"
        " updated_at = now() where organization_id = $1 and id = $2",
        organization_id, id_, node.name, node.review_status, node.verification_status, stored_health(node.health),
        is_subscribed,
    )  # fmt: skip


async def learn_token(conn: Connection, organization_id: UUID, id_: UUID, facts: TokenFacts) -> None:
    await conn.execute(
        "update wabas set token_error = $3, token_expires_at = $4 where organization_id = $1 and id = $2",
        organization_id,
        id_,
        facts.problem,
        facts.expires_at,
    )


async def note_token_error(conn: Connection, organization_id: UUID, id_: UUID, reason: str) -> None:
    """Meta refused the token; writes once, however often it is refused."""
    await conn.execute(
        "update wabas set token_error = $3 where organization_id = $1 and id = $2 and token_error is null",
        organization_id,
        id_,
        reason[:500],
    )


def _shown(row: Any) -> Waba:
    known = dict(row)
    expires, created, synced = (known.pop(name) for name in ("token_expires_at", "created_at", "synced_at"))
    return Waba(
        token_expires_at=clock.optional_stamp(expires), created_at=clock.stamp(created),
        last_synced_at=clock.optional_stamp(synced), **known,
    )  # fmt: skip
