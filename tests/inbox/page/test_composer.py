"""Rows D2, D3, E1 to E4: what is written, attached, chosen and pressed, and the window in which that is possible."""

import base64
import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.inbox.conftest import ANA, BEN
from tests.inbox.page.conftest import Desk, bubble, row, say, until
from tests.inbox.page.hands import ASKED, field, give, pick
from tests.inbox.page.test_media import png

DAN = "5491155553001"
PAGE = b"<!doctype html><p>no"
NO_PAGE = "Web pages and drawings of code cannot be sent."


async def newest(desk: Desk) -> dict[str, Any]:
    sent: dict[str, Any] = (await desk.sim("GET", "/sent"))["sent"][0]
    return dict(sent["body"])


async def count(desk: Desk) -> int:
    return int((await desk.sim("GET", "/sent"))["count"])


async def shut(desk: Desk, who: str) -> None:
    """The contact's last message becomes older than a day."""
    async with desk.office.stack.rt.pool.transaction() as conn:
        await conn.execute(
            "update conversations set last_inbound_at = $3 where organization_id = $1 and id = $2",
            desk.office.client.organization_id,
            UUID(desk.office.threads[who]),
            datetime.now(UTC) - timedelta(hours=25),
        )


async def test_d2_a_closed_window_takes_only_templates_here_and_at_the_server(desk: Desk) -> None:
    desk.forgiven.append("400")
    await desk.write(DAN, "Dan", "Long ago")
    # The page still thinks that it is open when the server says no.
    late = await desk.open("readInbox", "sendText", "sendTemplates", thread=DAN)
    await expect(field(late)).to_be_visible()
    await shut(desk, DAN)
    lost = await say(late, "one minute late")
    await expect(lost).to_contain_text("more than 24 hours since the contact wrote")
    await expect(lost).to_contain_text("(131047)")
    await expect(lost.get_by_role("button", name="Try again")).to_have_count(0)
    await lost.get_by_role("button", name="Choose a template").click()
    await expect(late.get_by_role("dialog", name="Choose a template")).to_be_visible()
    page = await desk.open(thread=DAN)
    await expect(page.get_by_role("button", name="Choose a template")).to_be_visible()
    await expect(field(page)).to_have_count(0)
    await expect(page.get_by_role("button", name="Attach")).to_have_count(0)
    await give(page, "hover", ("a.pdf", "application/pdf", b"%PDF-1.4"))
    closed = "The 24-hour window is closed: no files can be sent."
    await expect(page.get_by_text(closed)).to_be_visible()
    await give(page, "drop", ("a.pdf", "application/pdf", b"%PDF-1.4"))
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#say-assertive")).to_have_text(closed)
    before = await count(desk)
    media = {"type": "image", "mediaId": "1234567890"}
    for body in ({"type": "text", "text": "forced"}, media):
        status, answer = await page.evaluate(ASKED, ["messages", {**body, "conversationId": desk.office.threads[DAN]}])
        assert (status, answer["error"]["details"]["reason"]) == (400, "windowClosed")
    assert await count(desk) == before
    for permissions in (("readInbox", "sendText", "sendMedia"), ("readInbox",)):
        other = await desk.open(*permissions, thread=DAN)
        await expect(other.get_by_text(re.compile("this link cannot send any. Ask the person"))).to_be_visible()
        await expect(other.get_by_role("button", name="Choose a template")).to_have_count(0)
    await desk.write(DAN, "Dan", "Here I am again")
    await expect(field(page)).to_be_visible()


async def choose(page: Page, name: str) -> Locator:
    await page.get_by_role("button", name="Template", exact=True).click()
    picker = page.get_by_role("dialog")
    await picker.get_by_label("Search templates").fill(name)
    found = picker.get_by_role("list").get_by_role("button", name=re.compile(f"^{name}"))
    await found.click()
    return picker


