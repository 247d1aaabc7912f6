"""What the API does with a webhook's deliveries: switching off and on, deleting, testing, scope and the log."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from tests.stack import SECRET, Client, Stack
from waypost import clock, events, signature
from waypost.domain import webhooks

HOOKS = "/v1/outgoing-webhooks"


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization()


async def created(stack: Stack, client: Client, path: str, **fields: Any) -> str:
    made = await client.post(HOOKS, {"url": stack.receiver.url + path, "events": ["*"], **fields})
    assert made.status == 201, made.body
    return made.data["id"]


async def publish(stack: Stack, client: Client, *types: str, waba_id: Any = None) -> list[str]:
    """Events as the business transactions publish them, at a millisecond of their own; returns their ids."""
    await asyncio.sleep(0.002)
    made = [
        events.compose(type_, client.organization_id, waba_id, clock.now(), {"n": n}) for n, type_ in enumerate(types)
    ]
    async with stack.rt.pool.transaction() as conn:
        await webhooks.publish(conn, made)
    stack.rt.bell.ring()
    return [str(event.id) for event in made]


async def log_of(client: Client, id_: str, query: str = "") -> Any:
    return await client.get(f"{HOOKS}/{id_}/logs?{query}")


async def waiting(stack: Stack, id_: str) -> dict[str, int]:
    async with stack.rt.pool.connection() as conn:
        return {
            table: await conn.fetchval(f"select count(*) from {table} where webhook_id = $1", id_)
            for table in ("ready", "deferred", "parked")
        }


async def places(stack: Stack, id_: str, expected: dict[str, int]) -> bool:
    """Whether what waits comes to be so within some seconds."""
    for _ in range(100):
        if await waiting(stack, id_) == expected:
            return True
        await asyncio.sleep(0.05)
    return False


async def logged(client: Client, id_: str, count: int, status: str = "delivered") -> list[dict[str, Any]]:
    """The log once it holds so many entries of a status."""
    for _ in range(200):
        found = (await log_of(client, id_, f"status={status}")).data
        if len(found) >= count:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{len(found)} entries are {status}, not {count}")


async def attempted(client: Client, id_: str, count: int) -> None:
    """Returns once so many deliveries have failed for the first time."""
    for _ in range(200):
        if len([entry for entry in (await log_of(client, id_)).data if entry["attempts"]]) == count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no attempt was logged")


async def test_switched_off_it_gets_nothing_and_its_backlog_is_kept_until_it_is_on_again(
    stack: Stack, client: Client
) -> None:
    path, failing = "/off-and-on", True
    stack.receiver.answers[path] = lambda _: web.Response(status=500 if failing else 200)
    id_ = await created(stack, client, path)
    backlog = await publish(stack, client, "message.sent", "message.received")
    await attempted(client, id_, 2)
    assert (await client.patch(f"{HOOKS}/{id_}", {"isActive": False})).data["isActive"] is False
    assert await places(stack, id_, {"ready": 0, "deferred": 0, "parked": 2})
    entries = (await log_of(client, id_, "status=pending")).data
    assert {entry["eventId"] for entry in entries} == set(backlog)
    assert all(entry["nextAttemptAt"] is None for entry in entries)
    await publish(stack, client, "message.sent")
    came, failing = len(stack.receiver.got), False
    await asyncio.sleep(1.2)  # beyond every retry
    assert len(stack.receiver.got) == came
    assert (await client.patch(f"{HOOKS}/{id_}", {"isActive": True})).data["isActive"] is True
    delivered = await logged(client, id_, 2)
    assert {entry["eventId"] for entry in delivered} == set(backlog), "what happened while it was off is not sent"
    ids = {each.id for each in stack.receiver.got if each.path == path}
    assert ids == {entry["id"] for entry in delivered}, "one delivery id on every attempt"
    assert all(len(entry["attempts"]) >= 2 for entry in delivered)


async def test_a_change_does_not_wait_for_the_deliveries(stack: Stack, client: Client) -> None:
    """However many there are: the shard's owner sets them aside, in its own time."""
    id_ = await created(stack, client, "/held")
    async with stack.rt.pool.transaction() as conn:
        await conn.execute(
            "insert into ready (shard, organization_id, webhook_id, delivery_id, event_id, event_at)"
            " values ($2, $1, $3, gen_random_uuid(), gen_random_uuid(), now())",
            client.organization_id, webhooks.shard_of(UUID(id_)), id_,
        )  # fmt: skip
        answer = await client.patch(f"{HOOKS}/{id_}", {"isActive": False, "secret": SECRET})
        assert answer.status == 200 and answer.data["isActive"] is False
    assert await places(stack, id_, {"ready": 0, "deferred": 0, "parked": 1})
    async with stack.rt.pool.connection() as conn:
        sealed = await conn.fetchval("select secret from outgoing_webhooks where id = $1", id_)
    assert stack.rt.vault.open(sealed, webhooks.secret_context(client.organization_id, UUID(id_))) == SECRET


