"""/docs in a browser against the real stack: search, shapes, copying, trying a call, both schemes, narrow and wide."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.reference.conftest import Reader, Tenant
from tests.stack import Stack
from waypost.api.reference import pages
from waypost.api.reference.dictionary import operation_id
from waypost.api.routes import ROUTES
from waypost.events import EVENT_TYPES

NARROW = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
#: What a quick audit finds: controls without a name, repeated ids, headings that skip a level, contrast below 4.5.
AUDIT = """() => {
  const found = [];
  const named = e => e.labels?.length || e.ariaLabel || e.textContent.trim() || e.getAttribute('aria-labelledby');
  for (const e of document.querySelectorAll('a, button, input, select, textarea, summary'))
    if (!named(e)) found.push('no name: ' + e.outerHTML.slice(0, 80));
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push('twice: ' + id);
  let level = 1;
  for (const h of document.querySelectorAll('main :is(h1,h2,h3,h4)')) {
    if (+h.tagName[1] > level + 1) found.push('skips a level: ' + h.textContent);
    level = +h.tagName[1];
  }
  const rgb = c => (c.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = rgb(c).map(linear);
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (rgb(c)[3] !== 0) return c; } return 'rgb(255,255,255)'; };
  const seen = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility()) continue;
    const colour = getComputedStyle(e).color, ground = behind(e), pair = colour + ground;
    if (seen.has(pair) || e.matches('noscript, script, .unseen')) continue;
    seen.add(pair);
    const [a, b] = [light(colour), light(ground)].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) found.push('contrast: ' + e.className + ' ' + e.textContent.slice(0, 30) + pair);
  }
  return found;
}"""


def operation(page: Page, id_: str) -> Any:
    return page.locator(f'[id="{id_}"]')


async def sent(page: Page, id_: str, **values: str) -> Any:
    """Opens a call's form, fills it, sends it; the section."""
    section = operation(page, id_)
    await section.locator(".try > summary").click()
    for name, value in values.items():
        await section.locator(f'form input[name="{name}"]').fill(value)
    await section.get_by_role("button", name="Send request").click()
    return section


async def test_every_call_and_event_is_there(reader: Reader) -> None:
    page = await reader.open()
    ids = await page.locator(".operation").evaluate_all("all => all.map(each => each.id)")
    assert sorted(ids) == sorted(
        [operation_id(route) for route in ROUTES] + [f"webhook.{event}" for event in EVENT_TYPES]
    )
    links = await page.locator("#nav a").evaluate_all("all => all.map(each => each.getAttribute('href').slice(1))")
    assert links == ids
    await expect(page.get_by_role("heading", level=1)).to_have_text("API reference")


@pytest.mark.parametrize(
    "context_options", [{}, {"color_scheme": "dark"}, NARROW, {**NARROW, "color_scheme": "dark"}], ids=str
)
async def test_it_fits_and_can_be_read(reader: Reader, context_options: dict[str, Any]) -> None:
    page = await reader.open()
    send = operation(page, "messages.send")
    await send.locator(".try > summary").click()
    for name in ('type: "template"', 'type: "interactive"'):
        await send.get_by_text(name, exact=True).click()
    await send.get_by_text("Fields of parameters").click()
    await send.locator(".answer > summary").nth(1).click()
    width, room = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= room
    assert await page.evaluate(AUDIT) == []


async def test_search_narrows_the_calls(reader: Reader) -> None:
    page = await reader.open()
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("mark READ")
    await expect(page.locator("#nav a:visible")).to_have_count(1)
    await expect(page.get_by_role("status").first).to_have_text("1 match")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{reader.base}/docs#messages.mark_read")
    await page.get_by_role("searchbox").fill("nothing like this")
    await expect(page.get_by_role("status").first).to_have_text("Nothing matches “nothing like this”.")
    await page.get_by_role("searchbox").press("Escape")
    await expect(page.locator("#nav a:visible")).to_have_count(len(ROUTES) + len(EVENT_TYPES))


@pytest.mark.parametrize("context_options", [NARROW])
async def test_on_a_phone_the_calls_are_behind_a_button(reader: Reader) -> None:
    page = await reader.open()
    await expect(page.locator("#nav")).to_be_hidden()
    button = page.get_by_role("button", name="Calls")
    await button.click()
    await expect(button).to_have_attribute("aria-expanded", "true")
    await page.locator("#nav").get_by_role("link", name="Send a message").click()
    await expect(page.locator("#nav")).to_be_hidden()
    await expect(operation(page, "messages.send").get_by_role("heading", level=3)).to_be_in_viewport()


