"""The stream: all that is committed, nothing lost on the way back, nothing for those who may no longer look."""

import asyncio
import time
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.inbox.browser import ALL, Browser
from tests.inbox.conftest import ANA, BEN, Office, office_of
from tests.inbox.test_links import LINKS, expire
from tests.stack import Stack, gateway
from waypost.app import opened
from waypost.domain import shared_inbox_changes, shared_inbox_sessions
from waypost.domain.shared_inbox_sessions import Guest
from waypost.inbox import hub, sse
from waypost.inbox.hub import Hub
from waypost.paging import cursor_at
from waypost.serving import listening

HEARD = 2.0  # seconds within which an end has to reach an open stream


async def cursor(guest: Browser) -> str:
    return str((await guest.get("/conversations")).body["meta"]["eventCursor"])


def texts(feed: Any) -> list[str]:
    return [event.data["message"]["content"].get("body", "") for event in feed.named("message")]


async def test_what_is_written_is_heard_with_its_conversation(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "POLL", 60.0)  # a bell has to bring it
    guest = await office.browser()
    async with guest.stream() as feed:
        await office.writes(ANA, "now")
        [event] = await feed.wait("message")
        assert event.data["message"]["content"] == {"body": "now"} and event.id
        assert event.data["conversation"]["id"] == office.threads[ANA]
        assert event.data["conversation"]["lastMessage"]["preview"] == "now"
        body = {"type": "text", "text": "hello", "conversationId": office.threads[ANA], "clientId": "c-7"}
        await office.stack.sim("POST", "/faults", {"statuses": {"off": True}})
        made = (await guest.send(body, uuid4().hex)).data
        await office.all_told(feed)  # what is told together with the message is told as a part of it
        await office.gets("hello", "delivered")
        [status] = await feed.wait("status")
        assert (status.data["messageId"], status.data["status"]) == (made["id"], "delivered")
        assert status.data["conversationId"] == office.threads[ANA]
        await office.stack.sim("DELETE", "/faults")
        mine = [each.data["message"] for each in feed.named("message") if each.data["message"]["id"] == made["id"]]
        assert {each["clientId"] for each in mine} == {"c-7"}
        await guest.post(f"/conversations/{office.threads[ANA]}/read", {})
        read = await feed.wait("conversation")
        assert read[-1].data["conversation"]["unreadCount"] == 0
    assert feed.raw.startswith(b"retry: 2000\n") and feed.answer.headers["Content-Type"].startswith("text/event-stream")
    assert feed.answer.headers["X-Accel-Buffering"] == "no" and feed.answer.headers["Cache-Control"] == "no-store"


async def test_reactions_show_their_message_anew(office: Office) -> None:
    guest = await office.browser()
    [first, *_] = (await guest.get(f"/conversations/{office.threads[ANA]}/messages")).data
    body = {"type": "reaction", "wamid": first["wamid"], "emoji": "👍", "conversationId": office.threads[ANA]}
    async with guest.stream() as feed:
        assert (await guest.send(body, uuid4().hex)).status == 201
        async with asyncio.timeout(5):
            while not any(e.data["message"]["reactions"] for e in feed.named("message")):
                await feed.wait("message", len(feed.named("message")) + 1)
    shown = [e.data["message"] for e in feed.named("message") if e.data["message"]["reactions"]][-1]
    assert shown["id"] == first["id"] and shown["reactions"][0]["emoji"] == "👍"


async def test_a_stream_goes_on_where_the_list_or_the_last_one_ended(office: Office) -> None:
    guest = await office.browser()
    place = await cursor(guest)
    await office.writes(BEN, "between list and stream")
    async with guest.stream(after=place) as feed:
        await feed.wait("message")
        assert texts(feed) == ["between list and stream"]
        await office.writes(BEN, "live")
        await feed.wait("message", 2)
    await office.writes(BEN, "while away")
    async with guest.stream(after=place, last_id=feed.last_id) as again:
        await again.wait("message")
        assert texts(again) == ["while away"]


