"""Rows H1, H2, H3 and I1: light and dark, four languages, both directions, and the page of a phone."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import PHONE, Desk, bubble, row, rows
from tests.inbox.page.looks import OUTSIDE

MIXED = "تست and English"
AHMAD, SOFIA = "5491155590001", "5491155590002"
#: Where the words of a text node stand, from the left.
PLACES = """(e, words) => {
  const all = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  for (let node; node = all.nextNode();) if (words.every(word => node.data.includes(word))) {
    return words.map(word => {
      const range = document.createRange();
      range.setStart(node, node.data.indexOf(word));
      range.setEnd(node, node.data.indexOf(word) + word.length);
      return range.getBoundingClientRect().left;
    });
  }
}"""


async def background(page: Page) -> str:
    return str(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


async def test_h1_dark_follows_the_system_and_a_choice_is_kept(desk: Desk) -> None:
    page = await desk.open()
    await expect(row(page, "Ana")).to_be_visible()
    looks = {}
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        looks[scheme] = await background(page)
    assert looks["light"] != looks["dark"]
    await page.emulate_media(color_scheme="light")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("radio", name="Dark").check()
    assert await background(page) == looks["dark"]
    await page.reload()
    await expect(row(page, "Ana")).to_be_visible()
    assert await background(page) == looks["dark"]
    await page.emulate_media(color_scheme="dark")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("radio", name="Light").check()
    assert await background(page) == looks["light"]
    await page.get_by_role("radio", name="System").check()
    assert await background(page) == looks["dark"]


async def test_h2_four_languages_with_their_own_plurals(desk: Desk) -> None:
    await desk.write(SOFIA, "Sofia", "1")
    page = await desk.open("readInbox")
    sofia = page.locator("[data-row]").filter(has_text="Sofia")
    told: dict[int, tuple[str, ...]] = {
        1: ("1 unread message", "1 mensaje sin leer", "1 mensagem não lida", "رسالة واحدة غير مقروءة"),
        2: ("2 unread messages", "2 mensajes sin leer", "2 mensagens não lidas", "رسالتان غير مقروءتين"),
        3: ("3 unread messages", "3 mensajes sin leer", "3 mensagens não lidas", "3 رسائل غير مقروءة"),
    }
    await expect(sofia).to_be_visible()
    await page.locator("section:has(#search) header button").last.click()
    choice = page.locator("dialog select")
    for count, words in told.items():
        for code, text in zip(("en", "es", "pt-BR", "ar"), words, strict=True):
            await choice.select_option(code)
            await expect(page.locator("html")).to_have_attribute("lang", code)
            await expect(page.locator("html")).to_have_attribute("dir", "rtl" if code == "ar" else "ltr")
            await expect(sofia).to_contain_text(text)
        if count < 3:
            await desk.write(SOFIA, "Sofia", str(count + 1))
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "ar")
    await expect(page).to_have_title(re.compile("صندوق الوارد"))


async def centre(shown: Locator) -> float:
    box = await shown.bounding_box()
    assert box
    return box["x"] + box["width"] / 2


async def test_h3_right_to_left_mirrors_the_page_and_each_text_keeps_its_order(desk: Desk) -> None:
    await desk.write(AHMAD, "أحمد علي", MIXED)
    await desk.office.client.post(
        f"/v1/phones/{desk.office.number.id}/messages", {"to": AHMAD, "type": "text", "text": "and *English* تست"}
    )
    await desk.write(AHMAD, "أحمد علي", MIXED)
    page = await desk.open(thread=AHMAD)
    for language, mirrored in (("en", False), ("ar", True)):
        await page.evaluate("to => localStorage.setItem('waypost.inbox.language', JSON.stringify(to))", language)
        await page.reload()
        await expect(page.locator("html")).to_have_attribute("dir", "rtl" if mirrored else "ltr")
        thread = page.locator("ol")
        theirs = thread.locator("[data-side=inbound] > div").last
        await expect(theirs).to_be_visible()
        ours = thread.locator("[data-side=outbound] > div").last
        assert (await centre(page.locator("#search")) > await centre(thread)) is mirrored
        assert (await centre(theirs) > await centre(ours)) is mirrored
        # The Arabic word comes first, so it stands on the right, whichever way the page runs; in the list too.
        for place in (theirs, page.locator("[data-row]").filter(has_text=MIXED)):
            first, second = await place.evaluate(PLACES, ["تست", "English"])
            assert first > second
        # A name that runs the other way begins where all names begin.
        starts = [await edge(each, mirrored) for each in await page.locator("[data-row] span:has(+ time) bdi").all()]
        assert len(starts) > 2 and max(starts) - min(starts) <= 1
        for field in ("#search", "#composer"):
            await expect(page.locator(field)).to_have_css("direction", "rtl" if mirrored else "ltr")
    await page.locator("#composer").fill("x")
    await expect(page.locator("#composer")).to_have_css("direction", "ltr")
    flipped = await page.locator("form [type=submit] svg").evaluate("e => getComputedStyle(e).transform")
    assert flipped.startswith("matrix(-1")


async def edge(shown: Locator, mirrored: bool) -> float:
    box = await shown.bounding_box()
    assert box
    return box["x"] + (box["width"] if mirrored else 0)


class TestPhone:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return PHONE

    async def test_i1_one_pane_with_two_ways_back_and_the_composer_in_sight(self, desk: Desk) -> None:
        await desk.write(ANA, "Ana", "A word that is long: " + "x" * 200)
        page = await desk.open()
        for width, height in ((390, 844), (360, 640)):
            await page.set_viewport_size({"width": width, "height": height})
            await expect(rows(page).first).to_be_visible()
            assert await page.evaluate(OUTSIDE) == []
            one = row(page, "Ana").get_by_role("button")
            for back in ("button", "browser"):
                await one.tap()
                await expect(bubble(page, "A word that is long").last).to_be_in_viewport()
                await expect(page.locator("[data-row]").first).to_be_hidden()
                await expect(page.get_by_label("Message", exact=True)).to_be_in_viewport(ratio=1)
                await expect(page.locator("#thread-title")).to_be_focused()
                assert await page.evaluate(OUTSIDE) == []
                if back == "button":
                    await page.get_by_role("button", name="Back").tap()
                else:
                    await page.go_back()
                await expect(one).to_be_focused()
                await expect(page.locator("ol")).to_have_count(0)
