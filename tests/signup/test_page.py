"""The signup page in a real browser: the whole way, every answer of the gateway, and who the page must work for."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from waypost.signup import pages

from .conftest import FINISH, SUCCESS, Gateway, Visit, answer, connect, grant, heading, shown


async def test_ready_page_names_the_customer_and_enables_the_button(visit: Visit) -> None:
    page = await visit.open()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connect Acme Corp to WhatsApp")
    await expect(page).to_have_title("Connect Acme Corp to WhatsApp")
    await expect(page.get_by_role("button", name="Connect WhatsApp")).to_be_enabled()
    calls = await page.evaluate("sdkCalls")
    assert calls["init"] == {"appId": "1234567890", "version": "v26.0", "autoLogAppEvents": False, "xfbml": False}


async def test_whole_way_to_the_redirect(visit: Visit, gateway: Gateway) -> None:
    target = f"{gateway.base}/app?plan=pro&onboarding_link_id=l1&status=success"
    gateway.answers = [answer("success", "Connected.", target)]
    gateway.delay = 0.3
    page = await connect(visit)
    await heading(page, "Setting things up")
    await heading(page, re.compile(r"Connected\. Returning to 127\.0\.0\.1:\d+…"))
    await expect(page.get_by_role("link", name=re.compile("Go to 127.0.0.1"))).to_have_attribute("href", target)
    await page.wait_for_url(target)
    assert gateway.posted == [{"code": "AQB-1", **FINISH}]


async def test_inline_result(visit: Visit) -> None:
    page = await connect(visit)
    await heading(page, "Connected")
    await expect(shown(page, "+1 555 123 4567 is connected. You can close this page.")).to_be_visible()


async def test_refusal_of_the_gateway(visit: Visit, gateway: Gateway) -> None:
    gateway.answers = [answer("error", "This number belongs to another account <b>here</b>."), SUCCESS]
    page = await connect(visit)
    await heading(page, "That did not work")
    await expect(shown(page, "This number belongs to another account <b>here</b>.")).to_be_visible()
    async with page.expect_popup():
        await page.get_by_role("button", name="Try again").click()


async def test_refusal_with_a_redirect_returns_by_itself(visit: Visit, gateway: Gateway) -> None:
    target = f"{gateway.base}/app?status=error&error=Meta+refused"
    gateway.answers = [answer("error", "Meta refused.", target)]
    await visit.page.clock.install()
    page = await connect(visit)
    await heading(page, "That did not work")
    await expect(page.get_by_role("link", name=re.compile("Return to 127"))).to_have_attribute("href", target)
    await page.clock.fast_forward(8_000)
    await page.wait_for_url(target)


async def test_link_gone_meanwhile(visit: Visit, gateway: Gateway) -> None:
    gateway.answers = [(404, {"error": {"message": "This link was removed.", "code": "NOT_FOUND"}})]
    visit.forgiven = ["404"]
    page = await connect(visit)
    await heading(page, "That did not work")
    await expect(shown(page, "This link was removed.")).to_be_visible()


async def test_failing_server_gets_the_same_code_once_more(visit: Visit, gateway: Gateway) -> None:
    broken = (503, {"error": {"message": "Please try again shortly.", "code": "INTERNAL_ERROR"}})
    gateway.answers = [broken, broken]
    visit.forgiven = ["503"]
    page = await connect(visit)
    await heading(page, "That did not work")
    await page.get_by_role("button", name="Try again").click()
    await heading(page, "That did not work")
    assert gateway.posted == [{"code": "AQB-1", **FINISH}] * 2
    async with page.expect_popup():
        await page.get_by_role("button", name="Try again").click()


@pytest.mark.parametrize("unusable", [None, "https://user@[bad", "javascript:alert(1)", 7])
async def test_redirect_goes_to_web_addresses_only(visit: Visit, gateway: Gateway, unusable: Any) -> None:
    gateway.answers = [answer("success", "Done.", unusable)]
    page = await connect(visit)
    await heading(page, "Connected")
    await expect(page.get_by_role("link")).to_have_count(0)


async def test_dropped_connection_hands_over_the_same_code_again(visit: Visit, gateway: Gateway) -> None:
    visit.forgiven = ["ERR_CONNECTION_RESET"]
    dropped: list[str] = []

    async def drop(route: Route) -> None:
        dropped.append(route.request.post_data or "")
        await route.abort("connectionreset")

    await visit.page.route("**/callback", drop, times=1)
    page = await connect(visit)
    await heading(page, "The connection dropped")
    await page.get_by_role("button", name="Try again").click()
    await heading(page, "Connected")
    assert len(dropped) == 1 and '"AQB-1"' in dropped[0]
    assert gateway.posted == [{"code": "AQB-1", **FINISH}]


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{name} & ‏شركة"]
)
async def test_hostile_name_is_only_text(visit: Visit, gateway: Gateway, name: str) -> None:
    gateway.name = name
    page = await visit.open()
    await expect(page.get_by_role("button", name="Connect WhatsApp")).to_be_enabled()
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"Connect {name} to WhatsApp")
    assert await page.locator("main img").count() == 0


async def test_keyboard_alone(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    await expect(page.get_by_role("button", name="Connect WhatsApp")).to_be_enabled()
    await page.keyboard.press("Tab")
    async with page.expect_popup() as opening:
        await page.keyboard.press("Enter")
    popup = await opening.value
    await popup.close()
    await heading(page, "You closed the window")
    await page.keyboard.press("Tab")
    async with page.expect_popup() as reopening:
        await page.keyboard.press("Space")
    popup = await reopening.value
    await popup.wait_for_load_state()
    await grant(popup)
    await heading(page, "Connected")


async def test_outcome_of_a_form_post(visit: Visit, gateway: Gateway) -> None:
    gateway.flash = pages.Flash("error", "Meta did not accept the code.")
    page = await visit.open()
    await expect(page.get_by_role("alert")).to_have_text("Meta did not accept the code.")
    await expect(page.get_by_role("button", name="Connect WhatsApp")).to_be_enabled()
    gateway.flash = pages.Flash("success", "+1 555 is connected.")
    await visit.open()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connected")
    gateway.flash = None
    await page.goto(f"{gateway.base}/signup/l1?status=error&message=Call+1-800-SCAM")
    await expect(page.get_by_text("SCAM")).to_have_count(0)


@pytest.mark.parametrize("link", ["none", "off", "done"])
async def test_still_pages(visit: Visit, link: str) -> None:
    page = await visit.open(link)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("context_options", [{"viewport": {"width": 320, "height": 568}, "has_touch": True}])
async def test_narrow_phone_never_scrolls_sideways(visit: Visit, gateway: Gateway, context_options: object) -> None:
    gateway.name = "Donaudampfschifffahrtsgesellschaftskapitänswitwenversicherung"
    gateway.answers = [answer("error", "x" * 300)]
    page = await visit.open()
    await fits(page)
    await page.get_by_text("What this allows").click()
    await fits(page)
    popup = await visit.start()
    await fits(page)
    await grant(popup)
    await heading(page, "That did not work")
    await fits(page)


async def fits(page: Page) -> None:
    """Nothing is wider than the window, and what is pressed is at least 24 pixels high."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = await page.evaluate("[...document.querySelectorAll('.button, summary')].map(e => e.offsetHeight)")
    assert all(height >= 24 for height in heights)
