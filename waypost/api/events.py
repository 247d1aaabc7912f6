"""Events to be fetched: a page of the feed behind a cursor, or the feed as it grows, as server-sent events."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID

import msgspec

from ..domain import feed
from ..domain.feed import BEGINNING, Page, Place, Wanted
from ..errors import Invalid, Unavailable
from ..events import EVENT_TYPES
from ..live import MEDIA_TYPE, Frame, Live, Seats
from ..paging import Stretch, limit_of
from ..runtime import Runtime
from .door import Call, admitted

SEATS = Seats(50)
#: A stream looks by itself as often, in seconds; after a ring at once, but not more often than with this gap.
POLL, GAP = 5.0, 0.1
#: How soon it looks again while an event waits for a transaction that began before it.
SOON, SOONEST = 1.0, 0.05
LATEST = "latest"


async def listed(call: Call) -> Stretch[msgspec.Raw] | Live:
    """Oldest first; followed where the client accepts an event stream."""
    follows = _wants_stream(call)
    wanted = await _wanted(call, follows)
    if follows and call.rt.closing.is_set():
        raise Unavailable("This process is about to stop; connect again.")
    page = await feed.read(call.rt, wanted)
    if not follows:
        bodies = [msgspec.Raw(told.body) for told in page.events]
        return Stretch(bodies, wanted.limit, page.more, feed.cursor_at(call.organization_id, page.place))
    return Live(
        _followed(call.rt, wanted, page),
        SEATS.one(call.organization_id),
        call.rt.closing,
        lambda: admitted(call.rt, call.request, "read"),
    )


@contextmanager
def _followed(rt: Runtime, wanted: Wanted, page: Page) -> Iterator["Follower"]:
    with rt.hearing.ear(wanted.organization_id) as rung:
        yield Follower(rt, wanted, page, rung)


class Follower:
    """One client's way along the feed, a page at a time; `page` is the first, read before the ear was opened."""

    def __init__(self, rt: Runtime, wanted: Wanted, page: Page, rung: asyncio.Event) -> None:
        self._rt, self._wanted, self._rung = rt, wanted, rung
        self._page: Page | None = page
        self._behind = self._brewing = False
        self._soon, self._looked = SOONEST, 0.0

    @property
    def at(self) -> str:
        return feed.cursor_at(self._wanted.organization_id, self._wanted.after)

    async def news(self, patience: float) -> Sequence[Frame]:
        """One look, at the latest after `patience`."""
        page, self._page = self._page, None
        if page is None:
            await self._pause(patience)
            page = await self._look()
        if page is None:
            return []
        self._wanted = self._wanted._replace(after=page.place)
        self._behind, self._brewing = page.more, page.brewing
        if page.events or not page.brewing:
            self._soon = SOONEST
        organization_id = self._wanted.organization_id
        return [Frame(feed.cursor_at(organization_id, told.place), told.type, told.body) for told in page.events]

    async def _pause(self, patience: float) -> None:
        if self._behind:
            return
        if self._brewing:
            await asyncio.sleep(min(self._soon, patience))
            self._soon = min(self._soon * 2, SOON)
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(POLL, patience)):
                    await self._rung.wait()
            await asyncio.sleep(max(self._looked + GAP - asyncio.get_running_loop().time(), 0))

    async def _look(self) -> Page | None:
        """None while the database is away."""
        self._rung.clear()
        self._looked = asyncio.get_running_loop().time()
        try:
            return await feed.read(self._rt, self._wanted)
        except Unavailable:
            self._behind, self._brewing = False, True
            return None


def _wants_stream(call: Call) -> bool:
    accepted = call.request.headers.get("accept", "").lower().split(",")
    return MEDIA_TYPE in (each.partition(";")[0].strip() for each in accepted)


async def _wanted(call: Call, follows: bool) -> Wanted:
    limit, types, phone_id = limit_of(call.query), _types(call), _phone_id(call)
    return Wanted(call.organization_id, await _after(call, follows), limit, types, phone_id, follows)


async def _after(call: Call, follows: bool) -> Place:
    """A client that connects again knows better than its address where it stands."""
    if follows and (last := call.request.headers.get("last-event-id", "").strip()):
        return feed.place_of(call.organization_id, last, "Last-Event-ID")
    text = call.query.get("after")
    if text == LATEST:
        async with call.rt.pool.connection() as conn:
            return await feed.newest(conn, call.organization_id)
    return feed.place_of(call.organization_id, text) if text else BEGINNING


def _types(call: Call) -> str | None:
    names = {name.strip() for name in call.query.get("types", "").split(",")} - {""}
    if unknown := sorted(names - set(EVENT_TYPES)):
        raise Invalid.field("types", f"{unknown[0][:64]!r} is no event type; they are {', '.join(EVENT_TYPES)}.")
    return ",".join(sorted(names)) or None


def _phone_id(call: Call) -> UUID | None:
    text = call.query.get("phoneId")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid.field("phoneId", "must be the id of a phone.") from None
