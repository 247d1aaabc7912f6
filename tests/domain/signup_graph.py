"""A recording road from the gateway to the simulated Graph: the calls in order; answers can be held or scripted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web

from tests.stack import Stack
from waypost.domain import phones, signups
from waypost.runtime import Runtime

Script = Callable[[], web.StreamResponse]


@dataclass
class Tape:
    """`calls` are "METHOD path" without the version; a call whose path is in `scripts` never reaches the simulator."""

    upstream: str
    session: aiohttp.ClientSession
    port: int = 0
    calls: list[str] = field(default_factory=list)
    scripts: dict[str, Script] = field(default_factory=dict)
    #: A call that waits here is told to (before it is forwarded, or `after` it was carried out).
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    held_after: dict[str, asyncio.Event] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def times(self, call: str) -> int:
        return self.calls.count(call)

    def clear(self) -> None:
        self.calls.clear()
        self.scripts.clear()
        for waiting in (*self.held.values(), *self.held_after.values()):
            waiting.set()
        self.held.clear()
        self.held_after.clear()
        self.arrived.clear()

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        call = f"{request.method} {request.path.split('/', 2)[2]}"
        self.calls.append(call)
        await self._wait(self.held.get(call))
        if call in self.scripts:
            return self.scripts[call]()
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        url, body = f"{self.upstream}{request.path_qs}", await request.read()
        try:
            async with self.session.request(request.method, url, data=body, headers=headers) as answer:
                made = web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)
        except aiohttp.ClientError:
            request.transport.close()
            raise
        await self._wait(self.held_after.get(call))
        return made

    async def _wait(self, until: asyncio.Event | None) -> None:
        if until is not None:
            self.arrived.set()
            await until.wait()


EXCHANGE, DEBUG = "GET oauth/access_token", "GET debug_token"


@asynccontextmanager
async def open_road(tape: Tape) -> AsyncIterator[None]:
    """Listens on the tape's port (a free one at first) while the block lasts."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", tape.pass_on)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", tape.port, reuse_address=True)
    await site.start()
    tape.port = site._server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def recording(stack: Stack) -> AsyncIterator[Tape]:
    """The stack's Graph calls go through a tape while the block lasts."""
    usual = stack.rt.graph.meta
    async with aiohttp.ClientSession() as session:
        session._retry_connection = False  # the proxy must not send a call twice either
        tape = Tape(stack.sim_url, session)
        async with open_road(tape):
            stack.rt.graph.meta = replace(usual, graph_url=tape.url)
            try:
                yield tape
            finally:
                stack.rt.graph.meta = usual


def json_answer(body: Any, status: int = 200) -> Script:
    return lambda: web.json_response(body, status=status)


def refusal(code: int, message: str = "No.", status: int = 400, **more: Any) -> Script:
    return json_answer({"error": {"message": message, "type": "OAuthException", "code": code, **more}}, status)


def steps_of(signup: dict[str, Any]) -> list[str]:
    """Every call of a fresh number's signup, in order."""
    waba, phone = signup["waba_id"], signup["phone_number_id"]
    return [
        EXCHANGE, DEBUG, f"GET {waba}/phone_numbers", f"GET {waba}", f"POST {waba}/subscribed_apps", f"GET {phone}",
        f"POST {phone}/register", f"POST {phone}",
    ]  # fmt: skip


async def link_of(client: Any, **fields: Any) -> dict[str, Any]:
    """A new onboarding link of this organization."""
    made = await client.post("/v1/onboarding-links", {"name": "Corner Bakery", **fields})
    assert made.status == 201, made.body
    return made.data


async def seen(client: Any, link: dict[str, Any]) -> dict[str, Any]:
    """The link as it stands now."""
    return (await client.get(f"/v1/onboarding-links/{link['id']}")).data


async def signup_row(rt: Runtime, link_id: str) -> Any:
    """The only signup of a link, as stored."""
    async with rt.pool.connection() as conn:
        rows = await conn.fetch("select * from signups where link_id = $1", link_id)
    assert len(rows) == 1, rows
    return rows[0]


async def expire(rt: Runtime, link_id: str) -> None:
    """The lease of a runner that is no more has run out."""
    async with rt.pool.connection() as conn:
        await conn.execute("update signups set claimed_until = now() - interval '1 second' where link_id = $1", link_id)


async def phone_row(rt: Runtime, phone_id: str) -> Any:
    async with rt.pool.connection() as conn:
        return await conn.fetchrow("select * from phones where id = $1", phone_id)


async def token_and_pin(rt: Runtime, phone_id: str) -> tuple[str, str | None]:
    """Both opened with the vault."""
    row = await phone_row(rt, phone_id)
    async with rt.pool.connection() as conn:
        _, token = await phones.with_token(conn, rt.vault, row["organization_id"], row["id"])
    return token, row["pin"] and rt.vault.open(row["pin"], signups.pin_context(row["id"]))


async def rows_of(rt: Runtime, organization_id: Any, table: str) -> int:
    async with rt.pool.connection() as conn:
        return await conn.fetchval(f"select count(*) from {table} where organization_id = $1", organization_id)
