"""Rows F1 and C1, at the seams: what comes while the list or a thread is on its way to the page is shown as well."""

import asyncio
from contextlib import suppress

from playwright.async_api import Page, Route, expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import Desk, bubble, rows


class Held:
    """Answers of the server to one kind of request: asked for at once, given to the page when `given` is set."""

    def __init__(self) -> None:
        self.answered, self.given = asyncio.Event(), asyncio.Event()

    async def __call__(self, route: Route) -> None:
        answer = await route.fetch()
        self.answered.set()
        await self.given.wait()
        await route.fulfill(response=answer)


async def held(page: Page, pattern: str) -> Held:
    made = Held()
    await page.route(pattern, made)
    return made


async def test_f1_a_message_that_overtakes_the_page_of_its_thread_is_shown(desk: Desk) -> None:
    page = await desk.open()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    first = await held(page, "**/messages?*")
    await rows(page).filter(has_text="Ana").click()
    await first.answered.wait()
    await desk.write(ANA, "Ana", "faster than the page")
    await expect(rows(page).first).to_contain_text("faster than the page")
    first.given.set()
    await expect(bubble(page, "faster than the page")).to_be_visible()
    await expect(bubble(page, "faster than the page")).to_have_count(1)


async def test_f1_a_thread_opened_by_its_address_has_no_gap_before_the_stream(desk: Desk) -> None:
    """The list has the place where the stream begins: a thread asked for earlier would miss what lies between."""
    page = await desk.page()
    asked, written = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await written.wait()
        await route.continue_()

    await page.route("**/api/conversations?*", late)
    thread = await held(page, "**/messages?*")
    thread.given.set()
    address, _, secret = (await desk.make_link())["publicUrl"].partition("#")
    await page.goto(f"{address}?c={desk.office.threads[ANA]}#{secret}")
    await asked.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            await thread.answered.wait()
    await desk.write(ANA, "Ana", "between the two")
    written.set()
    await expect(bubble(page, "between the two")).to_be_visible()


async def test_f1_a_thread_that_was_opened_without_a_list_is_brought_up_to_date_with_it(desk: Desk) -> None:
    desk.forgiven.append("500")
    page = await desk.page()
    broken = {"error": {"code": "INTERNAL_ERROR", "message": "Broken."}}
    await page.route("**/api/conversations?*", lambda route: route.fulfill(status=500, json=broken))
    address, _, secret = (await desk.make_link())["publicUrl"].partition("#")
    await page.goto(f"{address}?c={desk.office.threads[ANA]}#{secret}")
    await expect(page.locator("[data-key]").first).to_be_visible()
    await desk.write(ANA, "Ana", "while there was no list")
    await page.unroute("**/api/conversations?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(bubble(page, "while there was no list")).to_be_visible()