async def test_nothing_is_lost_under_writers_that_overlap(stack: Stack) -> None:
    """Transactions that commit late, out of order, while streams come and go."""
    office = await office_of(stack)
    guest = await office.browser("readInbox")
    place, heard, written = await cursor(guest), set(), [f"no. {nth}" for nth in range(40)]

    async def write(nth: int, text: str) -> None:
        await asyncio.sleep(nth * 0.03)
        await office.writes(f"1650555{8000 + nth % 7}", text)

    async def hold(nth: int) -> None:
        """A transaction that has its number early and ends late."""
        await asyncio.sleep(nth * 0.11)
        async with stack.rt.pool.transaction() as conn:
            phone = UUID(office.number.id)
            await shared_inbox_changes.note(
                conn, office.client.organization_id, phone, "conversation", [UUID(office.threads[ANA])]
            )
            await asyncio.sleep(0.25)

    writing = asyncio.gather(*(write(*each) for each in enumerate(written)), *(hold(nth) for nth in range(8)))
    async with asyncio.timeout(20):
        while not (writing.done() and heard >= set(written)):
            async with guest.stream(after=place) as feed:
                await asyncio.sleep(0.15)
            heard |= set(texts(feed))
            place = ([event.id for event in feed.got if event.id] or [place])[-1]
            assert not feed.named("resync")
    await writing


async def test_a_cursor_that_is_too_old_or_not_ours_means_loading_anew(office: Office) -> None:
    guest = await office.browser()
    now = int(time.time() * 1000)
    for stale in (cursor_at(1, now - 13 * 3600 * 1000), cursor_at(2**60, now)):
        async with guest.stream(after=stale) as feed:
            [event] = await feed.wait("resync")
            assert event.data == {} and event.id not in (None, stale)
            await office.writes(ANA, "still live")
            await feed.wait("message")
    for wrong in ("x", cursor_at("x", 1), cursor_at(-1, now), cursor_at(1, 2**53), cursor_at(1, now * 2)):
        assert (await guest.get("/events", params={"after": wrong})).status == 400


