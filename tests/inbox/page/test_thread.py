"""Rows B2, C1 to C3, C5, C6, C11 to C13, C15: the thread stays where it is, shows every kind of message, and says what
became of each."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import Desk, bubble, row, rows, say, until
from tests.inbox.page.letters import FAILURES, LINES, post, send, text

LONG, EVE = "5491155550002", "5491155550003"
EDGE = "document.querySelector('[aria-label^=\"Messages with\"]').parentElement"
FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
#: The first bubble that is wholly in view, and where it is.
HOLD = f"""(() => {{
  const edge = {EDGE}.getBoundingClientRect().top;
  window.kept = [...document.querySelectorAll('[data-key]')].find(e => e.getBoundingClientRect().top >= edge);
  return window.kept.getBoundingClientRect().top;
}})()"""
WHERE = "window.kept.getBoundingClientRect().top"


async def long_thread(desk: Desk) -> str:
    """340 lines between the first and the last; the name of the first."""
    if LONG not in desk.office.threads:
        first = await desk.write(LONG, "Long", "the very first line")
        await post(desk, LONG, "Long", text("a line"), count=340)
        await desk.write(LONG, "Long", "the last line")
        FIRST.append(first)
    return FIRST[-1]


FIRST: list[str] = []


async def read_all(desk: Desk) -> None:
    thread = f"/v1/phones/{desk.office.number.id}/conversations/{desk.office.threads[LONG]}/messages?limit=1"
    newest = (await desk.office.client.get(thread)).data[0]["wamid"]
    await desk.office.client.post(f"/v1/phones/{desk.office.number.id}/messages/{newest}/read", {})


async def scroll(page: Page, to: int) -> None:
    await page.evaluate(f"{EDGE}.scrollTop = {to}")
    await page.evaluate(FRAMES)


async def test_b2_every_type_has_a_line_and_none_is_empty(desk: Desk) -> None:
    for number, (name, message, _) in enumerate(LINES):
        await post(desk, str(5491155551000 + number), f"Of {name}", message)
    said = await post(desk, "5491155551090", "Of Reaction", text("Shall we?"))
    await post(
        desk, "5491155551090", "Of Reaction", {"type": "reaction", "reaction": {"message_id": said, "emoji": "👍"}}
    )
    said = await post(desk, "5491155551091", "Of Withdrawn", text("Oh no"))
    await post(desk, "5491155551091", "Of Withdrawn", {"type": "revoke", "revoke": {"original_message_id": said}})
    page = await desk.open()
    for name, words in [
        *((name, words) for name, _, words in LINES),
        ("Reaction", "👍 to: Shall we?"),
        ("Withdrawn", "Deleted message"),
    ]:
        await expect(row(page, f"Of {name}")).to_contain_text(re.compile(f"{re.escape(words)}(?!:)"))
    empty = "[...document.querySelectorAll('[data-row] bdi')].filter(each => !each.textContent.trim()).length"
    assert await page.evaluate(empty) == 0
    await send(desk, "5491155551000", type="template", templateName="hello_world", languageCode="en_US")
    await expect(row(page, "Of Image")).to_contain_text("Template: hello_world")


async def test_c1_a_thread_opens_at_the_first_unread_message_or_at_the_very_end(desk: Desk) -> None:
    await desk.write(EVE, "Eve", "Read already")
    reader = await desk.open("readInbox", "markRead", thread=EVE)
    await expect(row(reader, "Eve")).not_to_contain_text("unread")
    await reader.close()
    await post(desk, EVE, "Eve", text("unread " * 60), count=12)
    page = await desk.open("readInbox", thread=EVE)
    divider = page.get_by_text("12 new messages")
    await expect(divider).to_be_in_viewport()
    above = "document.querySelector('[data-before]').nextElementSibling.getBoundingClientRect().top"
    assert await page.evaluate(f"{above} - {EDGE}.getBoundingClientRect().top") < 80
    await expect(page.get_by_role("button", name=re.compile(r"^\d+ new$"))).to_be_visible()
    await long_thread(desk)
    await read_all(desk)
    page = await desk.open("readInbox", thread=LONG)
    await expect(bubble(page, "the last line")).to_be_in_viewport()
    assert await page.evaluate(f"{EDGE}.scrollTop") == 0
    await expect(page.get_by_role("button", name="To the newest message")).to_have_count(0)


async def test_c2_earlier_pages_move_nothing_also_at_the_very_top(desk: Desk) -> None:
    await long_thread(desk)
    await read_all(desk)
    page = await desk.open("readInbox", thread=LONG)
    await expect(bubble(page, "the last line")).to_be_in_viewport()
    first = "document.querySelector('[data-key]')"
    came = f"{first} !== window.before || {first}.textContent.includes('very first line')"
    for _ in range(12):
        if await page.evaluate(f"({HOLD}, window.kept.textContent.includes('the very first line'))"):
            break
        # To the very top in one go: what is kept is what is there when the next page comes in above it.
        await page.evaluate(f"window.before = {first}")
        top = await page.evaluate(f"({EDGE}.scrollTop = -999999, {HOLD})")
        await until(lambda: page.evaluate(came))
        await page.evaluate(FRAMES)
        assert abs(await page.evaluate(WHERE) - top) <= 1
    await expect(bubble(page, "the very first line")).to_be_attached()
    # Not more than so many are kept in the page, and what was left out comes back on the way down.
    assert await page.locator("[data-key]").count() <= 300
    await page.get_by_role("button", name="To the newest message").click()
    await expect(bubble(page, "the last line")).to_be_in_viewport()


async def test_c3_while_reading_earlier_messages_nothing_moves(desk: Desk) -> None:
    await long_thread(desk)
    await read_all(desk)
    page = await desk.open("readInbox", "markRead", thread=LONG)
    await expect(bubble(page, "the last line").last).to_be_in_viewport()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await scroll(page, -400)
    top = await page.evaluate(HOLD)
    await desk.write(LONG, "Long", "while you read")
    await expect(page.get_by_role("button", name="1 new", exact=True)).to_be_visible()
    assert abs(await page.evaluate(WHERE) - top) <= 1
    await desk.write(LONG, "Long", "and read on")
    await expect(page.get_by_role("button", name="2 new", exact=True)).to_be_visible()
    await desk.write(ANA, "Ana", "Elsewhere")
    await expect(row(page, "Ana")).to_contain_text("Elsewhere")
    await page.evaluate(FRAMES)
    assert abs(await page.evaluate(WHERE) - top) <= 1
    # A scroll and a longer list in one frame: the scroll is the reader's, the length is not.
    grow = "const li = document.createElement('li'); li.style.height = '90px'; window.kept.parentElement.append(li)"
    await page.evaluate(f"(() => {{ {grow}; {EDGE}.scrollTop -= 50; }})()")
    await page.evaluate(FRAMES)
    assert abs(await page.evaluate(WHERE) - top - 50) <= 1
    await page.get_by_role("button", name="2 new", exact=True).click()
    await expect(bubble(page, "and read on")).to_be_in_viewport()
    await expect(row(page, "Long")).not_to_contain_text("unread")


async def test_c5_every_failure_says_why_and_what_to_do(desk: Desk) -> None:
    await desk.sim("POST", "/faults", {"statuses": {"off": True}})
    told = [(code, words, await send(desk, ANA, type="text", text=f"code <{code}>")) for code, words in FAILURES]
    for code, _, wamid in told:
        error = {"code": code, "error_data": {"details": f"details of {code}"}}
        failed = {"status": "failed", "errors": [error]}
        letter = {"phone_number_id": desk.office.number.meta_id, "wamid": wamid, "statuses": [failed]}
        await desk.sim("POST", "/statuses", letter)
    page = await desk.open(thread=ANA)
    for code, words, _ in told:
        shown = bubble(page, f"code <{code}>")
        await expect(shown).to_contain_text(words)
        await expect(shown).to_contain_text(f"({code})")
    # What a file or an unknown failure was, only Meta can say.
    for code in (131053, 199_999):
        await expect(bubble(page, f"code <{code}>")).to_contain_text(f"details of {code}")
    offers = page.get_by_role("button", name="Choose a template")
    await expect(offers).to_have_count(1)
    await offers.click()
    await expect(page.get_by_role("dialog", name="Choose a template")).to_be_visible()


async def test_c5_what_waits_for_the_network_says_so(desk: Desk) -> None:
    desk.forgiven += ["ERR_FAILED", "Failed to fetch"]
    page = await desk.open(thread=ANA)
    await expect(page.get_by_label("Message", exact=True)).to_be_visible()
    await page.route("**/api/messages", lambda route: route.abort())
    shown = await say(page, "into the tunnel")
    await expect(shown).to_contain_text("Not sent yet: it will go out when there is a connection.")
    await page.unroute("**/api/messages")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(shown).not_to_contain_text("Not sent yet")


async def test_c6_another_try_is_one_send_of_the_same_bubble_and_only_where_it_can_work(desk: Desk) -> None:
    desk.forgiven += ["400", "403", "429", "500", "502"]
    page = await desk.open("readInbox", "readDetails", "sendText", "sendTemplates", thread=ANA)
    await expect(page.get_by_label("Message", exact=True)).to_be_visible()
    await desk.sim("POST", "/faults", {"fail": {"messages.send": {"code": 131042}}})
    shown = await say(page, "Try this one again")
    again = shown.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await desk.sim("DELETE", "/faults")
    tries: list[str] = []
    looked = asyncio.Event()

    async def hold(route: Route) -> None:
        tries.append(route.request.url)
        await looked.wait()
        await route.continue_()

    await page.route("**/retry", hold)
    await again.dblclick()
    await expect(shown.get_by_text("Sending")).to_be_attached()
    looked.set()
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(shown).to_have_count(1)
    assert len(tries) == 1
    sent = (await desk.sim("GET", "/sent"))["sent"]
    assert len([each for each in sent if "Try this one again" in str(each["body"])]) == 1
    for code in (131026, 131047):
        await desk.sim("POST", "/faults", {"statuses": {"failed": {"code": code}}})
        lost = await say(page, f"hopeless <{code}>")
        await expect(lost).to_contain_text(f"({code})")
        await expect(lost.get_by_role("button", name="Try again")).to_have_count(0)


async def test_c11_every_kind_has_its_own_card(desk: Desk) -> None:
    who = "5491155550011"
    place = {"latitude": 1.5, "longitude": 2.5, "name": "The shop", "address": "1 Main St"}
    order = {"catalog_id": "1", "text": "Please hurry", "product_items": [
        {"product_retailer_id": "sku-7", "quantity": 3, "item_price": 9.5, "currency": "EUR"}]}  # fmt: skip
    tap = {"id": "b", "title": "Deliver"}
    row_ = {"id": "r", "title": "The second row", "description": "With cream"}
    form = {"name": "flow", "body": "Sent", "response_json": '{"flow_token": "secret-token", "your_size": "XL"}'}
    for message in (
        {"type": "location", "location": place},
        {"type": "contacts"},
        {
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": tap},
        },
        {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": row_}},
        {"type": "button", "button": {"payload": "P", "text": "Confirm it"}},
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": form}},
        {"type": "order", "order": order},
        {"type": "unsupported"},
        {"type": "constructor", "constructor": {"x": 1}},
        {"type": "interactive", "interactive": {"type": "of_tomorrow", "of_tomorrow": [1]}},
    ):
        await post(desk, who, "Kinds", message)
    await desk.write(who, "Kinds", "the end of it")
    offer = {"body": "How shall we?", "footer": "Soon", "buttons": [{"id": "a", "title": "By bike"}]}
    await send(
        desk, who, type="interactive", interactiveType="button", header={"type": "text", "text": "Head"}, **offer
    )
    choice = {"title": "Cakes", "rows": [{"id": "c", "title": "Carrot", "description": "Moist"}]}
    await send(
        desk, who, type="interactive", interactiveType="list", body="Which?", buttonText="Look", sections=[choice]
    )
    page = await desk.open(thread=who)
    shop = bubble(page, "The shop")
    await expect(shop).to_contain_text("1 Main St")
    await expect(shop.get_by_role("link")).to_have_attribute("href", re.compile("mlat=1.5&mlon=2.5"))
    await expect(bubble(page, "Bo Chen").get_by_role("link")).to_have_attribute("href", "tel:+16505550177")
    for words in ("Deliver", "The second row", "Confirm it", "Please hurry"):
        await expect(bubble(page, words)).to_be_attached()
    await expect(bubble(page, "The second row")).to_contain_text("With cream")
    await expect(bubble(page, "your size")).to_contain_text("XL")
    await expect(page.get_by_text("secret-token")).to_have_count(0)
    await expect(bubble(page, "sku-7")).to_contain_text("3 × sku-7")
    await expect(bubble(page, "Look in the WhatsApp app.")).to_have_count(3)
    question = bubble(page, "How shall we?")
    for words in ("Head", "Soon", "By bike"):
        await expect(question).to_contain_text(words)
    await bubble(page, "Which?").get_by_role("button", name="Look").click()
    await expect(bubble(page, "Which?")).to_contain_text("Moist")
    await expect(bubble(page, "the end of it")).to_be_attached()


async def test_c12_quotes_lead_to_what_they_quote_or_say_that_it_is_gone(desk: Desk) -> None:
    first = await long_thread(desk)
    near = await desk.write(LONG, "Long", "a near one")
    for number, quoted in enumerate((first, near, "wamid.NOBODY")):
        await post(desk, LONG, "Long", text(f"about <{number}>", reply_to=quoted))
    await read_all(desk)
    page = await desk.open(thread=LONG)
    about = [bubble(page, f"about <{number}>") for number in range(3)]
    quotes = [each.get_by_role("button").first for each in about]
    # What lies pages back is quoted in full too.
    await expect(quotes[0]).to_contain_text("the very first line")
    await expect(quotes[0]).to_contain_text("Long")
    await expect(quotes[2]).to_contain_text("An earlier message")
    await quotes[2].click()
    await expect(about[2]).to_contain_text("The quoted message is not here any more.")
    await quotes[1].click()
    target = page.locator("[data-key]").filter(has_text=re.compile("^Long.?a near one")).first
    await expect(target).to_have_attribute("data-flashed", "true")
    await quotes[0].click()
    target = bubble(page, "the very first line").first
    await expect(target).to_be_focused()
    await expect(target).to_be_in_viewport()
    await expect(target).to_have_attribute("data-flashed", "true")
    await page.evaluate(FRAMES)
    await expect(target).to_be_in_viewport()
    # R answers what has the focus; what is sent carries its name.
    await page.keyboard.press("r")
    await expect(page.get_by_text("Replying to")).to_be_attached()
    shown = await say(page, "answered from afar")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(shown.get_by_role("button").first).to_contain_text("the very first line")
    sent = (await desk.sim("GET", "/sent"))["sent"][0]["body"]
    assert sent["context"]["message_id"] == first
    # And from the menu of a message.
    await bubble(page, "about <1>").hover()
    await bubble(page, "about <1>").get_by_role("button", name="Message options").click()
    await page.get_by_role("menuitem", name="Reply", exact=True).click()
    await expect(page.get_by_label("Message", exact=True)).to_be_focused()
    await page.get_by_role("button", name="Do not reply to it").click()
    await expect(page.get_by_text("Replying to")).to_have_count(0)


async def test_c12_a_quote_that_cannot_be_loaded_just_now_says_so_and_leads_there_when_pressed_again(
    desk: Desk,
) -> None:
    desk.forgiven.append("ERR_FAILED")
    first = await long_thread(desk)
    await post(desk, LONG, "Long", text("about what is far", reply_to=first))
    await read_all(desk)
    named, around = re.compile(r"/api/messages/[^/]+$"), re.compile("around=")
    for address in (named, around):
        await desk.context.route(address, lambda route: route.abort())
    page = await desk.open(thread=LONG)
    quote = bubble(page, "about what is far").get_by_role("button").first
    await expect(quote).to_contain_text("An earlier message")
    for address, excerpt in ((named, "An earlier message"), (around, "the very first line")):
        await quote.click()
        await expect(quote).to_contain_text(f"{excerpt}The quoted message could not be loaded. Press to try again.")
        await expect(page.locator("#say-assertive")).to_contain_text("could not be loaded")
        await desk.context.unroute(address)
    await quote.click()
    target = bubble(page, "the very first line").first
    await expect(target).to_be_focused()
    await expect(target).to_be_in_viewport()
    await expect(target).to_have_attribute("data-flashed", "true")


async def test_c13_reactions_are_on_their_message_the_latest_of_each_side(desk: Desk) -> None:
    who = "5491155550013"
    said = await desk.write(who, "Rita", "Shall we meet?")
    page = await desk.open("readInbox", "readDetails", thread=who)
    shown = bubble(page, "Shall we meet?")
    chip = shown.get_by_role("img")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    bubbles = await page.locator("[data-key]").count()
    now = int(datetime.now(UTC).timestamp())

    async def react(emoji: str, at: int) -> None:
        # Meta's times are whole seconds: of two within one, nobody knows which was later.
        told = {"type": "reaction", "timestamp": str(at), "reaction": {"message_id": said, "emoji": emoji}}
        await post(desk, who, "Rita", told)

    for at, emoji in enumerate(("👍", "❤️")):
        await react(emoji, now + at)
        await expect(chip).to_have_text(emoji)
        await expect(chip).to_have_accessible_name(f"Contact reacted with {emoji}")
        await expect(row(page, "Rita")).to_contain_text(f"{emoji} to: Shall we meet?")
        await expect(rows(page).first).to_contain_text("Rita")
    await send(desk, who, type="reaction", wamid=said, emoji="🙏")
    await expect(chip).to_have_accessible_name("Contact reacted with ❤️, You reacted with 🙏")
    await react("", now + 2)
    await expect(chip).to_have_accessible_name("You reacted with 🙏")
    assert await page.locator("[data-key]").count() == bubbles


class TestElsewhere:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "es-ES", "timezone_id": "America/Mexico_City"}

    async def test_c15_days_and_times_are_metas_in_the_readers_language_and_zone(self, desk: Desk) -> None:
        who = "5491155550015"
        noon = datetime.now(UTC).replace(hour=12, minute=7, second=0) - timedelta(days=2)
        late = noon - timedelta(hours=8, minutes=37)
        for at, body in (
            (late, "evening"),
            (noon, "morning"),
            (noon, "at once"),
            (noon + timedelta(minutes=6), "later"),
        ):
            await post(desk, who, "Days", text(body, timestamp=str(int(at.timestamp()))))
        await desk.write(who, "Days", "now")
        page = await desk.open(thread=who)
        # 03:30 in Greenwich is still the evening before in Mexico.
        await expect(bubble(page, "evening").locator("time")).to_have_text("21:30")
        await expect(bubble(page, "morning").locator("time")).to_have_text("06:07")
        days = page.locator("li:not([data-key]) > span").filter(has_text=re.compile("[a-z]"))
        texts = [each for each in await days.all_inner_texts() if "nuevo" not in each]
        assert len(texts) == 3
        assert re.fullmatch(r"\w+, \d+ de \w+", texts[0]) and texts[2] == "Hoy"
        grouped = {
            body: await bubble(page, body).get_attribute("data-first") for body in ("morning", "at once", "later")
        }
        assert grouped == {"morning": "true", "at once": None, "later": "true"}


async def test_c15_midnight_and_the_list(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    await expect(page.get_by_text("Today", exact=True)).to_be_attached()
    assert await page.get_by_text("Today", exact=True).count() == 1
    await until(lambda: is_time(row(page, "Ana").locator("time")))


async def is_time(shown: Locator) -> bool:
    return re.fullmatch(r"\d\d:\d\d", await shown.inner_text()) is not None
