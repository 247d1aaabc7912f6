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


_COLUMNS = "p.organization_id, p.id, p.waba_id, p.meta_phone_number_id, p.number, p.external_id"


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
        raise NotFound.of("phone", phone_id)
    return found
