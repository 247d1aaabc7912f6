"""The whole house on loopback for tests: gateway, worker, simulator of Meta and a receiver, over a real PostgreSQL."""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import aiohttp
import uvicorn

from tests.receiver import Receiver, receiving
from waypost import simulator
from waypost.app import Gateway, opened
from waypost.config import Config, MetaApp
from waypost.domain import api_keys, organizations
from waypost.runtime import Runtime
from waypost.serving import Server, listening
from waypost.workers import crew

APP_SECRET = "simulated-app-secret"
VERIFY_TOKEN = "simulated-verify-token"
SECRET = "whsec_test_secret_0123456789"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@dataclass
class Answer:
    """What an API call brought."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        assert "data" in self.body, f"{self.status}: {self.body}"
        return self.body["data"]

    @property
    def error(self) -> dict[str, Any]:
        assert "error" in self.body, f"{self.status}: {self.body}"
        return self.body["error"]

    @property
    def fields(self) -> list[str]:
        """Fields that a 400 names."""
        return [detail["field"] for detail in self.error["details"]]


@dataclass
class Client:
    """An organization's server: calls the API with its key."""

    base: str
    session: aiohttp.ClientSession
    organization_id: UUID
    key: str

    async def call(self, method: str, path: str, body: Any = None, **kwargs: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.key}", **kwargs.pop("headers", {})}
        data = kwargs.pop("data", None if body is None else json.dumps(body).encode())
        async with self.session.request(method, self.base + path, data=data, headers=headers, **kwargs) as answer:
            raw = await answer.read()
            is_json = answer.headers.get("content-type", "").startswith("application/json")
            return Answer(answer.status, json.loads(raw) if is_json else raw, dict(answer.headers))

    async def get(self, path: str, **kwargs: Any) -> Answer:
        return await self.call("GET", path, **kwargs)

    async def post(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return await self.call("POST", path, body, **kwargs)

    async def patch(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return await self.call("PATCH", path, body, **kwargs)

    async def delete(self, path: str, **kwargs: Any) -> Answer:
        return await self.call("DELETE", path, **kwargs)


@dataclass
class Number:
    """A connected number: our id, Meta's id, the link it came by, the receiver's path of its webhook."""

    id: str
    meta_id: str
    number: str
    link_id: str
    path: str


@dataclass
class Stack:
    """Everything that runs, and the shortest way to use it."""

    url: str
    sim_url: str
    rt: Runtime
    receiver: Receiver
    session: aiohttp.ClientSession

    async def organization(self, name: str = "Acme", scopes: tuple[str, ...] = ()) -> Client:
        async with self.rt.pool.transaction() as conn:
            made = await organizations.create(conn, name)
            _, key = await api_keys.create(conn, made.id, scopes)
        return Client(self.url, self.session, made.id, key)

    async def with_scopes(self, client: Client, *scopes: str) -> Client:
        """The same organization through a narrower key."""
        async with self.rt.pool.transaction() as conn:
            _, key = await api_keys.create(conn, client.organization_id, scopes)
        return replace(client, key=key)

    async def sim(self, method: str, path: str, body: Any = None) -> Any:
        async with self.session.request(method, f"{self.sim_url}/_sim{path}", json=body) as answer:
            told = await answer.json()
            assert answer.status < 400, told
            return told

    async def connect(
        self, client: Client, *, events: list[str] | None = None, coexistence: bool = False, **link: Any
    ) -> Number:
        """A number connected through an onboarding link, with a webhook of its own at the receiver."""
        path = f"/hook/{secrets.token_hex(6)}"
        wanted = {
            "name": "Acme", "externalId": "customer-123", "webhookUrl": self.receiver.url + path,
            "webhookSecret": SECRET, "webhookEvents": events or ["*"], **link,
        }  # fmt: skip
        made = await client.post("/v1/onboarding-links", {k: v for k, v in wanted.items() if v is not None})
        assert made.status == 201, made.body
        signup = await self.sim("POST", "/signups", {"coexistence": coexistence})
        outcome = await self.complete(made.data["id"], signup["code"])
        assert outcome.data["status"] == "success", outcome.body
        link_ = (await client.get(f"/v1/onboarding-links/{made.data['id']}")).data
        return Number(link_["phoneNumberId"], signup["phone_number_id"], link_["phoneNumber"], link_["id"], path)

    async def complete(self, link_id: str, code: str, **body: Any) -> Answer:
        """What the hosted page posts when Meta's dialog is through."""
        url = f"{self.url}/signup/{link_id}/callback"
        async with self.session.post(url, json={"code": code, **body}) as answer:
            return Answer(answer.status, await answer.json(), dict(answer.headers))

    async def customer_writes(self, number: Number, sender: str, text: str, name: str = "Ana") -> dict[str, Any]:
        body = {"phone_number_id": number.meta_id, "from": sender, "name": name, "text": text}
        return await self.sim("POST", "/messages", body)

    async def notify(self, body: Any, *, path: str = "/webhook", secret: str = APP_SECRET) -> int:
        """Posts a signed notification as Meta would; returns the status."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"X-Hub-Signature-256": sign(raw, secret), "Content-Type": "application/json"}
        async with self.session.post(self.url + path, data=raw, headers=headers) as answer:
            return answer.status


def sign(raw: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def notification(meta_phone_id: str, *, messages: Any = (), statuses: Any = (), contacts: Any = ()) -> dict[str, Any]:
    """A notification of field `messages` for one phone; empty lists are left out, as Meta does."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": meta_phone_id},
    }
    lists = {"contacts": list(contacts), "messages": list(messages), "statuses": list(statuses)}
    value.update({name: items for name, items in lists.items() if items})
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def text_message(wamid: str, sender: str, body: str, timestamp: int = 1_760_000_000) -> dict[str, Any]:
    return {"id": wamid, "from": sender, "timestamp": str(timestamp), "type": "text", "text": {"body": body}}


