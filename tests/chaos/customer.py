"""A customer's server in chaos: answers by the dice of its seed, and remembers what arrived when, and the answer."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

#: Answers by chance, in parts of a hundred; the rest is 200 at once.
CHANCES = (("fails", 6), ("throttles", 5), ("resets", 3), ("slow", 12))
POISONED = 0.02


@dataclass
class Hit:
    """One POST; `answered` and `status` (0: the connection was reset) once it was."""

    path: str
    role: str
    wamid: str
    delivery_id: str
    arrived: float
    answered: float | None = None
    status: int | None = None


@dataclass
class Customer:
    url: str = ""
    hits: list[Hit] = field(default_factory=list)
    #: path -> (seed, role)
    plans: dict[str, tuple[int, str]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    in_flight: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)
    stirred: asyncio.Condition = field(default_factory=asyncio.Condition)

    def of(self, seed: int) -> list[Hit]:
        return [hit for hit in self.hits if self.plans[hit.path][0] == seed]

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Nothing is answered inside the block."""
        self.open.clear()
        try:
            yield
        finally:
            self.open.set()

    async def until_in_flight(self, number: int, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds), self.stirred:
                await self.stirred.wait_for(lambda: self.in_flight >= number)
        except TimeoutError:
            return False
        return True

    async def until_answered(self, seconds: float = 2) -> None:
        """The next answer that goes out, if one does."""
        before = sum(hit.answered is not None for hit in self.hits)
        try:
            async with asyncio.timeout(seconds), self.stirred:
                await self.stirred.wait_for(lambda: sum(hit.answered is not None for hit in self.hits) > before)
        except TimeoutError:
            return

    async def receive(self, request: web.Request) -> web.StreamResponse:
        hit = self._note(request, json.loads(await request.read()))
        self.in_flight += 1
        await self._stir()
        try:
            manner = self._manner(hit)
            if manner == "slow":
                await asyncio.sleep(0.2 + 0.6 * self._dice(hit, "pause"))
            await self.open.wait()
        finally:
            self.in_flight -= 1
        hit.status = {"fails": 500, "throttles": 429, "resets": 0}.get(manner, 200)
        hit.answered = asyncio.get_running_loop().time()
        await self._stir()
        if manner == "resets" and request.transport is not None:
            request.transport.abort()
        return web.Response(status=hit.status or 500, text=manner)

    def _note(self, request: web.Request, body: dict) -> Hit:  # type: ignore[type-arg]
        seed_role = self.plans.get(request.path, (0, "none"))
        id_ = request.headers["X-Webhook-Delivery"]
        self.seen[id_] = self.seen.get(id_, 0) + 1
        now = asyncio.get_running_loop().time()
        self.hits.append(Hit(request.path, seed_role[1], body["data"]["wamid"], id_, now))
        return self.hits[-1]

    def _manner(self, hit: Hit) -> str:
        seed = self.plans[hit.path][0]
        if random.Random(f"{seed}/{hit.role}/{hit.wamid}").random() < POISONED:
            return "fails"
        thrown = 100 * self._dice(hit, str(self.seen[hit.delivery_id]))
        for manner, chance in CHANCES:
            if thrown < chance:
                return manner
            thrown -= chance
        return "answers"

    def _dice(self, hit: Hit, what: str) -> float:
        return random.Random(f"{self.plans[hit.path][0]}/{hit.role}/{hit.wamid}/{what}").random()

    async def _stir(self) -> None:
        async with self.stirred:
            self.stirred.notify_all()


@asynccontextmanager
async def customer(host: str = "127.0.0.1") -> AsyncIterator[Customer]:
    made = Customer()
    made.open.set()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_route("*", "/{tail:.*}", made.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    made.url = f"http://{host}:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield made
    finally:
        await runner.cleanup()
