"""Meta's part in tests of real processes: a connected number, and notifications posted until they are answered 200."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp

from tests.processes.commands import House
from tests.receiver import Receiver, receiving
from tests.stack import APP_SECRET, VERIFY_TOKEN, Client, Number, Stack, notification, sign, text_message
from waypost import simulator

SAID = "nobody but the two of us may read this"


@asynccontextmanager
async def meta(house: House) -> AsyncIterator[tuple[simulator.Settings, Receiver]]:
    """Meta's stand-in and a customer's receiver in this process; the house is told where they are."""
    told = simulator.Settings(
        port=0, app_id="100000000000001", app_secret=APP_SECRET, config_id="200000000000002",
        verify_token=VERIFY_TOKEN, callback_url=f"{house.url}/webhook", statuses=False,
    )  # fmt: skip
    async with simulator.running(told) as sim, receiving() as receiver:
        house.settings |= {
            "META_GRAPH_URL": sim.base_url, "META_SDK_URL": f"{sim.base_url}/en_US/sdk.js",
            "META_DIALOG_ORIGINS": sim.base_url,
        }  # fmt: skip
        yield sim, receiver


async def connected(
    house: House, sim_url: str, receiver: Receiver, session: aiohttp.ClientSession
) -> tuple[Client, Number]:
    """A number connected through the running gateway; two webhooks get its inbound messages."""
    made = await asyncio.to_thread(house.json, "org", "create", "Acme")
    client = Client(house.url, session, UUID(made["organizationId"]), made["apiKey"])
    stack: Any = Stack(house.url, sim_url, None, receiver, session)  # type: ignore[arg-type]
    number = await stack.connect(client, events=["message.received"])
    wanted = {"url": f"{receiver.url}/second", "events": ["message.received"], "secret": "whsec_0123456789abcdef"}
    second = await client.post("/v1/outgoing-webhooks", wanted)
    assert second.status == 201, second.body
    return client, number


@dataclass
class Poster:
    """Posts like Meta: again and again until a notification is answered 200."""

    url: str
    meta_phone_id: str
    session: aiohttp.ClientSession
    accepted: set[str] = field(default_factory=set)
    refused: dict[int, int] = field(default_factory=dict)
    slowest: float = 0.0

    async def post(self, wamids: "asyncio.Queue[str]") -> None:
        while not wamids.empty():
            wamid = wamids.get_nowait()
            message = text_message(wamid, f"4915{hash(wamid) % 97:09d}", f"{SAID} {wamid}")
            raw = json.dumps(notification(self.meta_phone_id, messages=[message])).encode()
            while await self.status(raw) != 200:
                await asyncio.sleep(0.2)
            self.accepted.add(wamid)

    async def status(self, raw: bytes) -> int:
        """0 when there is no answer."""
        headers = {"X-Hub-Signature-256": sign(raw), "Content-Type": "application/json"}
        began, status = asyncio.get_running_loop().time(), 0
        try:
            limit = aiohttp.ClientTimeout(total=30)
            async with self.session.post(self.url, data=raw, headers=headers, timeout=limit) as answer:
                status = answer.status
        except (aiohttp.ClientError, ConnectionError):
            pass
        self.slowest = max(self.slowest, asyncio.get_running_loop().time() - began)
        if status != 200:
            self.refused[status] = self.refused.get(status, 0) + 1
        return status

    async def post_all(self, count: int, prefix: str, at_once: int = 24) -> set[str]:
        wamids: asyncio.Queue[str] = asyncio.Queue()
        named = [f"wamid.{prefix}{number}" for number in range(count)]
        for wamid in named:
            wamids.put_nowait(wamid)
        await asyncio.gather(*(self.post(wamids) for _ in range(at_once)))
        return set(named)
