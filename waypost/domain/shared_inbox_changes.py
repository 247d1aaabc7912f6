"""What an open inbox has to see: events of its number, and changes that no event tells, each behind a cursor.

The cursor is a transaction id. Whoever has seen everything before it misses nothing by reading on from there: rows
count only when their transaction is older than every one that still runs, so that no late commit lies behind a cursor.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog

from .. import clock
from ..errors import Invalid
from ..paging import cursor_at, place_of
from ..postgres.pool import Connection

log = structlog.get_logger()
#: So far back a cursor may lie, in seconds: changes are kept a little longer than that.
REACH = 12 * 3600
KEPT_HOURS = 24
#: At most so many events and changes of one number in one look.
MOST = 500


class Place(NamedTuple):
    """Up to which transaction everything was seen, and when that was (milliseconds since 1970)."""

    position: int
    at: int

    @property
    def cursor(self) -> str:
        return cursor_at(self.position, self.at)


class News(msgspec.Struct):
    """Of one number, since a place: what is to be shown anew; of `statuses` only how far the message got."""

    place: Place
    #: There is more: look again at once.
    more: bool = False
    #: Something waits for an older transaction to end: look again soon.
    waits: bool = False
    #: The place is too far back, or of another database.
    lost: bool = False
    messages: set[UUID] = set()
    targets: set[str] = set()
    statuses: set[UUID] = set()
    conversations: set[UUID] = set()
    links: set[UUID] = set()

    @property
    def is_empty(self) -> bool:
        """Nothing is new, and nothing is about to be."""
        return not (
            self.more or self.waits or self.lost or self.messages or self.statuses or self.conversations or self.links
        )


class _Data(msgspec.Struct, rename="camel"):
    message_id: UUID
    type: str
    status: str | None
    content: msgspec.Raw


class _Event(msgspec.Struct):
    data: _Data


class _Target(msgspec.Struct):
    wamid: Any = None


#: Types of messages that change how another one looks.
_ABOUT_ANOTHER = ("reaction", "edit", "revoke")
_event = msgspec.json.Decoder(_Event)
_target = msgspec.json.Decoder(_Target)


def place_at(cursor: str | None) -> Place | None:
    """What a cursor of ours says; None without one. Raises Invalid."""
    if not cursor:
        return None
    position, at = place_of(cursor, tuple[int, int])
    if not (0 <= position < 2**63 and 0 <= at <= _now() + 3600_000):
        raise Invalid.field("after", "must be an eventCursor of this inbox.")
    return Place(position, at)


async def note(conn: Connection, organization_id: UUID, phone_id: UUID, kind: str, subjects: Collection[UUID]) -> None:
    """`kind` is message, conversation or link; whoever commits it rings the bell."""
    if subjects:
        await conn.execute(
            "insert into inbox_changes (organization_id, phone_id, kind, subject_id)"
            " select $1, $2, $3, unnest($4::uuid[])",
            organization_id,
            phone_id,
            kind,
            list(subjects),
        )


async def horizon(conn: Connection) -> Place:
    """The place of a snapshot: what is read in it shows everything before."""
    position: int = await conn.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return Place(position, _now())


_LOOK = f"""
select w.nth, x.kind, x.position, x.type, x.body, x.subject_id, x.position >= h.position as is_open,
  h.position as reached
from (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as position) h
cross join unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) with ordinality
  as w(organization_id, phone_id, position, since, nth)
left join lateral (
  (select 'event' as kind, e.position, e.created_at, e.type, e.body, null::uuid as subject_id from events e
   where e.organization_id = w.organization_id and e.position >= w.position and e.created_at > w.since
     and e.phone_id = w.phone_id order by e.position limit {MOST + 1})
  union all
  (select c.kind, c.position, c.created_at, null, null, c.subject_id from inbox_changes c
   where c.organization_id = w.organization_id and c.phone_id = w.phone_id and c.position >= w.position
   order by c.position, c.id limit {MOST + 1})
) x on true order by w.nth, x.position, x.created_at
"""


async def look(conn: Connection, wanted: Sequence[tuple[UUID, UUID, Place]]) -> list[News]:
    """What is new of each (organization, phone) since its place, in one query."""
    since = [datetime.fromtimestamp(place.at / 1000 - 3600, UTC) for _, _, place in wanted]
    columns = [[each[0] for each in wanted], [each[1] for each in wanted], [each[2].position for each in wanted], since]
    rows: dict[int, list[Any]] = {}
    for row in await conn.fetch(_LOOK, *columns):
        rows.setdefault(row["nth"], []).append(row)
    return [_news(each[2], rows[nth]) for nth, each in enumerate(wanted, 1)]


def _news(place: Place, rows: list[Any]) -> News:
    reached = rows[0]["reached"]
    if place.position > reached or place.at < _now() - REACH * 1000:
        return News(Place(reached, _now()), lost=True)
    found = [row for row in rows if row["kind"] is not None]
    settled = [row for row in found if not row["is_open"]]
    news = News(Place(reached, _now()), waits=len(settled) < len(found))
    if len(settled) > MOST:
        last = settled[MOST]["position"]
        if settled[0]["position"] == last:  # one transaction wrote more than is shown: loading anew is cheaper
            return News(Place(last + 1, _now()), lost=True)
        settled = [row for row in settled if row["position"] < last]
        news.place, news.more = Place(last, _now()), True
    for row in settled:
        _take(news, row)
    return news


def _take(news: News, row: Any) -> None:
    if row["kind"] == "event":
        try:
            _event_into(news, row["type"], row["body"])
        except msgspec.MsgspecError as error:  # one event that cannot be read must not hide those behind it
            log.error("inbox.event_skipped", type=row["type"], position=row["position"], reason=type(error).__name__)
    elif row["kind"] == "conversation":
        news.conversations.add(row["subject_id"])
    elif row["kind"] == "message":
        news.messages.add(row["subject_id"])
    else:
        news.links.add(row["subject_id"])


def _event_into(news: News, type_: str, body: bytes) -> None:
    if not type_.startswith("message."):
        return
    data = _event.decode(body).data
    about_another: Collection[str] = _ABOUT_ANOTHER
    if type_ == "message.status_updated":
        news.statuses.add(data.message_id)
        about_another = ("reaction",) if data.status == "failed" else ()
    else:
        news.messages.add(data.message_id)
    if data.type in about_another and isinstance(wamid := _target.decode(data.content).wamid, str):
        news.targets.add(wamid)


async def forget(conn: Connection, limit: int = 10_000) -> None:
    """Retention, the same for everybody."""
    await conn.execute(
        "delete from inbox_changes where (organization_id, phone_id, position, id) in (select organization_id,"
        " phone_id, position, id from inbox_changes where created_at < now() - make_interval(hours => $1)"
        " order by created_at limit $2)",
        KEPT_HOURS,
        limit,
    )


def _now() -> int:
    return int(clock.now().timestamp() * 1000)
