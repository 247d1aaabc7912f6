"""Row A3: a link that does not work says why, and one that ends takes everything that it showed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import Desk, bubble


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
