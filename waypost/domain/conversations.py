"""Conversations: one per phone and contact. The row also numbers the messages, so whoever appends holds its lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..directory import Directory
from ..errors import NotFound
from ..paging import Page, Slice
from ..postgres.pool import Connection
from . import tally
from .contacts import Contact, conversation_ids


class Conversation(msgspec.Struct, rename="camel"):
    """As the API shows it."""

    id: UUID
    contact_phone: str | None
    contact_user_id: str | None
    contact_name: str | None
    unread_count: int
    last_message_at: str
    created_at: str


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


def list_key(phone_id: UUID) -> str:
    return f"conversations/{phone_id}"


async def opened(conn: Connection, directory: Directory, contacts: Sequence[Contact]) -> list[Thread]:
    """The thread of each contact, one object per conversation, created where missing and locked until commit."""
    ids, fresh = await conversation_ids(conn, directory, contacts)
    wanted = {(contact.organization_id, id_) for contact, id_ in zip(contacts, ids, strict=True)}
    threads = await _locked(conn, wanted, fresh)
    for contact, id_ in zip(contacts, ids, strict=True):
        thread = threads.get(id_)
        if thread is None:
            thread = threads[id_] = Thread(
                contact.organization_id,
                id_,
                contact.phone_id,
                contact.wa_id,
                contact.user_id,
                contact.name,
                0,
                None,
                None,
            )
        thread.contact_name = contact.name or thread.contact_name
        thread.contact_phone = thread.contact_phone or contact.wa_id
        thread.contact_user_id = contact.user_id or thread.contact_user_id
    return [threads[id_] for id_ in ids]


async def _locked(conn: Connection, wanted: set[tuple[UUID, UUID]], fresh: set[UUID]) -> dict[UUID, Thread]:
    present = sorted(pair for pair in wanted if pair[1] not in fresh)
    if not present:
        return {}
    rows = await conn.fetch(
        "select c.organization_id, c.id, c.phone_id, c.contact_phone, c.contact_user_id, c.contact_name,"
        " c.message_count, c.last_message_at"
        " from unnest($1::uuid[], $2::uuid[]) as w(organization_id, id)"
        " join conversations c using (organization_id, id)"
        " order by c.organization_id, c.id for update of c",
        *zip(*present, strict=True),
    )
    return {row["id"]: Thread(**row, was_at=row["last_message_at"]) for row in rows}


async def save(conn: Connection, threads: Sequence[Thread]) -> None:
    """Writes threads back after messages were appended: new ones inserted, the others updated, the list re-ordered."""
    rows = [
        (t.organization_id, t.id, t.phone_id, t.contact_phone, t.contact_user_id, t.contact_name,
         t.message_count, t.unread, t.last_message_at, t.last_inbound_at)
        for t in threads
    ]  # fmt: skip
    await conn.execute(
        """
        insert into conversations as c (organization_id, id, phone_id, contact_phone, contact_user_id, contact_name,
          message_count, unread_count, last_message_at, last_inbound_at)
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[],
          $8::int[], $9::timestamptz[], $10::timestamptz[])
        on conflict (organization_id, id) do update set
          contact_phone = excluded.contact_phone, contact_user_id = excluded.contact_user_id,
          contact_name = excluded.contact_name, message_count = excluded.message_count,
          unread_count = c.unread_count + excluded.unread_count, last_message_at = excluded.last_message_at,
          last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at)
        """,
        *zip(*rows, strict=True),
    )
    await tally.shift(conn, [(t.organization_id, list_key(t.phone_id), t.was_at, t.last_message_at) for t in threads])


_COLUMNS = "id, contact_phone, contact_user_id, contact_name, unread_count, last_message_at, created_at"


async def listed(conn: Connection, organization_id: UUID, phone_id: UUID, page: Page) -> Slice[Conversation]:
    """Conversations of a phone, last active first."""
    key = list_key(phone_id)
    total = await tally.total(conn, organization_id, key)
    before, skip = None, 0
    if page.offset:
        before, skip = await tally.locate(conn, organization_id, key, page.offset)
        if before is None:
            return Slice([], total, page)
    rows = await conn.fetch(
        f"select {_COLUMNS} from conversations"
        " where organization_id = $1 and phone_id = $2 and ($3::timestamptz is null or last_message_at < $3)"
        " order by last_message_at desc, id desc offset $4 limit $5",
        organization_id,
        phone_id,
        before,
        skip,
        page.limit,
    )
    return Slice([_shown(row) for row in rows], total, page)


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


def _shown(row: Any) -> Conversation:
    id_, phone, user, name, unread, last, created = row.values()
    return Conversation(id_, phone, user, name, unread, clock.stamp(last), clock.stamp(created))
