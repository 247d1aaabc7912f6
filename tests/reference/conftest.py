"""Chromium at the reference of a real stack: nothing may leave the machine, break the policy or reach the console."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.signup.conftest import ARGS, VIOLATIONS
from tests.stack import Client, Number, Stack


@dataclass
class Reader:
    """A visitor of the page, and what the console and the policy had to say."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)
    #: What the browser itself writes about answers that a test provokes.
    forgiven: tuple[str, ...] = ()

    async def open(self, path: str = "/docs") -> Page:
        await self.page.goto(self.base + path)
        await self.page.wait_for_selector("#reference:not([aria-busy]) .operation")
        return self.page


@dataclass
class Tenant:
    """An organization with a number that somebody wrote to."""

    client: Client
    number: Number


@pytest.fixture(scope="module")
async def tenant(stack: Stack) -> Tenant:
    client = await stack.organization()
    number = await stack.connect(client)
    await stack.customer_writes(number, "5491166667777", "Hi there!")
    return Tenant(client, number)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        yield browser
        await browser.close()


@pytest.fixture
def context_options() -> dict[str, Any]:
    return {}


@pytest.fixture
async def reader(browser: Browser, stack: Stack, context_options: dict[str, Any]) -> AsyncIterator[Reader]:
    """A fresh profile, wide and light unless the test says otherwise."""
    options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **context_options}
    context = await browser.new_context(locale="en-GB", **options)
    await context.add_init_script(VIOLATIONS)
    reader = Reader(await context.new_page(), stack.url)
    escaped: list[str] = []
    reader.page.on("request", lambda request: escaped.extend([request.url] if not _ours(request.url, stack) else []))
    reader.page.on("console", lambda said: reader.errors.extend([said.text] if said.type == "error" else []))
    reader.page.on("pageerror", lambda error: reader.errors.append(str(error)))
    yield reader
    violations = await reader.page.evaluate("window.violations ?? []")
    await context.close()
    unforgiven = [error for error in reader.errors if not any(words in error for words in reader.forgiven)]
    assert (violations, unforgiven, escaped) == ([], [], [])


def _ours(url: str, stack: Stack) -> bool:
    return url.startswith((stack.url, "data:", f"blob:{stack.url}"))
