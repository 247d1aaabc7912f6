"""Phones: the WhatsApp numbers of an organization, and the WABA whose token speaks for them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from ..errors import NotFound
from ..postgres.pool import Connection
from ..vault import Vault


class Phone(msgspec.Struct, frozen=True):
    """What the rest of the house needs of a connected number; `number` is `+` and digits."""

    organization_id: UUID
    id: UUID
    waba_id: UUID
    meta_phone_number_id: str
    number: str
    external_id: str | None
    messages_per_second: int = 80


_COLUMNS = "p.organization_id, p.id, p.waba_id, p.meta_phone_number_id, p.number, p.external_id, p.messages_per_second"


def token_context(organization_id: UUID, meta_waba_id: str) -> str:
    """What a sealed WABA token is bound to."""
    return f"waba token {organization_id} {meta_waba_id}"


async def by_meta_ids(conn: Connection, meta_ids: Collection[str]) -> dict[str, Phone]:
    """Connected phones by Meta's id: how a notification finds its tenant."""
    rows = await conn.fetch(
        f"select {_COLUMNS} from phones p where p.meta_phone_number_id = any($1::text[]) and p.disconnected_at is null",
        list(meta_ids),
    )
    return {row["meta_phone_number_id"]: Phone(*row.values()) for row in rows}


async def required(conn: Connection, organization_id: UUID, phone_id: UUID) -> Phone:
    """A phone of this organization, connected or not; raises NotFound."""
    row = await conn.fetchrow(
        f"select {_COLUMNS} from phones p where p.organization_id = $1 and p.id = $2", organization_id, phone_id
    )
    if row is None:
        raise NotFound.of("phone", phone_id)
    return Phone(*row.values())


async def with_tokens(
    conn: Connection, vault: Vault, wanted: Collection[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], tuple[Phone, str]]:
    """Connected phones by (organization, phone), each with the token that sends for it; others are left out."""
    rows: Any = await conn.fetch(
        f"select {_COLUMNS}, w.meta_waba_id, w.token"
        " from unnest($1::uuid[], $2::uuid[]) as k(organization_id, id) join phones p using (organization_id, id)"
        " join wabas w on w.organization_id = p.organization_id and w.id = p.waba_id where p.disconnected_at is null",
        *zip(*wanted, strict=True),
    )
    found = {}
    for *columns, meta_waba_id, sealed in (row.values() for row in rows):
        phone = Phone(*columns)
        token = vault.open(sealed, token_context(phone.organization_id, meta_waba_id))
        found[(phone.organization_id, phone.id)] = (phone, token)
    return found


async def with_token(conn: Connection, vault: Vault, organization_id: UUID, phone_id: UUID) -> tuple[Phone, str]:
    """A connected phone and the token that sends for it; raises NotFound."""
    found = (await with_tokens(conn, vault, [(organization_id, phone_id)])).get((organization_id, phone_id))
    if found is None:
        raise await absent(conn, organization_id, phone_id)
    return found


async def any_connected(conn: Connection, organization_id: UUID, waba_id: UUID) -> bool:
    """Whether any number of this organization's WABA is connected."""
    found: bool = await conn.fetchval(
        "select exists (select from phones where organization_id = $1 and waba_id = $2 and disconnected_at is null)",
        organization_id,
        waba_id,
    )
    return found


async def listens_to(conn: Connection, meta_waba_id: str) -> bool:
    """Whether a number of this WABA of Meta's is connected here, in any organization: the app is one for all."""
    found: bool = await conn.fetchval(
        "select exists (select from wabas w join phones p on p.organization_id = w.organization_id and p.waba_id = w.id"
        " where w.meta_waba_id = $1 and p.disconnected_at is null)",
        meta_waba_id,
    )
    return found


async def absent(conn: Connection, organization_id: UUID, phone_id: UUID) -> NotFound:
    """Why `with_tokens` leaves a phone out: it is disconnected, or there is none."""
    number: str | None = await conn.fetchval(
        "select number from phones where organization_id = $1 and id = $2 and disconnected_at is not null",
        organization_id,
        phone_id,
    )
    if number is None:
        return NotFound.of("phone", phone_id)
    return NotFound(f"The number {number} is disconnected; connect it again through a new onboarding link.")


async def is_connected(conn: Connection, meta_phone_number_id: str) -> bool:
    """Whether this number of Meta's is connected here, in whichever organization."""
    found: bool = await conn.fetchval(
        "select exists (select from phones where meta_phone_number_id = $1 and disconnected_at is null)",
        meta_phone_number_id,
    )
    return found
