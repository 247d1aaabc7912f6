"""Rows G1, G2, K1: what is marked as read and what draws attention; how much the page weighs and mounts."""

import gzip
import json
import re
from typing import Any
from uuid import UUID, uuid4

from playwright.async_api import Page, Route, expect

from tests.inbox.conftest import ANA, BEN
from tests.inbox.page.conftest import Desk, bubble, row, say, until
from waypost import assets

JUNE, KIM, LEO = "5491155580001", "5491155580002", "5491155580003"
EDGE = "document.querySelector('[aria-label^=\"Messages with\"]').parentElement"
LOOK = """(seen, focused) => {
  Object.defineProperty(document, "visibilityState", { value: seen ? "visible" : "hidden", configurable: true });
  document.hasFocus = () => focused;
  document.dispatchEvent(new Event("visibilitychange"));
  if (focused) dispatchEvent(new Event("focus"));
}"""
#: Stands for the browser's sound and notifications, and keeps what was asked of them.
SENSES = """
window.asked = 0; window.shown = []; window.tones = 0;
class Fake {
  static permission = "default";
  static async requestPermission() { asked += 1; return (Fake.permission = "granted"); }
  constructor(title, options) { shown.push({ title, ...options }); }
  close() {}
}
window.Notification = Fake;
window.AudioContext = class {
  state = "running"; currentTime = 0; destination = {};
  async resume() {}
  createOscillator() { return { frequency: {}, connect: to => to, start: () => { tones += 1; }, stop() {} }; }
  createGain() {
    return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: to => to };
  }
};
"""


async def look(page: Page, seen: bool, focused: bool) -> None:
    await page.evaluate(f"({LOOK})({str(seen).lower()}, {str(focused).lower()})")


def reads(desk: Desk) -> int:
    return len([url for url in desk.asked if url.endswith("/read")])


async def letters(desk: Desk, who: str, name: str, count: int) -> None:
    letter = {"phone_number_id": desk.office.number.meta_id, "from": who, "name": name, "text": "line", "count": count}
    await desk.sim("POST", "/messages", letter)


async def test_g1_only_what_is_seen_at_the_end_of_a_focused_page_is_marked_as_read(desk: Desk) -> None:
    await letters(desk, JUNE, "June", 30)
    await desk.write(JUNE, "June", "the first")
    page = await desk.open("readInbox", "markRead", thread=JUNE)
    await expect(page.locator("[data-key]").first).to_be_visible()
    await page.evaluate(f"{EDGE}.scrollTop = 0")
    await expect(row(page, "June")).not_to_contain_text("unread")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    before = reads(desk)
    for nth, (seen, focused, at_end) in enumerate([(False, True, True), (True, False, True), (True, True, False)]):
        await look(page, seen, focused)
        if not at_end:
            await page.evaluate(f"{EDGE}.scrollTop = -400")
            await expect(page.get_by_role("button", name="To the newest message")).to_be_visible()
        await desk.write(JUNE, "June", f"unseen {nth}")
        await expect(row(page, "June")).to_contain_text(f"unseen {nth}")
        await expect(row(page, "June")).to_contain_text("1 unread message")
        assert reads(desk) == before + nth
        await look(page, True, True)
        if not at_end:
            await expect(row(page, "June")).to_contain_text("1 unread message")
            assert reads(desk) == before + nth
            await page.get_by_role("button", name="1 new", exact=True).click()
        await expect(row(page, "June")).not_to_contain_text("unread")
        assert reads(desk) == before + nth + 1


async def test_g1_without_the_permission_nothing_is_asked_for_and_unread_stays(desk: Desk) -> None:
    await desk.write(KIM, "Kim", "Anybody there?")
    page = await desk.open("readInbox", "sendText", thread=KIM)
    await expect(bubble(page, "Anybody there?")).to_be_visible()
    await page.get_by_label("Message", exact=True).press_sequentially("yes")
    await desk.write(KIM, "Kim", "Hello?")
    await expect(bubble(page, "Hello?")).to_be_visible()
    await expect(row(page, "Kim")).to_contain_text("2 unread messages")
    assert reads(desk) == 0
    reader = await desk.open("readInbox", "markRead", thread=KIM)
    await expect(row(reader, "Kim")).not_to_contain_text("unread")
    await expect(row(page, "Kim")).not_to_contain_text("unread")