async def test_shapes_open_down_to_the_limits(reader: Reader) -> None:
    page = await reader.open()
    send = operation(page, "messages.send")
    await send.get_by_text('type: "interactive"', exact=True).click()
    await send.get_by_text('interactiveType: "button"', exact=True).click()
    await send.get_by_text("Fields of buttons").click()
    await expect(send.get_by_text("1 to 20 characters")).to_be_visible()


async def test_a_message_is_sent_from_the_page(reader: Reader, tenant: Tenant, stack: Stack) -> None:
    page = await reader.open()
    section = await sent(page, "messages.send", phoneId=tenant.number.id)
    await expect(section.locator(".state")).to_have_text("Type an API key at the top of the page first.")
    await expect(page.get_by_label("API key", exact=True)).to_be_focused()
    await page.get_by_label("API key", exact=True).fill(tenant.client.key)
    await section.get_by_label("Example").select_option("Reply to a message")
    await section.get_by_label("Example").select_option("Text")
    await section.get_by_role("button", name="Send request").click()
    await expect(section.locator(".state")).to_contain_text("200 OK")
    answer = json.loads(await section.get_by_role("region", name="Answer", exact=True).inner_text())
    told = await tenant.client.get(f"/v1/phones/{tenant.number.id}/messages/{answer['data']['messageId']}")
    assert told.data["content"] == {"body": "Hello!"} and told.data["wamid"] == answer["data"]["wamid"]
    line = await section.get_by_role("region", name="curl").inner_text()
    assert f"/v1/phones/{tenant.number.id}/messages" in line and tenant.client.key not in line


async def test_refusals_are_shown_and_ids_are_shared(reader: Reader, tenant: Tenant) -> None:
    reader.forgiven = ["400", "401"]
    page = await reader.open()
    await page.get_by_label("API key", exact=True).fill("wp_wrong")
    section = await sent(page, "phones.show_health", phoneId=tenant.number.id)
    await expect(section.locator(".state")).to_contain_text("401")
    await page.get_by_label("API key", exact=True).fill(tenant.client.key)
    section = await sent(page, "conversations.listed", limit="1000")
    await expect(section.locator(".state")).to_contain_text("400")
    await expect(section.locator(".attempt")).to_contain_text("must be a whole number from 1 to 100")


async def test_a_file_goes_up_and_comes_down(reader: Reader, tenant: Tenant) -> None:
    page = await reader.open()
    await page.get_by_label("API key", exact=True).fill(tenant.client.key)
    upload = operation(page, "media.upload")
    await upload.locator(".try > summary").click()
    await upload.locator('input[name="phoneId"]').fill(tenant.number.id)
    await upload.locator('input[type="file"]').set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 small"}
    )
    await upload.get_by_role("button", name="Send request").click()
    await expect(upload.locator(".state")).to_contain_text("200")
    answer = upload.get_by_role("region", name="Answer", exact=True)
    await expect(answer).to_contain_text('"id"')
    id_ = json.loads(await answer.inner_text())["data"]["id"]
    down = await sent(page, "media.download", mediaId=id_)
    await expect(down.get_by_role("link", name="Save the file (14 bytes, application/pdf)")).to_be_visible()


async def test_the_key_is_kept_nowhere(reader: Reader, tenant: Tenant) -> None:
    page = await reader.open()
    await page.get_by_label("API key", exact=True).fill(tenant.client.key)
    kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])")
    assert tenant.client.key not in kept
    await page.reload()
    await expect(page.get_by_label("API key", exact=True)).to_have_value("")


async def test_it_says_so_when_the_description_cannot_be_loaded(reader: Reader) -> None:
    reader.forgiven = ["500"]
    await reader.page.route("**/openapi.json", lambda route: route.fulfill(status=500))
    await reader.page.goto(f"{reader.base}/docs")
    await expect(reader.page.get_by_role("alert")).to_contain_text("500")
    await reader.page.unroute("**/openapi.json")
    await reader.page.get_by_role("button", name="Load again").click()
    await expect(reader.page.get_by_role("heading", name="Send a message")).to_be_visible()


async def test_its_policy_is_strict(stack: Stack) -> None:
    async with stack.session.get(f"{stack.url}/docs") as answer:
        told = answer.headers["Content-Security-Policy"]
        assert answer.headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
        html = await answer.text()
    assert told == pages.POLICY and "unsafe" not in told and "http" not in told
    assert "style=" not in html and "onclick" not in html and "<script>" not in html
