"""Server-sent events: their frames, where they go on, and everything that ends them."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID

import aiohttp
import pytest

from tests.feed.conftest import write
from tests.feed.streams import Listener, listening
from tests.stack import Client, Stack, running
from waypost import live, serving
from waypost.api import events
from waypost.app import opened
from waypost.domain import api_keys, feed
from waypost.live import Frame, Seats
from waypost.runtime import Runtime


@pytest.fixture(scope="module")
async def stack(dsn: str) -> AsyncIterator[Stack]:
    """The gateway alone."""
    async with running(dsn, workers=False) as made:
        yield made


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization()


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats and checks as often as a test can wait for."""
    monkeypatch.setattr(live, "BEAT", 0.3)
    monkeypatch.setattr(live, "CHECK", 0.1)


async def happened(stack: Stack, client: Client, *numbers: int, ring: bool = True, size: int = 0) -> None:
    for number in numbers:
        async with stack.rt.pool.transaction() as conn:
            await write(conn, client.organization_id, number if not size else number * 10**size)
    if ring:
        stack.rt.bell.ring([client.organization_id])


async def numbers(listener: Listener, count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(5):
        async for message in listener.events():
            body = json.loads(message.data)
            assert message.event == body["event"] == "message.sent"
            found.append(body["data"]["number"])
            if len(found) == count:
                return found
    raise AssertionError(f"the stream ended after {found}")


async def gone(stack: Stack, client: Client) -> bool:
    """Whether the gateway lets go of every stream of this organization."""
    async with asyncio.timeout(5):
        while client.organization_id in stack.rt.hearing._ears or events.SEATS._taken[client.organization_id]:
            await asyncio.sleep(0.01)
    return True


async def test_it_tells_what_was_and_what_comes(stack: Stack, client: Client) -> None:
    await happened(stack, client, 1, 2)
    pages = await client.get("/v1/events")
    async with listening(client) as listener:
        headers = listener.answer.headers
        assert listener.answer.status == 200 and headers["Content-Type"] == "text/event-stream"
        assert headers["X-Accel-Buffering"] == "no" and headers["Cache-Control"] == "no-store, no-transform"
        assert "Content-Length" not in headers and "Content-Encoding" not in headers
        first = await listener.until_beat()
        assert [json.loads(each.data) for each in first] == pages.data and listener.retry == 2000
        began = asyncio.get_running_loop().time()
        await happened(stack, client, 3)
        assert await numbers(listener, 1) == [3]
        assert asyncio.get_running_loop().time() - began < 2, "a ring wakes the stream"
        cursor = listener.last
    after = await client.get(f"/v1/events?after={cursor}")
    assert after.data == [], "an id of the stream is a cursor of the pages"
    assert await gone(stack, client)


async def test_it_goes_on_where_the_client_was(stack: Stack, client: Client) -> None:
    await happened(stack, client, 1, 2, 3)
    async with listening(client, "?limit=1") as listener:
        assert await numbers(listener, 2) == [1, 2]
        two = listener.last
    latest = await client.get("/v1/events?after=latest")
    elsewhere = f"?after={latest.body['meta']['pagination']['nextCursor']}"
    async with listening(client, elsewhere, **{"Last-Event-ID": two}) as listener:
        assert [json.loads(each.data)["data"]["number"] for each in await listener.until_beat()] == [3]
    async with listening(client, "?after=latest") as listener:
        assert await listener.until_beat() == []
        beat = listener.last
        await happened(stack, client, 4)
        assert await numbers(listener, 1) == [4]
    async with listening(client, **{"Last-Event-ID": beat}) as listener:
        assert await numbers(listener, 1) == [4], "a heartbeat's id is a place as well"


async def test_filters_hold_and_their_heartbeats_move_on(stack: Stack, client: Client) -> None:
    await happened(stack, client, 1, 2)
    async with listening(client, "?types=message.received") as listener:
        assert await listener.until_beat() == []
        place = listener.last
    async with listening(client, **{"Last-Event-ID": place}) as listener:
        assert await listener.until_beat() == []


@pytest.mark.usefixtures("brisk")
async def test_a_lost_ring_costs_seconds_only(stack: Stack, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(client) as listener:
        await listener.until_beat()
        await happened(stack, client, 1, ring=False)
        assert await numbers(listener, 1) == [1]


async def test_an_event_that_waits_for_an_older_transaction_comes_by_itself(stack: Stack, client: Client) -> None:
    async with listening(client) as listener:
        await listener.until_beat()
        async with stack.rt.pool.connection() as conn:
            slow = conn.transaction()
            await slow.start()
            await conn.execute("select pg_current_xact_id()")
            await happened(stack, client, 1)
            await asyncio.sleep(0.3)
            began = asyncio.get_running_loop().time()
            await slow.rollback()
        assert await numbers(listener, 1) == [1]
        assert asyncio.get_running_loop().time() - began < events.SOON + 1


@pytest.mark.usefixtures("brisk")
async def test_it_beats_while_nothing_happens(stack: Stack, client: Client) -> None:
    async with listening(client) as listener, asyncio.timeout(5):
        beats = [await listener.until_beat() for _ in range(3)]
        assert beats == [[], [], []]


@pytest.mark.usefixtures("brisk")
@pytest.mark.parametrize("how", ["revoked", "suspended"])
async def test_it_ends_when_the_client_may_no_longer_listen(stack: Stack, client: Client, how: str) -> None:
    async with listening(client) as listener, asyncio.timeout(5):
        await listener.until_beat()
        async with stack.rt.pool.transaction() as conn:
            if how == "revoked":
                [(_, key)] = await api_keys.listed(conn, client.organization_id)
                await api_keys.revoke(conn, key.id)
            else:
                await conn.execute(
                    "update organizations set suspended_at = now() where id = $1", client.organization_id
                )
        assert await listener.ended()
    async with listening(client) as listener:
        assert listener.answer.status == (401 if how == "revoked" else 403)
    assert await gone(stack, client)


async def test_no_more_streams_than_seats(stack: Stack, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events.SEATS, "_most", 2)
    async with listening(client) as one, listening(client) as two:
        assert one.answer.status == two.answer.status == 200
        async with listening(client) as three:
            assert three.answer.status == 429 and three.answer.headers["Retry-After"] == "5"
            assert (await three.answer.json())["error"]["code"] == "RATE_LIMITED"
        async with listening(await stack.organization()) as other:
            assert other.answer.status == 200
    assert await gone(stack, client)
    async with listening(client) as again:
        assert again.answer.status == 200


async def test_a_client_that_does_not_read_holds_little_and_loses_nothing(stack: Stack, client: Client) -> None:
    """Two thousand large events wait in the database, not here; then all of them arrive, in order."""
    organization = client.organization_id
    body = b'{"event":"message.sent","data":{"number":%d,"x":"' + b"x" * 20_000 + b'"}}'
    async with stack.rt.pool.transaction() as conn:
        await conn.executemany(
            "insert into events (organization_id, id, type, body, created_at, fanout)"
            " values ($1, gen_random_uuid(), 'message.sent', $2, clock_timestamp(), 0)",
            [(organization, body % number) for number in range(2000)],
        )
    asked: list[int] = []
    read = feed.read

    async def counted(rt: Runtime, wanted: feed.Wanted) -> feed.Page:
        asked.append(1)
        return await read(rt, wanted)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed, "read", counted)
        async with listening(client, "?limit=20") as listener:
            await asyncio.sleep(0.5)
            stalled = len(asked)
            await asyncio.sleep(0.3)
            assert len(asked) == stalled < 50, "pages are read as fast as they are taken"
            assert await numbers(listener, 2000) == list(range(2000))
    assert await gone(stack, client)


async def test_a_head_request_gets_no_stream(stack: Stack, client: Client) -> None:
    headers = {"Authorization": f"Bearer {client.key}", "Accept": "text/event-stream"}
    async with stack.session.head(f"{stack.url}/v1/events", headers=headers) as answer:
        assert answer.status == 200 and await answer.read() == b""


async def test_the_end_of_the_process_ends_it_at_once(stack: Stack, dsn: str) -> None:
    """The server of `waypost serve` itself; it would give its streams ten seconds."""
    stop, ready = asyncio.Event(), asyncio.Event()
    client = await stack.organization()
    with serving.listening("127.0.0.1", 0) as listener:
        async with opened(stack.rt.config, dsn, ("test-key",)) as rt, aiohttp.ClientSession() as session:
            answering = asyncio.create_task(serving._answer(rt, listener, stop, ready))
            await ready.wait()
            there = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", session, client.organization_id, client.key)
            async with listening(there) as one, listening(there) as two:
                await one.until_beat()
                began = asyncio.get_running_loop().time()
                stop.set()
                async with asyncio.timeout(5):
                    assert await one.ended() and await two.ended()
                    await answering
                assert asyncio.get_running_loop().time() - began < 3


def test_a_frame_is_never_broken_by_its_data() -> None:
    assert Frame("a", "b", b'{"c":\r\n1}').encoded() == b'id: a\nevent: b\ndata: {"c":\ndata: 1}\n\n'


def test_a_seat_is_given_back() -> None:
    seats = Seats(1)
    owner = UUID(int=1)
    for _ in range(3):
        with seats.one(owner), pytest.raises(ZeroDivisionError):
            raise ZeroDivisionError
    assert not seats._taken