async def test_g1_what_comes_while_the_last_is_marked_is_marked_too(desk: Desk) -> None:
    await desk.write(KIM, "Kim", "one")
    page = await desk.open("readInbox", "markRead", thread=ANA)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    first = True

    async def slowly(route: Any) -> None:
        nonlocal first
        answer = await route.fetch()
        if first:
            first = False
            await desk.write(KIM, "Kim", "two")
            await expect(bubble(page, "two")).to_be_visible()
        await route.fulfill(response=answer)

    await page.route("**/read", slowly)
    await row(page, "Kim").get_by_role("button").click()
    await expect(bubble(page, "two")).to_be_visible()
    await until(lambda: is_read(desk, KIM))
    await expect(row(page, "Kim")).not_to_contain_text("unread")


async def is_read(desk: Desk, who: str) -> bool:
    path = f"/v1/phones/{desk.office.number.id}/conversations/{desk.office.threads[who]}"
    return bool((await desk.office.client.get(path)).data["unreadCount"] == 0)


async def test_g2_title_and_favicon_tell_how_many_wait(desk: Desk) -> None:
    await desk.write(KIM, "Kim", "One more")
    page = await desk.open("readInbox", "markRead")
    await expect(page).to_have_title(re.compile(r"^\(\d+\) Support — Inbox$"))
    icon = page.locator("link[rel=icon]")
    await expect(icon).to_have_attribute("href", re.compile("circle"))
    for name in ("Ana", "Ben", "Kim", "June"):
        if await row(page, name).count():
            await row(page, name).get_by_role("button").click()
            await expect(page.get_by_role("list", name=f"Messages with {name}")).to_be_visible()
            await page.evaluate(f"{EDGE}.scrollTop = 0")
            await expect(row(page, name)).not_to_contain_text("unread")
    await expect(page).to_have_title("Support — Inbox")
    await expect(icon).not_to_have_attribute("href", re.compile("circle"))


async def test_g2_sound_and_notifications_are_the_visitors_to_turn_on_and_off(desk: Desk) -> None:
    await desk.context.add_init_script(SENSES)
    page = await desk.open("readInbox", thread=ANA)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await desk.write(BEN, "Ben", "before any gesture")
    await expect(row(page, "Ben")).to_contain_text("before any gesture")
    assert await page.evaluate("[asked, tones, shown.length]") == [0, 0, 0]
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("button", name="Play the sound").click()
    assert await page.evaluate("tones") == 2
    notify = page.get_by_role("switch", name="System notifications")
    await expect(notify).not_to_be_checked()
    await notify.click()
    await expect(notify).to_be_checked()
    assert await page.evaluate("asked") == 1
    await page.keyboard.press("Escape")
    await desk.write(BEN, "Ben", "heard")
    await until(lambda: holds(page, "tones === 4"))
    assert await page.evaluate("shown.length") == 0  # the page is looked at
    await look(page, False, False)
    await desk.write(BEN, "Ben", "a secret")
    await until(lambda: holds(page, "shown.length === 1"))
    told = (await page.evaluate("shown"))[0]
    assert (told["title"], told["body"]) == ("Ben", "a secret")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("switch", name="Hide the text in notifications").click()
    await page.get_by_role("switch", name="Sound for new messages").click()
    await page.keyboard.press("Escape")
    tones = await page.evaluate("tones")
    await desk.write(BEN, "Ben", "another secret")
    await until(lambda: holds(page, "shown.length === 2"))
    hidden = str((await page.evaluate("shown"))[1])
    assert "secret" not in hidden and "Ben" not in hidden and "New message" in hidden
    assert await page.evaluate("tones") == tones
    await page.reload()
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_role("switch", name="Sound for new messages")).not_to_be_checked()


async def holds(page: Page, condition: str) -> bool:
    return bool(await page.evaluate(condition))


#: What is loaded when it is wanted.
LATER = ("emoji/Emoji.tsx", "templates/Picker.tsx", "voice/Bar.tsx", "voice/remux.ts")