def settings(sim_url: str, port: int, **changes: Any) -> Config:
    """A deployment against a simulator; loopback targets allowed, a shrunken retry schedule."""
    meta = MetaApp(
        app_id="100000000000001", app_secret=APP_SECRET, config_id="200000000000002", verify_token=VERIFY_TOKEN,
        graph_url=sim_url, sdk_url=f"{sim_url}/en_US/sdk.js", dialog_origins=(sim_url,),
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    config = Config(port=port, public_url=base, meta=meta, allow_targets=LOOPBACK, webhook_schedule=(0.2, 0.4, 0.8))
    return replace(config, **changes)


@asynccontextmanager
async def gateway(rt: Runtime, listener: Any) -> AsyncIterator[Gateway]:
    """The gateway's real server on an already bound socket."""
    app = Gateway(rt)
    # A connection stands as long as in serving: a client that pauses finds it open.
    plain: dict[str, Any] = {"lifespan": "off", "log_config": None, "access_log": False, "timeout_keep_alive": 75}
    server = Server(uvicorn.Config(app, http="httptools", loop="none", **plain))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield app
    finally:
        rt.closing.set()
        server.should_exit = True
        await serving


@asynccontextmanager
async def running(dsn: str, *, workers: bool = True, **changes: Any) -> AsyncIterator[Stack]:
    """All of it, in this process, until the block ends."""
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        told = simulator.Settings(
            port=0, app_id="100000000000001", app_secret=APP_SECRET, config_id="200000000000002",
            verify_token=VERIFY_TOKEN, callback_url=f"http://127.0.0.1:{port}/webhook", status_delay=0.05,
            retry_delays=(0.2, 0.5, 1.0),
        )  # fmt: skip
        async with simulator.running(told) as sim, receiving() as receiver:
            config = settings(sim.base_url, port, **changes)
            async with (
                opened(config, dsn, ("test-key",)) as rt,
                gateway(rt, listener),
                aiohttp.ClientSession() as session,
            ):
                stop = asyncio.Event()
                work = asyncio.create_task(crew.work(rt, stop)) if workers else None
                try:
                    yield Stack(f"http://127.0.0.1:{port}", sim.base_url, rt, receiver, session)
                finally:
                    stop.set()
                    if work is not None:
                        await work
