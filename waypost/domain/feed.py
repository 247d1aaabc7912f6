"""The feed: an organization's events in one order that never changes, read behind a cursor that skips nothing.

An event's position is the transaction that wrote it. Shown is what lies below the horizon, the oldest transaction that
still writes: whatever commits later stands above it. Why so, and what it costs: docs/decisions/0014-feed.md.
"""

import struct
import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from .. import clock
from ..errors import Invalid
from ..postgres.pool import Connection
from ..postgres.schema import RETENTION_DAYS
from ..runtime import Runtime

#: So many events are looked through for a page that wants some of them only.
SPAN = 1_000
#: An hour less than events are kept: what was written slowly is younger than its place.
GOOD_FOR = timedelta(days=RETENTION_DAYS, hours=-1)
#: The version of this form, position, microseconds, id, seconds; with its mark 42 bytes, 56 characters.
_FORM, _VERSION = struct.Struct(">2sqq16sI"), b"f0"


class Place(NamedTuple):
    """Behind an event. `read_at`: when it was the last one there was; None where more followed."""

    position: int
    created_at: datetime
    id: UUID
    read_at: datetime | None = None


BEGINNING = Place(0, clock.EPOCH, UUID(int=0))


class Wanted(NamedTuple):
    """`types` are joined by commas; None, like no phone, is all. `follows`: who asks wants to know what is to come."""

    organization_id: UUID
    after: Place
    limit: int
    types: str | None = None
    phone_id: UUID | None = None
    follows: bool = False


class Told(NamedTuple):
    """An event and the place behind it."""

    type: str
    body: bytes
    place: Place


class Page(NamedTuple):
    """`more`: the feed goes on behind `place`. `brewing`: an event is stored whose turn has not come yet."""

    events: list[Told]
    place: Place
    more: bool
    brewing: bool


def cursor_at(organization_id: UUID, place: Place) -> str:
    """What a customer gives back to go on behind this place."""
    read_at = 0 if place.read_at is None else int(place.read_at.timestamp())
    raw = _FORM.pack(_VERSION, place.position, clock.micros(place.created_at), place.id.bytes, read_at)
    return urlsafe_b64encode(raw + _seal(organization_id, raw)).decode()


def place_of(organization_id: UUID, text: str, name: str = "after") -> Place:
    """What a cursor stands for. Raises Invalid naming `name`: not ours, or so old that what followed is gone."""
    try:
        raw = b64decode(text, altchars=b"-_", validate=True)
        version, position, micros, id_, read_at = _FORM.unpack(raw[:-4])
        place = Place(position, clock.at_micros(micros), UUID(bytes=id_), _moment(read_at))
    except (ValueError, struct.error, OverflowError):
        raise _unknown(name) from None
    if version != _VERSION or raw[-4:] != _seal(organization_id, raw[:-4]):
        raise _unknown(name)
    if (place.read_at or place.created_at) < clock.now() - GOOD_FOR:
        raise Invalid.field(
            name,
            f"is older than the {RETENTION_DAYS} days for which events are kept: some that followed are gone. Leave it"
            " out to begin with the oldest one kept, or give `latest`.",
        )
    return place


async def newest(conn: Connection, organization_id: UUID) -> Place:
    """The place behind everything that is in the feed now."""
    row = await conn.fetchrow(
        f"{_HORIZON} select e.position, e.created_at, e.id from h, events e where e.organization_id = $1"
        " and e.position < h.position order by e.position desc, e.created_at desc, e.id desc limit 1",
        organization_id,
    )
    return (BEGINNING if row is None else Place(*row.values()))._replace(read_at=clock.now())


async def read(rt: Runtime, wanted: Wanted) -> Page:
    """A page; those that are asked for at the same moment are read together. Raises Invalid naming `after`."""
    page: Page = await rt.groups.join("feed", partial(_pages, rt), wanted, lane=wanted.organization_id)
    return page