async def test_more_than_a_stream_shows_means_loading_anew(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = await office.browser()
    place = await cursor(guest)
    async with office.stack.rt.pool.transaction() as conn:
        subjects = [uuid4() for _ in range(shared_inbox_changes.MOST + 1)]
        phone = UUID(office.number.id)
        await shared_inbox_changes.note(conn, office.client.organization_id, phone, "conversation", subjects)
    async with guest.stream(after=place) as feed:
        await feed.wait("resync")


@pytest.mark.parametrize("end", ["revoked", "rotated", "expired", "suspended"])
async def test_an_ended_link_ends_its_streams_within_two_seconds(office: Office, end: str) -> None:
    guest, other = await office.browser(), await office.browser()
    async with guest.stream() as feed, other.stream() as stays:
        began = time.monotonic()
        if end == "revoked":
            await office.client.delete(f"{LINKS}/{guest.link['id']}")
        elif end == "rotated":
            await office.client.post(f"{LINKS}/{guest.link['id']}/rotate")
        elif end == "expired":
            await expire(office.stack, guest)
        else:
            await suspend(office, "now()")
        await feed.end()
        assert time.monotonic() - began < HEARD
        assert feed.got[-1].name == "bye" and feed.got[-1].data == {"reason": end}
        assert end == "suspended" or not stays.ended
    await suspend(office, "null")
    assert (await other.get("/session")).status == 200


async def suspend(office: Office, when: str) -> None:
    async with office.stack.rt.pool.connection() as conn:
        await conn.execute(
            f"update organizations set suspended_at = {when} where id = $1", office.client.organization_id
        )


async def test_narrowing_is_told_and_what_follows_is_masked(office: Office) -> None:
    guest = await office.browser()
    path = f"{LINKS}/{guest.link['id']}"
    async with guest.stream() as feed:
        began = time.monotonic()
        await office.client.patch(path, {"permissions": {"readDetails": False, "sendText": False}, "name": "Narrow"})
        [event] = await feed.wait("session")
        assert time.monotonic() - began < HEARD
        session = event.data["session"]
        assert session["name"] == "Narrow" and session["permissions"]["sendText"] is False
        await office.writes(ANA, "after")
        [heard] = await feed.wait("message")
        assert heard.data["conversation"]["contactPhone"] == "•••• 1234"
        await office.client.patch(path, {"permissions": {"readInbox": False}})
        await feed.end()
        assert [each.name for each in feed.got[-2:]] == ["session", "bye"]
        assert feed.got[-1].data == {"reason": "permission"}
        assert (await guest.get("/events")).status == 403


async def test_signing_out_ends_the_session_and_its_streams(office: Office) -> None:
    guest = await office.browser()
    cookie = guest.cookie
    async with guest.stream() as feed:
        answer = await guest.call("DELETE", "/session")
        assert answer.status == 200 and "Max-Age=0" in answer.headers["Set-Cookie"] and guest.cookie is None
        await feed.end()
        assert feed.got[-1].data == {"reason": "missing"}
    guest.cookie = cookie
    assert (await guest.get("/session")).status == 401


async def test_an_open_stream_keeps_its_session_and_leaves_the_cookie_to_requests(office: Office) -> None:
    guest = await office.browser()
    async with guest.stream() as feed:
        async with office.stack.rt.pool.connection() as conn:
            await conn.execute(
                "update inbox_sessions set expires_at = now() + interval '12 minutes' where link_id = $1",
                guest.link["id"],
            )
        await asyncio.sleep(hub.RECHECK * 1.5)
        assert "Max-Age=900" in (await guest.get("/session")).headers["Set-Cookie"]
        async with office.stack.rt.pool.connection() as conn:
            await conn.execute(
                "update inbox_sessions set expires_at = now() + interval '6 minutes' where link_id = $1",
                guest.link["id"],
            )
            async with asyncio.timeout(5):
                left = 0
                while left < 850:
                    await asyncio.sleep(0.1)
                    left = await conn.fetchval(
                        "select extract(epoch from expires_at - now()) from inbox_sessions where link_id = $1",
                        guest.link["id"],
                    )
        assert not feed.ended


async def test_presence_reaches_the_others_of_the_number_alone(stack: Stack, office: Office) -> None:
    ana, ben, elsewhere = await office.browser(), await office.browser(), await (await office_of(stack)).browser()
    async with ana.stream() as one, ben.stream() as two, elsewhere.stream() as three:
        await asyncio.sleep(0.1)
        here = {"conversationId": office.threads[ANA], "state": "typing"}
        answers = [await ana.post("/presence", body) for body in (here, here)]
        assert [answer.status for answer in answers] == [204, 204]
        await ana.post("/presence", {"conversationId": None, "state": "viewing"})
        told = await two.wait("presence", 2)
        assert [event.data["conversationId"] for event in told] == [office.threads[ANA], None]
        assert told[0].data["state"] == "typing" and told[0].data["who"] == told[1].data["who"]
        assert str(ana.cookie) not in str(told[0].data)
        await ben.post("/presence", {"conversationId": office.threads[BEN], "state": "viewing"})
        await one.wait("presence")
        assert len(one.named("presence")) == 1 and three.named("presence") == []
    bad = await ana.post("/presence", {"conversationId": None, "state": "asleep"})
    assert (bad.status, bad.fields) == (400, ["state"])


async def test_another_process_hears_everything_too(office: Office) -> None:
    """A second gateway over the same database: messages, presence and the end of a link."""
    guest, other = await office.browser(), await office.browser()
    here, dsn = office.stack.rt, office.stack.rt.pool.dsn
    async with opened(here.config, dsn, ("test-key",), 4) as rt:
        far = Hub(rt)
        async with rt.pool.connection() as conn:
            standing = await shared_inbox_sessions.standing(
                conn, [(UUID(guest.link["id"]), shared_inbox_sessions.hashed(str(guest.cookie)))]
            )
        assert isinstance(standing[0], Guest)
        seat = await far.open(standing[0], None)
        told = b""

        async def until(word: bytes) -> None:
            nonlocal told
            async with asyncio.timeout(HEARD + 1):
                while word not in told:
                    told += await seat.stream.next() or b""

        await asyncio.sleep(0.1)
        await office.writes(ANA, "far away")
        await until(b"far away")
        async with asyncio.timeout(5):
            while b"event: presence" not in told:
                body = {"conversationId": office.threads[ANA], "state": "typing"}
                await other.post("/presence", body)
                await asyncio.sleep(0.05)
                told += await seat.stream.next() or b""
        began = time.monotonic()
        await office.client.delete(f"{LINKS}/{guest.link['id']}")
        await until(b'"reason":"revoked"')
        assert time.monotonic() - began < HEARD
        far.close(seat)


async def test_streams_of_one_number_share_a_reader_and_each_session_has_few(office: Office) -> None:
    guest, masked = await office.browser(), await office.browser(*(name for name in ALL if name != "readDetails"))
    streams = [guest.stream() for _ in range(hub.PER_SESSION + 1)]
    feeds = [await each.__aenter__() for each in streams]
    async with masked.stream() as dots:
        await office.writes(ANA, "for all")
        for feed in feeds[1:]:
            await feed.wait("message")
        await dots.wait("message")
        await feeds[0].end()
        assert feeds[0].named("message") == []
    for each in streams:
        await each.__aexit__(None, None, None)


async def test_who_reads_too_slowly_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = sse.Stream("c")
    stream.put([b"x" * 1000])
    assert await stream.next() == b"x" * 1000 and not stream.gone.is_set()
    monkeypatch.setattr(sse, "MOST_FRAMES", 3)
    stream.put([b"x"] * 4)
    assert stream.gone.is_set() and await stream.next() is None
    bulky = sse.Stream("c")
    bulky.put([b"x" * (sse.MOST_BYTES + 1)])
    assert bulky.gone.is_set()


async def test_silence_is_broken_by_a_beat_with_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "BEAT", 0.02)
    stream = sse.Stream("c")
    stream.put([], 7, "further")
    beat = (await stream.next() or b"").decode()
    assert beat.startswith("id: further\nevent: hb\ndata: {") and "serverTime" in beat


