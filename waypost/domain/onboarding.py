"""Onboarding links: what a customer's customer opens to connect a number. A link is completed once, and then kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID, uuid4

import msgspec

from .. import clock
from ..errors import Invalid, NotFound
from ..paging import Page, Slice
from ..postgres.pool import Connection
from ..vault import Vault
from . import tally

LIST = "onboarding-links"


class Draft(msgspec.Struct):
    """What a link is made of; validated by the door."""

    name: str
    external_id: str | None = None
    redirect_url: str | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    webhook_events: list[str] | None = None
    metadata: dict[str, Any] | None = None


class PendingLink(msgspec.Struct, rename="camel", kw_only=True):
    """A link that waits for its visitor; `webhookSecret` is in the answer of the creating call alone."""

    id: UUID
    name: str
    status: str
    external_id: str | None
    redirect_url: str | None
    hosted_url: str
    phone_number_id: UUID | None = None
    phone_number: str | None = None
    waba_id: UUID | None = None
    is_phone_registered: bool | None = None
    webhook_url: str | None
    webhook_secret: str | msgspec.UnsetType | None = msgspec.UNSET
    has_webhook_secret: bool
    webhook_events: list[str] | None
    outgoing_webhook_id: UUID | None = None
    metadata: msgspec.Raw | None
    last_error: str | None
    created_at: str
    completed_at: str | None = None


class CompletedLink(msgspec.Struct, rename="camel", kw_only=True):
    """The enriched shape; its `webhookUrl` is where Meta posts for this phone."""

    id: UUID
    name: str
    status: str
    external_id: str | None
    redirect_url: str | None
    hosted_url: str
    phone_number_id: UUID
    phone_number: str | None
    waba_id: UUID | None
    is_phone_registered: bool | None
    webhook_url: str
    outgoing_webhook_id: UUID | None
    metadata: msgspec.Raw | None
    created_at: str
    completed_at: str | None


Link = PendingLink | CompletedLink


class Stored(msgspec.Struct):
    """The row, for those who complete it."""

    organization_id: UUID
    id: UUID
    name: str
    status: str
    external_id: str | None
    redirect_url: str | None
    webhook_url: str | None
    webhook_secret: bytes | None
    webhook_events: list[str] | None
    metadata: str | None
    last_error: str | None
    phone_id: UUID | None
    outgoing_webhook_id: UUID | None
    created_at: datetime
    completed_at: datetime | None


_COLUMNS = (
    "l.organization_id, l.id, l.name, l.status, l.external_id, l.redirect_url, l.webhook_url, l.webhook_secret,"
    " l.webhook_events, l.metadata, l.last_error, l.phone_id, l.outgoing_webhook_id, l.created_at, l.completed_at"
)
_ENRICHED = (
    f"select {_COLUMNS}, p.number, p.waba_id, p.is_registered from onboarding_links l"
    " left join phones p on p.organization_id = l.organization_id and p.id = l.phone_id where l.organization_id = $1"
)


def secret_context(organization_id: UUID, id_: UUID) -> str:
    """What a link's sealed webhook secret is bound to."""
    return f"link secret {organization_id} {id_}"


async def create(conn: Connection, vault: Vault, public_url: str, organization_id: UUID, draft: Draft) -> Link:
    """A pending link; the answer alone holds the secret."""
    id_, now = uuid4(), clock.now()
    secret = vault.seal(draft.webhook_secret, secret_context(organization_id, id_)) if draft.webhook_secret else None
    metadata = None if draft.metadata is None else msgspec.json.encode(draft.metadata).decode()
    await conn.execute(
        "insert into onboarding_links (organization_id, id, name, external_id, redirect_url, webhook_url,"
        " webhook_secret, webhook_events, metadata, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        organization_id, id_, draft.name, draft.external_id, draft.redirect_url, draft.webhook_url, secret,
        draft.webhook_events, metadata, now,
    )  # fmt: skip
    await tally.shift(conn, [(organization_id, LIST, None, now)])
    link = await one(conn, public_url, organization_id, id_)
    return msgspec.structs.replace(link, webhook_secret=draft.webhook_secret)


async def one(conn: Connection, public_url: str, organization_id: UUID, id_: UUID) -> Link:
    """Raises NotFound."""
    row = await conn.fetchrow(_ENRICHED + " and l.id = $2", organization_id, id_)
    if row is None:
        raise NotFound.of("onboarding link", id_)
    return _shown(row, public_url)


