"""Rows H1, H2, H4 and H5: what everybody can see, press and hear, in every state of the page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.inbox.conftest import ANA, Office
from tests.inbox.page.conftest import PHONE, Desk, bubble, desk_for, row, say, until
from tests.inbox.page.looks import CONTRAST, LATIN, OUTSIDE, TARGETS, axe
from tests.inbox.page.tour import FILES, Tour

FRED = "5491155570002"
COLOURS = ("color-contrast", "link-in-text-block")
#: A phone of a reader of Arabic stands for all phones and for all languages that run from the right.
DEVICES: dict[str, dict[str, Any]] = {"desktop": {}, "phone": {**PHONE, "locale": "ar"}}
SEEN = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return 'nothing has the focus';
  const box = e.getBoundingClientRect();
  const inside = (at, most) => Math.min(Math.max(at, 1), most - 1);
  const [x, y] = [inside(box.x + box.width / 2, innerWidth), inside(box.y + box.height / 2, innerHeight)];
  const top = document.elementFromPoint(x, y);
  if (box.bottom <= 0 || box.top >= innerHeight || box.width === 0) return `out of sight: ${e.outerHTML.slice(0, 120)}`;
  if (top && (e.contains(top) || top.contains(e))) return '';
  return `hidden under ${top?.outerHTML.slice(0, 120)}: ${e.outerHTML.slice(0, 120)}`;
}"""


@dataclass
class Findings:
    """What was wrong, by state; `states` are all that were seen."""

    states: list[str] = field(default_factory=list)
    axe: dict[str, Any] = field(default_factory=dict)
    contrast: dict[str, Any] = field(default_factory=dict)
    targets: dict[str, Any] = field(default_factory=dict)
    outside: dict[str, Any] = field(default_factory=dict)
    latin: dict[str, Any] = field(default_factory=dict)

    async def look(self, state: str, page: Page, narrow: bool) -> None:
        self.states.append(state)
        for scheme, rules in (("light", ()), ("dark", COLOURS)):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.note(self.axe, f"{state}, {scheme}", await axe(page, *rules))
            self.note(self.contrast, f"{state}, {scheme}", await page.evaluate(CONTRAST))
        self.note(self.targets, state, await page.evaluate(TARGETS, 44 if narrow else 24))
        self.note(self.outside, state, await page.evaluate(OUTSIDE))
        if narrow:
            self.note(self.latin, state, await page.evaluate(LATIN))

    @staticmethod
    def note(place: dict[str, Any], state: str, found: list[str]) -> None:
        if found:
            place[state] = found


@pytest.fixture(scope="module", params=DEVICES)
async def findings(request: pytest.FixtureRequest, chromium: Browser, office: Office) -> AsyncIterator[Findings]:
    found = Findings()
    narrow = request.param == "phone"
    async with desk_for(chromium, office, **DEVICES[request.param]) as desk:
        async for state, page in Tour(desk, narrow).states():
            await found.look(state, page, narrow)
    yield found


def test_h4_axe_finds_nothing_in_any_state_light_or_dark(findings: Findings) -> None:
    assert len(findings.states) >= 36
    assert findings.axe == {}


def test_h1_text_has_four_and_a_half_and_glyphs_and_borders_three_to_one(findings: Findings) -> None:
    assert findings.contrast == {}


def test_h4_whatever_is_pressed_is_24_pixels_and_44_for_fingers(findings: Findings) -> None:
    assert findings.targets == {}


def test_i1_nothing_is_wider_than_the_page(findings: Findings) -> None:
    assert findings.outside == {}


def test_h2_no_word_of_ours_is_left_in_another_language(findings: Findings) -> None:
    assert findings.latin == {}


async def seen(page: Page) -> None:
    assert await page.evaluate(SEEN) == ""


async def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """Goes on with the Tab key until the focus is there; it is in sight at every stop."""
    for _ in range(60):
        await page.keyboard.press(key)
        await seen(page)
        if await page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached by {key}")


async def test_h4_the_whole_job_by_keyboard(desk: Desk) -> None:
    await desk.write(ANA, "Ana", "Which one?")
    page = await desk.open()
    await expect(row(page, "Ana")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("ana")
    await expect(page.locator("#say-polite")).to_have_text("1 result")
    await tab_to(page, "[data-row]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer")).to_be_focused()
    await expect(bubble(page, "Which one?")).to_be_visible()
    # Read: back into the thread, and along it.
    await tab_to(page, "[data-key]", "Shift+Tab")
    await page.keyboard.press("ArrowUp")
    await seen(page)
    await page.keyboard.press("End")
    await page.keyboard.press("r")
    await expect(page.locator("#composer")).to_be_focused()
    await page.keyboard.type("This one")
    await page.keyboard.press("Enter")
    await expect(bubble(page, "This one")).to_contain_text("Which one?")
    await tab_to(page, "[aria-label='Template']", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Search templates")).to_be_focused()
    await page.keyboard.type("discount")
    await expect(page.locator("dialog li")).to_have_count(1)
    await tab_to(page, "dialog li button")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Text 1")).to_be_focused()
    for _ in range(await page.locator("dialog form input").count()):
        await page.keyboard.type("SAVE25")
        await page.keyboard.press("Tab")
        await seen(page)
    await tab_to(page, "dialog [type=submit]")
    await page.keyboard.press("Enter")
    await expect(bubble(page, "Hello SAVE25")).to_be_visible()
    await seen(page)
    await tab_to(page, "[aria-label='Attach']", "Shift+Tab")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await seen(page)
    async with page.expect_file_chooser() as choosing:
        await page.evaluate("1")  # by its answer the browser has heard that the choice is ours: a key is faster
        await page.keyboard.press("Enter")
    await (await choosing.value).set_files(FILES[:1])
    await expect(page.locator("dialog")).to_be_visible()
    await page.wait_for_function("document.activeElement.closest('dialog')")
    await page.locator("dialog li").wait_for()
    await tab_to(page, "dialog button[class*=primary]")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-key]").last.locator("img")).to_be_attached()
    await page.wait_for_function("document.activeElement.closest('form') && !document.querySelector('dialog')")
    await seen(page)


