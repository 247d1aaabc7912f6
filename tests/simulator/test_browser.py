"""The SDK and the dialog in a real browser, under the policy of a page on another origin."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from .conftest import APP_ID, CONFIG_ID, Hand

PAGE = """<!doctype html><title>Gateway</title><button id="connect">Connect</button>
<script src="/page.js"></script><script src="{base}/en_US/sdk.js" async crossorigin="anonymous"></script>"""

SCRIPT = """
window.heard = [];
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
window.options = {config_id: %(config)s, response_type: 'code', override_default_response_type: true, extras: {}};
window.fbAsyncInit = () => {
  FB.init({appId: %(app)s, version: 'v25.0'});
  try { FB.login(() => 0, options); } catch (error) { window.early = error.message; }
  document.body.dataset.ready = 'yes';
};
window.addEventListener('message', (event) => {
  if (event.origin !== %(base)s) return;
  try { heard.push(['info', JSON.parse(event.data)]); } catch { /* the SDK's own */ }
});
document.getElementById('connect').addEventListener('click', () =>
  FB.login((response) => heard.push(['login', response]), window.options));
"""


@pytest.fixture
async def page(sim: Hand, chromium: Browser) -> AsyncIterator[Page]:
    """A gateway's signup page on another origin, with the SDK of the simulator ready."""
    base = sim.settings.base_url
    words = {"app": json.dumps(APP_ID), "config": json.dumps(CONFIG_ID), "base": json.dumps(base)}
    policy = f"default-src 'none'; script-src 'self' {base}; connect-src 'self' {base}; frame-src {base}"
    headers = {"Content-Security-Policy": policy, "Cross-Origin-Opener-Policy": "same-origin-allow-popups"}

    async def html(request: web.Request) -> web.Response:
        return web.Response(text=PAGE.format(base=base), content_type="text/html", headers=headers)

    async def script(request: web.Request) -> web.Response:
        return web.Response(text=SCRIPT % words, content_type="text/javascript")

    app = web.Application()
    app.router.add_get("/", html)
    app.router.add_get("/page.js", script)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    context = await chromium.new_context()
    opened = await context.new_page()
    await opened.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await expect(opened.locator("body[data-ready=yes]")).to_be_attached()
    yield opened
    assert await opened.evaluate("violations") == []
    await context.close()
    await runner.cleanup()


async def open_dialog(page: Page) -> Page:
    async with page.expect_popup() as opening:
        await page.click("#connect")
    return await opening.value


async def heard(page: Page, count: int) -> list[Any]:
    """Polled from here: the page's policy forbids the browser side of a wait."""
    async with asyncio.timeout(5):
        while len(found := await page.evaluate("heard")) < count:
            await asyncio.sleep(0.02)
    return list(found)


async def choose(dialog: Page, outcome: str, **fields: str) -> None:
    """The dialog may close under the click."""
    await dialog.click("summary")
    for name, value in fields.items():
        await dialog.select_option(f"[name={name}]", value)
    await dialog.click(f"[data-outcome={outcome}]", no_wait_after=True)


async def test_finishing_tells_the_page_both_things(sim: Hand, page: Page) -> None:
    dialog = await open_dialog(page)
    await expect(dialog.get_by_text("Meta simulator")).to_be_visible()
    await dialog.fill("[name=phone]", "+1 631-555-0123")
    await dialog.click("[data-outcome=finish]", no_wait_after=True)
    info, login = await heard(page, 2)
    assert (info[0], info[1]["type"], info[1]["event"]) == ("info", "WA_EMBEDDED_SIGNUP", "FINISH")
    assert (login[0], login[1]["status"]) == ("login", "connected")
    token = (await sim.exchange(login[1]["authResponse"]["code"])).json["access_token"]
    shown = await sim.graph("GET", info[1]["data"]["phone_number_id"], token)
    assert shown.json["display_phone_number"] == "+1 631-555-0123"
    await asyncio.sleep(0.6)
    assert len(await page.evaluate("heard")) == 2


@pytest.mark.parametrize(("order", "kinds"), [("code,info", ["login", "info"]), ("code", ["login"])])
async def test_the_two_come_in_any_order(page: Page, order: str, kinds: list[str]) -> None:
    dialog = await open_dialog(page)
    await dialog.click("summary")
    await dialog.select_option("[name=order]", order)
    await dialog.click("[data-outcome=finish]", no_wait_after=True)
    assert [kind for kind, _ in await heard(page, len(kinds))] == kinds


@pytest.mark.parametrize(
    ("outcome", "event"), [("cancel", "CANCEL"), ("error", "CANCEL"), ("no_number", "FINISH_ONLY_WABA")]
)
async def test_other_endings(page: Page, outcome: str, event: str) -> None:
    await choose(await open_dialog(page), outcome, step="PERMISSIONS")
    info, login = await heard(page, 2)
    assert info[1]["event"] == event
    assert (login[1]["authResponse"] is None) == (event == "CANCEL")


@pytest.mark.parametrize("by_button", [True, False])
async def test_a_closed_window_is_an_unknown_status(page: Page, by_button: bool) -> None:
    dialog = await open_dialog(page)
    await (choose(dialog, "close") if by_button else dialog.close())
    assert await heard(page, 1) == [["login", {"authResponse": None, "status": "unknown"}]]


async def test_a_mistake_keeps_the_dialog_open(page: Page) -> None:
    dialog = await open_dialog(page)
    await dialog.fill("[name=phone]", "12")
    await dialog.click("[data-outcome=finish]")
    await expect(dialog.get_by_role("alert")).to_contain_text("country code")
    await dialog.fill("[name=phone]", "")
    await dialog.click("[data-outcome=finish]", no_wait_after=True)
    assert len(await heard(page, 2)) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"config_id": ""}, "config_id"),
        ({"response_type": "token"}, "response_type"),
        ({"override_default_response_type": "true"}, "override_default_response_type"),
    ],
)
async def test_a_wrong_login_is_refused_loudly(page: Page, change: dict[str, str], words: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.evaluate("change => Object.assign(window.options, change)", change)
    await page.click("#connect")
    assert len(errors) == 1 and words in errors[0]


async def test_a_login_outside_a_click_is_refused(page: Page) -> None:
    assert "straight from a click" in await page.evaluate("early")


async def test_the_full_page_dialog(sim: Hand, chromium: Browser) -> None:
    context = await chromium.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    back = "http://gateway.invalid/return"
    reached: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def arrive(route: Any) -> None:
        reached.set_result(route.request.url)
        await route.fulfill(body="back")

    await context.route("http://gateway.invalid/**", arrive)
    query = f"client_id={APP_ID}&config_id={CONFIG_ID}&response_type=code&override_default_response_type=true"
    await page.goto(f"{sim.settings.base_url}/v25.0/dialog/oauth?{query}&redirect_uri={back}&state=s1")
    overflow = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert overflow is False
    await page.click("[data-outcome=finish]", no_wait_after=True)
    answer = parse_qs(urlsplit(await asyncio.wait_for(reached, 5)).query)
    assert answer["state"] == ["s1"]
    assert (await sim.exchange(answer["code"][0], redirect_uri=back)).status == 200
    await context.close()
