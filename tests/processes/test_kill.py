"""`kill -9` of everything, again and again, under load: what was answered 200 is stored once and delivered."""

import asyncio
import json
from collections import Counter, defaultdict
from typing import Any

import aiohttp
import pytest

from tests.processes.accounts import database, settled
from tests.processes.commands import SECRETS, House, Process, answers, house
from tests.processes.meta_side import SAID, Poster, connected, meta
from tests.receiver import Receiver

MESSAGES = 3000
KILLS = (400, 1200, 2200)


async def killed_at(home: House, server: Process, poster: Poster, accepted: int) -> Process:
    """Everything is killed once so many messages are accepted, and started again."""
    while len(poster.accepted) < accepted:
        await asyncio.sleep(0.01)
    await server.killed()
    return home.start("serve")


async def delivered(receiver: Receiver, wanted: set[str], path: str) -> None:
    def missing() -> set[str]:
        return wanted - {each.data["wamid"] for each in receiver.got if each.path == path}

    async with receiver.arrived, asyncio.timeout(60):
        await receiver.arrived.wait_for(lambda: not missing())


@pytest.mark.parametrize("messages", [MESSAGES])
async def test_what_was_answered_200_is_stored_once_and_delivered_though_everything_is_killed_thrice(
    messages: int,
) -> None:
    schedule = ",".join(["0.3"] * 60)
    with house(WEBHOOK_SCHEDULE=schedule) as home:
        async with meta(home) as (sim, receiver), aiohttp.ClientSession() as session:
            server = home.start("serve")
            await answers(session, f"{home.url}/health/ready")
            _, number = await connected(home, sim.base_url, receiver, session)
            poster = Poster(f"{home.url}/webhook", number.meta_id, session)
            posting = asyncio.create_task(poster.post_all(messages, "K"))
            for accepted in KILLS:
                server = await killed_at(home, server, poster, accepted)
            wamids = await posting
            await answers(session, f"{home.url}/health/ready")
            assert poster.accepted == wamids and len(wamids) == messages
            async with database(home.folder / "data") as conn:
                await stored_once(conn, wamids)
                books = await settled(conn)
                facts, deliveries = books.facts, books.deliveries
                assert (facts.stored, facts.set_aside, deliveries.exhausted) == (messages, 0, 0)
                assert (deliveries.delivered, deliveries.events) == (2 * messages, messages + 1), "and the connection's"
            for path in (number.path, "/second"):
                await delivered(receiver, wamids, path)
            one_id_each(receiver, messages)
            assert server.running()
        assert sum("gateway.ready" in process.log for process in home.processes) == 1 + len(KILLS)
        for secret in (*SECRETS, SAID, "wp_", "whsec_"):
            assert secret not in home.logs
        assert len(home.logs) > 0
        assert "Traceback" not in home.logs, home.logs[home.logs.index("Traceback") - 500 :][:3000]


async def stored_once(conn: Any, wamids: set[str]) -> None:
    rows = await conn.fetch("select wamid, content from messages where direction = 'inbound'")
    assert Counter(row["wamid"] for row in rows) == dict.fromkeys(wamids, 1)
    assert all(json.loads(row["content"])["body"] == f"{SAID} {row['wamid']}" for row in rows)
    assert await conn.fetchval("select sum(message_count) from conversations") == len(wamids)


def one_id_each(receiver: Receiver, messages: int) -> None:
    """Repeats carry the same delivery id and the same bytes; two webhooks never share one."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for each in receiver.got:
        if each.event == "message.received":
            ids[each.path, each.data["wamid"]].add(each.id)
            bodies[each.id].add(each.raw)
    assert len(ids) == 2 * messages and all(len(found) == 1 for found in ids.values())
    assert len(bodies) == 2 * messages and all(len(found) == 1 for found in bodies.values())
