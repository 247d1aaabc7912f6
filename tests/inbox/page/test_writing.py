"""Rows C5, C6, D2, D3, E1, E2: what is written goes out once, and what becomes of it is told."""

from playwright.async_api import FilePayload, expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import Desk, bubble, row, say
from tests.inbox.page.hands import attach


async def test_c5_c6_a_failure_says_why_and_another_try_is_one_send_of_the_same_bubble(desk: Desk) -> None:
    # Without markRead: a receipt is a send at Meta too, and would meet the failure first.
    page = await desk.open("readInbox", "readDetails", "sendText", thread=ANA)
    desk.forgiven += ["400", "429", "502", "500", "403"]
    await desk.sim("POST", "/faults", {"fail": {"messages.send": {"code": 131042}}})
    shown = await say(page, "Once more")
    again = shown.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await expect(shown).to_contain_text("131042")
    await expect(shown).to_contain_text("a problem with the account's payment")
    await desk.sim("DELETE", "/faults")
    await again.click()
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(shown).to_have_count(1)
    await expect(again).to_have_count(0)
    sent = await desk.sim("GET", "/sent")
    assert str(sent).count("Once more") == 1


async def test_d3_every_variable_of_a_template_is_asked_for(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    await page.get_by_role("button", name="Template", exact=True).click()
    await page.get_by_label("Search templates").fill("discount")
    await page.get_by_role("button", name="discount").click()
    await page.get_by_role("button", name="Send template").click()
    first = page.get_by_label("Text 1")
    await expect(first).to_be_focused()
    await expect(page.get_by_text("Fill this in.").first).to_be_visible()
    await first.fill("Ana")
    await expect(page.get_by_role("group", name="Preview")).to_contain_text("Hello Ana")
    for field in await page.locator("form input[type=text]").all():
        if not await field.input_value():
            await field.fill("SAVE25")
    await page.get_by_role("button", name="Send template").click()
    await expect(bubble(page, "Hello Ana, this code takes something off")).to_be_visible()


async def test_e1_a_draft_outlives_the_page_and_shift_enter_breaks_the_line(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    field = page.get_by_label("Message", exact=True)
    await field.press_sequentially("one")
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    await row(page, "Ben").get_by_role("button").click()
    await expect(row(page, "Ana")).to_contain_text("Draft:")
    await page.reload()
    await row(page, "Ana").get_by_role("button").click()
    await expect(field).to_have_value("one\ntwo")
    await field.fill("x" * 3_900)
    await expect(page.get_by_text("196 characters left")).to_be_visible()
    await field.fill("")


async def test_e2_files_are_looked_at_before_they_go_out(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    async with page.expect_file_chooser() as choosing:
        await attach(page)
    page_file = FilePayload(name="page.pdf", mimeType="application/pdf", buffer=b"<!doctype html><p>no")
    report = FilePayload(name="report.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 small")
    await (await choosing.value).set_files([page_file, report])
    await expect(page.get_by_text("Web pages and drawings of code cannot be sent.")).to_be_visible()
    await page.get_by_label("Caption for report.pdf").fill("The report")
    await page.get_by_role("button", name="Send", exact=True).last.click()
    shown = bubble(page, "report.pdf")
    await expect(shown).to_contain_text("The report")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
