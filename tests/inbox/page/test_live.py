"""Rows C4, C7, D1, F1 to F4, F6: what happens while the page is open and its connection, clock or machine is not."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.inbox.conftest import ANA, BEN
from tests.inbox.page.conftest import Desk, bubble, row, rows, say, until
from waypost.domain import shared_inbox_changes
from waypost.inbox import hub, sse

HUGO, IDA = "5491155570001", "5491155570002"
RANK = ["pending", "sent", "delivered", "read"]


async def live(page: Page) -> Page:
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page


async def send(desk: Desk, to: str, text: str) -> Any:
    """The organization's own server sends."""
    body = {"type": "text", "to": to, "text": text}
    answer = await desk.office.client.post(f"/v1/phones/{desk.office.number.id}/messages", body)
    assert answer.status == 200, answer.body
    return answer.data


async def test_f1_messages_conversations_statuses_and_reactions_are_told_not_looked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How soon is measured by `python -m bench --only page`."""
    monkeypatch.setattr(hub, "POLL", 60.0)  # so that only the bell can bring it
    page = await live(await desk.open(thread=ANA))
    wamid = await desk.write(ANA, "Ana", "Are you there?")
    await expect(bubble(page, "Are you there?")).to_be_visible()
    await desk.write(HUGO, "Hugo", "My first word")
    await expect(rows(page).first).to_contain_text("My first word")
    reaction = {"type": "reaction", "reaction": {"message_id": wamid, "emoji": "👍"}}
    await desk.write(ANA, "Ana", message=reaction)
    await expect(bubble(page, "Are you there?").get_by_role("img")).to_have_text("👍")
    await send(desk, ANA, "From the shop's own system")
    shown = bubble(page, "From the shop's own system")
    await expect(shown).to_be_visible()
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()


async def test_c4_ticks_of_statuses_that_come_in_the_wrong_order_only_move_forward(desk: Desk) -> None:
    await desk.sim("POST", "/faults", {"statuses": {"order": ["read", "delivered", "sent"]}})
    page = await live(await desk.open(thread=ANA))
    await page.evaluate(SEEN, "The wrong way round")
    shown = await say(page, "The wrong way round")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await until_idle(page)
    seen = [RANK.index(status) for status in await page.evaluate("seen") if status]
    assert seen and seen == sorted(seen) and seen[-1] == RANK.index("read")
    await expect(row(page, "Ana").get_by_text("Read", exact=True)).to_be_attached()


#: Keeps every status that the bubble with these words has shown.
SEEN = """words => {
  window.seen = [];
  const note = () => {
    const bubble = [...document.querySelectorAll("[data-key]")].find(each => each.textContent.includes(words));
    seen.push(bubble?.querySelector("[data-status]")?.dataset.status);
  };
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


async def until_idle(page: Page) -> None:
    """Once the page has drawn what it has heard."""
    await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def test_c4_an_event_of_the_past_takes_nothing_back(desk: Desk) -> None:
    """Whatever order a stream has: here one that is made up."""
    sent = await send(desk, BEN, "Long since read")
    path = f"/v1/phones/{desk.office.number.id}/messages/{sent['messageId']}"

    async def is_read() -> bool:
        return bool((await desk.office.client.get(path)).data["status"] == "read")

    await until(is_read)
    names = {"conversationId": desk.office.threads[BEN], "messageId": sent["messageId"], "statusTimestamps": {}}
    past = [{**names, "status": status, "error": None} for status in ("sent", "delivered", "pending")]
    body = "".join(f"event: status\ndata: {json.dumps(each)}\n\n" for each in past)
    heard = asyncio.Event()

    async def made_up(route: Route) -> None:
        await route.fulfill(content_type="text/event-stream", body="retry: 60000\n" + body)
        heard.set()

    await desk.context.route("**/api/events*", made_up)
    page = await desk.open(thread=BEN)
    await expect(bubble(page, "Long since read").get_by_text("Read", exact=True)).to_be_attached()
    await heard.wait()
    await expect(page.get_by_text("Reconnecting", exact=False).first).to_be_visible()  # it was read to its end
    await expect(bubble(page, "Long since read").get_by_text("Read", exact=True)).to_be_attached()
    await expect(row(page, "Ben").get_by_text("Read", exact=True)).to_be_attached()


@asynccontextmanager
async def held(page: Page, arrives: bool) -> AsyncIterator[asyncio.Event]:
    """Messages do not get past the network; whether the server gets them, its answer never does. Set once one waits."""
    waits = asyncio.Event()

    async def hold(route: Route) -> None:
        if arrives:
            await route.fetch()
        waits.set()

    await page.route("**/api/messages", hold)
    yield waits
    await page.unroute("**/api/messages")


@pytest.mark.parametrize("arrives", [False, True], ids=["never arrived", "answer lost"])
async def test_c7_a_message_is_shown_at_once_and_outlives_a_reload_once(desk: Desk, arrives: bool) -> None:
    text = f"Shown before anybody answers, {arrives}"
    page = await live(await desk.open(thread=ANA))
    field = page.get_by_label("Message", exact=True)
    await expect(field).to_be_focused()
    async with held(page, arrives) as waits:
        await field.fill(text)
        await field.press("Enter")
        await expect(bubble(page, text)).to_be_visible()
        await expect(field).to_have_value("")
        await expect(field).to_be_focused()
        if not arrives:
            await expect(bubble(page, text).get_by_text("Sending", exact=True)).to_be_attached()
        await expect(row(page, "Ana")).to_contain_text(text)
        await waits.wait()
    await page.reload()
    shown = bubble(page, text)
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await until(lambda: nothing_waits(page))
    await expect(shown).to_have_count(1)
    assert str(await desk.sim("GET", "/sent")).count(text) == 1


async def nothing_waits(page: Page) -> bool:
    return bool(await page.evaluate("sessionStorage.length") == 0)


async def tell_of(desk: Desk, who: str, left: timedelta) -> None:
    """So much is left of the conversation's window, and the open pages hear of it."""
    rt, organization_id, id_ = desk.office.stack.rt, desk.office.client.organization_id, UUID(desk.office.threads[who])
    async with rt.pool.transaction() as conn:
        await conn.execute(
            "update conversations set last_inbound_at = now() - interval '24 hours' + $3::interval"
            " where organization_id = $1 and id = $2",
            organization_id,
            id_,
            left,
        )
        await shared_inbox_changes.note(conn, organization_id, UUID(desk.office.number.id), "conversation", [id_])
    rt.bell.ring([organization_id])


async def skewed(desk: Desk, hours: int) -> Page:
    """A page at Ben's conversation, in a browser whose clock is wrong."""
    page = await desk.page()
    await page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
    link = await desk.make_link()
    await page.goto(link["publicUrl"].replace("#", f"?c={desk.office.threads[BEN]}#"))
    return await live(page)


SOON = timedelta(seconds=1)
CHIP = "[data-wide] > [data-level]"


async def test_d1_the_countdown_changes_its_tone_at_four_hours_and_at_one(desk: Desk) -> None:
    page = await skewed(desk, 1)
    chip = page.locator(CHIP)
    for hours, before, after in ((4, "calm", "soon"), (1, "soon", "last")):
        await tell_of(desk, BEN, timedelta(hours=hours, minutes=5))
        await expect(chip).to_have_text(f"{hours} h 5 min left")
        await expect(chip).to_have_attribute("data-level", before)
        await tell_of(desk, BEN, timedelta(hours=hours) + SOON)
        await expect(chip).to_have_attribute("data-level", after)


async def test_d1_the_window_closes_in_server_time_and_a_message_opens_it_again(desk: Desk) -> None:
    page = await skewed(desk, -1)
    await tell_of(desk, BEN, timedelta(minutes=5))
    await expect(page.locator(CHIP)).to_have_text("5 min left")
    await expect(page.get_by_label("Message", exact=True)).to_be_visible()
    await tell_of(desk, BEN, SOON)
    await expect(page.locator(CHIP)).to_have_attribute("data-level", "closed")
    await expect(page.get_by_role("button", name="Choose a template")).to_be_visible()
    await expect(page.get_by_label("Message", exact=True)).to_have_count(0)
    await desk.write(BEN, "Ben", "Still there?")
    await expect(page.get_by_label("Message", exact=True)).to_be_visible()


@asynccontextmanager
async def outage() -> AsyncIterator[None]:
    """The gateway drops every stream, and takes none until the block ends."""

    async def drop(streams: hub.Hub) -> None:
        for seat in list(streams._seats):
            seat.stream.cut()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub.Hub, "recheck", drop)
        patch.setattr(hub, "PER_PROCESS", 0)
        yield