async def test_h4_the_focus_is_never_lost(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    await expect(page.locator("#composer")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#thread-title")).to_be_focused()
    # Single keys walk from here, since no field takes the focus.
    await page.keyboard.press("j")
    await expect(page.locator("#thread-title")).not_to_have_text("Ana")
    await expect(page.locator("#thread-title")).to_be_focused()
    await page.keyboard.press("k")
    await expect(page.locator("#thread-title")).to_have_text("Ana")
    for key, inside in (("?", "dialog"), ("t", "dialog")):
        await expect(page.locator("#thread-title")).to_be_focused()
        await page.keyboard.press(key)
        await page.wait_for_function("where => document.activeElement.closest(where)", arg=inside)
        await page.keyboard.press("Escape")
    info = page.get_by_role("button", name="Contact details")
    await info.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#panel-title")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(info).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(row(page, "Ana").get_by_role("button")).to_be_focused()


class TestNarrow:
    """A window at 400 %: narrow, and without fingers."""

    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"viewport": {"width": 320, "height": 256}}

    async def test_h4_at_320_pixels_all_is_there_and_the_focus_follows_the_panes(self, desk: Desk) -> None:
        page = await desk.open()
        one = row(page, "Ana").get_by_role("button")
        await one.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#thread-title")).to_be_focused()
        await tab_to(page, "#composer")
        await expect(page.locator("#composer")).to_be_in_viewport(ratio=1)
        assert await page.evaluate(OUTSIDE) == []
        await page.get_by_role("button", name="Contact details").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#panel-title")).to_be_focused()
        # What lies under the panel cannot be reached.
        for _ in range(6):
            await page.keyboard.press("Tab")
            assert not await page.evaluate(
                "document.activeElement.closest('[inert]') || document.activeElement.id === 'composer'"
            )
        assert await page.evaluate(OUTSIDE) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Contact details")).to_be_focused()
        await page.keyboard.press("/")
        await expect(page.locator("#search")).to_be_focused()


async def test_h4_motion_is_short_and_can_be_none(desk: Desk) -> None:
    longest = """() => Math.max(...[...document.querySelectorAll('*')].flatMap(e => {
        const style = getComputedStyle(e);
        return [style.transitionDuration, style.animationDuration].flatMap(all => all.split(',').map(parseFloat));
    }))"""
    page = await desk.open(thread=ANA)
    await expect(page.locator("#composer")).to_be_focused()
    assert await page.evaluate(longest) == 0
    await page.emulate_media(reduced_motion="no-preference")
    assert 0 < await page.evaluate(longest) <= 0.15


HEARD = """window.heard = {polite: [], assertive: []};
for (const kind of ['polite', 'assertive']) {
  const place = document.getElementById(`say-${kind}`);
  new MutationObserver(() => place.textContent && heard[kind].push(place.textContent))
    .observe(place, {childList: true, characterData: true, subtree: true});
}"""


async def test_h5_what_comes_in_is_said_once_and_what_fails_at_once(desk: Desk) -> None:
    desk.forgiven += ["400"]
    await desk.write(FRED, "Fred", "Hello")
    page = await desk.open("readInbox", "sendText", thread=FRED)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.evaluate(HEARD)

    async def heard(kind: str, text: str) -> bool:
        return text in await page.evaluate(f"heard.{kind}.join('|')")

    await desk.write(ANA, "Ana", "Are you there?")
    await until(lambda: heard("polite", "Ana: Are you there?"))
    shown = await say(page, "Yes, here")
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await desk.sim("POST", "/faults", {"fail": {"messages.send": {"code": 131026}}})
    await say(page, "This one fails")
    await until(lambda: heard("assertive", "Message to Fred failed. Cannot be delivered"))
    await desk.write(ANA, "Ana", "Hello?")
    await until(lambda: heard("polite", "Ana: Hello?"))
    told = await page.evaluate("heard")
    assert told["polite"] == ["Ana: Are you there?", "Ana: Hello?"]
    assert len(told["assertive"]) == 1


async def test_h5_the_list_is_of_buttons_and_the_thread_a_list_with_a_name(desk: Desk) -> None:
    page = await desk.open(thread=ANA)
    listed = page.get_by_role("region", name="Conversations").get_by_role("list").get_by_role("listitem")
    await expect(listed.get_by_role("button", name="Ana")).to_have_attribute("aria-current", "true")
    await expect(listed.get_by_role("button", name="Ben")).not_to_have_attribute("aria-current", "true")
    thread = page.get_by_role("list", name="Messages with Ana")
    await expect(thread.get_by_role("listitem").filter(has_text="Hi!").first).to_be_visible()
    chatty = "e => e.closest('[aria-live], [role=log]') !== null || e.querySelector('[aria-live]') !== null"
    assert not await thread.evaluate(chatty)


async def test_h4_a_button_that_vanishes_leaves_the_focus_nearby(desk: Desk) -> None:
    desk.forgiven += ["400", "403"]
    page = await desk.open("readInbox", "sendText", thread=ANA)
    await desk.sim("POST", "/faults", {"fail": {"messages.send": {"code": 131042}}})
    shown = await say(page, "Once more")
    again = shown.get_by_role("button", name="Try again")
    await again.focus()
    await page.keyboard.press("Enter")
    await expect(again).to_have_count(0)
    await expect(shown).to_be_focused()
