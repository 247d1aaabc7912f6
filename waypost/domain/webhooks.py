"""Outgoing webhooks: where customers want their events, and the fan-out of an event into deliveries."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

import msgspec

from .. import clock
from ..errors import NotFound
from ..events import ALL, Event
from ..paging import Page, Slice
from ..postgres.pool import Collision, Connection
from ..runtime import Runtime
from ..vault import Vault
from . import tally

T = TypeVar("T")
SHARDS = 64
Ordering = Literal["none", "conversation"]
#: Why a webhook was switched off here: its endpoint said 410, or failed for days.
REASONS = ("gone", "failing")
LIST = "outgoing-webhooks"


class Webhook(msgspec.Struct, rename="camel"):
    """As the API shows it; the secret is in no answer but that of the call which set it."""

    id: UUID
    url: str
    events: list[str]
    is_active: bool
    waba_id: UUID | None
    has_secret: bool
    ordering: Ordering
    max_per_second: int | None
    max_concurrency: int | None
    failing_since: str | None
    switched_off_reason: str | None
    previous_secret_expires_at: str | None
    created_at: str
    updated_at: str


class WebhookWithSecret(Webhook):
    """The answer of the call that set the secret."""

    secret: str | None = None


class Draft(msgspec.Struct):
    """What a webhook is made of."""

    url: str
    events: list[str]
    secret: str | None = None
    is_active: bool = True
    waba_id: UUID | None = None
    ordering: Ordering = "none"
    max_per_second: int | None = None
    max_concurrency: int | None = None


def secret_context(organization_id: UUID, id_: UUID) -> str:
    """What a sealed webhook secret is bound to."""
    return f"webhook secret {organization_id} {id_}"


def shard_of(id_: UUID) -> int:
    return id_.int % SHARDS


_COLUMNS = (
    "id, url, events, is_active, waba_id, secret is not null, ordering, max_per_second, max_concurrency, failing_since,"
    " switched_off, case when previous_secret_until > now() then previous_secret_until end, created_at, updated_at"
)


async def create(
    conn: Connection, vault: Vault, organization_id: UUID, draft: Draft, id_: UUID | None = None
) -> Webhook:
    """A new webhook; `draft` has been validated."""
    id_, now = id_ or uuid4(), clock.now()
    secret = vault.seal(draft.secret, secret_context(organization_id, id_)) if draft.secret else None
    row = await conn.fetchrow(
        "insert into outgoing_webhooks (organization_id, id, shard, url, secret, events, is_active, waba_id, ordering,"
        " max_per_second, max_concurrency, created_at, updated_at)"
        f" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) returning {_COLUMNS}",
        organization_id, id_, shard_of(id_), draft.url, secret, draft.events, draft.is_active, draft.waba_id,
        draft.ordering, draft.max_per_second, draft.max_concurrency, now,
    )  # fmt: skip
    await tally.shift(conn, [(organization_id, LIST, None, now)])
    return _shown(row)


async def listed(conn: Connection, organization_id: UUID, page: Page) -> Slice[Webhook]:
    """Newest first."""
    total = await tally.total(conn, organization_id, LIST)
    before, skip = await tally.locate(conn, organization_id, LIST, page.offset)
    rows = await conn.fetch(
        f"select {_COLUMNS} from outgoing_webhooks where organization_id = $1 and created_at < $2"
        " order by created_at desc, id desc offset $3 limit $4",
        organization_id,
        before,
        skip,
        page.limit,
    )
    return Slice([_shown(row) for row in rows], total, page)


async def one(conn: Connection, organization_id: UUID, id_: UUID, *, lock: bool = False) -> Webhook:
    """Raises NotFound."""
    row = await conn.fetchrow(
        f"select {_COLUMNS} from outgoing_webhooks where organization_id = $1 and id = $2" + " for update" * lock,
        organization_id,
        id_,
    )
    if row is None:
        raise NotFound.of("outgoing webhook", id_)
    return _shown(row)


async def update(conn: Connection, vault: Vault, organization_id: UUID, id_: UUID, changes: dict[str, Any]) -> Webhook:
    """Changes columns of a webhook, `secret` unsealed; raises NotFound. The owner of its shard sees to the backlog."""
    if "secret" in changes:
        sealed = vault.seal(changes["secret"], secret_context(organization_id, id_))
        changes = {**changes, "secret": sealed, "previous_secret": None, "previous_secret_until": None}
    if changes.get("is_active"):
        changes = {**changes, "failing_since": None, "switched_off": None}
    names = sorted(changes)
    assignments = "".join(f", {name} = ${index}" for index, name in enumerate(names, start=4))
    # `updated_at` names a state of the webhook, so that an answer from before a change is known as such: never twice.
    row = await conn.fetchrow(
        f"update outgoing_webhooks set updated_at = greatest($3, updated_at + interval '1 ms'){assignments}"
        f" where organization_id = $1 and id = $2 returning {_COLUMNS}",
        organization_id,
        id_,
        clock.now(),
        *(changes[name] for name in names),
    )
    if row is None:
        raise NotFound.of("outgoing webhook", id_)
    return _shown(row)


async def switch_off(conn: Connection, organization_id: UUID, id_: UUID, seen: datetime) -> bool:
    """The endpoint said that it is gone (410); the backlog is kept. False when the webhook was changed since it was
    `seen`: then the answer was another state's."""
    row = await conn.fetchval(
        "update outgoing_webhooks set is_active = false, switched_off = 'gone',"
        " updated_at = greatest(now(), updated_at + interval '1 ms')"
        " where organization_id = $1 and id = $2 and updated_at = $3 and is_active returning id",
        organization_id,
        id_,
        seen,
    )
    return row is not None


