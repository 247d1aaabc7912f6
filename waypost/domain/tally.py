"""How many entries of a list fall into each slice of time, so that page N is found without walking the pages before it.

A list is a text such as `conversations/<phone>`; an entry sits at one moment. Each level groups 256 slices of the one
below (4.3 minutes, 18 hours, 194 days). See docs/decisions/0004-pages.md.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from ..postgres.pool import Connection

FINE, MIDDLE, COARSE = 8, 16, 24

#: organization, list, where the entry was (None: it is new), where it is now (None: it is gone)
Move = tuple[UUID, str, datetime | None, datetime | None]


async def shift(conn: Connection, moves: Sequence[Move]) -> None:
    """Notes entries that appeared, moved or went; `fold` counts them later, so that writers of one list never queue."""
    rows = [
        (organization, list_, _epoch(was), _epoch(now))
        for organization, list_, was, now in moves
        if _slot(was) != _slot(now)
    ]
    if rows:
        await conn.execute(
            "insert into tally_moves (organization_id, list, was, now)"
            " select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[])",
            *zip(*rows, strict=True),
        )


async def fold(conn: Connection, limit: int = 20_000) -> int:
    """Counts the oldest notes into the tallies and returns how many they were; any number of processes may do it."""
    folded: int = await conn.fetchval(
        """
        with gone as (
          delete from tally_moves where id in (select id from tally_moves order by id limit $1 for update skip locked)
          returning organization_id, list, was, now
        ), deltas as (
          select organization_id, list, was as at, -1 as delta from gone where was is not null
          union all
          select organization_id, list, now, 1 from gone where now is not null
        ), counted as (
          insert into tallies as t (organization_id, list, level, slot, entries)
          select d.organization_id, d.list, l.level, d.at >> l.level, sum(d.delta)
          from deltas d cross join (values (8), (16), (24)) as l(level)
          group by 1, 2, 3, 4 having sum(d.delta) <> 0 order by 1, 2, 3, 4
          on conflict (organization_id, list, level, slot) do update set entries = t.entries + excluded.entries
        )
        select count(*) from gone
        """,
        limit,
    )
    return folded


async def total(conn: Connection, organization_id: UUID, list_: str) -> int:
    """Entries of a list: a sum over slices of half a year, and over what is not folded yet."""
    count: int = await conn.fetchval(
        "select coalesce(sum(entries), 0)::bigint from ("
        " select entries from tallies where organization_id = $1 and list = $2 and level = 24 union all"
        " select (now is not null)::int - (was is not null)::int from tally_moves"
        "  where organization_id = $1 and list = $2"
        ") known",
        organization_id,
        list_,
    )
    return count


async def locate(conn: Connection, organization_id: UUID, list_: str, offset: int) -> tuple[datetime | None, int]:
    """(`before`, `skip`): newest first, the entry at `offset` is the one after `skip` entries older than `before`.

    `before` is None when the list is shorter than that. Reads at most 256 slices on each of two levels, and what is not
    folded yet.
    """
    low, high, skip = 0, 1 << 40, offset
    for level in (COARSE, MIDDLE, FINE):
        row = await conn.fetchrow(_SLICE, organization_id, list_, level, low >> level, high >> level, skip)
        if row is None:
            return None, 0
        skip -= row["before"]
        low, high = row["slot"] << level, (row["slot"] + 1) << level
    return datetime.fromtimestamp(high, UTC), skip


_SLICE = """
select slot, upto - entries as before from (
  select slot, entries, sum(entries) over (order by slot desc)::bigint as upto from (
    select slot, sum(entries)::bigint as entries from (
      select slot, entries from tallies where organization_id = $1 and list = $2 and level = $3
      union all
      select now >> $3::int, 1 from tally_moves where organization_id = $1 and list = $2 and now is not null
      union all
      select was >> $3::int, -1 from tally_moves where organization_id = $1 and list = $2 and was is not null
    ) known where slot >= $4 and slot < $5 group by slot
  ) slices
) s where upto > $6 order by slot desc limit 1
"""


def _epoch(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() // 1)


def _slot(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() // 1) >> FINE
