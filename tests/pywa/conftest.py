"""A client of another's making, the library `pywa`, against the simulator: what clients of Meta rely on holds here."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from pywa_async import WhatsApp, handlers

from tests.simulator.conftest import APP_ID, APP_SECRET, Connected, Hand, Receiver, receiver, receivers, sim, start

__all__ = ["receiver", "receivers", "sim", "start"]

GRAPH = "graph.facebook.com"


class ToSimulator(httpx.AsyncHTTPTransport):
    """pywa knows one Graph API; its calls go to the simulator all the same."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = httpx.URL(base)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == GRAPH:
            request.url = request.url.copy_with(scheme=self.base.scheme, host=self.base.host, port=self.base.port)
            request.headers["host"] = self.base.netloc.decode()
        return await super().handle_async_request(request)


@dataclass
class Client:
    """The library's client of one number, and what it made of the notifications that it was given."""

    wa: WhatsApp
    sim: Hand
    who: Connected
    receiver: Receiver
    updates: list[Any] = field(default_factory=list)
    fed: int = 0

    def listen(self) -> None:
        kinds = [
            kind for kind in vars(handlers).values() if isinstance(kind, type) and issubclass(kind, handlers.Handler)
        ]
        self.wa.add_handlers(*(kind(self._keep) for kind in kinds if kind is not handlers.Handler))

    async def _keep(self, wa: WhatsApp, update: Any) -> None:
        self.updates.append(update)

    async def read(self) -> list[Any]:
        """Feeds what has arrived since, signature and all; gives the updates that came of it."""
        before = len(self.updates)
        bodies, signatures = self.receiver.bodies[self.fed :], self.receiver.signatures[self.fed :]
        self.fed = len(self.receiver.bodies)
        for body, signature in zip(bodies, signatures, strict=True):
            assert await self.wa.webhook_update_validator(update=body, hmac_header=signature) is None
            assert await self.wa.webhook_update_handler(update=body) == ("ok", 200)
        return self.updates[before:]

    async def sent(self) -> dict[str, Any]:
        """The body of the last send that the simulator accepted."""
        found: dict[str, Any] = (await self.sim.control("GET", "/sent?limit=1"))["sent"][0]["body"]
        return found


@pytest.fixture
async def client(sim: Hand, receiver: Receiver) -> AsyncIterator[Client]:
    who = await sim.connect()
    async with httpx.AsyncClient(transport=ToSimulator(sim.settings.base_url), timeout=10) as session:
        wa = WhatsApp(
            phone_id=who.phone_number_id,
            token=who.token,
            session=session,
            waba_id=who.waba_id,
            business_portfolio_id=None,
            app_id=APP_ID,
            app_secret=APP_SECRET,
            filter_updates=False,
        )
        client = Client(wa, sim, who, receiver)
        client.listen()
        yield client
