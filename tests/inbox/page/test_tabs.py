"""Row F5, and F4 for those that follow: the tabs of a link share one stream, whoever has it and however it is lost."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import Desk, bubble, say, until
from waypost.inbox import hub, sse

#: The page says nothing to the others any more, as if it were frozen.
MUTE = "BroadcastChannel.prototype.postMessage = () => {}"


async def tab(desk: Desk) -> Page:
    """The desk's link in one more tab, at Ana's conversation."""
    page = await desk.page()
    await page.goto(desk.link["publicUrl"].replace("#", f"?c={desk.office.threads[ANA]}#"))
    return page


async def tabs(desk: Desk, count: int) -> list[Page]:
    """The first of them has the stream."""
    await desk.make_link()
    first = await tab(desk)
    await expect(first.get_by_text("Live", exact=True)).to_be_visible()
    pages = [first, *[await tab(desk) for _ in range(count - 1)]]
    for page in pages:
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return pages


@pytest.fixture
def seats(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many streams the gateway has for the desk's link."""
    seen: set[hub.Hub] = set()
    sit = hub.Hub._sit

    def seen_to_sit(self: hub.Hub, reader: hub.Reader, seat: hub.Seat) -> None:
        seen.add(self)
        sit(self, reader, seat)

    monkeypatch.setattr(hub.Hub, "_sit", seen_to_sit)
    return lambda: sum(str(seat.guest.link_id) == desk.link["id"] for each in seen for seat in each._seats)


async def one_stream(seats: Callable[[], int]) -> None:
    async def is_one() -> bool:
        return seats() == 1

    await until(is_one)


async def shows(pages: list[Page], *texts: str) -> None:
    """Every page has these, once and in this order."""
    for page in pages:
        for text in texts:
            await expect(bubble(page, text)).to_have_count(1)
        shown = " ".join(await page.locator("[data-key]").all_inner_texts())
        assert [shown.index(text) for text in texts] == sorted(shown.index(text) for text in texts)


async def test_f5_eight_tabs_share_a_stream_hand_it_over_and_end_together(desk: Desk, seats: Callable[[], int]) -> None:
    desk.forgiven.append("401")
    pages = await tabs(desk, 8)
    await one_stream(seats)
    await desk.write(ANA, "Ana", "to all eight")
    await shows(pages, "to all eight")
    await say(pages[7], "from the eighth")
    await shows(pages, "to all eight", "from the eighth")
    assert seats() == 1
    first, *others = pages
    await desk.write(ANA, "Ana", "before it goes")
    await asyncio.gather(first.close(), desk.write(ANA, "Ana", "as it goes"))
    await desk.write(ANA, "Ana", "after it went")
    await shows(others, "before it goes", "as it goes", "after it went")
    for page in others:
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await one_stream(seats)
    # What the link allows, and that it ends, all hear at once.
    await desk.office.client.patch(f"/v1/shared-inbox-links/{desk.link['id']}", {"name": "Renamed"})
    for page in others:
        await expect(page).to_have_title(re.compile("Renamed"))
    await desk.office.client.delete(f"/v1/shared-inbox-links/{desk.link['id']}")
    for page in others:
        await expect(page.get_by_role("heading", level=1)).to_have_text("This link was turned off")
        await expect(page.locator("body")).not_to_contain_text("Ana")


async def test_f5_others_are_not_told_of_oneself_in_another_tab_but_are_of_somebody_else(
    desk: Desk, seats: Callable[[], int]
) -> None:
    one, two = await tabs(desk, 2)
    await one_stream(seats)
    field = two.get_by_label("Message", exact=True)
    await field.press_sequentially("writing")
    await desk.write(ANA, "Ana", "after the whisper")
    await shows([one, two], "after the whisper")
    words = re.compile("Someone else is")
    for page in (one, two):
        await expect(page.get_by_text(words)).to_have_count(0)
    guest = await desk.office.browser()
    await guest.post("/presence", {"conversationId": desk.office.threads[ANA], "state": "typing"})
    for page in (one, two):
        await expect(page.get_by_text("Someone else is writing here").first).to_be_visible()


