"""Rows A3 and I2: a link that does not work says why, one that ends takes everything that it showed, and one that works
can be installed: what that shows of it, the colour and count around it, and its opening by session."""

import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.inbox.conftest import ANA, BEN
from tests.inbox.page.conftest import Desk, bubble, row, until

#: Stands for the system's badge, and keeps what it was told.
BADGE = """window.badges = [];
navigator.setAppBadge = async count => void badges.push(count);
navigator.clearAppBadge = async () => void badges.push(0);"""


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


async def asked(desk: Desk, path: str) -> tuple[int, str, Any]:
    async with desk.office.stack.session.get(desk.office.stack.url + path) as answer:
        kind = answer.headers["Content-Type"]
        body = await answer.json(content_type=None) if "json" in kind else await answer.read()
        return answer.status, kind, body


async def test_i2_the_manifest_tells_nobody_whose_inbox_it_is_and_has_icons(desk: Desk) -> None:
    link = await desk.make_link(name="Secretly Acme")
    path, unreal = f"/inbox/{link['id']}", f"/inbox/{uuid4()}"
    status, kind, told = await asked(desk, f"{path}/manifest.webmanifest")
    assert (status, kind) == (200, "application/manifest+json")
    assert {name: told[name] for name in ("id", "start_url", "scope")} == dict.fromkeys(
        ("id", "start_url", "scope"), path
    )
    assert (told["name"], told["display"]) == ("Inbox", "standalone")
    _, _, other = await asked(desk, f"{unreal}/manifest.webmanifest")
    assert str(told).replace(path, unreal) == str(other)
    assert (await asked(desk, "/inbox/x/manifest.webmanifest"))[0] == 404
    assert [icon["purpose"] for icon in told["icons"]] == ["any", "any", "maskable"]
    for icon in told["icons"]:
        status, kind, body = await asked(desk, icon["src"])
        assert (status, kind, body[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
        assert "{}x{}".format(*struct.unpack(">II", body[16:24])) == icon["sizes"]
    page = await desk.page()
    await page.goto(link["publicUrl"])
    await expect(row(page, "Ana")).to_be_visible()
    # The browser takes it: what it complains about would be in `errors`.
    devtools = await desk.context.new_cdp_session(page)
    found = await devtools.send("Page.getAppManifest")
    assert (found["url"], found["errors"]) == (f"{desk.office.stack.url}{path}/manifest.webmanifest", [])
    apple = await page.locator("link[rel=apple-touch-icon]").get_attribute("href")
    assert (await asked(desk, str(apple)))[:2] == (200, "image/png")


async def test_i2_what_is_installed_opens_by_the_session_and_says_what_to_do_without(desk: Desk) -> None:
    desk.forgiven.append("401")
    page = await desk.open(thread=ANA)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    address = desk.link["publicUrl"].partition("#")[0]
    app = await desk.page()
    await app.goto(address)
    await expect(row(app, "Ana")).to_be_visible()
    await expect(app.get_by_text("Live", exact=True)).to_be_visible()
    await desk.context.clear_cookies()
    await app.reload()
    heading = app.get_by_role("heading", level=1)
    await expect(heading).to_have_text("This inbox is closed here")
    await expect(app.get_by_text("Open the whole link that you were sent once more")).to_be_visible()
    assert await app.locator("link[rel=manifest]").count() == 0
    # And where the session ends while it is open; nobody tries an empty secret.
    await page.evaluate("history.replaceState(null, '', location.pathname)")
    await row(page, "Ben").get_by_role("button").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This inbox is closed here")
    assert len([url for url in desk.asked if url.endswith("/api/session")]) == 3


async def test_i2_the_bar_around_the_page_has_its_colour(desk: Desk) -> None:
    page = await desk.open()
    await expect(row(page, "Ana")).to_be_visible()
    await page.get_by_role("button", name="Settings").click()
    seen = []
    for system, chosen in (("light", "System"), ("dark", "System"), ("dark", "Light"), ("light", "Dark")):
        await page.emulate_media(color_scheme="dark" if system == "dark" else "light")
        await page.get_by_role("radio", name=chosen).check()
        seen.append(await bar(page))
        assert seen[-1] == await pane(page)
    assert seen == ["#ffffff", "#1c2024", "#ffffff", "#1c2024"]


async def bar(page: Page) -> str:
    """The theme colour that holds now."""
    return str(
        await page.evaluate(
            "[...document.querySelectorAll('meta[name=theme-color]')].find(e => matchMedia(e.media).matches).content"
        )
    )


async def pane(page: Page) -> str:
    """What the list is painted with."""
    colour = await page.evaluate(
        "getComputedStyle(document.querySelector('section[aria-label=Conversations]')).backgroundColor"
    )
    return "#{:02x}{:02x}{:02x}".format(*(int(part) for part in re.findall(r"\d+", colour)))


async def test_i2_the_badge_counts_what_is_unread_and_goes_with_the_link(desk: Desk) -> None:
    desk.forgiven.append("401")
    await desk.context.add_init_script(BADGE)
    for who, name in ((ANA, "Ana"), (BEN, "Ben")):
        await desk.write(who, name, "one more")
    page = await desk.open("readInbox")
    await expect(page).to_have_title(re.compile(r"^\(\d+\)"))
    count = int(re.findall(r"\d+", await page.title())[0])

    async def last(wanted: int) -> bool:
        return bool(await page.evaluate("badges.at(-1)") == wanted)

    await until(lambda: last(count))
    await desk.write(BEN, "Ben", "and one more")
    await until(lambda: last(count + 1))
    await desk.office.client.delete(f"/v1/shared-inbox-links/{desk.link['id']}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("This link was turned off")
    await until(lambda: last(0))