async def test_d3_header_and_named_values_are_asked_for_and_shown(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    form = await choose(page, "appointment")
    await form.get_by_role("button", name="Send template").click()
    header = form.get_by_label("Header name")
    await expect(header).to_be_focused()
    await expect(header).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_text("Fill this in.")).to_have_count(3)
    await header.fill("Mrs Ana")
    await form.get_by_label("Text day").fill("Friday")
    await form.get_by_role("button", name="Send template").click()
    await expect(form.get_by_label("Text hour")).to_be_focused()
    await form.get_by_label("Text hour").fill("9:30")
    preview = form.get_by_role("group", name="Preview")
    for words in ("For Mrs Ana", "We expect you on Friday at 9:30 in our shop.", "Confirm", "Cancel"):
        await expect(preview).to_contain_text(words)
    await form.get_by_role("button", name="Send template").click()
    shown = bubble(page, "We expect you on Friday at 9:30 in our shop.")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    for words in ("For Mrs Ana", "Confirm", "Cancel"):
        await expect(shown).to_contain_text(words)
    header_part, body_part = (await newest(desk))["template"]["components"]
    assert header_part["parameters"] == [{"type": "text", "parameter_name": "name", "text": "Mrs Ana"}]
    assert [each["parameter_name"] for each in body_part["parameters"]] == ["day", "hour"]
    # It is the same to somebody who comes later.
    later = await desk.open(thread=ANA)
    await expect(bubble(later, "We expect you on Friday at 9:30 in our shop.")).to_contain_text("For Mrs Ana")


