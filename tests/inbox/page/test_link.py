"""Rows A1 to A4: the link opens, keeps working as a bookmark, and ends with everything that it showed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import Desk, bubble, row, say


async def test_a1_a_link_opens_the_list_and_its_secret_goes_nowhere(desk: Desk) -> None:
    page = await desk.open()
    await expect(row(page, "Ana")).to_be_visible(timeout=1_500)
    secret = desk.link["publicUrl"].partition("#t=")[2]
    assert not [url for url in desk.asked if secret in url.partition("#")[0]]
    [cookie] = await desk.context.cookies()
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["path"] == f"/inbox/{desk.link['id']}"
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert secret not in stored


async def test_a2_a_bookmark_outlives_its_session(desk: Desk) -> None:
    page = await desk.open()
    await expect(row(page, "Ana")).to_be_visible()
    await desk.context.clear_cookies()
    await page.reload()
    await expect(row(page, "Ana")).to_be_visible()
    await desk.context.clear_cookies()
    desk.forgiven.append("401")
    await row(page, "Ana").get_by_role("button").click()
    await expect(bubble(page, "Hi!")).to_be_visible()


@pytest.mark.parametrize("state", ["wrong", "expired", "revoked", "rotated"])
async def test_a3_a_link_that_does_not_work_says_why(desk: Desk, state: str) -> None:
    desk.forgiven.append("401")
    soon = datetime.now(UTC) + timedelta(seconds=1 if state == "expired" else 600)
    link = await desk.make_link(expiresAt=soon.isoformat())
    path = f"/v1/shared-inbox-links/{link['id']}"
    if state == "revoked":
        await desk.office.client.delete(path)
    if state == "rotated":
        await desk.office.client.post(f"{path}/rotate")
    page = await desk.page()
    if state == "expired":
        await page.wait_for_timeout(1_100)
    await page.goto(link["publicUrl"] + ("x" if state == "wrong" else ""))
    words = {"wrong": "does not work", "expired": "expired", "revoked": "turned off", "rotated": "replaced"}[state]
    # Without a session a replaced secret is one that is not known.
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text(re.compile(f"{words}|does not work" if state == "rotated" else words))
    await expect(heading).to_be_focused()
    await expect(page.get_by_role("list")).to_have_count(0)


async def test_a3_revoking_an_open_link_wipes_the_page_within_two_seconds(desk: Desk) -> None:
    desk.forgiven.append("401")
    page = await desk.open(thread=ANA)
    await expect(bubble(page, "Hi!")).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await desk.office.client.delete(f"/v1/shared-inbox-links/{desk.link['id']}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("This link was turned off", timeout=2_000)
    await expect(page.locator("body")).not_to_contain_text("Ana")


async def test_a4_a_permission_taken_away_takes_the_composer_and_keeps_the_draft(desk: Desk) -> None:
    page = await desk.open("readInbox", "sendText", thread=ANA)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_label("Message", exact=True).fill("half a thought")
    path = f"/v1/shared-inbox-links/{desk.link['id']}"
    await desk.office.client.patch(path, {"permissions": {"sendText": False}})
    await expect(page.get_by_text("This link cannot write messages.")).to_be_visible(timeout=2_000)
    await desk.office.client.patch(path, {"permissions": {"sendText": True}})
    await expect(page.get_by_label("Message", exact=True)).to_have_value("half a thought", timeout=2_000)


async def test_a4_a_send_that_is_no_longer_allowed_fails_with_that_reason(desk: Desk) -> None:
    desk.forgiven.append("403")
    page = await desk.open("readInbox", "sendText", thread=ANA)
    field = page.get_by_label("Message", exact=True)
    await expect(field).to_be_visible()
    refusal = {"error": {"code": "FORBIDDEN", "message": "Not allowed.", "details": {"permission": "sendText"}}}
    await page.route("**/api/messages", lambda route: route.fulfill(status=403, json=refusal))
    await say(page, "too late")
    await expect(page.get_by_text("Not sent: this link does not allow it any more.")).to_be_visible()