async def test_deleted_it_leaves_nothing_waiting(stack: Stack, client: Client) -> None:
    path = "/deleted"
    stack.receiver.answers[path] = lambda _: web.Response(status=503)
    id_ = await created(stack, client, path)
    await publish(stack, client, "message.sent", "message.sent")
    await stack.receiver.wait_for(lambda each: each.path == path, 2)
    assert (await client.delete(f"{HOOKS}/{id_}")).status == 200
    assert await places(stack, id_, {"ready": 0, "deferred": 0, "parked": 0})


async def test_it_gets_the_events_it_asked_for_of_its_waba_and_organization(stack: Stack, client: Client) -> None:
    rival = await stack.organization("Rival")
    number = await stack.connect(client)
    waba = (await client.get(f"/v1/onboarding-links/{number.link_id}")).data["wabaId"]
    await created(stack, client, "/sent-only", events=["message.sent"])
    await created(stack, rival, "/rival")
    all_of_it = await created(stack, client, "/everything")
    given = await publish(stack, client, "message.sent", "message.received", waba_id=waba)
    [elsewhere] = await publish(stack, client, "message.sent")
    await logged(client, all_of_it, 3)
    await stack.receiver.wait_for(lambda each: each.path == "/sent-only", 2)
    by_path = {
        path: {each.body["eventId"] for each in stack.receiver.got if each.path == path}
        for path in ("/everything", "/sent-only", "/rival", number.path)
    }
    assert by_path["/everything"] == {*given, elsewhere}
    assert by_path["/sent-only"] == {given[0], elsewhere}
    assert by_path["/rival"] == set()
    assert by_path[number.path] >= set(given) and elsewhere not in by_path[number.path]


@pytest.mark.parametrize("type_", [*events.EVENT_TYPES, "*"])
async def test_a_test_delivery_is_an_ordinary_one_marked_as_a_test(stack: Stack, client: Client, type_: str) -> None:
    path = f"/tested/{type_}"
    stack.receiver.answers[path] = lambda _: web.Response(status=202, text="thanks")
    id_ = await created(stack, client, path, events=[type_], secret=SECRET)
    answer = await client.post(f"{HOOKS}/{id_}/test")
    assert answer.status == 200, answer.body
    [got] = await stack.receiver.wait_for(lambda each: each.path == path)
    assert got.body["test"] is True and got.event == ("message.received" if type_ == "*" else type_)
    assert got.headers["X-Webhook-Signature-256"] == signature.sha256_header(SECRET.encode(), got.raw)
    told = answer.data
    assert (told["id"], told["eventId"], told["event"]) == (got.id, got.body["eventId"], got.event)
    assert (told["status"], told["statusCode"], told["responseBody"]) == ("delivered", 202, "thanks")
    assert told["error"] is None and told["durationMs"] >= 0 and len(told["attempts"]) == 1
    [entry] = (await log_of(client, id_)).data
    assert entry == {name: told[name] for name in entry}


