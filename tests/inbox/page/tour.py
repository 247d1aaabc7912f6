"""A walk through every state of the inbox's page, in any language and size; who walks along looks at each of them."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.inbox.conftest import ANA, BEN
from tests.inbox.page.conftest import Desk
from tests.messages.test_sending import connected

DORA = "5491155570001"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FILES = [
    FilePayload(name="1.png", mimeType="image/png", buffer=PNG),
    FilePayload(name="2.exe", mimeType="application/octet-stream", buffer=b"MZ\0\0"),
]
#: What the rest of the world answers, in the places of the server's words.
BROKEN = {"error": {"code": "INTERNAL_ERROR", "message": "Broken."}}
State = tuple[str, Page]


async def furnish(desk: Desk) -> None:
    """Conversations of every sort: Ana's has all kinds of messages, Ben's window is closed, Dora's answer failed."""
    office = desk.office
    if DORA in office.threads:
        return
    asked = await desk.write(ANA, "Ana", "Is it *ready*?\nhttps://example.com/1")
    for message in (
        {"type": "image", "image": {"caption": "1"}},
        {"type": "audio"},
        {"type": "document"},
        {"type": "sticker"},
        {"type": "location", "location": {"latitude": 1.5, "longitude": 2.5}},
        {
            "type": "contacts",
            "contacts": [{"name": {"formatted_name": "Zoe"}, "phones": [{"phone": "+1 650 555 0000"}]}],
        },
        {"type": "unsupported"},
        {"type": "reaction", "reaction": {"message_id": asked, "emoji": "❤️"}},
        {"type": "text", "text": {"body": "تست and English"}, "context": {"id": asked}},
    ):
        await desk.write(ANA, "Ana", message=message)
    await desk.write(DORA, "Dora", "Hello?")
    messages = f"/v1/phones/{office.number.id}/messages"
    sent = await office.client.post(messages, {"to": ANA, "type": "text", "text": "Yes"})
    assert sent.status < 300, sent.body
    await desk.sim("POST", "/faults", {"fail": {"messages.send": {"code": 131026}}})
    refused = await office.client.post(messages, {"to": DORA, "type": "text", "text": "Hi"})
    assert refused.status >= 400, refused.body
    await desk.sim("DELETE", "/faults")
    await close_window(desk, BEN)


async def close_window(desk: Desk, who: str) -> None:
    async with desk.office.stack.rt.pool.connection() as conn:
        await conn.execute(
            "update conversations set last_inbound_at = now() - interval '25 hours'"
            " where organization_id = $1 and id = $2",
            desk.office.client.organization_id,
            UUID(desk.office.threads[who]),
        )


