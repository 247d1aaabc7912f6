"""Rows B2, B3, C1 to C3, C8, C11, C13, H3, I1: what is shown, and where, when something comes in."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.inbox.page.conftest import PHONE, Desk, bubble, row, rows, until

CLARA, LONG = "5491155550001", "5491155550002"
EDGE = "document.querySelector('[aria-label^=\"Messages with\"]').parentElement"


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"type": "image"}, "Photo"),
        ({"type": "location", "location": {"latitude": 1, "longitude": 2}}, "Location"),
        ({"type": "unsupported"}, "Unsupported message"),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Zoe"}}]}, "Contact: Zoe"),
    ],
)
async def test_b2_every_type_has_a_line(desk: Desk, message: Any, line: str) -> None:
    await desk.write("5491155550009", "Types", message=message)
    page = await desk.open()
    await expect(row(page, "Types")).to_contain_text(line)


async def test_b3_search_by_name_and_number_says_how_many_and_escape_clears(desk: Desk) -> None:
    page = await desk.open()
    await expect(row(page, "Ana")).to_be_visible()
    field = page.get_by_role("textbox", name="Search name or number")
    for words in ("bén", "+54 9 11 5555-8642", "8642"):
        await field.fill(words)
        await expect(rows(page)).to_have_count(1)
        await expect(rows(page)).to_contain_text("Ben")
        await expect(page.locator("#say-polite")).to_have_text("1 result")
    await field.press("Escape")
    await expect(row(page, "Ana")).to_be_visible()
    await expect(field).to_have_value("")


async def long_thread(desk: Desk) -> None:
    if LONG in desk.office.threads:
        return
    letter = {"phone_number_id": desk.office.number.meta_id, "from": LONG, "name": "Long", "text": "line", "count": 140}
    await desk.sim("POST", "/messages", letter)
    await desk.write(LONG, "Long", "the last line")


async def test_c1_c2_a_thread_opens_at_the_first_unread_and_earlier_pages_move_nothing(desk: Desk) -> None:
    await long_thread(desk)
    page = await desk.open("readInbox", thread=LONG)
    divider = page.get_by_text("141 new messages")
    await expect(divider).to_be_in_viewport()
    await desk.office.client.post(f"/v1/phones/{desk.office.number.id}/messages/{await newest(desk)}/read", {})
    await page.reload()
    await expect(bubble(page, "the last line")).to_be_in_viewport()
    before = await page.locator("[data-key]").count()
    first = f"(() => {{ {EDGE}.scrollTop = -99999; window.kept = document.querySelector('[data-key]'); }})()"
    await page.evaluate(first)
    top = await page.evaluate("window.kept.getBoundingClientRect().top")
    await until(lambda: more_than(page, before))
    moved = await page.evaluate("window.kept.getBoundingClientRect().top")
    assert abs(moved - top) <= 1


async def newest(desk: Desk) -> str:
    path = f"/v1/phones/{desk.office.number.id}/conversations/{desk.office.threads[LONG]}/messages?limit=1"
    return str((await desk.office.client.get(path)).data[0]["wamid"])


async def more_than(page: Page, count: int) -> bool:
    return await page.locator("[data-key]").count() > count


async def test_c3_while_reading_earlier_messages_nothing_moves(desk: Desk) -> None:
    await long_thread(desk)
    page = await desk.open("readInbox", "markRead", thread=LONG)
    await expect(bubble(page, "the last line").last).to_be_attached()
    await page.evaluate(f"{EDGE}.scrollTop = 0")
    await page.wait_for_timeout(50)
    await page.evaluate(f"{EDGE}.scrollTop = -400")
    await page.wait_for_timeout(50)
    mark = "[...document.querySelectorAll('[data-key]')].find(e => e.getBoundingClientRect().top > 200)"
    top = await page.evaluate(f"(window.mark = {mark}).getBoundingClientRect().top")
    await desk.write(LONG, "Long", "while you read")
    await expect(page.get_by_role("button", name="1 new", exact=True)).to_be_visible()
    assert abs(await page.evaluate("window.mark.getBoundingClientRect().top") - top) <= 1
    await page.get_by_role("button", name="1 new", exact=True).click()
    await expect(bubble(page, "while you read")).to_be_in_viewport()


async def test_c8_text_is_text(desk: Desk) -> None:
    await desk.write(CLARA, "Clara", "<img src=x onerror=alert(1)> *bold*\nhttps://example.com/a")
    page = await desk.open(thread=CLARA)
    shown = bubble(page, "<img src=x onerror=alert(1)>")
    await expect(shown.locator("strong")).to_have_text("bold")
    await expect(shown.get_by_role("link")).to_have_attribute("href", "https://example.com/a")
    await expect(shown.locator("img")).to_have_count(0)


async def test_c11_c13_cards_and_reactions(desk: Desk) -> None:
    wamid = await desk.write(CLARA, "Clara", "Shall we meet?")
    await desk.write(CLARA, "Clara", message={"type": "reaction", "reaction": {"message_id": wamid, "emoji": "❤️"}})
    await desk.write(CLARA, "Clara", message={"type": "a_type_of_tomorrow", "a_type_of_tomorrow": {"x": 1}})
    page = await desk.open(thread=CLARA)
    await expect(bubble(page, "Shall we meet?").get_by_role("img")).to_have_text("❤️")
    await expect(bubble(page, "Unsupported message").last).to_contain_text("Look in the WhatsApp app.")
    await desk.write(CLARA, "Clara", message={"type": "reaction", "reaction": {"message_id": wamid, "emoji": ""}})
    await expect(bubble(page, "Shall we meet?").get_by_role("img")).to_have_count(0)


class TestPhone:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {**PHONE, "locale": "ar"}

    async def test_h3_i1_one_pane_right_to_left_and_back(self, desk: Desk) -> None:
        page = await desk.open()
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        await page.locator("[data-row]").filter(has_text="Ana").click()
        await expect(page.locator("[data-key]").first).to_be_visible()
        await expect(page.locator("[data-row]").first).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.go_back()
        await expect(page.locator("[data-row]").first).to_be_visible()
