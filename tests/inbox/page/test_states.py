"""Rows A3, J1 and J2: what the page says where nothing is to be shown or something went wrong, and the way on."""

import re
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from tests.inbox.conftest import ANA, Office
from tests.inbox.page.conftest import ALL, Desk, bubble, row, rows, say
from tests.inbox.page.tour import BROKEN, end
from tests.messages.test_sending import connected

ENDS = {
    "wrong": "This link does not work",
    "expired": "This link expired on",
    "revoked": "This link does not work|This link was turned off",
    "rotated": "This link was replaced by a new one",
    "suspended": "This inbox is paused",
    "throttled": "Too many tries",
    "unreachable": "The inbox cannot be reached",
    "closed": "This inbox is closed here",
    "no reading": "This link cannot read messages",
}
PASSING = {"suspended", "throttled", "unreachable"}


async def test_a3_every_end_of_a_link_has_its_heading_and_next_step(desk: Desk) -> None:
    desk.forgiven += ["401", "403", "429", "ERR_FAILED"]
    page = await desk.page()
    hints = set()
    for state, words in ENDS.items():
        if state == "rotated":
            await page.unroute_all()
            await page.goto((await desk.make_link())["publicUrl"])
            await expect(page.get_by_text("Live", exact=True)).to_be_visible()
            await desk.office.client.post(f"/v1/shared-inbox-links/{desk.link['id']}/rotate")
        else:
            await end(desk, page, state)
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text(re.compile(words))
        await expect(heading).to_be_focused()
        hint = await page.locator("main p").inner_text()
        assert re.search("ask|copy|wait|check", hint, re.I), hint
        hints.add(hint)
        await expect(page.locator("main button")).to_have_count(1 if state in PASSING else 0)
        await expect(page.locator("body")).not_to_contain_text(re.compile("Ana|Ben|555"))
    assert len(hints) == len(ENDS)


async def test_a3_what_passes_can_be_tried_again(desk: Desk) -> None:
    desk.forgiven += ["403", "429", "ERR_FAILED"]
    page = await desk.page()
    for state in PASSING:
        await end(desk, page, state)
        await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(ENDS[state]))
        await page.unroute_all()
        await page.get_by_role("button", name="Try again").click()
        await expect(row(page, "Ana")).to_be_visible()


async def fails(page: Page, path: str, status: int = 500) -> None:
    await page.route(path, lambda route: route.fulfill(status=status, json=BROKEN))


async def only(place: Locator, text: str, action: str) -> Locator:
    """The one thing to do where this is said."""
    await expect(place.get_by_text(text)).to_be_visible()
    await expect(place.get_by_role("button")).to_have_count(1)
    return place.get_by_role("button", name=action)


async def test_j1_lists_and_threads_that_are_empty_or_do_not_load(desk: Desk) -> None:
    desk.forgiven.append("500")
    page = await desk.page()
    await fails(page, "**/api/conversations?*")
    await page.goto((await desk.make_link())["publicUrl"])
    empty = page.locator("section[aria-label=Conversations] > div:last-child")
    again = await only(empty, "The conversations could not be loaded.", "Try again")
    await page.unroute_all()
    await again.focus()
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_have_count(2)
    await expect(page.locator("#search")).to_be_focused()
    await page.locator("#search").fill("nobody")
    await (await only(empty, "Nobody by this name or number.", "Clear search")).click()
    await expect(rows(page)).to_have_count(2)
    await expect(page.locator("#search")).to_be_focused()
    await desk.office.client.post(f"/v1/phones/{desk.office.number.id}/conversations/{desk.office.threads[ANA]}/read")
    await fails(page, "**/messages?*")
    await row(page, "Ana").get_by_role("button").click()
    broken = page.locator("section[aria-label='Conversation with Ana'] > div:last-child")
    again = await only(broken, "The messages could not be loaded.", "Try again")
    await page.unroute_all()
    await again.click()
    await expect(bubble(page, "Hi!")).to_be_visible()
    await expect(page.locator("#composer")).to_be_focused()


async def test_j1_an_empty_inbox_says_how_it_fills(desk: Desk) -> None:
    client, number = await connected(desk.office.stack)
    body = {"phoneNumberId": number.id, "name": "Empty", "permissions": dict.fromkeys(ALL, True)}
    page = await desk.page()
    await desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto((await client.post("/v1/shared-inbox-links", body)).data["publicUrl"])
    empty = page.locator("section[aria-label=Conversations] > div:last-child")
    await (await only(empty, "No conversations yet", "Copy the number")).click()
    await expect(page.locator("#say-polite")).to_have_text("Copied")
    digits = re.sub(r"\D", "", await page.evaluate("navigator.clipboard.readText()"))
    assert digits == re.sub(r"\D", "", number.number)
    for name in ("Unread", "Open window"):
        await page.get_by_role("button", name=name, exact=True).click()
        await (
            await only(empty, "Everything is read." if name == "Unread" else "No conversation can", "Show all")
        ).click()
        await expect(empty.get_by_text("No conversations yet")).to_be_visible()


