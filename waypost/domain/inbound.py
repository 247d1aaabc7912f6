"""Facts from Meta become conversations, messages, statuses and events: one transaction for a whole batch."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import msgspec

from .. import clock
from ..directory import Directory
from ..events import compose
from ..meta.notifications import Fact, InboundMessage, Unsupported
from ..postgres.pool import Collision, Connection
from ..runtime import Runtime
from . import conversations, dead_letters, messages, phones, statuses, webhooks
from .contacts import Contact
from .messages import Draft, event_data
from .phones import Phone

SOURCE = "notification"


async def commit(rt: Runtime, facts: Sequence[Fact]) -> None:
    """All of the facts in one transaction, or none.

    At first no message is taken for a repeat, since few are; a collision with a stored one, or with another writer at a
    new contact, makes it try again and look.
    """
    for attempt in range(4):
        try:
            async with rt.pool.transaction() as conn:
                published = await receive(conn, rt.directory, facts, look=attempt > 0)
        except Collision:
            if attempt == 3:
                raise
            continue
        if published:
            rt.bell.ring()
        return


async def set_aside(rt: Runtime, fact: Fact, reason: str) -> None:
    """Keeps a fact that cannot be applied, whole."""
    async with rt.pool.transaction() as conn:
        known = await phones.by_meta_ids(conn, [fact.meta_phone_id] if fact.meta_phone_id else [])
        organization_id = next((phone.organization_id for phone in known.values()), None)
        await dead_letters.keep(conn, SOURCE, [(organization_id, reason, _body(fact))])


async def receive(conn: Connection, directory: Directory, facts: Sequence[Fact], *, look: bool = True) -> bool:
    """Applies facts of any number of tenants; repeats change nothing. True when events may have been published.

    Without `look` a message that is stored already raises Collision.
    """
    known = await phones.by_meta_ids(conn, {fact.meta_phone_id for fact in facts if fact.meta_phone_id})
    arrivals: dict[tuple[UUID, str], tuple[Phone, InboundMessage]] = {}
    changes: list[statuses.Change] = []
    letters: list[dead_letters.Letter] = []
    for fact in facts:
        phone = known.get(fact.meta_phone_id or "")
        if isinstance(fact, Unsupported):
            letters.append((phone.organization_id if phone else None, fact.reason, _body(fact)))
        elif phone is None:
            letters.append((None, f"no connected phone has Meta's id {(fact.meta_phone_id or '?')[:64]}", _body(fact)))
        elif isinstance(fact, InboundMessage):
            arrivals.setdefault((phone.id, fact.wamid), (phone, fact))
        else:
            changes.append((phone, fact))
    await _store(conn, directory, list(arrivals.values()), look)
    await statuses.apply(conn, changes)
    await dead_letters.keep(conn, SOURCE, letters)
    return bool(arrivals or changes)


async def _store(
    conn: Connection, directory: Directory, arrivals: Sequence[tuple[Phone, InboundMessage]], look: bool
) -> None:
    if not arrivals:
        return
    threads = await conversations.opened(
        conn,
        directory,
        [Contact(phone.organization_id, phone.id, fact.wa_id, fact.user_id, fact.name) for phone, fact in arrivals],
    )
    wamids = [(phone.organization_id, phone.id, fact.wamid) for phone, fact in arrivals]
    stored = await messages.known_wamids(conn, wamids) if look else set()
    drafts = [
        Draft(
            phone, thread, uuid4(), "inbound", fact.type, fact.content, "delivered", fact.at or clock.now(),
            fact.wamid, fact.context, None, fact.original,
        )
        for thread, (phone, fact) in zip(threads, arrivals, strict=True)
        if (phone.id, fact.wamid) not in stored
    ]  # fmt: skip
    if not drafts:
        return
    await messages.add(conn, drafts)
    now = clock.now()
    await webhooks.publish(
        conn,
        [
            compose("message.received", d.phone.organization_id, d.phone.waba_id, now, event_data(d, "contact"))
            for d in drafts
        ],
    )


def _body(fact: Fact) -> bytes:
    return fact.body if isinstance(fact, Unsupported) else msgspec.json.encode(fact)
