"""A real server with the real pages and a scripted callback, and Chromium with Meta's own origins played by files."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect
from starlette import routing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from tests.chromium import VIOLATIONS, Watch
from waypost import assets
from waypost.config import MetaApp
from waypost.serving import listening
from waypost.signup import pages

HERE = Path(__file__).parent
META = MetaApp(app_id="1234567890", config_id="9876543210")
Answer = tuple[int, Any]
IDS = {"waba_id": "524126980791429", "phone_number_id": "106540352242922", "business_id": "2729063490586005"}
FINISH = {"event": "FINISH", "data": IDS}
SUCCESS: Answer = (200, {"data": {"status": "success", "message": "+1 555 123 4567 is connected.", "redirectTo": None}})


@dataclass
class Gateway:
    """What the callback was given, and the answers it gives in turn (the last one for ever)."""

    base: str = ""
    name: str = "Acme Corp"
    flash: pages.Flash | None = None
    answers: list[Answer] = field(default_factory=lambda: [SUCCESS])
    delay: float = 0
    posted: list[dict[str, Any]] = field(default_factory=list)

    async def show(self, request: Request) -> Response:
        views: dict[str, Callable[[], pages.Page]] = {
            "none": pages.not_found,
            "off": lambda: pages.not_configured(self.name),
            "done": lambda: pages.already_connected(self._view("done"), self.flash),
        }
        link = request.path_params["link"]
        html, headers = views.get(link, lambda: pages.page(self._view(link), META, self.flash))()
        return HTMLResponse(html, headers=headers)

    async def callback(self, request: Request) -> Response:
        assert request.headers["content-type"] == "application/json"
        self.posted.append(await request.json())
        await asyncio.sleep(self.delay)
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return JSONResponse(body, status)

    def _view(self, link: str) -> pages.SignupView:
        return pages.SignupView(link_id=link, name=self.name, callback_path=f"/signup/{link}/callback")


@dataclass
class Visit(Watch):
    """One browser at the page, and what its console and policy had to say."""

    page: Page
    gateway: Gateway
    sdk: Callable[[Route], Any]

    @staticmethod
    async def plain_sdk(route: Route) -> None:
        headers = {"Access-Control-Allow-Origin": "*"}
        await route.fulfill(path=HERE / "sdk.js", content_type="text/javascript", headers=headers)

    async def open(self, link: str = "l1") -> Page:
        await self.page.goto(f"{self.gateway.base}/signup/{link}")
        return self.page

    async def start(self) -> Page:
        """Presses the button; Meta's window."""
        async with self.page.expect_popup() as opening:
            await self.page.get_by_role("button", name="Connect WhatsApp").click()
        popup = await opening.value
        await popup.wait_for_load_state()
        return popup


@pytest.fixture(scope="session")
async def gateway_server() -> AsyncIterator[Gateway]:
    gateway = Gateway()

    async def other(_: Request) -> Response:
        return HTMLResponse("<h1>The customer's app</h1>")

    routes = [
        routing.Route("/signup/{link}", gateway.show),
        routing.Route("/signup/{link}/callback", gateway.callback, methods=["POST"]),
        routing.Route("/app", other),
        routing.Mount(assets.PREFIX, StaticFiles(directory=assets.FOLDER)),
    ]
    listener = listening("127.0.0.1", 0)
    gateway.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    yield gateway
    server.should_exit = True
    await running


@pytest.fixture
def gateway(gateway_server: Gateway) -> Gateway:
    vars(gateway_server).update(vars(Gateway(base=gateway_server.base)))
    return gateway_server


@pytest.fixture
async def visit(chromium: Browser, gateway: Gateway, context_options: dict[str, Any]) -> AsyncIterator[Visit]:
    """A fresh profile; afterwards nothing may have left the machine, broken the policy or reached the console."""
    context = await chromium.new_context(locale="en-GB", reduced_motion="reduce", **context_options)
    await context.add_init_script(VIOLATIONS)
    visit = Visit(await context.new_page(), gateway, sdk=Visit.plain_sdk)
    await _play_meta(context, visit)
    visit.follow(visit.page)
    yield visit
    await visit.conclude(context, visit.page)


async def _play_meta(context: BrowserContext, visit: Visit) -> None:
    """Meta's production origins from files; everything else outside the gateway is stopped and reported."""

    async def outside(route: Route) -> None:
        url = route.request.url
        if url.startswith("https://connect.facebook.net/"):
            await visit.sdk(route)
        elif url.startswith(("https://www.facebook.com/", "https://web.facebook.com/", "https://evilfacebook.com/")):
            await route.fulfill(path=HERE / "dialog.html", content_type="text/html")
        else:
            visit.escaped.append(url)
            await route.abort()

    await context.route(lambda url: not url.startswith(visit.gateway.base), outside)


async def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """The one heading says this, has the focus, and was announced."""
    title = page.get_by_role("heading", level=1)
    await expect(title).to_have_text(text)
    await expect(title).to_be_focused()
    await expect(page.get_by_role("status")).to_contain_text(await title.inner_text())


async def session(popup: Page, event: str, data: dict[str, Any], *, as_object: bool = False) -> None:
    await popup.evaluate("([e, d, o]) => session(e, d, o)", [event, data, as_object])


async def grant(popup: Page, code: str = "AQB-1") -> None:
    await popup.evaluate("code => grant(code)", code)


async def wander(popup: Page, url: str) -> None:
    """Goes elsewhere as a link would, so that the window keeps its opener."""
    await popup.evaluate("url => { location.href = url }", url)
    await popup.wait_for_url(url)


async def connect(visit: Visit) -> Page:
    """From opening the page to everything that Meta's window can give."""
    page = await visit.open()
    popup = await visit.start()
    await session(popup, "FINISH", IDS)
    await grant(popup)
    return page


def answer(status: str, message: str, redirect_to: str | None = None) -> tuple[int, Any]:
    return 200, {"data": {"status": status, "message": message, "redirectTo": redirect_to}}


def shown(page: Page, text: str) -> Locator:
    """This text on the page itself, not in the announcement."""
    return page.locator("main").get_by_text(text)
