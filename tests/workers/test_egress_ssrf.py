"""Every way a customer can name a URL, against every place that no URL may lead to: one table, six doors.

Nothing is allowed to this deployment, and something listens on this machine all the while: it hears nothing.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.stack import SECRET, Client, Number, Stack, running
from tests.workers.engines import until
from tests.workers.forbidden import HOSTS, NAMES
from waypost import clock
from waypost.domain import webhooks
from waypost.domain.webhooks import Draft
from waypost.events import Event
from waypost.ids import timely
from waypost.workers.egress import BLOCKED
from waypost.workers.egress.failures import UNUSABLE

SENTENCES = {"blocked": BLOCKED, "invalid_url": UNUSABLE}
COLUMNS = "webhook_id, error, status_code, response_body"


@dataclass
class Guarded:
    stack: Stack
    client: Client
    number: Number
    port: int
    heard: list[int]

    def url(self, host: str, scheme: str = "https") -> str:
        place = f"{host}:{self.port}"
        return f"{scheme}://{host.replace(' ', f':{self.port} ') if host.endswith(' ') else place}/x"


@pytest.fixture(scope="module")
async def guarded(dsn: str) -> AsyncIterator[Guarded]:
    heard: list[int] = []

    async def hear(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(1)
        writer.close()

    listener = await asyncio.start_server(hear, None, 0)
    port = listener.sockets[0].getsockname()[1]
    system = socket.getaddrinfo
    zone = {name.lower().encode("idna").decode(): addresses for name, addresses in NAMES.items()}

    def resolve(host: Any, at: Any, *args: Any, **kwargs: Any) -> Any:
        if host in zone:
            return [(0, 0, 0, "", (address, 0)) for address in zone[host]]
        return system(host, at, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        async with running(dsn, allow_targets=(), webhook_schedule=(3600.0,)) as stack:
            client = await stack.organization()
            number = await stack.connect(client, webhookUrl=None, webhookSecret=None, webhookEvents=None)
            yield Guarded(stack, client, number, port, heard)
            assert heard == [], "somebody inside was reached"
    listener.close()


async def each(hosts: Iterable[str], check: Callable[[str], Awaitable[None]]) -> None:
    """Checks all, eight at a time; says of every host that failed why."""
    gate = asyncio.Semaphore(8)

    async def one(host: str) -> str | None:
        async with gate:
            try:
                await check(host)
            except AssertionError as error:
                return f"{host!r}: {error}"
        return None

    assert [told for told in await asyncio.gather(*map(one, hosts)) if told] == []


def test_the_table_is_long_enough() -> None:
    assert len(HOSTS) >= 60 and len(NAMES) >= 10


@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_create_tells_early(guarded: Guarded, scheme: str) -> None:
    async def refused(host: str) -> None:
        body = {"url": guarded.url(host, scheme), "events": ["*"]}
        answer = await guarded.client.post("/v1/outgoing-webhooks", body)
        assert answer.status == 400 and answer.fields == ["url"], answer.body

    await each(HOSTS if scheme == "https" else [*HOSTS, *NAMES], refused)


async def test_update_tells_early(guarded: Guarded) -> None:
    made = await guarded.client.post(
        "/v1/outgoing-webhooks", {"url": "https://example.com/x", "events": ["*"], "isActive": False}
    )
    where = f"/v1/outgoing-webhooks/{made.data['id']}"

    async def refused(host: str) -> None:
        answer = await guarded.client.patch(where, {"url": guarded.url(host)})
        assert answer.status == 400 and answer.fields == ["url"], answer.body

    await each(HOSTS, refused)
    assert (await guarded.client.get(where)).data["url"] == "https://example.com/x"


async def test_an_onboarding_link_tells_early(guarded: Guarded) -> None:
    async def refused(host: str) -> None:
        body = {"name": "Acme", "webhookUrl": guarded.url(host), "webhookEvents": ["*"]}
        answer = await guarded.client.post("/v1/onboarding-links", body)
        assert answer.status == 400 and answer.fields == ["webhookUrl"], answer.body

    await each(HOSTS, refused)


async def test_a_file_of_a_send_comes_from_nowhere_inside(guarded: Guarded) -> None:
    async def refused(host: str) -> None:
        body = {"type": "image", "to": "16505551234", "mediaUrl": guarded.url(host)}
        answer = await guarded.client.post(f"/v1/phones/{guarded.number.id}/messages", body)
        assert answer.status == 400 and answer.fields == ["mediaUrl"], answer.body
        if host in NAMES:
            told = answer.error["details"][0]["message"]
            assert "the destination address is not allowed" in told, told
            assert not any(address in told for address in NAMES[host]), told

    await each([*HOSTS, *NAMES], refused)
    assert (await guarded.stack.sim("GET", f"/sent?phone_number_id={guarded.number.meta_id}"))["sent"] == []


async def test_deliveries_and_test_deliveries_reach_nobody_inside(guarded: Guarded) -> None:
    """The rows are written past the check at the door, as those of names that were harmless when they were saved."""
    rt, client = guarded.stack.rt, await guarded.stack.organization("Inside")
    hosts: dict[Any, str] = {}
    async with rt.pool.transaction() as conn:
        for host in (*HOSTS, *NAMES):
            draft = Draft(guarded.url(host), ["*"], SECRET)
            hosts[(await webhooks.create(conn, rt.vault, client.organization_id, draft)).id] = host
        event = Event(client.organization_id, timely(), "message.received", None, clock.now(), b'{"n":1}')
        await webhooks.publish(conn, [event])
    rt.bell.ring()

    async def tried(webhook_id: str) -> None:
        answer = await client.post(f"/v1/outgoing-webhooks/{webhook_id}/test")
        assert answer.status in {200, 202}, answer.body

    await each(map(str, hosts), tried)

    async def attempts() -> list[Any]:
        async with rt.pool.connection() as conn:
            query = f"select {COLUMNS} from attempts where organization_id = $1"
            return list(await conn.fetch(query, client.organization_id))

    async def all_tried() -> bool:
        return len(await attempts()) >= 2 * len(hosts)

    await until(all_tried, "an attempt of every delivery")
    wrong = []
    for row in await attempts():
        host = hosts[row["webhook_id"]]
        told = (row["error"], row["status_code"], row["response_body"])
        if told != (SENTENCES[HOSTS.get(host, "blocked")], None, None):
            wrong.append((host, told))
    assert wrong == [] and guarded.heard == []
