"""Deliveries once more, over the API: one by its id, or those of a span of time."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from .. import clock
from ..domain import redelivery, replays
from ..domain.delivery_log import Entry
from ..domain.replays import Replay, Wanted
from ..errors import Invalid
from ..paging import Slice
from .door import Call

KEPT = timedelta(days=30)
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class CreateReplay(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Which deliveries: of events from `since` to `until`, that ended so."""

    since: str
    until: str | None = None
    status: Wanted | None = None


async def redeliver(call: Call) -> Entry:
    async with call.rt.pool.transaction() as conn:
        entry = await redelivery.redeliver(conn, call.organization_id, call.ids["id"], call.ids["delivery_id"])
    call.rt.bell.ring()
    return entry


async def create(call: Call) -> Replay:
    body: CreateReplay = call.body
    now = clock.now()
    since = _moment("since", body.since)
    until = now if body.until is None else min(_moment("until", body.until), now)
    if since < now - KEPT:
        raise Invalid.field("since", "must lie within the last 30 days: so long events are kept.")
    if since > until:
        raise Invalid.field("since", "must not be later than until, nor lie in the future.")
    owner, id_ = call.organization_id, call.ids["id"]
    async with call.rt.pool.transaction() as conn:
        return await replays.create(conn, owner, id_, since, until, body.status or "exhausted")


async def listed(call: Call) -> Slice[Replay]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await replays.listed(conn, call.organization_id, call.ids["id"], page)


async def one(call: Call) -> Replay:
    async with call.rt.pool.connection() as conn:
        return await replays.one(conn, call.organization_id, call.ids["id"], call.ids["replay_id"])


async def cancel(call: Call) -> Replay:
    async with call.rt.pool.transaction() as conn:
        return await replays.cancel(conn, call.organization_id, call.ids["id"], call.ids["replay_id"])


def _moment(field: str, text: str) -> datetime:
    try:
        return msgspec.convert(text, _Moment)
    except msgspec.ValidationError:
        raise Invalid.field(field, "must be a time with its zone, such as 2026-11-22T14:30:00Z.") from None
