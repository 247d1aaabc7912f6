"""The contact book of the WhatsApp Business app: names for contacts who told none. It opens no conversation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from .. import clock
from ..meta.notifications import ContactCard
from ..postgres.pool import Connection
from .contacts import Contact
from .ledger import Judged
from .phones import Phone


async def apply(conn: Connection, cards: Sequence[tuple[Phone, ContactCard]]) -> Judged:
    """Notes the latest entry of each contact, and names conversations that have no name yet. Of several cards for the
    same aliases the latest is judged by what it changes, the others change nothing."""
    rows = {}
    latest: dict[tuple[UUID, UUID, str], int] = {}
    ordered = sorted(cards, key=lambda each: each[1].at or clock.now())
    for nth, (phone, card) in enumerate(ordered):
        contact = Contact(phone.organization_id, phone.id, card.wa_id, card.user_id)
        for alias in contact.aliases():
            key = (phone.organization_id, phone.id, alias)
            rows[key] = (*key, card.name, card.username, card.at or clock.now())
            latest[key] = nth
    changed = await _note(conn, [rows[key] for key in sorted(rows)]) if rows else set()
    news = {latest[key] for key in changed}
    return Judged(len(news), sum(nth not in news for nth in range(len(ordered))))


async def _note(
    conn: Connection, rows: Sequence[tuple[UUID, UUID, str, str | None, str | None, datetime]]
) -> set[tuple[UUID, UUID, str]]:
    """The (organization, phone, alias) whose entries are others than before."""
    columns = list(zip(*rows, strict=True))
    changed = await conn.fetch(
        "insert into contact_book as b (organization_id, phone_id, alias, name, username, at)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])"
        " on conflict (organization_id, phone_id, alias) do update"
        " set name = excluded.name, username = excluded.username, at = excluded.at where excluded.at > b.at"
        " or excluded.at = b.at and (excluded.name, excluded.username) is distinct from (b.name, b.username)"
        " returning organization_id, phone_id, alias",
        *columns,
    )
    await conn.execute(
        "update conversations c set contact_name = coalesce(c.contact_name, b.name),"
        " contact_username = coalesce(b.username, c.contact_username)"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, alias)"
        " join contact_aliases a using (organization_id, phone_id, alias)"
        " join contact_book b using (organization_id, phone_id, alias)"
        " where c.organization_id = a.organization_id and c.id = a.conversation_id"
        " and (c.contact_name is null and b.name is not null or b.username is not null)",
        *columns[:3],
    )
    return {tuple(row.values()) for row in changed}


async def names(conn: Connection, contacts: Sequence[Contact]) -> dict[tuple[UUID, str], str]:
    """Names in the book by (phone, alias)."""
    keys = {(each.organization_id, each.phone_id, alias) for each in contacts for alias in each.aliases()}
    rows = await conn.fetch(
        "select b.phone_id, b.alias, b.name"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, alias)"
        " join contact_book b using (organization_id, phone_id, alias) where b.name is not null",
        *zip(*keys, strict=True),
    )
    return {(row[0], row[1]): row[2] for row in rows}
