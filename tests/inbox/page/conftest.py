"""The inbox's real page in Chromium over the whole stack: a stack per module, a profile per test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page

from tests.chromium import PATIENCE, VIOLATIONS, Watch
from tests.inbox.conftest import Office

ALL = ("readInbox", "readDetails", "markRead", "sendText", "sendMedia", "sendTemplates", "sendAdvanced")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass
class Desk(Watch):
    """Opens links of the office in pages, and knows what their consoles and requests said."""

    office: Office
    context: BrowserContext
    asked: list[str] = field(default_factory=list)
    link: dict[str, Any] = field(default_factory=dict)

    async def make_link(self, *permissions: str, **fields: Any) -> dict[str, Any]:
        wanted = {name: name in (permissions or ALL) for name in ALL}
        body = {"phoneNumberId": self.office.number.id, "name": "Support", "permissions": wanted, **fields}
        made = await self.office.client.post("/v1/shared-inbox-links", body)
        assert made.status == 201, made.body
        self.link = made.data
        return self.link

    async def page(self) -> Page:
        page = await self.context.new_page()
        page.set_default_timeout(PATIENCE)
        self.follow(page)
        page.on("request", lambda request: self.asked.append(request.url))
        return page

    async def open(self, *permissions: str, thread: str | None = None, query: str = "", **fields: Any) -> Page:
        """A fresh link in a fresh page; `thread` is the customer's number of the conversation to open."""
        link = await self.make_link(*permissions, **fields)
        page = await self.page()
        chosen = f"c={self.office.threads[thread]}" if thread else ""
        address, _, secret = link["publicUrl"].partition("#")
        await page.goto(f"{address}?{'&'.join(part for part in (query, chosen) if part)}#{secret}")
        return page

    async def sim(self, method: str, path: str, body: Any = None) -> Any:
        return await self.office.stack.sim(method, path, body)

    async def write(self, sender: str, name: str, text: str | None = None, message: Any = None) -> str:
        """A customer writes; our id of the conversation."""
        said = {"text": text} if message is None else {"message": message}
        letter = {"phone_number_id": self.office.number.meta_id, "from": sender, "name": name, **said}
        told = await self.sim("POST", "/messages", letter)
        rows = (await self.office.client.get(f"/v1/phones/{self.office.number.id}/conversations")).data
        self.office.threads.update({row["contactPhone"]: row["id"] for row in rows})
        return str(told["messages"][0])


@pytest.fixture
async def desk(chromium: Browser, office: Office, context_options: dict[str, Any]) -> AsyncIterator[Desk]:
    async with desk_for(chromium, office, **context_options) as desk:
        yield desk


@asynccontextmanager
async def desk_for(chromium: Browser, office: Office, **given: Any) -> AsyncIterator[Desk]:
    options = {"locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce", **given}
    context = await chromium.new_context(**options)
    await context.add_init_script(VIOLATIONS)
    desk = Desk(office, context)

    async def outside(route: Any) -> None:
        desk.escaped.append(route.request.url)
        await route.abort()

    await context.route(lambda url: not url.startswith((office.stack.url, "blob:", "data:")), outside)
    yield desk
    await office.stack.sim("DELETE", "/faults")
    await desk.conclude(context, *context.pages)


def rows(page: Page) -> Locator:
    return (
        page.get_by_role("region", name="Conversations").get_by_role("listitem").filter(has=page.get_by_role("button"))
    )


def row(page: Page, name: str) -> Locator:
    return rows(page).filter(has_text=name)


def bubble(page: Page, text: str) -> Locator:
    return page.locator("[data-key]").filter(has_text=text)


async def say(page: Page, text: str) -> Locator:
    """Types and sends; the bubble that shows it."""
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Enter")
    return bubble(page, text)


async def until(condition: Any, seconds: float = PATIENCE / 1000) -> None:
    """Waits for something that no page shows."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)