async def test_f5_who_opens_the_new_secret_does_not_hear_how_the_old_one_ends(
    desk: Desk, seats: Callable[[], int]
) -> None:
    desk.forgiven.append("401")
    [old] = await tabs(desk, 1)
    desk.link = (await desk.office.client.post(f"/v1/shared-inbox-links/{desk.link['id']}/rotate")).data
    new = await tab(desk)
    await expect(old.get_by_role("heading", level=1)).to_have_text("This link was replaced by a new one")
    await desk.write(ANA, "Ana", "by the new one")
    await shows([new], "by the new one")
    await expect(new.get_by_text("Live", exact=True)).to_be_visible()
    # Nor does another link in the same browser.
    second = desk.link
    [other] = await tabs(desk, 1)
    await desk.office.client.delete(f"/v1/shared-inbox-links/{second['id']}")
    await expect(new.get_by_role("heading", level=1)).to_have_text("This link was turned off")
    await desk.write(ANA, "Ana", "by the other link")
    await shows([other], "by the other link")
    await expect(other.get_by_text("Live", exact=True)).to_be_visible()


async def test_f5_a_browser_without_locks_has_a_stream_in_each_tab(desk: Desk, seats: Callable[[], int]) -> None:
    await desk.context.add_init_script("delete Navigator.prototype.locks")
    pages = await tabs(desk, 2)
    assert seats() == 2
    await desk.write(ANA, "Ana", "to each by itself")
    await shows(pages, "to each by itself")


async def test_f4_a_tab_that_hears_nothing_takes_the_stream_from_one_that_does_not_answer(
    desk: Desk, seats: Callable[[], int]
) -> None:
    await desk.context.clock.install(time=datetime.now(UTC))
    frozen, page = await tabs(desk, 2)
    await one_stream(seats)
    await frozen.evaluate(MUTE)
    await desk.write(ANA, "Ana", "never passed on")
    await expect(bubble(frozen, "never passed on")).to_have_count(1)
    await expect(bubble(page, "never passed on")).to_have_count(0)
    await page.clock.fast_forward(50_000)
    await page.clock.fast_forward(5_000)  # it has asked, and nobody answers
    await expect(bubble(page, "never passed on")).to_have_count(1)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await one_stream(seats)
    # And who lost it follows.
    await desk.write(ANA, "Ana", "from the new owner")
    await shows([page, frozen], "never passed on", "from the new owner")
    for each in (page, frozen):
        await expect(each.get_by_text("Live", exact=True)).to_be_visible()
    await one_stream(seats)


async def test_f4_tabs_whose_stream_died_while_the_machine_slept_have_one_again_and_what_they_missed(
    desk: Desk, seats: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.context.clock.install(time=datetime.now(UTC))
    pages = await tabs(desk, 3)
    await one_stream(seats)
    with monkeypatch.context() as patch:  # what is written to it arrives nowhere
        handed = asyncio.Event()
        patch.setattr(sse.Stream, "put", lambda *_: handed.set())
        await desk.write(ANA, "Ana", "said while all slept")
        await handed.wait()
    await pages[1].clock.fast_forward(60_000)
    await shows(pages, "said while all slept")
    for page in pages:
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await one_stream(seats)


@pytest.mark.parametrize("how", ["crashes", "sleeps"])
async def test_f5_when_the_tab_that_streams_is_gone_without_a_word_another_one_does(
    desk: Desk, seats: Callable[[], int], how: str
) -> None:
    first, *others = await tabs(desk, 3)
    await one_stream(seats)
    devtools = await desk.context.new_cdp_session(first)
    if how == "crashes":
        async with first.expect_event("crash"):
            crashing = asyncio.ensure_future(devtools.send("Page.crash"))  # nobody is left to answer it
        crashing.cancel()
        await first.close()
    else:
        await devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    await desk.write(ANA, "Ana", f"when it {how}")
    await shows(others, f"when it {how}")
    await one_stream(seats)
    if how == "sleeps":
        await devtools.send("Page.setWebLifecycleState", {"state": "active"})
        await shows([first], f"when it {how}")
        await one_stream(seats)
    for page in (*others, *([first] if how == "sleeps" else [])):
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()


async def test_f5_a_tab_that_went_elsewhere_and_back_joins_the_others_again(
    desk: Desk, seats: Callable[[], int]
) -> None:
    first, second = await tabs(desk, 2)
    await one_stream(seats)
    await first.goto("about:blank")
    await desk.write(ANA, "Ana", "while it was away")
    await shows([second], "while it was away")
    await first.go_back()
    await shows([first], "while it was away")
    await expect(first.get_by_text("Live", exact=True)).to_be_visible()
    await one_stream(seats)
    await desk.write(ANA, "Ana", "when it was back")
    await shows([first, second], "when it was back")