async def test_d3_a_header_file_and_links_of_buttons(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    form = await choose(page, "new_arrival")
    await form.get_by_role("button", name="Send template").click()
    chosen = form.get_by_role("button", name="Image of the header")
    await expect(chosen).to_be_focused()
    for body, kind in ((b"%PDF-1.4", "application/pdf"), (png(40, 30, 99), "image/png")):
        async with page.expect_file_chooser() as choosing:
            await chosen.click()
        await (await choosing.value).set_files([FilePayload(name="bun.png", mimeType=kind, buffer=body)])
        if kind == "application/pdf":
            await expect(form.get_by_text(re.compile("not the kind of file that the template wants"))).to_be_visible()
    await expect(form.get_by_role("group", name="Preview").locator("img")).to_have_js_property("complete", True)
    await form.get_by_label("Text 1").fill("Ana")
    await form.get_by_label(re.compile("Link of the button")).fill("buns/7")
    await form.get_by_role("button", name="Send template").click()
    shown = bubble(page, "Hello Ana, something new has just come out of our oven.")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    for words in ("Look", "Call", "No more of these"):
        await expect(shown).to_contain_text(words)
    await expect(shown.locator("img")).to_have_js_property("complete", True)
    parts = {part["type"].lower(): part for part in (await newest(desk))["template"]["components"]}
    assert parts["header"]["parameters"][0]["image"]["id"]
    assert parts["body"]["parameters"] == [{"type": "text", "text": "Ana"}]
    assert (parts["button"]["sub_type"], parts["button"]["parameters"][0]["text"]) == ("url", "buns/7")


async def test_d3_codes_are_copied_and_what_asks_for_nothing_goes_in_one_step(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    form = await choose(page, "discount")
    await form.get_by_label("Text 1").fill("Ana")
    code = form.get_by_label(re.compile("Code of the button"))
    await code.fill("no spaces")
    await form.get_by_role("button", name="Send template").click()
    await expect(code).to_be_focused()
    await expect(form.get_by_text("Letters and digits only.")).to_be_visible()
    await code.fill("BREAD25")
    await form.get_by_role("button", name="Send template").click()
    shown = bubble(page, "Hello Ana, this code takes something off")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(shown).to_contain_text("Copy offer code")
    button = (await newest(desk))["template"]["components"][-1]
    assert button["parameters"] == [{"type": "coupon_code", "coupon_code": "BREAD25"}]
    await page.get_by_role("button", name="Template", exact=True).click()
    picker = page.get_by_role("dialog")
    # Those that Meta has paused, disabled or not approved yet are not offered.
    await expect(picker.get_by_role("button", name="Send hello_world")).to_be_visible()
    for name in ("spring_sale", "winter_sale", "autumn_sale"):
        await expect(picker.get_by_text(name)).to_have_count(0)
    await picker.get_by_role("button", name="Spanish", exact=True).click()
    await expect(picker.get_by_role("list").get_by_role("listitem")).to_have_count(1)
    await expect(picker.get_by_role("list")).to_contain_text("Hola {{1}}")
    await picker.get_by_role("button", name="Spanish", exact=True).click()
    await picker.get_by_role("button", name="Send hello_world").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(bubble(page, "Hello! This is a first message.").get_by_text("Read", exact=True)).to_be_attached()


async def test_e1_the_field_grows_waits_for_the_ime_counts_and_keeps_drafts(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    box = field(page)
    heights = []
    for lines in (1, 10, 11, 30):
        await box.fill("\n".join(["x"] * lines))
        heights.append(await box.evaluate("each => each.clientHeight"))
    one, ten, eleven, thirty = heights
    height = await box.evaluate("each => parseFloat(getComputedStyle(each).lineHeight)")
    assert abs(ten - one - 9 * height) <= 3, heights
    assert eleven == thirty and eleven - ten <= 2, heights
    await box.fill("にほ")
    composed = (
        "each => each.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))"
    )
    await box.evaluate(composed)
    await expect(box).to_have_value("にほ")
    await box.fill("x" * 3_799)
    await expect(page.get_by_text(re.compile("characters? left"))).to_have_count(0)
    await box.fill("x" * 3_800)
    await expect(page.get_by_text("296 characters left")).to_be_visible()
    await box.fill("x" * 4_097)
    await expect(page.get_by_text("1 character too many")).to_be_visible()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("x" * 4_097)
    await box.fill("for Ana")
    await row(page, "Ben").get_by_role("button").click()
    await expect(box).to_have_value("")
    await box.fill("for Ben")
    await expect(row(page, "Ana")).to_contain_text("Draft:for Ana")
    await page.reload()
    await expect(box).to_have_value("for Ben")
    await row(page, "Ana").get_by_role("button").click()
    await expect(box).to_have_value("for Ana")
    await expect(box).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(bubble(page, "for Ana").get_by_text("Read", exact=True)).to_be_attached()
    await row(page, "Ben").get_by_role("button").click()
    await box.fill("")


async def test_e2_picker_drop_and_paste_go_through_one_gate(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    await expect(field(page)).to_be_focused()
    html, empty = ("page.pdf", "application/pdf", PAGE), ("nothing.txt", "text/plain", b"")
    huge = ("huge.png", "image/png", png(10, 10, 0) + bytes(5 * 1024 * 1024))
    heic = ("photo.heic", "image/heic", struct.pack(">I", 24) + b"ftypheic" + bytes(60))
    dialog = page.get_by_role("dialog")
    for how in ("pick", "paste", "drop"):
        if how == "pick":
            await pick(page, html, empty, huge, heic)
        else:
            await give(page, how, html, empty)
        await expect(dialog.get_by_text(NO_PAGE)).to_be_visible()
        await expect(dialog.get_by_text("The file is empty.")).to_be_visible()
        if how == "pick":
            await expect(dialog.get_by_text(re.compile(r"Too large: WhatsApp takes at most 5\.\d MB"))).to_be_visible()
            await expect(dialog.get_by_text(re.compile("this browser cannot convert it"))).to_be_visible()
        await expect(dialog.get_by_role("button", name="Send", exact=True)).to_be_disabled()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        opener = page.get_by_role("button", name="Attach") if how == "pick" else field(page)
        await expect(opener).to_be_focused()
        await field(page).focus()
    await give(page, "hover", html)
    await expect(page.get_by_text("Drop to send")).to_be_visible()


async def test_e2_several_files_go_out_as_what_whatsapp_takes(desk: Desk) -> None:
    page = await desk.open(thread=BEN)
    await expect(field(page)).to_be_focused()
    drawn = """async type => {
      const canvas = new OffscreenCanvas(20, 10);
      canvas.getContext('2d').fillRect(0, 0, 9, 9);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer());
      return btoa(String.fromCharCode(...bytes));
    }"""
    webp = base64.b64decode(await page.evaluate(drawn, "image/webp"))
    assert webp[8:12] == b"WEBP"
    pixels = bytes([0, 0, 255, 0] * 2)
    bmp = b"BM" + struct.pack("<IIIIiiHHIIiiII", 62, 0, 54, 40, 1, 2, 1, 24, 0, 8, 0, 0, 0, 0) + pixels
    await give(
        page, "drop", ("a.webp", "image/webp", webp), ("b.bmp", "image/bmp", bmp), ("c.txt", "text/plain", b"hi")
    )
    dialog = page.get_by_role("dialog")
    for name in ("a.png", "b.jpg", "c.txt"):
        await expect(dialog.get_by_text(name)).to_be_visible()
    await dialog.get_by_role("button", name="Remove c.txt").click()
    caption = dialog.get_by_label("Caption for a.png")
    await expect(caption).to_have_attribute("maxlength", "1024")
    await caption.fill("redrawn")
    await dialog.get_by_role("button", name="Send 2").click()
    await expect(bubble(page, "redrawn").get_by_text("Read", exact=True)).to_be_attached()
    await until(lambda: is_image(desk, 2))
    shelf = (await desk.sim("GET", f"/media?phone_number_id={desk.office.number.meta_id}"))["media"]
    assert {each["mime_type"] for each in shelf} >= {"image/png", "image/jpeg"}
    assert "image/webp" not in {each["mime_type"] for each in shelf}


async def is_image(desk: Desk, number: int) -> bool:
    sent = (await desk.sim("GET", "/sent"))["sent"][:number]
    return [each["body"]["type"] for each in sent] == ["image"] * number


async def test_e2_an_upload_shows_how_far_it_is_and_can_be_stopped(desk: Desk) -> None:
    desk.forgiven.append("ERR_FAILED")
    page = await desk.open(thread=BEN)
    await page.route("**/api/media", lambda route: None)
    before = await count(desk)
    await pick(page, ("slow.pdf", "application/pdf", b"%PDF-1.4 slow"))
    await page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    shown = bubble(page, "slow.pdf")
    await expect(shown.get_by_role("progressbar", name="Uploading")).to_be_visible()
    await shown.get_by_role("button", name="Cancel upload").click()
    await expect(shown).to_have_count(0)
    await page.unroute("**/api/media")
    after = await say(page, "never mind")
    await expect(after.get_by_text("Read", exact=True)).to_be_attached()
    assert await count(desk) == before + 1


async def test_e3_emoji_by_group_search_keys_and_at_the_caret(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    await field(page).fill("ab")
    await page.keyboard.press("ArrowLeft")
    await page.get_by_role("button", name="Emoji", exact=True).click()
    picker = page.get_by_role("dialog", name="Emoji")
    search = picker.get_by_label("Search emoji")
    await expect(search).to_be_focused()
    await expect(picker).to_contain_text("Your keyboard has all of them")
    await picker.get_by_role("button", name="Food", exact=True).click()
    await expect(picker.get_by_role("heading", name="Food")).to_be_in_viewport()
    await search.fill("rocket")
    await page.keyboard.press("ArrowDown")
    await expect(picker.get_by_role("button", name=re.compile("rocket"))).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(field(page)).to_have_value("a🚀b")
    await search.fill("no such thing")
    await expect(picker).to_contain_text("No emoji by this name.")
    await search.fill("")
    recent = picker.locator("[data-group]").first.get_by_role("button")
    await expect(recent.first).to_have_text("🚀")
    await search.focus()
    await page.keyboard.press("ArrowDown")
    await expect(recent.nth(0)).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(recent.nth(1)).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(picker.locator("[data-face]:focus")).to_have_count(1)
    await expect(recent.nth(1)).not_to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(search).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(picker).to_have_count(0)
    await expect(field(page)).to_be_focused()
    # The caret is behind what was put in.
    await page.keyboard.type("!")
    await expect(field(page)).to_have_value("a🚀!b")
    await field(page).fill("")


async def test_e4_keys_and_the_switch_that_turns_single_ones_off(desk: Desk) -> None:
    page = await desk.open()
    await expect(row(page, "Ana")).to_be_visible()
    search = page.get_by_role("textbox", name="Search name or number")
    for keys in ("/", "Control+k", "Meta+k"):
        await page.keyboard.press(keys)
        await expect(search).to_be_focused()
        await search.blur()
    await page.keyboard.press("j")
    first = page.locator("[data-row]").first
    await expect(first).to_have_attribute("aria-current", "true")
    await expect(page.locator("[data-key]").first).to_be_visible()
    await page.keyboard.press("Alt+ArrowDown")
    second = page.locator("[data-row]").nth(1)
    await expect(second).to_have_attribute("aria-current", "true")
    # In a text field letters are letters.
    await field(page).press("k")
    await expect(field(page)).to_have_value("k")
    await field(page).fill("")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(first).to_have_attribute("aria-current", "true")
    await page.locator("[data-key]").last.focus()
    await page.keyboard.press("r")
    await expect(page.get_by_text("Replying to")).to_be_attached()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Replying to")).to_have_count(0)
    for keys, name in (("e", "Emoji"), ("t", "Choose a template"), ("?", "Keyboard shortcuts")):
        await page.locator("[data-key]").last.focus()
        await page.keyboard.press(keys)
        await expect(page.get_by_role("dialog", name=name)).to_be_visible()
        if name != "Keyboard shortcuts":
            await page.keyboard.press("Escape")
            await expect(page.get_by_role("dialog")).to_have_count(0)
    switch = page.get_by_role("switch", name="Single-key shortcuts")
    await switch.press("Space")
    await expect(switch).not_to_be_checked()
    await page.keyboard.press("Escape")
    await page.locator("[data-key]").last.focus()
    for keys in ("?", "t", "e", "/"):
        await page.keyboard.press(keys)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(search).not_to_be_focused()
    await page.keyboard.press("Control+k")
    await expect(search).to_be_focused()
    await search.blur()
    await page.keyboard.press("Escape")
    await expect(first).not_to_have_attribute("aria-current", "true")