async def test_j1_a_server_in_trouble_and_meta_in_trouble_are_told_apart(desk: Desk) -> None:
    desk.forgiven += ["400", "500", "502", "503"]
    page = await desk.open("readInbox", "sendText", thread=ANA)
    await expect(page.locator("#composer")).to_be_visible()
    await fails(page, "**/api/messages")
    shown = await say(page, "To a server in trouble")
    again = await only(shown.locator("xpath=./div[last()]"), "Not sent: the server had a problem.", "Try again")
    await page.unroute_all()
    await again.click()
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(shown).to_have_count(1)
    await desk.sim("POST", "/faults", {"fail": {"messages.send": {"code": 131057}}})
    shown = await say(page, "To Meta in trouble")
    again = await only(shown.locator("xpath=./div[last()]"), "Meta has a problem at the moment.", "Try again")
    await again.click()
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(shown).to_have_count(1)


async def test_j1_when_meta_does_not_answer_nobody_is_led_to_send_twice(desk: Desk) -> None:
    desk.forgiven.append("502")
    page = await desk.open("readInbox", "sendText", thread=ANA)
    await expect(page.locator("#composer")).to_be_visible()
    await desk.sim("POST", "/faults", {"drop": {"messages.send": {"how": "close"}}, "statuses": {"off": True}})
    shown = await say(page, "Into the silence")
    again = await only(shown.locator("[role=status]"), "Meta is not answering.", "Check again")
    await desk.sim("DELETE", "/faults")
    await again.click()
    await expect(shown).to_have_count(1)
    sent = str(await desk.sim("GET", "/sent"))
    assert sent.count("Into the silence") == 1


async def test_j1_media_that_does_not_come_can_be_asked_for_again(desk: Desk) -> None:
    desk.forgiven.append("500")
    await desk.write("5491155580001", "Media", message={"type": "image"})
    page = await desk.page()
    await fails(page, "**/api/media/*")
    address = (await desk.make_link())["publicUrl"]
    await page.goto(address.replace("#", f"?c={desk.office.threads['5491155580001']}#"))
    frame = page.locator("[data-key]").last
    again = frame.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await page.unroute_all()
    await again.click()
    await expect(frame.locator("img")).to_be_visible()
    assert await frame.locator("img").evaluate("async e => (await e.decode(), e.naturalWidth > 0)")


async def unready(office: Office, change: str) -> None:
    async with office.stack.rt.pool.connection() as conn:
        await conn.execute(
            f"update phones set {change} where organization_id = $1 and id = $2",
            office.client.organization_id,
            UUID(office.number.id),
        )


@pytest.fixture
async def unregistered(office: Office) -> Any:
    await unready(office, "is_registered = false")
    yield
    await unready(office, "is_registered = true")


async def test_j1_a_number_that_is_not_ready_says_so_until_it_is(desk: Desk, unregistered: None) -> None:
    page = await desk.open()
    banner = page.locator("#app [role=status]").filter(has_text="This number cannot send at the moment.")
    again = await only(banner, "not registered with WhatsApp yet", "Check again")
    await unready(desk.office, "is_registered = true")
    await again.focus()
    await page.keyboard.press("Enter")
    await expect(banner).to_have_count(0)
    await expect(page.locator("#search")).to_be_focused()


async def test_j2_who_the_contact_is_only_with_the_permission(desk: Desk) -> None:
    await desk.write(ANA, "Ana", message={"type": "image"})
    await desk.write(ANA, "Ana", message={"type": "document"})
    page = await desk.open(thread=ANA)
    await expect(page.locator("#composer")).to_be_visible()
    await expect(page.get_by_text("+1 650 555 1234").first).to_be_visible()
    await page.get_by_role("button", name="Contact details").click()
    panel = page.get_by_role("region", name="Contact details")
    for name in ("Number", "First seen", "24-hour window", "Shared media"):
        await expect(panel.get_by_text(name, exact=True)).to_be_visible()
    await expect(panel.get_by_text("+1 650 555 1234").first).to_be_visible()
    await expect(panel.locator("dd").filter(has_text="left")).to_be_visible()
    await expect(panel.locator("img")).to_have_count(1)
    await expect(panel.get_by_role("link")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    desk.asked.clear()
    masked = await desk.open("readInbox", "sendText", thread=ANA)
    await expect(masked.get_by_text("•••• 1234").first).to_be_visible()
    await expect(masked.get_by_role("button", name="Contact details")).to_have_count(0)
    assert not re.search(r"650.?555|16505551234", await masked.content())
    assert not [url for url in desk.asked if url.endswith("/details")]
