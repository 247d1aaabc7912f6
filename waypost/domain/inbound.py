"""Facts from Meta become conversations, messages, statuses and events: one transaction for a whole batch."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from .. import clock, ids
from ..directory import Directory
from ..events import compose
from ..meta.notifications import AccountChange, ContactCard, Echo, Fact, Imported, StatusChange, Unsupported, Written
from ..postgres.pool import Collision, Connection
from ..runtime import Runtime
from . import (
    account_changes,
    amendments,
    contact_book,
    conversations,
    dead_letters,
    identities,
    ledger,
    media_links,
    messages,
    phones,
    reactions,
    statuses,
    webhooks,
)
from .contacts import Contact
from .conversations import Thread
from .ledger import Entry
from .messages import Draft, event_data
from .phones import Phone

SOURCE = "notification"
PLACEHOLDER = "media_placeholder"


class _Batch(msgspec.Struct):
    """Facts by what they are about; of several facts about one message the most telling."""

    written: dict[tuple[UUID, str], tuple[Phone, Written]] = {}
    changes: list[statuses.Change] = []
    cards: list[tuple[Phone, ContactCard]] = []
    accounts: list[AccountChange] = []
    letters: list[dead_letters.Letter] = []
    repeated: int = 0


async def commit(rt: Runtime, facts: Sequence[Fact]) -> Entry:
    """All of the facts in one transaction, or none: what became of them.

    At first no message is taken for a repeat, since few are; a collision with a stored one, or with another writer at a
    new contact, makes it try again and look.
    """
    for attempt in range(4):
        try:
            async with rt.pool.transaction() as conn:
                entry, touched = await receive(conn, rt.directory, facts, rt.config.public_url, look=attempt > 0)
        except Collision:
            if attempt == 3:
                raise
            continue
        if touched:
            rt.bell.ring(touched)
        return entry
    raise AssertionError("the last of the attempts returns or raises")


async def set_aside(rt: Runtime, fact: Fact, reason: str) -> None:
    """Keeps a fact that cannot be applied, whole."""
    async with rt.pool.transaction() as conn:
        known = await phones.by_meta_ids(conn, [fact.meta_phone_id] if fact.meta_phone_id else [])
        organization_id = next((phone.organization_id for phone in known.values()), None)
        await dead_letters.keep(conn, SOURCE, [(organization_id, reason, _body(fact))])
        await ledger.write(conn, Entry(accepted=1, set_aside=1))


async def receive(
    conn: Connection, directory: Directory, facts: Sequence[Fact], public_url: str, *, look: bool = True
) -> tuple[Entry, set[UUID]]:
    """Applies facts of any number of tenants; repeats change nothing. Returns what became of them, as the ledger has
    it, and whose events may have been published.

    Without `look` a message that is stored already raises Collision, but for imports, which are often repeated.
    """
    if not facts:
        return Entry(0), set()
    known = await phones.by_meta_ids(conn, {fact.meta_phone_id for fact in facts if fact.meta_phone_id})
    batch = _sorted(facts, known)
    entry = Entry(len(facts), repeated=batch.repeated, set_aside=len(batch.letters))
    entry.messages = await _store(conn, directory, list(batch.written.values()), public_url, look, entry)
    entry.take(await statuses.apply(conn, batch.changes, public_url))
    entry.take(await contact_book.apply(conn, batch.cards))
    if batch.accounts:
        entry.take(await account_changes.apply(conn, batch.accounts))
    await dead_letters.keep(conn, SOURCE, batch.letters)
    await ledger.write(conn, entry)
    return entry, {phone.organization_id for phone, _ in (*batch.written.values(), *batch.changes)}


def _sorted(facts: Sequence[Fact], known: dict[str, Phone]) -> _Batch:
    batch = _Batch()
    for fact in facts:
        phone = known.get(fact.meta_phone_id or "")
        if isinstance(fact, Unsupported):
            batch.letters.append((phone.organization_id if phone else None, fact.reason, _body(fact)))
        elif isinstance(fact, AccountChange):
            batch.accounts.append(fact)
        elif phone is None:
            reason = f"no connected phone has Meta's id {(fact.meta_phone_id or '?')[:64]}"
            batch.letters.append((None, reason, _body(fact)))
        elif isinstance(fact, StatusChange):
            batch.changes.append((phone, fact))
        elif isinstance(fact, ContactCard):
            batch.cards.append((phone, fact))
        else:
            key = (phone.id, fact.wamid)
            batch.repeated += key in batch.written
            if key not in batch.written or _weight(fact) > _weight(batch.written[key][1]):
                batch.written[key] = (phone, fact)
    return batch


def _weight(fact: Written) -> int:
    """What happens now says more than what is imported, and that more than a placeholder."""
    return 2 if not isinstance(fact, Imported) else int(fact.type != PLACEHOLDER)


async def _store(
    conn: Connection, directory: Directory, written: Sequence[tuple[Phone, Written]], public_url: str, look: bool,
    entry: Entry,
) -> int:  # fmt: skip
    """Returns how many rows were added to messages."""
    if not written:
        return 0
    threads = await conversations.opened(conn, directory, [_contact(phone, fact) for phone, fact in written])
    stored: dict[tuple[UUID, str], str] = {}
    if look or any(isinstance(fact, Imported) for _, fact in written):
        keys = [(phone.organization_id, phone.id, fact.wamid) for phone, fact in written]
        stored = await messages.known_wamids(conn, keys)
    drafts: list[Draft] = []
    filled: list[Draft] = []
    for thread, (phone, fact) in zip(threads, written, strict=True):
        present = stored.get((phone.id, fact.wamid))
        if present is None:
            drafts.append(_draft(phone, thread, fact))
        elif present == PLACEHOLDER and fact.type != PLACEHOLDER and isinstance(fact, Imported):
            filled.append(_draft(phone, thread, fact))
        else:
            entry.repeated += 1
    entry.stored += len(drafts) + await _fill(conn, filled)
    added = await messages.add(conn, drafts) if drafts else 0
    if drafts:
        await identities.change(conn, [draft for draft in drafts if draft.type == "system"])
        await _publish(conn, drafts, public_url)
        await _consequences(conn, drafts, public_url)
    return added


def _contact(phone: Phone, fact: Written) -> Contact:
    return Contact(
        phone.organization_id, phone.id, fact.wa_id, fact.user_id, fact.name, fact.parent_user_id, fact.username
    )


def _draft(phone: Phone, thread: Thread, fact: Written) -> Draft:
    """Of what was written elsewhere Meta's acceptance is in the past: statuses follow, without a message.sent."""
    at = fact.at or clock.now()
    draft = Draft(
        phone, thread, ids.timely(), "inbound", fact.type, fact.content, "delivered", at,
        fact.wamid, fact.context, None, fact.original,
    )  # fmt: skip
    if isinstance(fact, Echo):
        draft.direction, draft.status, draft.origin = "outbound", "sent", "app"
        draft.status_timestamps = msgspec.json.encode({"sent": clock.stamp(at)}).decode()
    elif isinstance(fact, Imported):
        draft.direction, draft.status, draft.origin = fact.direction, fact.status, "history"
    draft.accepted_at = at if draft.direction == "outbound" else None
    return draft


