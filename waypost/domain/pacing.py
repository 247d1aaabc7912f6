"""When a send may leave: Meta's level for the number, and its limit for one recipient, kept by all processes together.

A send takes the next free moment of its number by one statement that waits for no disk; what waits at the same time is
taken together, so a burst costs few statements and no row is held. See docs/decisions/0010-pacing.md.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from math import ceil
from typing import NamedTuple
from uuid import UUID

from ..errors import RateLimited
from ..postgres.pool import Connection
from ..runtime import Runtime

#: A little below Meta's level, lest jitter on the way makes a second too full.
SHARE = 0.99
#: Meta's pair limit: one message in 6 s to one recipient, of which up to 45 may be borrowed from the future.
PAIR_GAP, PAIR_BURST = 6.0, 45

#: organization, phone, recipient ('' is the number itself)
Key = tuple[UUID, UUID, str]


def gap(per_second: int) -> float:
    """Seconds between two sends of a number."""
    return 1 / (per_second * SHARE)


class Turn(NamedTuple):
    """A send that wants to leave: `per_second` is the number's level, `recipient` is empty once its limit was kept."""

    organization_id: UUID
    phone_id: UUID
    per_second: int
    recipient: str
    patience: float

    @property
    def pair(self) -> "Want":
        key = (self.organization_id, self.phone_id, self.recipient)
        return Want(key, PAIR_GAP, PAIR_GAP * (PAIR_BURST - 1), self.patience)

    @property
    def number(self) -> "Want":
        return Want((self.organization_id, self.phone_id, ""), gap(self.per_second), 0.0, self.patience)


class Want(NamedTuple):
    """One moment of a pace: `gap` seconds to the next one, `burst` seconds that may be borrowed without waiting."""

    key: Key
    gap: float
    burst: float
    patience: float


class Delay(NamedTuple):
    """What a pace dealt: how long to wait, and until when by `time.monotonic`."""

    seconds: float
    at: float


_NOW = Delay(0.0, 0.0)


class Start(NamedTuple):
    """When a send may leave, by `time.monotonic`; `again` when its turn at the number is to be asked for then."""

    at: float
    again: bool = False


class _DatabaseClock:
    """The database's time in this process's: answers come late by chance, and the least late one tells the offset."""

    DRIFT, JUMP = 0.00002, 1.0

    def __init__(self) -> None:
        self._offset = float("inf")

    def local(self, there: float) -> float:
        return there + self._offset

    def read(self, there: float) -> None:
        """An answer came that says what time it was there."""
        offset = time.monotonic() - there
        jumped = offset - self._offset > self.JUMP
        self._offset = offset if jumped else min(self._offset + self.DRIFT, offset)


_clock = _DatabaseClock()


async def wait_turn(
    rt: Runtime, organization_id: UUID, phone_id: UUID, per_second: int, recipient: str, deadline: float
) -> float:
    """The moment (of `time.monotonic`) at which a send may leave; raises RateLimited if it is past `deadline`.

    `recipient` is what the pair limit counts by; empty where it was counted already.
    """
    while True:
        turn = Turn(organization_id, phone_id, per_second, recipient, max(0.0, deadline - time.monotonic()))
        start: Start = await rt.groups.join("pacing", partial(_take, rt), turn, lane=phone_id)
        if not start.again:
            return start.at
        await asyncio.sleep(max(0.0, start.at - time.monotonic()))
        recipient = ""


async def hold(rt: Runtime, organization_id: UUID, phone_id: UUID, seconds: float) -> None:
    """Meta found a number too fast: nobody sends from it for this long."""
    async with rt.pool.connection() as conn:
        await conn.execute(
            "update paces set free_at = greatest(free_at, clock_timestamp() + $3 * interval '1 second')"
            " where organization_id = $1 and phone_id = $2 and recipient = ''",
            organization_id,
            phone_id,
            seconds,
        )


async def forget(conn: Connection) -> None:
    """Drops the paces of those who have not been written to for a while."""
    await conn.execute("delete from paces where free_at < now() - interval '1 minute'")


async def _take(rt: Runtime, turns: Sequence[Turn]) -> list[Start | Exception]:
    async with rt.pool.connection() as conn:
        pairs = iter(await _taken(conn, [turn.pair for turn in turns if turn.recipient]))
        delays = [next(pairs) if turn.recipient else _NOW for turn in turns]
        ready = [turn for turn, delay in zip(turns, delays, strict=True) if delay is not None and not delay.seconds]
        moments = await _taken(conn, [turn.number for turn in ready])
        late = [turn.pair for turn, moment in zip(ready, moments, strict=True) if moment is None and turn.recipient]
        await _give_back(conn, late)
    dealt = iter(moments)
    return [
        _outcome(turn, delay, next(dealt) if delay is not None and not delay.seconds else None)
        for turn, delay in zip(turns, delays, strict=True)
    ]