async def delete(conn: Connection, organization_id: UUID, id_: UUID) -> None:
    """Removes a webhook, and what waits for it vanishes; raises NotFound."""
    created: datetime | None = await conn.fetchval(
        "delete from outgoing_webhooks where organization_id = $1 and id = $2 returning created_at",
        organization_id,
        id_,
    )
    if created is None:
        raise NotFound.of("outgoing webhook", id_)
    await tally.shift(conn, [(organization_id, LIST, created, None)])


async def alone(rt: Runtime, verb: Callable[[Connection], Awaitable[T]]) -> T:
    """Runs a change in a transaction of its own; once more when it met the deliveries of the same webhook head on."""
    try:
        async with rt.pool.transaction() as conn:
            return await verb(conn)
    except Collision:
        async with rt.pool.transaction() as conn:
            return await verb(conn)


async def publish(conn: Connection, events: Sequence[Event]) -> None:
    """Stores events and, in the same transaction, one delivery for each active webhook that wants them.

    Those of one call follow each other by a microsecond, so that their order can be read from their times.
    """
    if not events:
        return
    rows = [
        (e.organization_id, e.id, e.type, e.waba_id, e.body, e.at + timedelta(microseconds=nth), e.phone_id,
         e.conversation_id)
        for nth, e in enumerate(events)
    ]  # fmt: skip
    await conn.execute(_PUBLISH, *zip(*rows, strict=True))


_PUBLISH = f"""
with e as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bytea[], $6::timestamptz[], $7::uuid[],
    $8::uuid[]) with ordinality
    as e(organization_id, id, type, waba_id, body, created_at, phone_id, conversation_id, ord)
), m as materialized (
  select e.organization_id, e.id, e.created_at, e.ord, w.shard, w.id as webhook_id,
    case when w.ordering = 'conversation' then uuid_hash_extended(e.conversation_id, uuid_hash_extended(w.id, 0)) end
      as turn
  from e join outgoing_webhooks w on w.organization_id = e.organization_id and w.is_active
    and w.events && array[e.type, '{ALL}'] and (w.waba_id is null or w.waba_id = e.waba_id)
), i as (
  insert into events (organization_id, id, type, waba_id, body, created_at, phone_id, fanout)
  select e.organization_id, e.id, e.type, e.waba_id, e.body, e.created_at, e.phone_id, coalesce(n.webhooks, 0)
  from e left join (select ord, count(*) as webhooks from m group by ord) n using (ord)
)
insert into ready (shard, organization_id, webhook_id, delivery_id, event_id, event_at, turn)
select shard, organization_id, webhook_id, gen_random_uuid(), id, created_at, turn from m order by ord
"""


def _shown(row: Any) -> Webhook:
    *same, failing_since, switched_off, previous_until, created, updated = row.values()
    last = (clock.optional_stamp(previous_until), clock.stamp(created), clock.stamp(updated))
    return Webhook(*(*same, clock.optional_stamp(failing_since), switched_off, *last))
