"""Contacts: the people on the other side of a phone. One contact has one conversation and any number of aliases.

An alias is `wa:<digits>` or `id:<business-scoped user id>` (also the parent's); since 2026 a contact may come without a
phone number. A username is shown and no alias: it may pass to somebody else. Numbers stay as Meta writes them.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from .. import ids
from ..directory import Directory, Key
from ..postgres.pool import Connection


class Contact(msgspec.Struct, frozen=True):
    """Who wrote or is written to, as far as the present message says."""

    organization_id: UUID
    phone_id: UUID
    wa_id: str | None
    user_id: str | None = None
    name: str | None = None
    parent_user_id: str | None = None
    username: str | None = None

    def aliases(self) -> list[str]:
        """Phone first: where both are known and differ, the history under the number wins."""
        found = [f"wa:{self.wa_id}"] if self.wa_id else []
        if self.user_id:
            found.append(f"id:{self.user_id}")
        if self.parent_user_id:
            found.append(f"id:{self.parent_user_id}")
        return found


async def conversation_ids(
    conn: Connection, directory: Directory, contacts: Sequence[Contact]
) -> tuple[list[UUID], set[UUID]]:
    """The conversation of each contact, and which of them are new ids whose rows the caller must insert.

    A concurrent first message of the same contact makes this raise UniqueViolationError; the caller runs again.
    """
    known = await _known(conn, directory, contacts)
    added: list[tuple[UUID, UUID, str, UUID]] = []
    fresh: set[UUID] = set()
    chosen: list[UUID] = []
    for contact in contacts:
        keys = [(contact.phone_id, alias) for alias in contact.aliases()]
        found = next((known[key] for key in keys if key in known), None)
        if found is None:
            found = ids.timely()
            fresh.add(found)
        for key in keys:
            if key not in known:
                known[key] = found
                added.append((contact.organization_id, contact.phone_id, key[1], found))
        chosen.append(found)
    await _add(conn, added)
    return chosen, fresh


async def learn(conn: Connection, learned: Sequence[tuple[Contact, UUID]]) -> None:
    """Notes further aliases of the contacts of conversations, and the user id where none was known; an alias that means
    somebody already is left alone. To be called before anything else of the conversations is locked."""
    rows = sorted((c.organization_id, c.phone_id, alias, id_) for c, id_ in learned for alias in c.aliases())
    known = sorted({(c.organization_id, id_): c.user_id for c, id_ in learned if c.user_id}.items())
    if rows:
        await conn.execute(
            "insert into contact_aliases (organization_id, phone_id, alias, conversation_id)"
            " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) on conflict do nothing",
            *zip(*rows, strict=True),
        )
    if known:
        await conn.execute(
            "update conversations c set contact_user_id = w.user_id"
            " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, id, user_id)"
            " where c.organization_id = w.organization_id and c.id = w.id and c.contact_user_id is null",
            *zip(*((*key, user_id) for key, user_id in known), strict=True),
        )


async def _known(conn: Connection, directory: Directory, contacts: Sequence[Contact]) -> dict[Key, UUID]:
    """Aliases that mean somebody already: remembered ones, and for contacts that are not, what the database says."""
    known = directory.among((contact.phone_id, alias) for contact in contacts for alias in contact.aliases())
    asked = {
        (contact.organization_id, contact.phone_id, alias)
        for contact in contacts
        for alias in contact.aliases()
        if (contact.phone_id, alias) not in known
    }
    if asked:
        rows = await conn.fetch(
            "select a.phone_id, a.alias, a.conversation_id"
            " from unnest($1::uuid[], $2::uuid[], $3::text[]) as w(organization_id, phone_id, alias)"
            " join contact_aliases a using (organization_id, phone_id, alias)",
            *zip(*asked, strict=True),
        )
        found = {(row[0], row[1]): row[2] for row in rows}
        directory.learn(found)
        known |= found
    return known


async def _add(conn: Connection, added: list[tuple[UUID, UUID, str, UUID]]) -> None:
    if added:
        await conn.execute(
            "insert into contact_aliases (organization_id, phone_id, alias, conversation_id)"
            " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[])",
            *zip(*sorted(added, key=lambda row: row[:3]), strict=True),
        )