def _outcome(turn: Turn, delay: Delay | None, moment: Delay | None) -> Start | Exception:
    """What a turn came to: `delay` is its recipient's, `moment` its number's, None where it is too late."""
    if delay is None:
        return _too_often()
    if delay.seconds:
        return Start(delay.at, again=True)
    return _too_fast(turn.per_second) if moment is None else Start(moment.at)


async def _give_back(conn: Connection, wants: Sequence[Want]) -> None:
    """What was taken of a recipient's pace by sends that found their number's too full."""
    if wants:
        numbers = Counter(want.key for want in wants)
        await conn.execute(
            "update paces p set free_at = p.free_at - w.n * $5 * interval '1 second'"
            " from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[]) as w(organization_id, phone_id, recipient, n)"
            " where p.organization_id = w.organization_id and p.phone_id = w.phone_id and p.recipient = w.recipient",
            *zip(*((*key, number) for key, number in sorted(numbers.items())), strict=True),
            PAIR_GAP,
        )


async def _taken(conn: Connection, wants: Sequence[Want]) -> list[Delay | None]:
    """The delay of each; None where it would wait longer than its patience, and took nothing."""
    if not wants:
        return []
    paces = {want.key: want for want in wants}
    numbers = Counter(want.key for want in wants)
    patience = {want.key: want.patience for want in sorted(wants, key=lambda want: -want.patience)}
    asked = [(*key, numbers[key], want.gap, want.burst, patience[key]) for key, want in paces.items()]
    granted: dict[Key, tuple[float, int, float]] = {}
    while missing := [row for row in sorted(asked) if row[:3] not in granted]:
        rows = await conn.fetch(_TAKE, *zip(*missing, strict=True))
        for row in rows:
            _clock.read(row[6])
            granted[(row[0], row[1], row[2])] = (row[3], row[4], row[5])
    return _shared(wants, granted)


def _shared(wants: Sequence[Want], granted: Mapping[Key, tuple[float, int, float]]) -> list[Delay | None]:
    """Deals what each pace granted, in the order of asking."""
    dealt: Counter[Key] = Counter()
    found: list[Delay | None] = []
    for want in wants:
        owed, number, began = granted[want.key]
        place = dealt[want.key]
        dealt[want.key] += 1
        seconds = max(0.0, owed + place * want.gap - want.burst)
        found.append(Delay(seconds, _clock.local(began) + seconds) if place < number else None)
    return found


#: For each pace: how far its next free moment lies ahead (seconds), how many of the `n` moments it granted, when that
#: was, and the time at the end. A pace that two processes create at once is in its creator's answer; the other asks
#: again.
_TAKE = """
with wanted as (
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::float8[], $6::float8[], $7::float8[])
    as w(organization_id, phone_id, recipient, n, gap, burst, patience)
), held as (
  select p.organization_id, p.phone_id, p.recipient, w.n, w.gap, w.burst, w.patience, p.free_at, clock_timestamp() as at
  from wanted w join paces p using (organization_id, phone_id, recipient)
  order by p.organization_id, p.phone_id, p.recipient for update of p
), judged as (
  select h.*, greatest(0, extract(epoch from h.free_at - h.at))::float8 as owed from held h
), granted as (
  select j.*, least(j.n, greatest(0, floor((j.patience + j.burst - j.owed) / j.gap + 1)))::int as number from judged j
), moved as (
  update paces p set free_at = greatest(p.free_at, g.at) + g.number * g.gap * interval '1 second'
  from granted g
  where p.organization_id = g.organization_id and p.phone_id = g.phone_id and p.recipient = g.recipient and g.number > 0
), added as (
  insert into paces (organization_id, phone_id, recipient, free_at)
  select w.organization_id, w.phone_id, w.recipient,
    clock_timestamp() + least(w.n, floor((w.patience + w.burst) / w.gap + 1)) * w.gap * interval '1 second'
  from wanted w where not exists (select from held h where h.organization_id = w.organization_id
    and h.phone_id = w.phone_id and h.recipient = w.recipient)
  on conflict do nothing returning organization_id, phone_id, recipient
)
select organization_id, phone_id, recipient, owed, number, extract(epoch from at)::float8,
  extract(epoch from clock_timestamp())::float8 from granted
union all
select organization_id, phone_id, recipient, 0, least(w.n, floor((w.patience + w.burst) / w.gap + 1))::int,
  extract(epoch from clock_timestamp())::float8, extract(epoch from clock_timestamp())::float8
from added join wanted w using (organization_id, phone_id, recipient)
"""


def _too_fast(per_second: int) -> RateLimited:
    return RateLimited(
        f"This number may send {per_second} messages a second, and too many are waiting already. Nothing was sent.",
        retry_after=2,
    )


def _too_often() -> RateLimited:
    return RateLimited(
        "This recipient was written to too often: one message in 6 seconds, with bursts of up to 45. Nothing was sent.",
        retry_after=ceil(PAIR_GAP),
    )
