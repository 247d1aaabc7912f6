"""A running simulator on a free port, a receiver of notifications, and a hand that plays gateway and customer."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from waypost.simulator import Settings, running

APP_ID = "634974688087057"
APP_SECRET = "the app's secret"
APP_TOKEN = f"{APP_ID}|{APP_SECRET}"
CONFIG_ID = "4455667788"
VERIFY_TOKEN = "are you there"


@dataclass
class Receiver:
    """What a gateway's callback looks like from Meta: it answers the handshake and keeps every body."""

    url: str
    verify_token: str = VERIFY_TOKEN
    answers: list[int] = field(default_factory=list)
    delay: float = 0.0
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    @property
    def values(self) -> list[dict[str, Any]]:
        changes = [change for payload in self.payloads for entry in payload["entry"] for change in entry["changes"]]
        return [change["value"] for change in changes]

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [status for value in self.values for status in value.get("statuses", [])]

    async def until(self, condition: Callable[["Receiver"], Any], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition(self):
                await asyncio.sleep(0.005)

    async def verify(self, request: web.Request) -> web.Response:
        if request.query.get("hub.verify_token") != self.verify_token:
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers.get("X-Hub-Signature-256", ""))
        await asyncio.sleep(self.delay)
        return web.Response(status=self.answers.pop(0) if self.answers else 200)


@dataclass
class Answer:
    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json["error"]
        return found


@dataclass
class Connected:
    token: str
    waba_id: str
    phone_number_id: str


@dataclass
class Hand:
    """Calls Graph as a gateway and the control API as a test."""

    settings: Settings
    session: aiohttp.ClientSession

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        url = f"{self.settings.base_url}{path}"
        async with self.session.request(method, url, allow_redirects=False, **options) as answer:
            return Answer(answer.status, answer.headers, await answer.text())

    async def graph(self, method: str, path: str, token: str | None = None, **options: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.call(method, f"/v25.0/{path}", headers=headers, **options)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.call(method, f"/_sim{path}", json=body)
        assert answer.status < 300, answer.text
        return answer.json

    async def exchange(self, code: str, **changed: str) -> Answer:
        query = {"client_id": APP_ID, "client_secret": APP_SECRET, "code": code, **changed}
        return await self.graph("GET", "oauth/access_token", params=query)

    async def sign_up(self, **wish: Any) -> Connected:
        signup = await self.control("POST", "/signups", wish)
        token = (await self.exchange(signup["code"])).json["access_token"]
        return Connected(token, signup["waba_id"], signup["phone_number_id"])

    async def connect(self, **wish: Any) -> Connected:
        """As far as a gateway goes before it sends: subscribed and registered."""
        who = await self.sign_up(**wish)
        assert (await self.graph("POST", f"{who.waba_id}/subscribed_apps", who.token)).status == 200
        body = {"messaging_product": "whatsapp", "pin": "123456"}
        assert (await self.graph("POST", f"{who.phone_number_id}/register", who.token, json=body)).status == 200
        return who

    async def send(self, who: Connected, to: str = "+16505551234", text: str = "Hello", **more: Any) -> Answer:
        body = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": text}, **more}
        return await self.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()


Start = Callable[..., Awaitable[Hand]]


@pytest.fixture
async def receivers() -> AsyncIterator[Callable[[], Awaitable[Receiver]]]:
    runners: list[web.AppRunner] = []

    async def listen() -> Receiver:
        receiver = Receiver("")
        app = web.Application()
        app.router.add_get("/callback", receiver.verify)
        app.router.add_post("/callback", receiver.receive)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/callback"
        return receiver

    yield listen
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def receiver(receivers: Callable[[], Awaitable[Receiver]]) -> Receiver:
    return await receivers()


@pytest.fixture
async def start(receiver: Receiver) -> AsyncIterator[Start]:
    """Starts a simulator with the receiver as the app's callback; settings may be changed."""
    async with AsyncExitStack() as stack:

        async def begin(**changed: Any) -> Hand:
            usual: dict[str, Any] = {
                "port": 0,
                "app_id": APP_ID,
                "app_secret": APP_SECRET,
                "config_id": CONFIG_ID,
                "verify_token": VERIFY_TOKEN,
                "callback_url": receiver.url,
                "status_delay": 0.0,
                "retry_delays": (0.02, 0.05),
                "webhook_timeout": 2.0,
            }
            settings = await stack.enter_async_context(running(Settings(**{**usual, **changed})))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Hand(settings, session)

        yield begin


@pytest.fixture
async def sim(start: Start) -> Hand:
    return await start()


@pytest.fixture(scope="module")
async def quiet() -> AsyncIterator[tuple[Hand, Connected]]:
    """One simulator and one connected number for a whole table of sends; nobody is told of anything."""
    told = Settings(
        port=0, app_id=APP_ID, app_secret=APP_SECRET, config_id=CONFIG_ID, verify_token=VERIFY_TOKEN, statuses=False
    )
    async with running(told) as settings, aiohttp.ClientSession() as session:
        hand = Hand(settings, session)
        yield hand, await hand.connect()
