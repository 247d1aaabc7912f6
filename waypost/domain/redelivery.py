"""One delivery once more, by hand: an ended one is queued anew under its id, one that waits for its time goes now.

Its ended attempt becomes 'replayed' in the statement that queues it, so that a delivery ends once or waits, always.
"""

from uuid import UUID

from ..errors import Invalid, NotFound
from ..postgres.pool import Connection
from . import delivery_log, webhooks
from .delivery_log import Entry


async def redeliver(conn: Connection, organization_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Entry:
    """The entry as it stands then; one that is ready or on its way stays as it is. Raises NotFound, and Invalid for a
    webhook that is off or an event that is gone."""
    webhook = await webhooks.one(conn, organization_id, webhook_id)
    row = await conn.fetchrow(_EVENT, organization_id, webhook_id, delivery_id)
    if row is None:
        raise NotFound.of("delivery", delivery_id)
    if not webhook.is_active:
        raise Invalid.field("isActive", "is false; switch the webhook on before sending to it.")
    event_id, at = row.values()
    shard = webhooks.shard_of(webhook_id)
    is_kept = await conn.fetchval(_AGAIN, organization_id, webhook_id, delivery_id, at, event_id, shard)
    if not is_kept:
        raise Invalid(
            "The event of this delivery is more than 30 days old and kept no longer: it cannot be sent again."
        )
    entry = await delivery_log.one(conn, organization_id, webhook_id, delivery_id, at)
    if entry is None:
        raise NotFound.of("delivery", delivery_id)
    return entry


_ONE = "where organization_id = $1 and webhook_id = $2 and delivery_id = $3"
_EVENT = f"""
select event_id, event_at from deferred {_ONE} union all select event_id, event_at from parked {_ONE}
union all (select event_id, event_at from attempts {_ONE} limit 1)
union all select event_id, event_at from ready {_ONE} limit 1
"""
#: Of two calls at once the second one waits for the first one's attempt, and finds it replayed.
_AGAIN = f"""
with kept as materialized (
  select from events where organization_id = $1 and created_at = $4 and id = $5
), sooner as (
  update deferred set run_at = now() {_ONE} and run_at > now()
), again as (
  update attempts set outcome = 'replayed' {_ONE} and event_at = $4 and outcome in ('delivered', 'exhausted')
    and exists (select from kept) returning number
), queued as (
  insert into deferred (shard, run_at, organization_id, webhook_id, delivery_id, event_id, event_at, attempts, base)
  select $6, now(), $1, $2, $3, $5, $4, number, number from again
)
select exists (select from kept)
"""