async def delay(conn: Connection) -> float:
    """For how many seconds the oldest transaction that writes, in the whole cluster, has been holding the feed back."""
    seconds: float = await conn.fetchval(
        "select coalesce(extract(epoch from max(now() - began)), 0)::float8 from ("
        " select xact_start as began from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()"
        " union all select prepared from pg_prepared_xacts) t"
    )
    return max(seconds, 0.0)


async def _pages(rt: Runtime, wanted: Sequence[Wanted]) -> list[Page | Exception]:
    """Streams that stand at the same place share one reading of it."""
    each = list(dict.fromkeys(wanted))
    columns = zip(
        *(
            (w.organization_id, *w.after[:3], w.types, w.phone_id, w.limit, _span(w), w.follows)
            for w in each
        ),
        strict=True,
    )  # fmt: skip
    now = clock.now()
    async with rt.pool.connection() as conn:
        rows = await conn.fetch(_PAGES, *columns)
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row["ord"], []).append(row)
    pages = {w: _page(w, found[ord_], now) for ord_, w in enumerate(each, 1)}
    return [pages[w] for w in wanted]


_HORIZON = """
with h as materialized (
  select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + shift as position from feed_origin limit 1
)"""
#: For each page the next `span` events behind its place, cut where enough of them fit. Those that do not fit come
#: without a body: the place behind them counts. `seen` tells whether the feed goes on behind the last one.
_PAGES = f"""{_HORIZON}, w as materialized (
  select w.*, h.position as horizon, w.follows and exists (
    select from events e where e.organization_id = w.organization_id and e.position >= h.position) as brewing
  from h cross join unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::uuid[], $5::text[], $6::uuid[], $7::int[],
    $8::int[], $9::boolean[]) with ordinality
    as w(organization_id, position, created_at, id, types, phone_id, wanted, span, follows, ord)
)
select w.ord, w.horizon, w.brewing, r.* from w left join lateral (
  select position as at, created_at, id, type, case when fits then body end as body, seen from (
    select e.*, count(*) over () as seen, row_number() over place as n, count(*) filter (where fits) over place as nth
    from (
      select e.position, e.created_at, e.id, e.type, e.body, (w.types is null or e.type = any
        (string_to_array(w.types, ','))) and (w.phone_id is null or coalesce(e.phone_id = w.phone_id, false)) as fits
      from events e where e.organization_id = w.organization_id and e.position >= w.position and e.position < w.horizon
        and (e.position, e.created_at, e.id) > (w.position, w.created_at, w.id)
      order by e.position, e.created_at, e.id limit w.span + 1
    ) e window place as (order by position, created_at, id)
  ) e where nth <= w.wanted and n <= w.span
) r on true
order by w.ord, r.at, r.created_at, r.id
"""


def _span(wanted: Wanted) -> int:
    return wanted.limit if wanted.types is None and wanted.phone_id is None else max(SPAN, wanted.limit)


def _page(wanted: Wanted, rows: Sequence[Any], now: datetime) -> Page | Exception:
    if wanted.after.position >= rows[0]["horizon"]:
        return Invalid.field(
            "after",
            "is ahead of the events here: the database was set back to an older state. Leave it out to begin with the"
            " oldest event kept, or give `latest`.",
        )
    events, place, seen = [], wanted.after._replace(read_at=None), 0
    for row in rows:
        if row["seen"] is not None:
            place, seen = Place(row["at"], row["created_at"], row["id"]), row["seen"]
        if row["body"] is not None:
            events.append(Told(row["type"], row["body"], place))
    more = seen > len(rows)
    return Page(events, place if more else place._replace(read_at=now), more, bool(rows[0]["brewing"]))


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _seal(organization_id: UUID, raw: bytes) -> bytes:
    """No secret, only a mark: it tells a cursor of this organization from other texts."""
    return zlib.crc32(organization_id.bytes + raw).to_bytes(4)


def _unknown(name: str) -> Invalid:
    return Invalid.field(
        name,
        "must be a nextCursor of your own feed. Leave it out to begin with the oldest event kept, or give `latest`.",
    )