async def listed(conn: Connection, public_url: str, organization_id: UUID, page: Page) -> Slice[Link]:
    """Newest first."""
    total = await tally.total(conn, organization_id, LIST)
    before, skip = await tally.locate(conn, organization_id, LIST, page.offset)
    rows: Sequence[Any] = await conn.fetch(
        _ENRICHED + " and l.created_at < $2 order by l.created_at desc, l.id desc offset $3 limit $4",
        organization_id,
        before,
        skip,
        page.limit,
    )
    return Slice([_shown(row, public_url) for row in rows], total, page)


async def delete(conn: Connection, organization_id: UUID, id_: UUID) -> None:
    """Only while pending; raises NotFound, Invalid."""
    row = await conn.fetchrow(
        "select status, created_at from onboarding_links where organization_id = $1 and id = $2 for update",
        organization_id,
        id_,
    )
    if row is None:
        raise NotFound.of("onboarding link", id_)
    if row["status"] != "pending":
        raise Invalid("Only a pending onboarding link can be deleted; this one is completed.")
    await conn.execute("delete from onboarding_links where organization_id = $1 and id = $2", organization_id, id_)
    await tally.shift(conn, [(organization_id, LIST, row["created_at"], None)])


async def opened(conn: Connection, id_: UUID, *, lock: bool = False) -> Stored:
    """The row behind a hosted page: the link's id is the visitor's credential. Raises NotFound."""
    row = await conn.fetchrow(f"select {_COLUMNS} from onboarding_links l where l.id = $1" + " for update" * lock, id_)
    if row is None:
        raise NotFound("This link does not exist or was removed.")
    return Stored(*row.values())


async def note_error(conn: Connection, link: Stored, message: str) -> None:
    """What went wrong at the last try; the link stays pending."""
    await conn.execute(
        "update onboarding_links set last_error = $3 where organization_id = $1 and id = $2 and status = 'pending'",
        link.organization_id,
        link.id,
        message,
    )


async def complete(conn: Connection, link: Stored, phone_id: UUID, outgoing_webhook_id: UUID | None) -> None:
    await conn.execute(
        "update onboarding_links set status = 'completed', completed_at = $5, phone_id = $3, outgoing_webhook_id = $4,"
        " last_error = null where organization_id = $1 and id = $2",
        link.organization_id,
        link.id,
        phone_id,
        outgoing_webhook_id,
        clock.now(),
    )


def redirect(link: Stored, error: str | None) -> str | None:
    """Where the visitor's browser goes afterwards; a query that the address has already is kept."""
    if link.redirect_url is None:
        return None
    outcome = {"status": "success"} if error is None else {"status": "error", "error": error}
    external = {} if link.external_id is None else {"external_id": link.external_id}
    added = {"onboarding_link_id": str(link.id), **external, **outcome}
    parts = urlsplit(link.redirect_url)
    query = f"{parts.query}&{urlencode(added)}" if parts.query else urlencode(added)
    return urlunsplit(parts._replace(query=query))


def _shown(row: Any, public_url: str) -> Link:
    *columns, number, waba_id, is_registered = row.values()
    link = Stored(*columns)
    hosted_url = f"{public_url}/signup/{link.id}"
    metadata = None if link.metadata is None else msgspec.Raw(link.metadata.encode())
    if link.status == "completed" and link.phone_id is not None:
        return CompletedLink(
            id=link.id, name=link.name, status=link.status, external_id=link.external_id,
            redirect_url=link.redirect_url, hosted_url=hosted_url, phone_number_id=link.phone_id, phone_number=number,
            waba_id=waba_id, is_phone_registered=is_registered,
            webhook_url=f"{public_url}/webhook/phone/{link.phone_id}", outgoing_webhook_id=link.outgoing_webhook_id,
            metadata=metadata, created_at=clock.stamp(link.created_at),
            completed_at=clock.optional_stamp(link.completed_at),
        )  # fmt: skip
    return PendingLink(
        id=link.id, name=link.name, status=link.status, external_id=link.external_id, redirect_url=link.redirect_url,
        hosted_url=hosted_url, webhook_url=link.webhook_url, has_webhook_secret=link.webhook_secret is not None,
        webhook_events=link.webhook_events, metadata=metadata, last_error=link.last_error,
        created_at=clock.stamp(link.created_at),
    )  # fmt: skip
