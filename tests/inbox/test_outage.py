"""The database goes away under open streams: they end or go on, and nothing that was written is lost to them."""

import asyncio
from contextlib import suppress
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from tests.inbox.browser import Browser, Feed
from tests.inbox.conftest import ANA, Office
from tests.outage import away, throw_out
from waypost.domain import shared_inbox_changes
from waypost.inbox import hub, news


async def heard(guest: Browser, feed: Feed, words: set[str]) -> None:
    """Until every word was told, by this stream or by those that follow it where it ended."""
    missing, place = set(words), ""
    async with asyncio.timeout(15):
        while missing:
            with suppress(AssertionError, TimeoutError):
                await feed.wait("message", len(feed.named("message")) + 1, timeout=0.5)
            missing -= {event.data["message"]["content"].get("body") for event in feed.named("message")}
            if feed.ended and missing:
                place = next((event.id for event in reversed(feed.got) if event.id), place)
                async with guest.stream(last_id=place) as again:
                    return await heard(guest, again, missing)


async def test_connections_that_are_thrown_out_cost_a_stream_nothing(office: Office) -> None:
    guest = await office.browser()
    async with guest.stream() as feed:
        await office.writes(ANA, "before")
        await feed.wait("message")
        await throw_out(office.stack.rt.pool.dsn)
        await written(office, "after")
        await heard(guest, feed, {"before", "after"})


async def written(office: Office, text: str) -> None:
    """Meta repeats what was not taken; so does this."""
    async with asyncio.timeout(10):
        while True:
            await office.writes(ANA, text)
            path = f"/v1/phones/{office.number.id}/conversations/{office.threads[ANA]}/messages"
            rows = await office.client.get(path)
            if rows.status == 200 and text in str(rows.body):
                return
            await asyncio.sleep(0.1)


async def test_streams_outlive_a_database_that_is_away_or_end_and_resume(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "BLIND", 1.0)
    monkeypatch.setattr(hub, "RECHECK", 0.2)
    guest = await office.browser()
    async with guest.stream() as feed:
        await office.writes(ANA, "all is well")
        await feed.wait("message")
        async with away(office.stack.rt.pool.dsn):
            await feed.end(8)  # nobody knows any more whether it may still look on
            assert feed.got[-1].data == {"reason": "restart"}
        await written(office, "all is well again")
        place = feed.last_id
        async with asyncio.timeout(10):
            while (await guest.get("/session")).status != 200:
                await asyncio.sleep(0.1)
    async with guest.stream(last_id=place) as again:
        await heard(guest, again, {"all is well again"})


async def test_what_cannot_be_shown_is_skipped_and_what_follows_is_told(office: Office) -> None:
    """An event that cannot be read, and a message that cannot be shown: a line in the log each, and on."""
    rt, organization_id, phone_id = office.stack.rt, office.client.organization_id, UUID(office.number.id)
    guest = await office.browser()
    async with guest.stream() as feed:
        await office.writes(ANA, "soon unreadable")
        [event] = await feed.wait("message")
        id_ = UUID(event.data["message"]["id"])
        with capture_logs() as logged:
            async with rt.pool.transaction() as conn:
                await conn.execute(
                    "update messages set content = '[1]' where organization_id = $1 and id = $2", organization_id, id_
                )
                await shared_inbox_changes.note(conn, organization_id, phone_id, "message", [id_])
                await conn.execute(
                    "insert into events (organization_id, id, type, phone_id, body, created_at)"
                    " values ($1, gen_random_uuid(), 'message.received', $2, 'no json', now())",
                    organization_id,
                    phone_id,
                )
            rt.bell.ring([organization_id])
            thread = (await guest.get(f"/conversations/{office.threads[ANA]}/messages")).data
            assert thread and str(id_) not in {message["id"] for message in thread}
            row = (await guest.get(f"/conversations/{office.threads[ANA]}")).data
            assert (row["lastMessage"]["id"], row["lastMessage"]["preview"]) == (str(id_), None)
            await office.writes(ANA, "and this")
            told = await feed.wait("message", 2)
        assert told[-1].data["message"]["content"] == {"body": "and this"} and not feed.named("resync")
        names = {line["event"] for line in logged}
        assert {"inbox.event_skipped", "inbox.message_skipped", "inbox.preview_skipped"} <= names
        assert "no json" not in str(logged)


async def test_news_that_cannot_be_told_make_the_page_load_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = await office.browser()
    async with guest.stream() as feed:
        with monkeypatch.context() as patch:
            patch.setattr(news, "frame", None)
            await office.writes(ANA, "not told")
            await feed.wait("resync")
        await office.writes(ANA, "told again")
        [event] = await feed.wait("message")
        assert event.data["message"]["content"] == {"body": "told again"}
