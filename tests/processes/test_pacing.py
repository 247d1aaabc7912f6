"""Several gateways send for one number: what reaches Meta stays within the number's level, whoever sends."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from tests.processes.commands import House, answers, free_port, house
from tests.processes.meta_side import connected, meta
from tests.stack import Client, Number

LEVEL = 80
SECONDS = 4
#: Everything shares this machine, and whoever stands still blurs the moments; `make bench` has the exact figures.
NOISE = 1.5


@pytest.fixture
async def made(dsn: str) -> AsyncIterator[tuple[House, Client, Number, str, aiohttp.ClientSession]]:
    """One gateway over a database that others can join, with a connected number."""
    async with AsyncExitStack() as stack:
        home = stack.enter_context(house(DATABASE_URL=dsn, SECRET_KEYS="a-secret-key-of-the-test"))
        sim, receiver = await stack.enter_async_context(meta(home))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        home.start("serve", "--workers-off")
        await answers(session, f"{home.url}/health/ready")
        client, number = await connected(home, sim.base_url, receiver, session)
        yield home, client, number, sim.base_url, session


async def send(client: Client, url: str, number: Number, index: int) -> int:
    body = {"type": "text", "to": str(5491100000000 + index), "text": f"no. {index}"}
    answer = await Client(url, client.session, client.organization_id, client.key).post(
        f"/v1/phones/{number.id}/messages", body
    )
    return answer.status


async def arrivals(session: aiohttp.ClientSession, sim_url: str, number: Number) -> list[float]:
    """When each send reached Meta, in order."""
    url = f"{sim_url}/_sim/sent?phone_number_id={number.meta_id}&limit=10000"
    async with session.get(url) as answer:
        told: dict[str, Any] = await answer.json()
    return sorted(each["accepted_at"] for each in told["sent"])


async def test_a_number_keeps_its_level_whoever_sends(
    made: tuple[House, Client, Number, str, aiohttp.ClientSession],
) -> None:
    home, client, number, sim_url, session = made
    urls = [home.url]
    for processes in (1, 2, 4):
        while len(urls) < processes:
            port = str(free_port())
            home.start("serve", "--workers-off", PORT=port)
            urls.append(f"http://127.0.0.1:{port}")
            await answers(session, f"{urls[-1]}/health/ready")
        earlier = len(await arrivals(session, sim_url, number))
        wanted = range(processes * 10_000, processes * 10_000 + LEVEL * SECONDS)
        sends = [send(client, urls[index % processes], number, index) for index in wanted]
        assert Counter(await asyncio.gather(*sends)) == {200: LEVEL * SECONDS}
        came = (await arrivals(session, sim_url, number))[earlier:]
        assert len(came) == LEVEL * SECONDS
        fullest = max(sum(1 for at in came if start <= at < start + 1) for start in came)
        assert fullest <= LEVEL * NOISE, f"{fullest} in one second by {processes} processes"
        assert (len(came) - 1) / (came[-1] - came[0]) <= LEVEL * 1.05
