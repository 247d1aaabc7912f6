"""The whole way in a real browser: the link that `waypost dev` prints, Meta's dialog, the redirect, the webhook."""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

READY = re.compile(r"(?P<link>http://localhost:\d+/signup/[0-9a-f-]{36})\s")


@dataclass
class Dev:
    """A running `waypost dev` and what it has said so far."""

    link: str
    lines: list[str]
    folder: Path

    @property
    def webhook_secret(self) -> str:
        """What the receiver checks signatures with."""
        return str(json.loads((self.folder / "data" / "dev.json").read_bytes())["webhook_secret"])

    async def said(self, pattern: str, seconds: float = 20) -> re.Match[str]:
        for _ in range(int(seconds * 20)):
            if found := re.search(pattern, "\n".join(self.lines)):
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"never said {pattern!r}:\n" + "\n".join(self.lines[-30:]))


@asynccontextmanager
async def developing() -> AsyncIterator[Dev]:
    folder = Path(tempfile.mkdtemp(prefix="waypost-dev-"))
    folder.chmod(0o755)
    env = {**os.environ, "WAYPOST_DATA_DIR": str(folder / "data"), "WAYPOST_PORT": str(_free_port())}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "waypost", "dev", env=env, cwd=folder,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    dev = Dev("", [], folder)
    reading = asyncio.create_task(_read(process, dev))
    try:
        dev.link = (await dev.said(READY.pattern, 60))["link"]
        yield dev
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()
        await reading
        shutil.rmtree(folder, ignore_errors=True)


async def _read(process: asyncio.subprocess.Process, dev: Dev) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        dev.lines.append(line.decode().rstrip())


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
async def dev() -> AsyncIterator[Dev]:
    async with developing() as running:
        yield running


@pytest.mark.parametrize(
    ("viewport", "scheme"), [({"width": 1280, "height": 800}, "light"), ({"width": 390, "height": 844}, "dark")]
)
async def test_a_visitor_connects_a_number_and_comes_back(
    dev: Dev, chromium: Browser, viewport: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    link = dev.link if scheme == "light" else await _another_link(dev)
    context = await chromium.new_context(viewport=viewport, color_scheme=scheme)
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    await page.goto(link)
    await shot(page, f"ready-{scheme}")
    async with page.expect_popup() as opening:
        await page.get_by_role("button", name=re.compile("Connect")).click()
    dialog = await opening.value
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Meta")
    await shot(page, f"waiting-{scheme}")
    await shot(dialog, f"dialog-{scheme}")
    await dialog.locator('button[data-outcome="finish"]').click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Connected|Setting"))
    await shot(page, f"done-{scheme}")
    await page.wait_for_url(re.compile("/connected"), timeout=15_000)
    await shot(page, f"back-{scheme}")
    link_id = urlsplit(link).path.rsplit("/", 1)[1]
    assert parse_qs(urlsplit(page.url).query) == {
        "onboarding_link_id": [link_id], "external_id": ["customer-123"], "status": ["success"],
    }  # fmt: skip
    told = await dev.said(rf"webhook  phone_number.connected  (\+\d+)  registered=True link={link_id} .*signature ok")
    await dev.said(rf"{re.escape(told[1])} is connected\.")
    await page.goto(link)
    await expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("connected", re.IGNORECASE))
    assert problems == []
    await context.close()


async def _another_link(dev: Dev) -> str:
    """A second link like the printed one, made over the API with the printed key."""
    key = (await dev.said(r"API key\s+(wp_\S+)"))[1]
    base = dev.link.rsplit("/signup/", 1)[0]
    receiver = (await dev.said(r"receiver\s+(http://\S+)"))[1]
    body = {"name": "Acme Corp", "externalId": "customer-123", "redirectUrl": f"{receiver}/connected"}
    body |= {"webhookUrl": f"{receiver}/webhooks", "webhookEvents": ["*"], "webhookSecret": dev.webhook_secret}
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as session,
        session.post(f"{base}/v1/onboarding-links", json=body) as answer,
    ):
        return str((await answer.json())["data"]["hostedUrl"])


async def shot(page: Page, name: str) -> None:
    """A picture for whoever looks, where a folder is named for them."""
    folder = os.environ.get("WAYPOST_TEST_SHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
