"""Conversations: one per phone and contact. The row also numbers the messages, so whoever appends holds its lock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from ..directory import Directory
from ..errors import NotFound
from ..postgres.pool import Connection
from . import contact_book, tally
from .contacts import Contact, conversation_ids


class Thread(msgspec.Struct):
    """A locked conversation to which messages are being appended; `was_at` is where the list has it now."""

    organization_id: UUID
    id: UUID
    phone_id: UUID
    contact_phone: str | None
    contact_user_id: str | None
    contact_name: str | None
    message_count: int
    last_message_at: datetime | None
    was_at: datetime | None
    unread: int = 0
    last_inbound_at: datetime | None = None
    contact_username: str | None = None
    merged_into: UUID | None = None


def list_key(phone_id: UUID) -> str:
    return f"conversations/{phone_id}"


async def opened(conn: Connection, directory: Directory, contacts: Sequence[Contact]) -> list[Thread]:
    """The thread of each contact, one object per conversation, created where missing and locked until commit.

    A conversation that was merged into another leads there.
    """
    ids, fresh = await conversation_ids(conn, directory, contacts)
    wanted = {(contact.organization_id, id_) for contact, id_ in zip(contacts, ids, strict=True)}
    threads = await locked(conn, sorted(pair for pair in wanted if pair[1] not in fresh))
    nameless: list[tuple[Contact, Thread]] = []
    found: list[Thread] = []
    for contact, id_ in zip(contacts, ids, strict=True):
        if id_ not in threads:
            threads[id_] = _new(contact, id_)
            nameless += [] if contact.name else [(contact, threads[id_])]
        thread = root(threads, id_)
        thread.contact_name = contact.name or thread.contact_name
        thread.contact_phone = thread.contact_phone or contact.wa_id
        thread.contact_user_id = contact.user_id or thread.contact_user_id
        thread.contact_username = contact.username or thread.contact_username
        found.append(thread)
    if nameless:
        await _name(conn, nameless)
    return found


def _new(contact: Contact, id_: UUID) -> Thread:
    return Thread(
        contact.organization_id, id_, contact.phone_id, contact.wa_id, contact.user_id, contact.name, 0, None, None
    )


async def _name(conn: Connection, nameless: Sequence[tuple[Contact, Thread]]) -> None:
    """New threads whose contact told no name take it from the contact book of the business's own app."""
    names = await contact_book.names(conn, [contact for contact, _ in nameless])
    for contact, thread in nameless:
        known = (names.get((contact.phone_id, alias)) for alias in contact.aliases())
        thread.contact_name = thread.contact_name or next((name for name in known if name), None)


def root(threads: dict[UUID, Thread], id_: UUID) -> Thread:
    """Where a conversation's messages go: itself, or the one at the end of its merges."""
    thread = threads[id_]
    while thread.merged_into is not None:
        thread = threads[thread.merged_into]
    return thread


async def locked(conn: Connection, pairs: Sequence[tuple[UUID, UUID]]) -> dict[UUID, Thread]:
    """Stored threads by id, of (organization, id), locked; with those into which they were merged."""
    threads: dict[UUID, Thread] = {}
    while pairs:
        rows = await conn.fetch(
            "select c.organization_id, c.id, c.phone_id, c.contact_phone, c.contact_user_id, c.contact_name,"
            " c.message_count, c.last_message_at, c.contact_username, c.merged_into"
            " from unnest($1::uuid[], $2::uuid[]) as w(organization_id, id)"
            " join conversations c using (organization_id, id)"
            " order by c.organization_id, c.id for update of c",
            *zip(*pairs, strict=True),
        )
        threads |= {row["id"]: Thread(**row, was_at=row["last_message_at"]) for row in rows}
        pairs = sorted(
            {
                (t.organization_id, t.merged_into)
                for t in threads.values()
                if t.merged_into and t.merged_into not in threads
            }
        )
    return threads


async def save(conn: Connection, threads: Sequence[Thread]) -> None:
    """Writes threads back after messages were appended: new ones inserted, the others updated, the list re-ordered."""
    rows = [
        (t.organization_id, t.id, t.phone_id, t.contact_phone, t.contact_user_id, t.contact_name,
         t.contact_username, t.message_count, t.unread, t.last_message_at, t.last_inbound_at)
        for t in threads
    ]  # fmt: skip
    await conn.execute(
        """
        insert into conversations as c (organization_id, id, phone_id, contact_phone, contact_user_id, contact_name,
          contact_username, message_count, unread_count, last_message_at, last_inbound_at)
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
          $8::int[], $9::int[], $10::timestamptz[], $11::timestamptz[])
        on conflict (organization_id, id) do update set
          contact_phone = excluded.contact_phone, contact_user_id = excluded.contact_user_id,
          contact_name = excluded.contact_name, contact_username = excluded.contact_username,
          message_count = excluded.message_count,
          unread_count = c.unread_count + excluded.unread_count, last_message_at = excluded.last_message_at,
          last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at)
        """,
        *zip(*rows, strict=True),
    )
    await tally.shift(conn, [(t.organization_id, list_key(t.phone_id), t.was_at, t.last_message_at) for t in threads])


async def message_count(conn: Connection, organization_id: UUID, phone_id: UUID, id_: UUID) -> int:
    """How many messages a conversation of this phone holds; raises NotFound."""
    count: int | None = await conn.fetchval(
        "select message_count from conversations where organization_id = $1 and id = $2 and phone_id = $3",
        organization_id,
        id_,
        phone_id,
    )
    if count is None:
        raise NotFound.of("conversation", id_)
    return count
