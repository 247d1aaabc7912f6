"""Rows E3 and E6: what `sendAdvanced` allows is built within Meta's limits, previewed, kept, and sent once; emoji are
found in the reader's words."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.inbox.conftest import ANA, BEN
from tests.inbox.page.conftest import PHONE, Desk, bubble, row
from tests.inbox.page.hands import field, more
from tests.inbox.page.test_composer import count, newest

KINDS = ["Location", "Contact", "Reply buttons", "List of choices", "Link button", "Ask for location"]
FILES = "Photos and documents"


async def submit(dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Send", exact=True).click()


async def sent(page: Page, dialog: Locator, text: str) -> Locator:
    """The bubble that shows it, once Meta has it."""
    await submit(dialog)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    shown = bubble(page, text)
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(shown).to_have_count(1)
    return shown


async def test_e6_one_button_opens_a_menu_by_the_pattern(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    button = page.get_by_role("button", name="Attach")
    items = page.get_by_role("menuitem")
    await expect(button).to_have_attribute("aria-expanded", "false")
    for key, at in (("ArrowDown", 0), ("ArrowUp", 6), ("Enter", 0), ("Space", 0)):
        await button.press(key)
        await expect(items.nth(at)).to_be_focused()
        await expect(button).to_have_attribute("aria-expanded", "true")
        await page.keyboard.press("Escape")
        await expect(button).to_be_focused()
        await expect(items).to_have_count(0)
    await button.click()
    assert await items.all_inner_texts() == [FILES, *KINDS]
    for key, at in (("ArrowUp", 6), ("Home", 0), ("l", 1), ("l", 4), ("End", 6), ("ArrowDown", 0)):
        await page.keyboard.press(key)
        await expect(items.nth(at)).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(items).to_have_count(0)


async def test_e6_only_what_the_link_allows_is_offered(desk: Desk) -> None:
    files = await desk.open("readInbox", "sendText", "sendMedia", thread=ANA)
    await expect(files.get_by_role("button", name="Attach files")).not_to_have_attribute("aria-haspopup", "menu")
    alone = await desk.open("readInbox", "sendAdvanced", thread=ANA)
    await expect(alone.get_by_text("This link can send no text.")).to_be_visible()
    dialog = await more(alone, "Ask for location")
    await dialog.get_by_label("Text", exact=True).fill("Where are you?")
    await sent(alone, dialog, "Where are you?")
    assert (await newest(desk))["interactive"] == {
        "type": "location_request_message",
        "body": {"text": "Where are you?"},
        "action": {"name": "send_location"},
    }
    dialog = await more(alone, "Contact")
    path = f"/v1/shared-inbox-links/{desk.link['id']}"
    assert (await desk.office.client.patch(path, {"permissions": {"sendAdvanced": False}})).status == 200
    await expect(dialog).to_have_count(0)
    await expect(alone.get_by_role("button", name="Attach")).to_have_count(0)
    await expect(alone.get_by_text("This link cannot write messages.")).to_be_visible()


async def test_e6_what_is_beyond_a_limit_says_so_and_gets_the_focus(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    dialog = await more(page, "Reply buttons")
    await expect(dialog.get_by_label("Heading")).to_be_focused()
    await submit(dialog)
    text = dialog.get_by_label("Text", exact=True)
    await expect(text).to_be_focused()
    await expect(text).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_text("Fill this in.")).to_have_count(2)
    await text.fill("Shall we deliver *today*?")
    one = dialog.get_by_role("textbox", name="Button 1")
    await one.fill("x" * 21)
    await submit(dialog)
    await expect(one).to_be_focused()
    await expect(one).to_have_accessible_description(re.compile("1 character too many At most 20 characters."))
    await one.fill("Yes, please")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    shown = bubble(page, "Yes, please")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()


async def test_e6_buttons_are_ordered_by_keys_previewed_kept_and_answered(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    dialog = await more(page, "Reply buttons")
    text = dialog.get_by_label("Text", exact=True)
    one, two = (dialog.get_by_role("textbox", name=f"Button {number}") for number in (1, 2))
    await dialog.get_by_label("Heading").fill("Delivery")
    await text.fill("When?")
    await dialog.get_by_label("Footer").fill("Until six")
    await one.fill("Today")
    add = dialog.get_by_role("button", name="Add a button")
    await add.press("Enter")
    await expect(two).to_be_focused()
    await page.keyboard.type("Today")
    await submit(dialog)
    await expect(two).to_be_focused()
    await expect(dialog.get_by_text("Two buttons cannot say the same.")).to_be_visible()
    await two.fill("Tomorrow")
    await add.press("Enter")
    await page.keyboard.type("Never")
    await expect(add).to_have_count(0)
    await expect(dialog.get_by_text("A message has at most 3 buttons.")).to_be_visible()
    up = dialog.get_by_role("button", name="Move up: Button 2")
    await up.press("Enter")
    await expect(dialog.get_by_role("button", name="Move up: Button 1")).to_be_focused()
    await expect(dialog.get_by_role("status").last).to_have_text("Now in place 1")
    await page.keyboard.press("Enter")
    await expect(one).to_have_value("Tomorrow")
    await dialog.get_by_role("button", name="Remove: Button 3").press("Enter")
    await expect(two).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Attach")).to_be_focused()
    await row(page, "Ben").get_by_role("button").click()
    dialog = await more(page, "Reply buttons")
    await expect(text).to_have_value("")
    await page.keyboard.press("Escape")
    await row(page, "Ana").get_by_role("button").click()
    dialog = await more(page, "Reply buttons")
    preview = dialog.get_by_role("group", name="Preview")
    for words in ("Delivery", "When?", "Until six", "Tomorrow", "Today"):
        await expect(preview).to_contain_text(words)
    shown = await sent(page, dialog, "When?")
    for words in ("Delivery", "Until six", "Tomorrow", "Today"):
        await expect(shown).to_contain_text(words)
    await answered(desk, page)


async def answered(desk: Desk, page: Page) -> None:
    """Meta has it as it was built, and what the contact taps comes back."""
    interactive = (await newest(desk))["interactive"]
    assert interactive["header"] == {"type": "text", "text": "Delivery"}
    assert (interactive["body"], interactive["footer"]) == ({"text": "When?"}, {"text": "Until six"})
    replies = [{"id": "button_1", "title": "Tomorrow"}, {"id": "button_2", "title": "Today"}]
    assert interactive["action"] == {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}
    tapped = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": replies[1]}}
    await desk.write(ANA, "Ana", message=tapped)
    answer = page.locator("[data-key]").last
    await expect(answer).to_contain_text("Chosen")
    await expect(answer).to_contain_text("When?")


async def test_e6_a_list_of_ten_rows_across_sections(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    await bubble(page, "Hi!").hover()
    await bubble(page, "Hi!").get_by_role("button", name="Message options").click()
    await page.get_by_role("menuitem", name="Reply", exact=True).click()
    dialog = await more(page, "List of choices")
    await dialog.get_by_label("Text", exact=True).fill("Our bread")
    await dialog.get_by_label("Button that opens the list").fill("Look")
    title, rows = dialog.get_by_label("Title of the section"), dialog.get_by_role("textbox", name="Choice")
    await rows.fill("Rye")
    await dialog.get_by_role("group", name="Choice 1").get_by_label("Description").fill("Dark")
    await dialog.get_by_role("button", name="Add a section").press("Enter")
    await expect(title.last).to_be_focused()
    for number in range(3, 11):
        await dialog.get_by_role("button", name="Add a choice").first.press("Enter")
        await expect(rows.nth(number - 2)).to_be_focused()
        await page.keyboard.type(f"Bread {number}")
    await expect(dialog.get_by_text("A list has at most 10 choices.")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Add a")).to_have_count(0)
    await submit(dialog)
    await expect(title.first).to_be_focused()
    await title.first.fill("Every day")
    await title.last.fill("Sundays")
    # The last of the first section goes over into the second, and the focus with it.
    down = dialog.get_by_role("button", name="Move down: Choice 9")
    await down.press("Enter")
    await expect(dialog.get_by_role("status").last).to_have_text("Now in place 9, section 2")
    await expect(down).to_be_focused()
    await submit(dialog)
    await expect(rows.last).to_be_focused()
    await dialog.get_by_role("button", name="Remove: Choice 10").press("Enter")
    await expect(rows.last).to_be_focused()
    preview = dialog.get_by_role("group", name="Preview")
    await preview.get_by_role("button", name="Look").click()
    await expect(preview.get_by_role("listitem")).to_have_count(9)
    shown = await sent(page, dialog, "Our bread")
    await expect(shown).to_contain_text("Hi!")
    await shown.get_by_role("button", name="Look").click()
    for words in ("Every day", "Dark", "Sundays", "Bread 10"):
        await expect(shown).to_contain_text(words)
    body = await newest(desk)
    assert body["context"]["message_id"].startswith("wamid.")
    first, second = body["interactive"]["action"]["sections"]
    assert (body["interactive"]["action"]["button"], first["title"], second["title"]) == (
        "Look",
        "Every day",
        "Sundays",
    )
    assert first["rows"][0] == {"id": "row_1", "title": "Rye", "description": "Dark"}
    assert [each["id"] for each in [*first["rows"], *second["rows"]]] == [f"row_{number}" for number in range(1, 10)]
    assert second["rows"] == [{"id": "row_9", "title": "Bread 10"}]


async def test_e6_links_places_and_cards(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    dialog = await more(page, "Link button")
    await dialog.get_by_label("Text", exact=True).fill("Our shop")
    await dialog.get_by_label("Text of the button").fill("Open")
    await dialog.get_by_label("Web address").fill("http://example.com")
    await submit(dialog)
    await expect(dialog.get_by_label("Web address")).to_be_focused()
    await dialog.get_by_label("Web address").fill("https://example.com/a")
    shown = await sent(page, dialog, "Our shop")
    await expect(shown.get_by_role("link", name="Open")).to_have_attribute("href", "https://example.com/a")
    parameters = {"display_text": "Open", "url": "https://example.com/a"}
    assert (await newest(desk))["interactive"]["action"] == {"name": "cta_url", "parameters": parameters}

    dialog = await more(page, "Location")
    await dialog.get_by_role("button", name="Use my position").click()
    await expect(dialog.get_by_text("The browser does not tell this page where you are.")).to_be_visible()
    await desk.context.grant_permissions(["geolocation"])
    await desk.context.set_geolocation({"latitude": -34.60371, "longitude": -58.38159})
    await dialog.get_by_role("button", name="Use my position").click()
    await expect(dialog.get_by_label("Latitude")).to_have_value("-34.60371")
    await dialog.get_by_label("Address").fill("Av. 9 de Julio")
    await submit(dialog)
    await expect(dialog.get_by_label("Name of the place")).to_be_focused()
    await dialog.get_by_label("Name of the place").fill("Obelisco")
    shown = await sent(page, dialog, "Obelisco")
    await expect(shown).to_contain_text("-34.60371,-58.38159")
    place = {"latitude": -34.60371, "longitude": -58.38159, "name": "Obelisco", "address": "Av. 9 de Julio"}
    assert (await newest(desk))["location"] == place

    dialog = await more(page, "Contact")
    await dialog.get_by_label("Name").fill("Zoe Díaz")
    await dialog.get_by_label("Phone number").fill("11 5555-1234")
    await submit(dialog)
    await expect(dialog.get_by_label("Phone number")).to_be_focused()
    await dialog.get_by_label("Phone number").fill("+54 9 11 5555-1234")
    shown = await sent(page, dialog, "Zoe Díaz")
    await expect(shown.get_by_role("link")).to_have_attribute("href", "tel:+5491155551234")
    card = (await newest(desk))["contacts"][0]
    assert card["name"] == {"formatted_name": "Zoe Díaz", "first_name": "Zoe", "last_name": "Díaz"}
    assert card["phones"] == [{"phone": "+54 9 11 5555-1234", "type": "CELL", "wa_id": "5491155551234"}]
    await expect(row(page, "Ana")).to_contain_text("Contact: Zoe Díaz")


async def test_e6_what_was_built_is_shown_at_once_and_goes_out_once(desk: Desk) -> None:
    page = await desk.open(thread=BEN)
    held, tries = asyncio.Event(), list[str]()

    async def hold(route: Route) -> None:
        tries.append(route.request.headers["idempotency-key"])
        await held.wait()
        await route.continue_()

    await page.route("**/api/messages", hold)
    before = await count(desk)
    dialog = await more(page, "Ask for location")
    await dialog.get_by_label("Text", exact=True).fill("Where to, Ben?")
    await submit(dialog)
    shown = bubble(page, "Where to, Ben?")
    await expect(shown.get_by_text("Sending", exact=True)).to_be_attached()
    await expect(shown).to_contain_text("Send location")
    await page.reload()
    await expect(shown.get_by_text("Sending", exact=True)).to_be_attached()
    held.set()
    await expect(shown.get_by_text(re.compile("^(Sent|Delivered|Read)$"))).to_be_attached()
    await expect(shown).to_have_count(1)
    assert len(set(tries)) == 1 and await count(desk) == before + 1


async def test_e6_a_window_that_closes_meanwhile_keeps_what_was_built(desk: Desk) -> None:
    who = "5491155553077"
    await desk.write(who, "Late", "Hello")
    page = await desk.open(thread=who)
    await expect(field(page)).to_be_visible()
    dialog = await more(page, "Contact")
    await dialog.get_by_label("Name").fill("Zoe")
    await desk.context.clock.install()
    await desk.context.clock.fast_forward("25:00:00")
    await expect(dialog.get_by_text(re.compile("The 24-hour window has closed meanwhile"))).to_be_visible()
    await expect(dialog.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await expect(dialog.get_by_label("Name")).to_have_value("Zoe")


class TestSpeakers:
    @pytest.fixture(params=[("es", "corazon azul", "💙"), ("pt-BR", "cachorro", "🐶"), ("ar", "قلب", "❤️")])
    def wanted(self, request: pytest.FixtureRequest) -> Any:
        return request.param

    @pytest.fixture
    def context_options(self, wanted: Any) -> dict[str, Any]:
        return {**PHONE, "locale": wanted[0]}

    async def test_e3_emoji_are_found_in_the_readers_words(self, desk: Desk, wanted: Any) -> None:
        page = await desk.open(thread=ANA)
        await expect(page.locator("#composer")).to_be_visible()
        await page.evaluate("document.getElementById('emoji-button').click()")
        await page.locator("[role=dialog] input").fill(wanted[1])
        await expect(page.locator("[data-face]").first).to_have_text(wanted[2])