async def _fill(conn: Connection, filled: Sequence[Draft]) -> int:
    if not filled:
        return 0
    found = await messages.fill(conn, filled)
    await amendments.apply(conn, {(d.phone.organization_id, d.phone.id, d.wamid or "") for d in filled})
    return found


async def _consequences(conn: Connection, drafts: Sequence[Draft], public_url: str) -> None:
    """What new messages change of others, and what of others waited for them."""
    reacted, amended = [], []
    for draft in drafts:
        who = (draft.phone.organization_id, draft.phone.id)
        if draft.type == "reaction":
            side: reactions.Side = "contact" if draft.direction == "inbound" else "business"
            reacted.append(reactions.note_of(*who, side, draft.content, draft.at, draft.wamid or ""))
        elif draft.type in ("edit", "revoke"):
            amended.append(
                amendments.note_of(*who, draft.direction, draft.type, draft.content, draft.at, draft.wamid or "")
            )
    await reactions.note(conn, [note for note in reacted if note])
    await amendments.note(conn, [note for note in amended if note])
    await media_links.name(conn, [named for draft in drafts for named in _file_name(draft)])
    ours = [(draft.phone, draft.wamid) for draft in drafts if draft.direction == "outbound" and draft.wamid]
    if ours:
        await statuses.catch_up(conn, ours, public_url)


def _file_name(draft: Draft) -> list[tuple[UUID, UUID, str, str]]:
    """What a document is called by whoever sent it; Meta's media object does not know."""
    content = msgspec.json.decode(draft.content) if draft.type == "document" else {}
    if not content.get("mediaId") or not content.get("filename"):
        return []
    return [(draft.phone.organization_id, draft.phone.id, content["mediaId"], content["filename"])]


async def _publish(conn: Connection, drafts: Sequence[Draft], public_url: str) -> None:
    """message.received for what a contact wrote, message.sent for what was written in the app; imports are old news."""
    now = clock.instant()
    await webhooks.publish(
        conn,
        [
            compose(
                "message.received" if draft.direction == "inbound" else "message.sent",
                draft.phone.organization_id,
                draft.phone.waba_id,
                now,
                event_data(draft, public_url),
            )
            for draft in drafts
            if draft.origin != "history"
        ],
    )


def _body(fact: Fact) -> bytes:
    return fact.body if isinstance(fact, Unsupported) else msgspec.json.encode(fact)