@dataclass
class Tour:
    desk: Desk
    #: One pane at a time.
    narrow: bool = False

    async def states(self) -> AsyncIterator[State]:
        await furnish(self.desk)
        page = await self.desk.open()
        walks = (self.list, self.thread, self.menus, self.template, self.builder, self.composer, self.voice, self.foot)
        for walk in (*walks, self.settings, self.others):
            async for name in walk(page):
                yield name, page
        await page.close()
        for walk in (self.broken, self.ends):
            async for state in walk():
                yield state

    async def list(self, page: Page) -> AsyncIterator[str]:
        await expect(page.locator("[data-row]")).to_have_count(3)
        yield "list"
        await page.locator("#search").fill("zzz")
        await expect(page.locator("[data-row]")).to_have_count(0)
        yield "no results"
        await page.locator("#search").fill("")
        await expect(page.locator("[data-row]")).to_have_count(3)

    async def enter(self, page: Page, name: str) -> None:
        if self.narrow and await page.locator("#thread-title").count():
            await page.go_back()
        await page.locator("[data-row]").filter(has_text=name).click()
        await expect(page.locator("#thread-title")).to_have_text(name)
        await expect(page.locator("[data-key]").first).to_be_attached()

    async def thread(self, page: Page) -> AsyncIterator[str]:
        await self.enter(page, "Ana")
        await expect(page.locator("[data-key] img").first).to_be_attached()
        yield "thread"

    async def menus(self, page: Page) -> AsyncIterator[str]:
        await self.options(page)
        yield "menu"
        await page.locator("[role=menu] > [role=group] > [role=menuitem]").click()
        await expect(page.locator("dialog [data-face]").first).to_be_visible()
        yield "any emoji as a reaction"
        await page.keyboard.press("Escape")
        await self.options(page)
        await page.get_by_role("menuitem").last.click()
        await expect(page.locator("dt").first).to_be_visible()
        yield "details"
        await page.locator("section:has(> header #panel-title) > header button").click()
        await page.locator("[data-key] button:has(img)").click()
        await expect(page.locator("dialog img")).to_be_visible()
        yield "lightbox"
        await page.keyboard.press("+")
        yield "lightbox zoomed"
        await page.keyboard.press("Escape")
        await self.options(page)
        await page.locator("[role=menu] > [role=menuitem]").first.click()
        await expect(page.locator("#composer")).to_be_focused()
        yield "reply"
        await page.keyboard.press("Escape")

    async def options(self, page: Page) -> None:
        last = page.locator("[data-key]").last
        await last.hover()
        await last.locator("[aria-haspopup=menu]").click()
        await expect(page.get_by_role("menu")).to_be_visible()

    async def template(self, page: Page) -> AsyncIterator[str]:
        await page.locator("#emoji-button + button").click()
        dialog = page.locator("dialog")
        await expect(dialog.locator("li button").first).to_be_visible()
        yield "template picker"
        await dialog.locator("input").fill("discount")
        await dialog.locator("li button").filter(has_text="discount").click()
        await expect(dialog.locator("form")).to_be_visible()
        yield "template form"
        await dialog.locator("button[type=submit]").click()
        await expect(dialog.locator("[role=alert]").first).to_be_visible()
        yield "template form with gaps"
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)

    async def builder(self, page: Page) -> AsyncIterator[str]:
        """Each kind of the composer's menu, by its place there."""
        opener = page.locator("form button[aria-haspopup=menu]")
        dialog = page.locator("dialog")
        await opener.click()
        await expect(page.get_by_role("menu")).to_be_visible()
        yield "attach menu"
        await page.keyboard.press("Escape")
        for nth, kind in enumerate(("location", "contact", "buttons", "list", "link", "ask for location"), 1):
            await opener.click()
            await page.get_by_role("menuitem").nth(nth).click()
            await expect(dialog.locator("form")).to_be_visible()
            if kind in ("location", "list"):
                for field in ("sections", "rows.2") if kind == "list" else ():
                    await dialog.locator(f"[data-field='{field}']").click()
                await dialog.locator("[type=submit]").click()
                await expect(dialog.locator("[role=alert]").first).to_be_visible()
                yield f"{kind} with gaps"
            else:
                yield kind
            await page.keyboard.press("Escape")
            await expect(dialog).to_have_count(0)

    async def composer(self, page: Page) -> AsyncIterator[str]:
        await page.locator("#composer").fill("1 " * 1_950)
        yield "long text"
        await page.locator("#composer").fill("")
        await page.locator("form input[type=file]").set_input_files(FILES)
        await expect(page.locator("dialog [role=alert]")).to_be_visible()
        yield "attachments"
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)
        # On a phone only its key opens it: the keyboard there has emoji of its own.
        await page.evaluate("document.getElementById('emoji-button').click()")
        await expect(page.locator("[data-face]").first).to_be_visible()
        yield "emoji"
        await page.keyboard.press("Escape")

    async def voice(self, page: Page) -> AsyncIterator[str]:
        microphone = page.locator("form button:has(svg)").last
        await microphone.click()
        await expect(page.locator("form [role=alert]")).to_be_visible()
        yield "no microphone"
        await self.desk.context.grant_permissions(["microphone"])
        await microphone.click()
        bar = page.locator("form [role=group]")
        await expect(bar.locator("canvas")).to_be_visible()
        yield "recording"
        await bar.get_by_role("button").nth(2).click()
        await expect(bar.locator("audio")).to_have_js_property("readyState", 4)
        yield "recorded"
        await bar.get_by_role("button").first.click()
        await expect(bar).to_have_count(0)

    async def foot(self, page: Page) -> AsyncIterator[str]:
        await self.enter(page, "Dora")
        yield "failed message"
        await self.enter(page, "Ben")
        yield "closed window"

    async def settings(self, page: Page) -> AsyncIterator[str]:
        if self.narrow:
            await page.go_back()
        await page.locator("section:has(#search) header button").last.click()
        await expect(page.locator("dialog select")).to_be_visible()
        yield "settings"
        await page.locator("dialog > button").click()
        await expect(page.locator("dialog kbd").first).to_be_visible()
        yield "shortcuts"
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)

    async def others(self, page: Page) -> AsyncIterator[str]:
        self.desk.forgiven.append("500")
        await page.route("**/messages?*", lambda route: route.fulfill(status=500, json=BROKEN))
        await page.goto(self.desk.link["publicUrl"].replace("#", f"?c={self.desk.office.threads[DORA]}#"))
        await expect(self.problem(page)).to_be_visible()
        yield "thread failed"
        await page.evaluate("dispatchEvent(new Event('offline'))")
        await expect(page.locator("#app [role=status] button")).to_be_visible()
        yield "reconnecting"

    def problem(self, page: Page) -> Locator:
        return page.locator("section p + button")

    async def broken(self) -> AsyncIterator[State]:
        page = await self.desk.page()
        await page.route("**/api/conversations?*", lambda route: route.fulfill(status=500, json=BROKEN))
        await page.goto((await self.desk.make_link())["publicUrl"])
        await expect(self.problem(page)).to_be_visible()
        yield "list failed", page
        await page.close()
        office = self.desk.office
        client, number = await connected(office.stack)
        body = {"phoneNumberId": number.id, "name": "Empty", "permissions": {"readInbox": True}}
        page = await self.desk.page()
        await page.goto((await client.post("/v1/shared-inbox-links", body)).data["publicUrl"])
        await expect(self.problem(page)).to_be_visible()
        yield "empty inbox", page
        await page.close()
        page = await self.desk.open("readInbox", thread=ANA)
        await expect(page.locator("[data-key]").first).to_be_attached()
        yield "reading only", page
        await page.close()

    async def ends(self) -> AsyncIterator[State]:
        self.desk.forgiven += ["401", "403", "429", "ERR_FAILED"]
        page = await self.desk.page()
        for state in ("wrong", "expired", "revoked", "suspended", "throttled", "unreachable", "closed", "no reading"):
            await end(self.desk, page, state)
            await expect(page.locator("h1[tabindex]")).to_be_focused()
            yield f"link {state}", page
        await page.close()


async def end(desk: Desk, page: Page, state: str) -> None:
    """Shows a link in this state in the page."""
    await page.unroute_all()
    link = await desk.make_link(*(["sendText"] if state == "no reading" else []))
    address = link["publicUrl"]
    if state == "wrong":
        address = address[:-1]
    elif state == "closed":
        address = address.partition("#")[0]
    elif state == "revoked":
        await desk.office.client.delete(f"/v1/shared-inbox-links/{link['id']}")
    elif state == "expired":
        async with desk.office.stack.rt.pool.connection() as conn:
            await conn.execute("update shared_inbox_links set expires_at = now() where id = $1", UUID(link["id"]))
    elif state == "unreachable":
        await page.route("**/api/session", lambda route: route.abort())
    elif state in ANSWERS:
        status, error = ANSWERS[state]
        await page.route("**/api/session", lambda route: route.fulfill(status=status, json={"error": error}))
    await page.goto(address)


#: As the server answers them; tests/inbox/test_sessions.py and test_links.py see to that.
ANSWERS = {
    "suspended": (403, {"code": "FORBIDDEN", "message": "Suspended.", "details": {"reason": "suspended"}}),
    "throttled": (429, {"code": "RATE_LIMITED", "message": "Too many."}),
}
