"""Chromium at the reference of a real stack."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.chromium import VIOLATIONS, Watch
from tests.stack import Client, Number, Stack


@dataclass
class Reader(Watch):
    """A visitor of the page, and what the console and the policy had to say."""

    page: Page
    base: str

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


@pytest.fixture
async def reader(chromium: Browser, stack: Stack, context_options: dict[str, Any]) -> AsyncIterator[Reader]:
    """A fresh profile, wide and light unless the test says otherwise."""
    options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **context_options}
    context = await chromium.new_context(locale="en-GB", **options)
    await context.add_init_script(VIOLATIONS)
    reader = Reader(await context.new_page(), stack.url)
    reader.page.on("request", lambda asked: reader.escaped.extend([asked.url] if not _ours(asked.url, stack) else []))
    reader.follow(reader.page)
    yield reader
    await reader.conclude(context, reader.page)


def _ours(url: str, stack: Stack) -> bool:
    return url.startswith((stack.url, "data:", f"blob:{stack.url}"))