async def test_a_test_of_a_failing_endpoint_tells_how_it_failed(stack: Stack, client: Client) -> None:
    stack.receiver.answers["/failing"] = lambda _: web.Response(status=500, text="boom")
    id_ = await created(stack, client, "/failing")
    told = (await client.post(f"{HOOKS}/{id_}/test")).data
    assert (told["status"], told["statusCode"], told["responseBody"]) == ("pending", 500, "boom")
    assert told["error"] == "The endpoint answered 500." and told["nextAttemptAt"] is not None


async def test_a_test_of_an_endpoint_that_is_away_tells_so(stack: Stack, client: Client) -> None:
    made = await client.post(HOOKS, {"url": "http://127.0.0.1:9/", "events": ["*"]})
    told = (await client.post(f"{HOOKS}/{made.data['id']}/test")).data
    assert told["status"] == "pending" and told["statusCode"] is None and told["error"]


async def test_a_webhook_that_is_off_cannot_be_tested(stack: Stack, client: Client) -> None:
    id_ = await created(stack, client, "/off", isActive=False)
    answer = await client.post(f"{HOOKS}/{id_}/test")
    assert answer.status == 400 and answer.fields == ["isActive"]
    assert (await log_of(client, id_)).data == []


async def test_the_log_is_newest_first_paged_and_filtered(stack: Stack, client: Client) -> None:
    path = "/logged"
    stack.receiver.answers[path] = lambda each: web.Response(status=400 if each.event == "message.sent" else 200)
    id_ = await created(stack, client, path)
    types = ["message.received", "message.sent", "message.received", "message.received", "message.sent"]
    ids = [(await publish(stack, client, type_))[0] for type_ in (*types, "phone_number.connected")][::-1]
    await logged(client, id_, 2, "exhausted")
    await logged(client, id_, 4)
    whole = await log_of(client, id_)
    assert [entry["eventId"] for entry in whole.data] == ids
    assert whole.body["meta"]["pagination"] == {"page": 1, "limit": 50, "total": 6, "hasMore": False}
    pages = [await log_of(client, id_, f"page={page}&limit=2") for page in (1, 2, 3, 4)]
    assert [entry["eventId"] for page in pages for entry in page.data] == ids
    assert [page.body["meta"]["pagination"]["hasMore"] for page in pages] == [True, True, False, False]
    sent = (await log_of(client, id_, "event=message.sent")).data
    assert [entry["eventId"] for entry in sent] == [ids[1], ids[4]]
    assert {entry["status"] for entry in sent} == {"exhausted"} and all(len(each["attempts"]) == 4 for each in sent)
    assert (await log_of(client, id_, "event=message.sent&status=delivered")).data == []
    assert (await log_of(client, id_, "status=pending")).body["meta"]["pagination"]["total"] == 0


async def test_events_of_one_moment_are_each_on_exactly_one_page(stack: Stack, client: Client) -> None:
    id_ = await created(stack, client, "/moment")
    at = clock.now()
    made = [events.compose("message.sent", client.organization_id, None, at, {"n": n}) for n in range(12)]
    async with stack.rt.pool.transaction() as conn:
        await webhooks.publish(conn, made)
    await logged(client, id_, 12)
    pages = [(await log_of(client, id_, f"limit=1&page={page}")).data for page in range(1, 13)]
    assert sorted(entry["eventId"] for page in pages for entry in page) == sorted(str(event.id) for event in made)


@pytest.mark.parametrize(
    ("query", "field"),
    [("status=done", "status"), ("status=", "status"), ("event=x", "event"), ("event=*", "event"),
     ("page=101&limit=100", "page")],
)  # fmt: skip
async def test_a_filter_that_does_not_exist_is_refused(stack: Stack, client: Client, query: str, field: str) -> None:
    id_ = await created(stack, client, "/filters")
    answer = await log_of(client, id_, query)
    assert answer.status == 400 and answer.fields == [field]
