import os
from typing import Any
import pytest
from playwright.async_api import expect
from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import PHONE, Desk, desk_for
from tests.inbox.page.hands import more
from tests.inbox.page.test_media import attach as attach_media, png

OUT = "/tmp/shots"
os.makedirs(OUT, exist_ok=True)

VARIANTS = {"desk": {}, "phone": PHONE, "dark": {"color_scheme": "dark"}, "arphone": {**PHONE, "locale": "ar"}}

@pytest.mark.parametrize("which", VARIANTS)
async def test_shots(chromium, office, which) -> None:
    async with desk_for(chromium, office, **VARIANTS[which]) as desk:
        await desk.write(ANA, "Ana", "Do you deliver?")
        page = await desk.open(thread=ANA)
        n = 0
        async def shot(name):
            await page.wait_for_timeout(150)
            await page.screenshot(path=f"{OUT}/{which}-{name}.png")
        await expect(page.locator("#composer")).to_be_visible()
        await page.locator("form [aria-haspopup=menu]").click()
        await shot("menu")
        async def pick(n):
            if not await page.get_by_role("menu").count():
                await page.locator("form [aria-haspopup=menu]").click()
            await page.get_by_role("menuitem").nth(n).click()
            await expect(page.locator("dialog form")).to_be_visible()
        await pick(3)
        await page.locator("dialog [type=submit]").click()
        await shot("buttons-empty")
        await page.locator("[data-field=header]").fill("Delivery")
        await page.locator("[data-field=body]").fill("Shall we bring it *today*?")
        await page.locator("[data-field='button.1']").fill("Yes, today please, this is too long")
        await page.locator("dialog [data-field=buttons]").click()
        await page.keyboard.type("No")
        await shot("buttons")
        await page.locator("[data-field='button.1']").fill("Yes")
        await page.locator("dialog [type=submit]").click()
        await expect(page.locator("dialog")).to_have_count(0)
        await pick(4)
        await page.locator("[data-field=body]").fill("What would you like?")
        await page.locator("[data-field=buttonText]").fill("See the menu")
        await page.locator("[data-field='section.2.title']").fill("Bread")
        await page.locator("[data-field='row.3.title']").fill("Sourdough")
        await page.locator("[data-field='row.3.description']").fill("Fresh every morning, 800 g")
        await page.locator("dialog [data-field=sections]").click()
        await page.keyboard.type("Cakes")
        await page.locator("[data-field='row.5.title']").fill("Apple")
        await page.locator("dialog [class*=paper] button").click()
        await shot("list")
        await page.locator("dialog [type=submit]").click()
        await expect(page.locator("dialog")).to_have_count(0)
        await pick(5)
        await page.locator("[data-field=body]").fill("Our shop")
        await page.locator("[data-field=buttonText]").fill("Open shop")
        await page.locator("[data-field=url]").fill("http://example.com")
        await page.locator("dialog [type=submit]").click()
        await shot("link")
        await page.locator("[data-field=url]").fill("https://example.com/shop")
        await page.locator("dialog [type=submit]").click()
        await pick(6)
        await page.locator("[data-field=body]").fill("Where shall we deliver?")
        await shot("ask")
        await page.locator("dialog [type=submit]").click()
        await pick(1)
        await page.locator("[data-field=latitude]").fill("-34.6037")
        await page.locator("[data-field=longitude]").fill("-58.3816")
        await page.locator("[data-field=name]").fill("Obelisco")
        await shot("place")
        await page.locator("dialog [type=submit]").click()
        await pick(2)
        await page.locator("[data-field=name]").fill("Zoe Diaz")
        await page.locator("[data-field=phone]").fill("+54 9 11 5555-1234")
        await shot("card")
        await page.locator("dialog [type=submit]").click()
        await expect(page.locator("dialog")).to_have_count(0)
        await page.wait_for_timeout(500)
        await shot("thread")
        last = page.locator("[data-side=inbound]").last
        await last.hover()
        await last.locator("[aria-haspopup=menu]").click()
        await shot("react")
        await page.locator("[role=menu] [role=group] [role=menuitem]").click()
        await shot("react-more")
        await page.keyboard.press("Escape")
        await attach_media(desk, ANA, "image", png(1600, 1200, 90), "image/png", caption="A cake")
        await page.locator("[data-key] button:has(img)").last.click()
        await expect(page.locator("dialog img")).to_be_visible()
        await shot("light")
        await page.keyboard.press("+")
        await page.keyboard.press("+")
        await shot("light-zoomed")
