"""Redelivering and replaying over the API, with deliveries that really go out, and what the log shows of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from tests.stack import Client, Stack
from waypost import clock, events
from waypost.domain import accounting, webhooks

HOOKS = "/v1/outgoing-webhooks"
SCHEDULE = 3  # retries of the stack


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return await stack.organization()


class Endpoint:
    """A webhook at the receiver that answers with `status`, once its gate is open."""

    def __init__(self, stack: Stack, client: Client, path: str) -> None:
        self.stack, self.client, self.path, self.status = stack, client, path, 200
        stack.receiver.answers[path] = self._answer
        self.gate: asyncio.Event | None = None
        self.id = ""

    async def _answer(self, _: Any) -> web.Response:
        if self.gate is not None:
            await self.gate.wait()
        return web.Response(status=self.status)

    @property
    def url(self) -> str:
        return f"{HOOKS}/{self.id}"

    async def publish(self, count: int = 1, type_: Any = "message.sent") -> None:
        owner = self.client.organization_id
        made = [events.compose(type_, owner, None, clock.now(), {"n": n}) for n in range(count)]
        async with self.stack.rt.pool.transaction() as conn:
            await webhooks.publish(conn, made)
        self.stack.rt.bell.ring()

    async def entries(self, status: str, count: int) -> list[dict[str, Any]]:
        """The log once it has exactly so many entries of a status."""
        for _ in range(300):
            found = (await self.client.get(f"{self.url}/logs?status={status}")).data
            if len(found) == count:
                return found
            await asyncio.sleep(0.03)
        raise AssertionError(f"{len(found)} entries are {status}, not {count}")

    async def totals(self) -> dict[str, int]:
        answers = {
            name: await self.client.get(f"{self.url}/logs?limit=1&{query}")
            for name, query in [("", ""), *((each, f"status={each}") for each in ("pending", "delivered", "exhausted"))]
        }
        return {name: answer.body["meta"]["pagination"]["total"] for name, answer in answers.items()}

    async def redeliver(self, entry: dict[str, Any]) -> Any:
        return await self.client.post(f"{self.url}/logs/{entry['id']}/redeliver")

    async def replay(self, **body: Any) -> Any:
        return await self.client.post(f"{self.url}/replay", {"since": ago(hours=1), **body})

    async def replayed(self, replay: dict[str, Any]) -> dict[str, Any]:
        """Once it has ended."""
        for _ in range(300):
            found = (await self.client.get(f"{self.url}/replays/{replay['id']}")).data
            if found["state"] != "running":
                return found
            await asyncio.sleep(0.03)
        raise AssertionError(found)

    def arrived(self) -> list[str]:
        return [each.id for each in self.stack.receiver.got if each.path == self.path]


@pytest.fixture
async def endpoint(stack: Stack, client: Client) -> AsyncIterator[Endpoint]:
    made = Endpoint(stack, client, f"/{uuid4().hex}")
    answer = await client.post(HOOKS, {"url": stack.receiver.url + made.path, "events": ["*"]})
    made.id = answer.data["id"]
    yield made
    await client.delete(made.url)


def ago(**span: float) -> str:
    return clock.stamp(clock.now() - timedelta(**span))


async def test_redelivered_at_once_by_many_it_goes_once_more_and_ends_once(endpoint: Endpoint) -> None:
    endpoint.status = 400
    await endpoint.publish()
    [entry] = await endpoint.entries("exhausted", 1)
    assert len(entry["attempts"]) == 1 + SCHEDULE
    endpoint.status, endpoint.gate = 200, asyncio.Event()
    answers = await asyncio.gather(*(endpoint.redeliver(entry) for _ in range(6)))
    endpoint.gate.set()
    assert {answer.status for answer in answers} == {202}
    assert {(answer.data["id"], answer.data["eventId"]) for answer in answers} == {(entry["id"], entry["eventId"])}
    assert {answer.data["status"] for answer in answers} == {"pending"}
    assert all(answer.data["attempts"] == entry["attempts"] and answer.data["nextAttemptAt"] for answer in answers)
    [after] = await endpoint.entries("delivered", 1)
    assert after["attempts"][:-1] == entry["attempts"] and after["attempts"][-1]["statusCode"] == 200
    assert await endpoint.totals() == {"": 1, "pending": 0, "delivered": 1, "exhausted": 0}
    assert endpoint.arrived() == [entry["id"]] * (2 + SCHEDULE)


async def test_a_delivered_one_can_be_given_up_again_with_a_schedule_of_its_own(endpoint: Endpoint) -> None:
    await endpoint.publish()
    [entry] = await endpoint.entries("delivered", 1)
    endpoint.status = 500
    answer = await endpoint.redeliver(entry)
    assert answer.status == 202 and answer.data["status"] == "pending"
    assert (await endpoint.totals())[""] == 1
    [after] = await endpoint.entries("exhausted", 1)
    assert [each["statusCode"] for each in after["attempts"]] == [200] + [500] * (1 + SCHEDULE)
    assert [each["at"] for each in after["attempts"]] == sorted(each["at"] for each in after["attempts"])
    assert await endpoint.totals() == {"": 1, "pending": 0, "delivered": 0, "exhausted": 1}
    endpoint.status = 200
    assert (await endpoint.redeliver(after)).status == 202
    [last] = await endpoint.entries("delivered", 1)
    assert len(last["attempts"]) == 3 + SCHEDULE


async def test_one_that_waits_for_its_time_goes_now(stack: Stack, endpoint: Endpoint) -> None:
    endpoint.status = 500
    await endpoint.publish()
    for _ in range(100):
        async with stack.rt.pool.connection() as conn:
            moved = await conn.execute(
                "update deferred set run_at = now() + interval '1 hour' where webhook_id = $1", UUID(endpoint.id)
            )
        if moved == "UPDATE 1":
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)  # what was already on its way has been recorded
    [entry] = await endpoint.entries("pending", 1)
    endpoint.status = 200
    answer = await endpoint.redeliver(entry)
    assert answer.status == 202 and answer.data["status"] == "pending"
    [after] = await endpoint.entries("delivered", 1)
    assert after["attempts"][:-1] == entry["attempts"]


async def test_one_that_is_on_its_way_is_answered_as_it_is(stack: Stack, endpoint: Endpoint) -> None:
    endpoint.gate = asyncio.Event()
    await endpoint.publish()
    await stack.receiver.wait_for(lambda each: each.path == endpoint.path)
    [entry] = await endpoint.entries("pending", 1)
    answer = await endpoint.redeliver(entry)
    assert answer.status == 202 and (answer.data["status"], answer.data["attempts"]) == ("pending", [])
    endpoint.gate.set()
    await endpoint.entries("delivered", 1)
    assert len(endpoint.arrived()) == 1


async def test_a_webhook_that_is_off_gets_nothing_once_more(endpoint: Endpoint, client: Client) -> None:
    await endpoint.publish()
    [entry] = await endpoint.entries("delivered", 1)
    await client.patch(endpoint.url, {"isActive": False})
    for answer in (await endpoint.redeliver(entry), await endpoint.replay()):
        assert answer.status == 400 and answer.fields == ["isActive"]
    assert (await endpoint.totals())["delivered"] == 1


async def test_a_delivery_whose_event_is_gone_cannot_be_sent_again(
    stack: Stack, endpoint: Endpoint, client: Client
) -> None:
    await endpoint.publish()
    [entry] = await endpoint.entries("delivered", 1)
    rename, aside = "update events set id = $2 where id = $1", uuid4()
    async with stack.rt.pool.connection() as conn:
        await conn.execute(rename, UUID(entry["eventId"]), aside)
    answer = await endpoint.redeliver(entry)
    assert answer.status == 400 and "30 days" in answer.error["message"]
    assert (await endpoint.entries("delivered", 1)) == [entry]
    async with stack.rt.pool.connection() as conn:
        await conn.execute(rename, aside, UUID(entry["eventId"]))
    assert (await client.post(f"{endpoint.url}/logs/{uuid4()}/redeliver")).status == 404


async def test_a_replay_of_what_failed_brings_it_under_the_same_ids(endpoint: Endpoint, client: Client) -> None:
    await endpoint.publish(1, "message.received")
    [fine] = await endpoint.entries("delivered", 1)
    endpoint.status = 400
    await endpoint.publish(2)
    failed = await endpoint.entries("exhausted", 2)
    endpoint.status = 200
    answer = await endpoint.replay()
    assert answer.status == 202
    begun = answer.data
    assert (begun["webhookId"], begun["status"], begun["state"]) == (endpoint.id, "exhausted", "running")
    assert begun["since"] == begun["reachedAt"] and begun["until"] <= begun["createdAt"] == begun["updatedAt"]
    assert (begun["queued"], begun["completedAt"]) == (0, None)
    after = await endpoint.replayed(begun)
    assert (after["state"], after["queued"], after["reachedAt"]) == ("completed", 2, begun["until"])
    delivered = await endpoint.entries("delivered", 3)
    assert [entry["id"] for entry in delivered] == [*(entry["id"] for entry in failed), fine["id"]]
    assert await endpoint.totals() == {"": 3, "pending": 0, "delivered": 3, "exhausted": 0}
    assert len(endpoint.arrived()) == 1 + 2 * (2 + SCHEDULE)
    second = (await endpoint.replay(status="delivered", until=failed[0]["createdAt"])).data
    listed = await client.get(endpoint.url + "/replays?limit=1")
    assert listed.data[0]["id"] == second["id"] and listed.body["meta"]["pagination"]["total"] == 2
    ended = await client.delete(f"{endpoint.url}/replays/{begun['id']}")
    assert ended.status == 200 and ended.data == after, "one that has ended stays as it is"
    assert (await client.delete(f"{endpoint.url}/replays/{second['id']}")).data["state"] in ("cancelled", "completed")


async def test_the_books_stay_even(stack: Stack, endpoint: Endpoint) -> None:
    """Of all that was published here, also while one is on its way once more."""
    await endpoint.publish(2)
    [entry, _] = await endpoint.entries("delivered", 2)
    endpoint.gate = asyncio.Event()
    await endpoint.redeliver(entry)
    await stack.receiver.wait_for(lambda each: each.id == entry["id"], 2)
    for _ in range(2):
        async with stack.rt.pool.transaction("repeatable_read", readonly=True) as conn:
            books = (await accounting.balance(conn, clock.now() - timedelta(hours=1))).deliveries
        assert (books.unaccounted, books.in_two_places, books.ended_twice) == (0, 0, 0) and books.delivered >= 1
        endpoint.gate.set()
        await endpoint.entries("delivered", 2)


TIME = "must be a time with its zone, such as 2026-11-22T14:30:00Z."
KEPT = "must lie within the last 30 days: so long events are kept."
LATER = "must not be later than until, nor lie in the future."
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"since": None}, "since", "must be a string."),
    ({"since": 1795271400}, "since", "must be a string."),
    ({"since": ""}, "since", TIME),
    ({"since": "yesterday"}, "since", TIME),
    ({"since": "2026-11-22"}, "since", TIME),
    ({"since": "2026-11-22T14:30:00"}, "since", TIME),
    ({"since": "0001-01-01T00:00:00+14:00"}, "since", KEPT),
    ({"since": ago(days=31)}, "since", KEPT),
    ({"since": "9999-12-31T23:59:59-14:00"}, "since", LATER),
    ({"since": ago(hours=1), "until": ago(hours=2)}, "since", LATER),
    ({"until": "0001-01-01T00:00:00+14:00"}, "since", LATER),
    ({"until": "now"}, "until", TIME),
    ({"until": 5}, "until", "must be a string."),
    ({"status": "pending"}, "status", "must be one of all, delivered, exhausted."),
    ({"status": ["all"]}, "status", "must be a string."),
    ({"limit": 5}, "limit", "is not a known field; remove it."),
]


@pytest.mark.parametrize(("changes", "field", "message"), WRONG, ids=map(str, range(len(WRONG))))
async def test_a_bad_field_is_named(endpoint: Endpoint, changes: dict[str, Any], field: str, message: str) -> None:
    answer = await endpoint.replay(**changes)
    assert answer.status == 400 and answer.error["details"] == [{"field": field, "message": message}]
    assert (await endpoint.client.get(endpoint.url + "/replays")).data == []


async def test_null_means_absent_and_until_is_the_present_at_most(endpoint: Endpoint, client: Client) -> None:
    assert (await client.post(endpoint.url + "/replay", {})).fields == ["since"]
    answer = await endpoint.replay(until="2999-01-01T00:00:00+02:00", status=None, since=ago(days=29.99))
    assert answer.status == 202 and ago(seconds=10) < answer.data["until"] <= answer.data["createdAt"]
    assert (await endpoint.replayed(answer.data))["queued"] == 0


async def test_pages_of_replays_end_somewhere(endpoint: Endpoint, client: Client) -> None:
    assert (await client.get(endpoint.url + "/replays?page=11&limit=100")).fields == ["page"]
    assert (await client.get(endpoint.url + "/replays?limit=101")).fields == ["limit"]