def lines(page: Page, words: str) -> Locator:
    return page.locator("[data-key]").filter(has_text=re.compile(words))


@pytest.mark.parametrize("how", ["away", "refused", "beyond"])
async def test_f2_after_a_minute_without_a_stream_all_that_came_is_there_once_and_in_order(
    desk: Desk, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is not to be reached, takes no streams, or has more that was missed than it tells one by one."""
    desk.forgiven += ["503", "ERR_"]
    monkeypatch.setattr(hub, "RECHECK", 0.2)
    page = await desk.page()
    await page.clock.install(time=datetime.now(UTC))
    link = await desk.make_link()
    await page.goto(link["publicUrl"].replace("#", f"?c={desk.office.threads[ANA]}#"))
    await live(page)
    await page.evaluate("window.same = true")
    loaded = lists(desk)
    expected = [f"missed, {how} {nth}" for nth in range(5)]
    async with outage():
        if how != "refused":
            await page.route("**/api/**", lambda route: route.abort())
        await expect(page.get_by_text("Reconnecting… What you write")).to_be_visible()
        for text in expected:
            await desk.write(ANA, "Ana", text)
            await page.clock.fast_forward(12_000)
        await expect(page.get_by_text("Reconnecting… What you write")).to_be_visible()
        if how == "away":  # one more try that fails: by itself the page makes the next after ten seconds at least
            await hurried(page, until_failed(page))
        if how != "refused":
            loaded = lists(desk)
            await expect(lines(page, f"missed, {how}")).to_have_count(0)
            await page.unroute_all()
        if how == "beyond":
            monkeypatch.setattr(shared_inbox_changes, "MOST", 3)
    if how == "away":
        await page.get_by_role("button", name="Try now").click()
    else:
        await hurried(page, lines(page, rf"missed, {how} \d").nth(4).wait_for())
    await expect(lines(page, rf"missed, {how} \d")).to_have_count(5)
    await live(page)
    await expect(page.get_by_text("Reconnecting…")).to_have_count(0)
    assert await told(page, rf"missed, {how} \d") == expected
    await expect(rows(page).first).to_contain_text(expected[-1])
    assert (lists(desk) > loaded) is (how != "away")
    await desk.write(ANA, "Ana", f"after it, {how}")
    await expect(bubble(page, f"after it, {how}")).to_have_count(1)
    assert await page.evaluate("window.same") is True


async def hurried(page: Page, work: Coroutine[Any, Any, None]) -> None:
    """Time flies until this is done: a try that is under way sets the clock for the next one only when it ends."""
    waited = asyncio.create_task(work)
    while not waited.done():
        await page.clock.fast_forward(20_000)
        await asyncio.wait([waited], timeout=2)
    await waited


async def until_failed(page: Page) -> None:
    async with page.expect_event("requestfailed", lambda request: "/events?" in request.url):
        pass


def lists(desk: Desk) -> int:
    return len([url for url in desk.asked if "/api/conversations?" in url])


async def told(page: Page, words: str) -> list[str]:
    """The words that fit, bubble by bubble."""
    return [found[0] for text in await lines(page, words).all_inner_texts() if (found := re.search(words, text))]


async def test_f3_what_is_written_offline_goes_out_once_and_in_order(desk: Desk) -> None:
    desk.forgiven += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    page = await live(await desk.open(thread=ANA))
    await desk.context.set_offline(True)
    texts = [f"written offline {nth}" for nth in range(3)]
    for text in texts:
        await say(page, text)
    await expect(page.get_by_text("Sending", exact=True)).to_have_count(4)  # three bubbles and the row
    await expect(page.get_by_text("3 messages wait")).to_be_visible()
    await desk.context.set_offline(False)
    for text in texts:
        await expect(bubble(page, text).get_by_text("Read", exact=True)).to_be_attached()
    assert await told(page, r"written offline \d") == texts
    sent = re.findall(r"written offline \d", str(await desk.sim("GET", "/sent")))
    assert sorted(sent) == texts
    assert sent in (texts, texts[::-1])  # the simulator may tell the newest first


@pytest.mark.parametrize("event", ["visibilitychange", "pageshow", "online"])
async def test_f4_a_stream_that_slept_is_opened_again_and_what_it_missed_is_shown(
    desk: Desk, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await desk.page()
    began = datetime.now(UTC)
    await page.clock.install(time=began)
    link = await desk.make_link()
    await page.goto(link["publicUrl"].replace("#", f"?c={desk.office.threads[ANA]}#"))
    await live(page)
    await page.clock.pause_at(began + timedelta(minutes=1))
    await live(page)
    await expect(bubble(page, "Hi!").first).to_be_attached()
    missed = f"said while it slept, {event}"
    with monkeypatch.context() as patch:  # a connection that died without a word: what is written to it arrives nowhere
        patch.setattr(sse.Stream, "put", lambda *_: None)
        await desk.write(ANA, "Ana", missed)
        await asyncio.sleep(0.3)  # until the reader has handed it out
    target = "document" if event == "visibilitychange" else "window"
    opened = streams(desk)
    await page.clock.set_system_time(began + timedelta(minutes=1, seconds=30))
    await page.evaluate(f"{target}.dispatchEvent(new Event('{event}'))")
    await page.evaluate("1")
    assert streams(desk) == opened, "a stream of half a minute was thrown away"
    await page.clock.set_system_time(began + timedelta(minutes=1, seconds=50))
    await page.evaluate(f"{target}.dispatchEvent(new Event('{event}'))")
    await expect(bubble(page, missed)).to_have_count(1)
    assert streams(desk) == opened + 1


def streams(desk: Desk) -> int:
    return len([url for url in desk.asked if "/api/events" in url])


async def test_f6_who_was_overtaken_is_asked_before_a_second_answer_goes_out(desk: Desk) -> None:
    page = await live(await desk.open(thread=ANA))
    field = page.get_by_label("Message", exact=True)
    await field.press_sequentially("A second ans")
    await asyncio.sleep(1.0 - time.time() % 1.0)  # Meta's times are whole seconds
    await send(desk, ANA, "Somebody was faster")
    await expect(bubble(page, "Somebody was faster")).to_be_visible()
    await field.press_sequentially("wer")
    await field.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Someone else has answered meanwhile.")).to_be_visible()
    await expect(field).to_have_value("A second answer")
    await field.press("Enter")
    await expect(bubble(page, "A second answer").get_by_text("Read", exact=True)).to_be_attached()
    await expect(page.get_by_text("Someone else has answered meanwhile.")).to_have_count(0)
