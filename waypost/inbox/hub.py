"""The open streams of this process: one reader per number looks for news and hands them out; one watch looks after the
links and sessions of all of them, so that none outlives its permission by two seconds."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

import structlog

from ..domain import shared_inbox_changes, shared_inbox_presence, shared_inbox_sessions
from ..domain.shared_inbox_changes import News, Place
from ..domain.shared_inbox_conversations import View
from ..domain.shared_inbox_presence import Presence
from ..domain.shared_inbox_sessions import Guest, Session, public_name
from ..errors import Unauthorized, Unavailable, WaypostError
from ..runtime import Runtime
from . import news
from .sse import Stream, frame

log = structlog.get_logger()
#: Seconds between two looks at links and sessions; and after which an unanswered look ends the streams.
RECHECK, BLIND = 1.0, 5.0
#: Seconds after which a reader looks although no bell rang, and while it waits for an older transaction.
POLL, SOON = 2.0, 0.05
#: A look that found nothing is not repeated sooner: rings name organizations, and one may be busy with other numbers.
QUIET = 0.15
PER_SESSION, PER_PROCESS = 8, 5_000
#: So many numbers at once may read what they show, so that other calls find a connection.
RENDERING = 4

Looked = tuple[UUID, UUID, Place]


class Seat:
    """An open stream and who sits there."""

    def __init__(self, guest: Guest, stream: Stream) -> None:
        self.guest, self.stream = guest, stream

    @property
    def key(self) -> tuple[UUID, bytes]:
        return self.guest.link_id, self.guest.hash

    @property
    def view(self) -> View:
        guest = self.guest
        return View(guest.organization_id, guest.phone_id, guest.link_id, guest.may("readDetails"))


class Reader:
    """Looks for what is new of one number, for all its streams here."""

    def __init__(self, rt: Runtime, hub: "Hub", organization_id: UUID, phone_id: UUID) -> None:
        self.seats: set[Seat] = set()
        self.began: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        self._rt, self._hub, self._who = rt, hub, (organization_id, phone_id)
        self.task = asyncio.create_task(self._run(), name="inbox reader")

    async def _run(self) -> None:
        place, waited = None, SOON
        with self._rt.hearing.ear(self._who[0]) as rung:
            while True:
                rung.clear()
                looked_at = time.monotonic()
                try:
                    place = place or await self._begin()
                    found = await self._look(place)
                except Exception as error:
                    if not isinstance(error, WaypostError):
                        log.exception("inbox.reader_failed", organization=str(self._who[0]), phone=str(self._who[1]))
                    await asyncio.sleep(POLL / 2)
                    continue
                waited = min(waited * 2, POLL) if found.waits and place == found.place else SOON
                place, pause = found.place, waited if found.waits else POLL
                if not found.more:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await rung.wait()
                if found.is_empty:
                    await asyncio.sleep(max(0.0, looked_at + QUIET - time.monotonic()))

    async def _begin(self) -> Place:
        async with self._rt.pool.connection() as conn:
            place = await shared_inbox_changes.horizon(conn)
        self.began.set_result(place)
        return place

    async def _look(self, place: Place) -> News:
        found = await looked(self._rt, (*self._who, place))
        if found.links:  # before anybody is shown what they no longer may see
            await self._hub.recheck()
        if found.lost:
            self._hand_out([frame("resync", {}, found.place.cursor)], found.place)
            return found
        for view, seats in self._views().items():
            frames = await self._hub.shown(view, found)
            for seat in seats & self.seats:
                if seat.view == view:
                    seat.stream.put(frames, found.place.position, found.place.cursor)
        return found

    def _views(self) -> dict[View, set[Seat]]:
        found: dict[View, set[Seat]] = {}
        for seat in self.seats:
            found.setdefault(seat.view, set()).add(seat)
        return found

    def _hand_out(self, frames: list[bytes], place: Place) -> None:
        for seat in self.seats:
            seat.stream.put(frames, place.position, place.cursor)


class Hub:
    """`open` and `close` streams; `leave` when the process stops."""

    def __init__(self, rt: Runtime) -> None:
        self.rendering = asyncio.Semaphore(RENDERING)
        self._rt = rt
        self._readers: dict[UUID, Reader] = {}
        self._seats: list[Seat] = []
        self._watch: asyncio.Task[None] | None = None
        self._is_leaving = False
        self._told: dict[bytes, tuple[UUID | None, str, float]] = {}

    async def open(self, guest: Guest, place: Place | None) -> Seat:
        """A seat for a guest; what came since `place` waits in its stream already. Raises Unavailable."""
        if self._is_leaving or len(self._seats) >= PER_PROCESS:
            raise Unavailable("This process takes no more streams; come back shortly.")
        reader = self._readers.get(guest.phone_id)
        if reader is None or reader.task.done():
            reader = self._readers[guest.phone_id] = Reader(self._rt, self, guest.organization_id, guest.phone_id)
        seat = Seat(guest, Stream(""))
        self._sit(reader, seat)
        try:
            async with asyncio.timeout(BLIND):
                began = await asyncio.shield(reader.began)
                if not seat.stream.cursor:
                    seat.stream.put([], began.position, began.cursor)
                if place is not None:
                    await self._catch_up(seat, place)
        except TimeoutError:
            self.close(seat)
            raise Unavailable() from None
        except BaseException:
            self.close(seat)
            raise
        return seat

    def _sit(self, reader: Reader, seat: Seat) -> None:
        mine = [each for each in self._seats if each.guest.hash == seat.guest.hash]
        for each in mine[: max(0, len(mine) - PER_SESSION + 1)]:
            each.stream.cut()
        reader.seats.add(seat)
        self._seats.append(seat)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._run(), name="inbox watch")

    async def _catch_up(self, seat: Seat, place: Place) -> None:
        """What lies between the reader's last place and the one that the list showed it."""
        guest = seat.guest
        found = await looked(self._rt, (guest.organization_id, guest.phone_id, place))
        lost = found.lost or found.more
        cursor = found.place.cursor
        frames = [frame("resync", {}, cursor)] if lost else await self.shown(seat.view, found)
        seat.stream.begin(frames, found.place.position, cursor)

    async def shown(self, view: View, found: News) -> list[bytes]:
        """The news as frames; what cannot be shown makes the page load anew, and keeps nobody from what comes after."""
        async with self.rendering:
            try:
                return await news.frames(self._rt, view, found)
            except WaypostError:
                raise
            except Exception:
                log.exception("inbox.news_skipped", phone=str(view.phone_id), position=found.place.position)
                return [frame("resync", {}, found.place.cursor)]

    def close(self, seat: Seat) -> None:
        reader = self._readers.get(seat.guest.phone_id)
        if seat in self._seats:
            self._seats.remove(seat)
        if reader is not None:
            reader.seats.discard(seat)
            if not reader.seats:
                reader.task.cancel()
                del self._readers[seat.guest.phone_id]

    def sign_out(self, guest: Guest) -> None:
        """Ends the streams of a session that are open here; elsewhere the watch does."""
        for seat in self._seats:
            if seat.guest.hash == guest.hash:
                seat.stream.end("missing")

    def leave(self) -> None:
        """Every stream ends with a word that it may come back; no new one is taken."""
        self._is_leaving = True
        for seat in self._seats:
            seat.stream.end("restart")

    def is_news(self, guest: Guest, conversation_id: UUID | None, state: str) -> bool:
        """Whether a presence is worth a whisper: the same again within a second is not."""
        now = time.monotonic()
        last = self._told.get(guest.hash)
        if last is not None and last[:2] == (conversation_id, state) and now - last[2] < 1.0:
            return False
        if len(self._told) > PER_PROCESS:
            self._told.clear()
        self._told[guest.hash] = (conversation_id, state, now)
        return True

    async def _run(self) -> None:
        """While anybody sits here: links and sessions are looked after, whispers passed on."""
        seen = time.monotonic()
        with self._rt.hearing.whispers(self._whispered):
            while self._seats:
                await asyncio.sleep(RECHECK)
                try:
                    async with asyncio.timeout(BLIND / 2):
                        await self.recheck()
                    seen = time.monotonic()
                except Exception as error:
                    if not isinstance(error, WaypostError | TimeoutError):
                        log.exception("inbox.watch_failed")
                    if time.monotonic() - seen > BLIND:
                        for seat in self._seats:  # nobody knows whether they still may
                            seat.stream.end("restart")

    async def recheck(self) -> None:
        """Ends the streams of those who may no longer look, and tells the others what has changed for them."""
        seats = list(self._seats)
        wanted = list({seat.key for seat in seats})
        if not wanted:
            return
        async with self._rt.pool.transaction() as conn:
            found = dict(zip(wanted, await shared_inbox_sessions.standing(conn, wanted), strict=True))
            guests = [each for each in found.values() if isinstance(each, Guest)]
            await shared_inbox_sessions.renew(conn, [guest for guest in guests if guest.is_fading])
            changed = [seat for seat in seats if _changed(seat.guest, found[seat.key])]
            present = [each for each in (found[seat.key] for seat in changed) if isinstance(each, Guest)]
            sessions = await shared_inbox_sessions.shown(conn, present)
        shown = {guest.hash: session for guest, session in zip(present, sessions, strict=True)}
        for seat in changed:
            self._adapt(seat, found[seat.key], shown)

    def _adapt(self, seat: Seat, standing: Guest | Exception, shown: dict[bytes, Session]) -> None:
        if isinstance(standing, Exception):
            seat.stream.end(_reason(standing))
            return
        seat.guest = standing
        told = frame("session", {"session": shown[standing.hash]})
        if standing.may("readInbox"):
            seat.stream.put([told])
        else:
            seat.stream.end("permission", told)

    def _whispered(self, payload: str) -> None:
        presence = shared_inbox_presence.heard(payload)
        reader = self._readers.get(presence.phone_id) if presence else None
        if presence is None or reader is None:
            return
        told = frame("presence", _told(presence))
        for seat in reader.seats:
            if public_name(seat.guest.hash) != presence.who:
                seat.stream.put([told])


async def looked(rt: Runtime, wanted: Looked) -> News:
    """What is new of a number; looks of the same moment share a query."""
    found: News = await rt.groups.join("inbox.looks", partial(_looks, rt), wanted, lane=object())
    return found


async def _looks(rt: Runtime, wanted: Sequence[Looked]) -> list[News | Exception]:
    async with rt.pool.connection() as conn:
        return list(await shared_inbox_changes.look(conn, wanted))


def _changed(guest: Guest, standing: Guest | Exception) -> bool:
    if isinstance(standing, Exception):
        return True
    before, now = (guest.name, guest.permissions, guest.expires_at), standing
    return before != (now.name, now.permissions, now.expires_at)


def _reason(problem: Exception) -> str:
    details = problem.details if isinstance(problem, WaypostError) else None
    usual = "unknown" if isinstance(problem, Unauthorized) else "restart"
    return str(details.get("reason", usual)) if isinstance(details, dict) else usual


def _told(presence: Presence) -> dict[str, object]:
    return {"conversationId": presence.conversation_id, "state": presence.state, "who": presence.who}