def test_k1_the_first_script_and_style_are_within_their_budgets(record_property: Any) -> None:
    manifest = json.loads((assets.FOLDER / "manifest.json").read_text())

    def whole(entry: str) -> tuple[int, int]:
        parts = [manifest[entry]]
        for part in parts:
            parts += [manifest[name] for name in part.get("imports", []) if manifest[name] not in parts]
        scripts = sum(size(part["file"]) for part in parts)
        return scripts, sum(size(css) for part in parts for css in part.get("css", []))

    scripts, styles = whole("src/inbox/main.tsx")
    record_property("inbox, script and style, gzipped bytes", f"{scripts} + {styles}")
    assert scripts <= 60_000 and styles <= 12_000
    assert whole("src/signup/main.ts")[0] <= 8_000
    later = [manifest[f"src/inbox/{name}"]["isDynamicEntry"] for name in LATER]
    assert all(later)


def size(name: str) -> int:
    return len(gzip.compress((assets.FOLDER / name).read_bytes()))


async def test_k1_long_threads_and_many_statuses_keep_few_nodes(desk: Desk) -> None:
    await letters(desk, LEO, "Leo", 200)
    await desk.write(LEO, "Leo", "the end")
    await insert_sent(desk, LEO, 500)
    page = await desk.open("readInbox", "sendText")
    await expect(row(page, "Leo")).to_be_visible()
    await row(page, "Leo").get_by_role("button").click()
    count = page.locator("[data-key]")
    await expect(count.first).to_be_attached()
    assert await page.evaluate(FILLED) == 300
    await say(page, "down again")
    await expect(bubble(page, "down again")).to_be_in_viewport()
    assert await count.count() <= 300
    assert await page.evaluate(FILLED) == 300
    await statuses(desk, page, 500)
    assert await count.count() <= 300


#: Scrolls up until as many messages are mounted as may be, and stays in their middle; the most that ever were.
FILLED = """async () => {
  const edge = document.querySelector('[aria-label^="Messages with"]').parentElement;
  const count = () => document.querySelectorAll("[data-key]").length;
  let most = 0;
  for (let turns = 0; count() < 300 && turns < 600; turns += 1) {
    edge.scrollTop = -edge.scrollHeight;
    await new Promise(requestAnimationFrame);
    most = Math.max(most, count());
  }
  for (let turns = 0; turns < 20; turns += 1) {
    edge.scrollTop = -edge.scrollHeight / 2;
    await new Promise(requestAnimationFrame);
    most = Math.max(most, count());
  }
  return most;
}"""


async def statuses(desk: Desk, page: Page, number: int) -> None:
    """So many status events come at once, two for each of the last messages."""
    keys = await page.locator("[data-side=outbound]").evaluate_all("all => all.map(each => each.dataset.key)")
    chosen = keys[-1 - number // 2 : -1]
    names: dict[str, Any] = {"conversationId": desk.office.threads[LEO], "statusTimestamps": {}, "error": None}
    news = [{**names, "messageId": key, "status": status} for status in ("delivered", "read") for key in chosen]
    assert len(news) == number
    body = "".join(f"event: status\ndata: {json.dumps(each)}\n\n" for each in news)
    stream = "retry: 60000\n" + body

    async def once(route: Route) -> None:
        await desk.context.unroute("**/api/events*")
        await route.fulfill(content_type="text/event-stream", body=stream)

    await desk.context.route("**/api/events*", once)
    await page.evaluate("(dispatchEvent(new Event('offline')), dispatchEvent(new Event('online')))")
    for key in (chosen[0], chosen[-1]):
        await expect(page.locator(f"[data-key='{key}']").get_by_text("Read", exact=True)).to_be_attached()


async def insert_sent(desk: Desk, who: str, count: int) -> None:
    """Sent messages behind the thread's end, as a day's work leaves them."""
    client, thread = desk.office.client, UUID(desk.office.threads[who])
    async with desk.office.stack.rt.pool.transaction() as conn:
        last = await conn.fetchval(
            "select message_count from conversations where organization_id = $1 and id = $2",
            client.organization_id,
            thread,
        )
        await conn.execute(
            "insert into messages (organization_id, id, phone_id, conversation_id, position, direction, type, content,"
            " status, status_timestamps, wamid, sent_at, created_at) select $1, gen_random_uuid(), $2, $3, $4::int + n,"
            " 'outbound', 'text', '{\"body\": \"sent\"}', 'sent', '{}', $6 || n, now(), now()"
            " from generate_series(1, $5::int) n",
            client.organization_id, UUID(desk.office.number.id), thread, last, count, f"wamid.{uuid4().hex}",
        )  # fmt: skip
        await conn.execute(
            "update conversations set message_count = message_count + $3 where organization_id = $1 and id = $2",
            client.organization_id, thread, count,
        )  # fmt: skip
