"""Contacts that become others: a new number or user id leads to the conversation that is there, until it is separated.

The alias table is only added to, so what processes remember of it stays true: a new number or id gets a conversation of
its own, which is merged into the one of the old. A merged conversation is in no list and takes no messages; its own
stay readable under its id. Undoing the merge brings it back, and the other's number and user id as they were.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from ..content import USER_ID, digits
from ..directory import Directory
from ..errors import NotFound
from ..postgres.pool import Collision, Connection
from ..runtime import Runtime
from . import conversations, shared_inbox_changes, tally
from .contacts import Contact, conversation_ids
from .conversations import Thread, list_key
from .messages import Draft

CHANGES = ("user_changed_number", "user_changed_user_id")


async def change(conn: Connection, drafts: Sequence[Draft]) -> None:
    """Applies system messages, just stored, that say so. Rare: one by one."""
    for draft in drafts:
        told = msgspec.json.decode(draft.content)
        following = _following(draft.thread, told) if told.get("type") in CHANGES else None
        if following is not None and draft.origin is None:
            await _merge(conn, draft, following)


def _following(thread: Thread, told: dict[str, Any]) -> Contact | None:
    """By what the contact is known from now on."""
    wa_id, user_id, parent = (told.get(name) for name in ("waId", "userId", "parentUserId"))
    wa_id = digits(wa_id) if isinstance(wa_id, str) and not USER_ID.fullmatch(wa_id) else None
    user_id = user_id if isinstance(user_id, str) and user_id else None
    parent = parent if isinstance(parent, str) and parent else None
    if not (wa_id or user_id):
        return None
    return Contact(thread.organization_id, thread.phone_id, wa_id, user_id, parent_user_id=parent)


async def _merge(conn: Connection, draft: Draft, following: Contact) -> None:
    """The conversation of the following number or id, made where there is none, leads to the one of before."""
    organization_id = draft.thread.organization_id
    # A directory of its own: what this transaction has written so far may yet be rolled back.
    [id_], fresh = await conversation_ids(conn, Directory(), [following])
    pairs = sorted((organization_id, each) for each in {draft.thread.id, id_} - fresh)
    known = await conversations.locked(conn, pairs)
    kept = conversations.root(known, draft.thread.id)
    undo = msgspec.json.encode({"phone": kept.contact_phone, "user": kept.contact_user_id}).decode()
    if id_ in fresh:
        await conn.execute(
            "insert into conversations (organization_id, id, phone_id, contact_phone, contact_user_id, contact_name,"
            " last_message_at, merged_into, merged_at, merge_undo) values ($1, $2, $3, $4, $5, $6, $7, $8, now(), $9)",
            organization_id, id_, kept.phone_id, following.wa_id, following.user_id, kept.contact_name, draft.at,
            kept.id, undo,
        )  # fmt: skip
    elif (other := conversations.root(known, id_)).id != kept.id:
        await conn.execute(
            "update conversations set merged_into = $3, merged_at = now(), merge_undo = $4"
            " where organization_id = $1 and id = $2",
            organization_id, other.id, kept.id, undo,
        )  # fmt: skip
        await tally.shift(conn, [(organization_id, list_key(kept.phone_id), other.last_message_at, None)])
    row = await conn.fetchrow(
        "update conversations set contact_phone = coalesce($3, contact_phone),"
        " contact_user_id = coalesce($4, contact_user_id) where organization_id = $1 and id = $2"
        " returning contact_phone, contact_user_id",
        organization_id, kept.id, following.wa_id, following.user_id,
    )  # fmt: skip
    draft.thread.contact_phone, draft.thread.contact_user_id = row.values()
    await shared_inbox_changes.note(conn, organization_id, kept.phone_id, "conversation", {kept.id, id_})


async def separate(rt: Runtime, organization_id: UUID, phone_id: UUID, id_: UUID) -> UUID:
    """Undoes the merge of a conversation, or the latest merge into it; the id of the one that is on its own again.

    Where nothing is merged that is the conversation itself, so that a repeated call is harmless; raises NotFound. Runs
    once more when it met a message of the contact head on.
    """
    for last_try in (False, True):
        try:
            async with rt.pool.transaction() as conn:
                alone = await _separated(conn, organization_id, phone_id, id_)
            rt.bell.ring([organization_id])
            return alone
        except Collision:
            if last_try:
                raise
    raise AssertionError("unreachable")


async def _separated(conn: Connection, organization_id: UUID, phone_id: UUID, id_: UUID) -> UUID:
    merged = await conn.fetchrow(
        "select id, merged_into from conversations where organization_id = $1 and phone_id = $2"
        " and (id = $3 and merged_into is not null or merged_into = $3)"
        " order by (id = $3) desc, merged_at desc limit 1",
        organization_id,
        phone_id,
        id_,
    )
    if merged is None:
        if not await conn.fetchval(
            "select true from conversations where organization_id = $1 and phone_id = $2 and id = $3",
            organization_id,
            phone_id,
            id_,
        ):
            raise NotFound.of("conversation", id_)
        return id_
    pair = [(organization_id, merged["id"]), (organization_id, merged["merged_into"])]
    threads = await conversations.locked(conn, sorted(pair))
    alone = threads[merged["id"]]
    if alone.merged_into is None:  # somebody else was quicker
        return alone.id
    await _restore(conn, organization_id, alone)
    await tally.shift(conn, [(organization_id, list_key(phone_id), None, alone.last_message_at)])
    both = (alone.id, merged["merged_into"])
    await shared_inbox_changes.note(conn, organization_id, phone_id, "conversation", both)
    return alone.id


async def _restore(conn: Connection, organization_id: UUID, alone: Thread) -> None:
    """The other's number and user id go back to what they were, unless they have changed since."""
    await conn.execute(
        "update conversations w set"
        " contact_phone = case when l.contact_phone is not null and w.contact_phone = l.contact_phone"
        "  then l.merge_undo->>'phone' else w.contact_phone end,"
        " contact_user_id = case when l.contact_user_id is not null and w.contact_user_id = l.contact_user_id"
        "  then l.merge_undo->>'user' else w.contact_user_id end"
        " from conversations l where l.organization_id = $1 and l.id = $2"
        " and w.organization_id = l.organization_id and w.id = l.merged_into",
        organization_id,
        alone.id,
    )
    await conn.execute(
        "update conversations set merged_into = null, merged_at = null, merge_undo = null"
        " where organization_id = $1 and id = $2",
        organization_id,
        alone.id,
    )
