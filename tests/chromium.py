"""Chromium for the tests: one for each test process (`chromium` of tests/conftest.py), a fresh profile for each test.

After each test nothing may have left the machine, broken the page's policy or reached its console.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

#: Long enough for a machine that is busy with other things: how soon something is there is what `bench` measures.
PATIENCE = 10_000
expect.set_options(timeout=PATIENCE)
ARGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # A microphone that beeps. A page still has to be allowed to use it.
    "--use-fake-device-for-media-stream",
]
VIOLATIONS = """window.violations = [];
document.addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective + ' ' + e.blockedURI));"""


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        yield browser
        await browser.close()


@dataclass(kw_only=True)
class Watch:
    """What the pages of a profile did that they should not."""

    errors: list[str] = field(default_factory=list)
    escaped: list[str] = field(default_factory=list)
    #: Answers of the server that a test expects: the console repeats them.
    forgiven: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", lambda said: self.errors.extend([said.text] if said.type == "error" else []))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def conclude(self, context: BrowserContext, *pages: Page) -> None:
        """Closes the profile; `pages` are asked what broke their policy."""
        violations = [each for page in pages for each in await page.evaluate("window.violations ?? []")]
        await context.close()
        unforgiven = [error for error in self.errors if not any(words in error for words in self.forgiven)]
        assert (violations, unforgiven, self.escaped) == ([], [], [])
