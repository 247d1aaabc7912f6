"""Rows A1, A2, A4, B1, B4, B5, K2: the way in, what the list shows in which order, what leaves the page."""

import asyncio
import re
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, Route, expect
from structlog.testing import capture_logs

from tests.inbox.conftest import ANA, BEN, Office, office_of
from tests.inbox.page.conftest import Desk, bubble, row, rows, say, until

DORA, EMIL, FAY, GUS = "5491155560001", "5491155560002", "5491155560003", "5491155560004"
MANY = 2_000
LIST = "document.querySelector('[data-row]').closest('ul')"


async def change(office: Office, who: str, change: str, *values: Any) -> None:
    """Sets columns of a conversation behind everybody's back."""
    async with office.stack.rt.pool.connection() as conn:
        await conn.execute(
            f"update conversations set {change} where organization_id = $1 and id = $2",
            office.client.organization_id,
            UUID(office.threads[who]),
            *values,
        )


async def test_a1_the_list_is_there_and_the_secret_is_in_no_request_and_no_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logged:
        page = await desk.open()
        await expect(row(page, "Ana")).to_be_visible()
        first = desk.link
        await desk.open()
        await expect(row(desk.context.pages[1], "Ana")).to_be_visible()
    secrets = [link["publicUrl"].partition("#t=")[2] for link in (first, desk.link)]
    said = " ".join([str(logged), caplog.text, *(url.partition("#")[0] for url in desk.asked)])
    assert [secret for secret in secrets if secret in said] == [] and "inbox.opened" in str(logged)
    cookies = {cookie["path"]: cookie for cookie in await desk.context.cookies()}
    assert set(cookies) == {f"/inbox/{first['id']}", f"/inbox/{desk.link['id']}"}
    for cookie in cookies.values():
        assert (cookie["name"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (
            "ibx",
            True,
            True,
            "Strict",
        )
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert [secret for secret in secrets if secret in stored] == []
    assert await page.evaluate("document.cookie") == ""


async def test_a2_a_bookmark_outlives_its_session(desk: Desk) -> None:
    desk.forgiven.append("401")
    page = await desk.open()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await forget_sessions(desk)
    # The open page gets itself a new session, and its stream goes on.
    await desk.write(DORA, "Dora", "Is anybody in?")
    await expect(row(page, "Dora")).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await forget_sessions(desk)
    await page.reload()
    await expect(row(page, "Ana")).to_be_visible()
    await desk.context.clear_cookies()
    await row(page, "Ana").get_by_role("button").click()
    await expect(bubble(page, "Hi!")).to_be_visible()


async def forget_sessions(desk: Desk) -> None:
    async with desk.office.stack.rt.pool.connection() as conn:
        await conn.execute(
            "delete from inbox_sessions where organization_id = $1 and link_id = $2",
            desk.office.client.organization_id,
            UUID(desk.link["id"]),
        )


async def test_a4_a_permission_taken_away_takes_the_composer_and_keeps_the_draft(desk: Desk) -> None:
    desk.forgiven.append("403")
    page = await desk.open("readInbox", "sendText", thread=ANA)
    field, path = page.get_by_label("Message", exact=True), f"/v1/shared-inbox-links/{desk.link['id']}"
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()

    drafted = asyncio.Event()

    async def forbid_first(route: Route) -> None:
        await drafted.wait()
        await desk.office.client.patch(path, {"permissions": {"sendText": False}})
        await route.continue_()

    # Forbidden while the message is on its way: the server's own refusal.
    await page.route("**/api/messages", forbid_first)
    await field.press_sequentially("too late")
    async with page.expect_response("**/api/messages") as answered:
        await field.press("Enter")
        await field.fill("half a thought")
        drafted.set()
    assert (await answered.value).status == 403
    await expect(page.get_by_text("Not sent: this link does not allow it any more.", exact=True)).to_be_visible()
    await expect(page.get_by_text("This link cannot write messages.")).to_be_visible()
    await expect(field).to_have_count(0)
    await desk.office.client.patch(path, {"permissions": {"sendText": True}})
    await expect(field).to_have_value("half a thought")
    assert "too late" not in str(await desk.sim("GET", "/sent"))


async def test_b1_a_row_says_who_what_when_and_whether_it_can_be_answered(desk: Desk) -> None:
    await desk.write(EMIL, "Emil", message={"type": "image", "image": {"caption": "The roof"}})
    await desk.write(FAY, "Fay", "So long ago")
    await desk.write(GUS, "Gus", "Nameless")
    await change(desk.office, FAY, "last_inbound_at = now() - interval '25 hours'")
    await change(desk.office, GUS, "contact_name = null, contact_username = null")
    page = await desk.open()
    emil = row(page, "Emil")
    await expect(emil).to_contain_text("The roof")
    await expect(emil).to_contain_text("1 unread message")
    await expect(emil.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    await expect(emil.locator("svg")).to_have_count(1)
    await expect(row(page, "Fay")).to_contain_text("Window closed")
    await expect(row(page, "Nameless")).to_contain_text("+54 9 11 5556-0004")
    body = {"type": "text", "to": BEN, "text": "On its way"}
    sent = await desk.office.client.post(f"/v1/phones/{desk.office.number.id}/messages", body)
    assert sent.status == 200, sent.body
    # The thread is not loaded: its tick follows all the same.
    await expect(row(page, "Ben")).to_contain_text("On its way")
    await expect(row(page, "Ben").get_by_text("Read", exact=True)).to_be_attached()
    times = await page.locator("[data-row] time").evaluate_all("all => all.map(each => each.dateTime)")
    assert times == sorted(times, reverse=True)


async def test_b1_a_new_message_moves_its_row_up_and_leaves_the_focus(desk: Desk) -> None:
    page = await desk.open()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    ben = row(page, "Ben").get_by_role("button")
    await ben.focus()
    await desk.write(ANA, "Ana", "News!")
    await expect(rows(page).first).to_contain_text("News!")
    await expect(ben).to_be_focused()
    await desk.write(BEN, "Ben", "And here")
    await expect(rows(page).first).to_contain_text("And here")
    await expect(ben).to_be_focused()


async def test_b4_a_filter_is_in_the_address_and_takes_in_what_comes(desk: Desk) -> None:
    await desk.write(DORA, "Dora", "Unread")
    await desk.write(FAY, "Fay", "Closed")
    await change(desk.office, FAY, "last_inbound_at = now() - interval '25 hours', unread_count = 0")
    page = await desk.open()
    await page.get_by_role("button", name=re.compile("^Unread")).click()
    await expect(row(page, "Dora")).to_be_visible()
    await expect(row(page, "Fay")).to_have_count(0)
    assert "filter=unread" in page.url and "#t=" in page.url
    await page.reload()
    await expect(page.get_by_role("button", name=re.compile("^Unread"))).to_have_attribute("aria-pressed", "true")
    await expect(row(page, "Dora")).to_be_visible()
    await expect(row(page, "Fay")).to_have_count(0)
    await page.get_by_role("button", name="Open window").click()
    await expect(row(page, "Dora")).to_be_visible()
    await expect(row(page, "Fay")).to_have_count(0)
    assert "filter=open" in page.url
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await desk.write(FAY, "Fay", "Open again")
    await expect(rows(page).first).to_contain_text("Open again")


@pytest.fixture(scope="module")
async def crowd(office: Office) -> Office:
    """An inbox of 2,000 more conversations, each a minute older than the last."""
    crowd = await office_of(office.stack)
    async with office.stack.rt.pool.transaction() as conn:
        await conn.execute(
            "insert into conversations (organization_id, id, phone_id, contact_phone, contact_name, message_count,"
            " unread_count, last_message_at, last_inbound_at, created_at)"
            " select $1, gen_random_uuid(), $2, (5491160000000 + n)::text, 'Customer ' || n, 0, 0, at, at, at"
            " from generate_series(1, $3::int) n, lateral (select now() - n * interval '1 minute' as at) t",
            crowd.client.organization_id,
            UUID(crowd.number.id),
            MANY,
        )
    return crowd


async def test_b5_two_thousand_conversations_come_in_pages_before_the_end_and_none_twice(
    desk: Desk, crowd: Office
) -> None:
    big = Desk(crowd, desk.context)
    page = await big.open()
    await expect(rows(page)).to_have_count(40)
    # Still 1,000 pixels before the end.
    await page.evaluate(f"{LIST}.scrollTop = {LIST}.scrollHeight - {LIST}.clientHeight - 1000")
    await expect(rows(page)).to_have_count(80)
    assert await page.evaluate(f"{LIST}.scrollHeight - {LIST}.clientHeight - {LIST}.scrollTop") > 1000
    count = 80
    for letter in range(3):  # a row far behind comes to the top, while the next page is on its way
        name, sender = f"Customer {MANY - letter}", str(5491160000000 + MANY - letter)
        writing = asyncio.create_task(big.write(sender, name, f"up {letter}"))
        while count < 200 * (letter + 1):
            count = await grown(page, count)
        await writing
        await expect(rows(page).first).to_contain_text(f"up {letter}")
    shown = await page.locator("[data-row] bdi:first-child").all_text_contents()
    names = [name for name in shown if name.startswith("Customer")]
    moved = [f"Customer {MANY - letter}" for letter in (2, 1, 0)]
    assert names == [*moved, *(f"Customer {nth + 1}" for nth in range(len(names) - 3))] and len(names) > 600
    ids = await page.locator("[data-row]").evaluate_all("all => all.map(each => each.dataset.row)")
    assert len(ids) == len(set(ids))
    assert big.errors == []


async def grown(page: Page, count: int) -> int:
    """The number of rows, once scrolling to the end has brought more."""
    found = 0

    async def more() -> bool:
        nonlocal found
        found = await page.evaluate(f"({LIST}.scrollTop = {LIST}.scrollHeight, {LIST}.children.length - 1)")
        return found > count

    await until(more)
    return found


async def test_k2_nothing_of_the_conversations_stays_and_nobody_learns_of_the_page(desk: Desk) -> None:
    link = await desk.make_link()
    page = await desk.page()
    told: dict[str, dict[str, str]] = {}
    page.on("response", lambda answer: told.update({answer.url.partition("?")[0]: answer.headers}))
    await page.goto(link["publicUrl"].replace("#", f"?c={desk.office.threads[ANA]}#"))
    await expect(bubble(page, "Hi!")).to_be_visible()
    await say(page, "Between us")
    await expect(bubble(page, "Between us").get_by_text("Read", exact=True)).to_be_attached()
    await page.get_by_label("Message", exact=True).fill("not yet said")
    await row(page, "Ben").get_by_role("button").click()
    await expect(row(page, "Ana")).to_contain_text("Draft:")
    stored = await page.evaluate("({...localStorage})")
    assert list(stored) == [f"waypost.inbox.{link['id']}.drafts"] and "not yet said" in str(stored)
    assert "Hi!" not in str(stored) and "Between us" not in str(stored)
    kept = "(async () => [...await indexedDB.databases(), ...await caches.keys(), ...Object.keys(sessionStorage)])()"
    assert await page.evaluate(kept) == []
    shell = told[link["publicUrl"].partition("#")[0]]
    assert "noindex" in shell["x-robots-tag"]
    for url, headers in told.items():
        if "/_ui/" not in url and not url.startswith(("blob:", "data:")):
            assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer"), url