async def test_what_was_missed_comes_before_what_is_live_and_not_twice() -> None:
    stream = sse.Stream("")
    stream.put([b"old "], 5, "five")
    stream.put([b"new "], 9, "nine")
    stream.put([b"presence "])
    stream.begin([b"missed "], 7, "seven")
    assert await stream.next() == b"missed new presence " and stream.cursor == "nine"
    later = sse.Stream("")
    later.put([b"old "], 5, "five")
    later.begin([b"missed "], 7, "seven")
    assert (await later.next(), later.cursor) == (b"missed ", "seven")
    assert b"id:" not in sse.Stream.greeting(_waiting())


async def test_behind_what_waited_at_first_the_place_is_named_at_once() -> None:
    stream = sse.Stream("c")
    stream.put([b"presence "])
    assert b"id:" not in stream.greeting()
    assert (await stream.next() or b"").startswith(b"presence id: c\nevent: hb\ndata: {")
    stream.put([b"presence "])
    assert await stream.next() == b"presence "


def _waiting() -> sse.Stream:
    stream = sse.Stream("c")
    stream.put([b"x"])
    return stream


async def test_streams_end_when_the_process_stops(office: Office) -> None:
    guest = await office.browser()
    dsn = office.stack.rt.pool.dsn
    with listening("127.0.0.1", 0) as listener:
        async with opened(office.stack.rt.config, dsn, ("test-key",), 4) as rt, gateway(rt, listener):
            far = replace(office.stack, url=f"http://127.0.0.1:{listener.getsockname()[1]}")
            context = Browser(far, guest.link, guest.cookie).stream()
            feed = await context.__aenter__()
            began = time.monotonic()
    await feed.end()
    assert time.monotonic() - began < HEARD and feed.got[-1].data == {"reason": "restart"}
    await context.__aexit__(None, None, None)
