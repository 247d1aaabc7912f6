"""Idempotency-Key: repeats get the first answer and send nothing, whatever happened to the first."""

import asyncio
from typing import Any

import pytest

from tests.messages.test_sending import TEXT, connected, sent, thread
from tests.stack import Answer, Client, Number, Stack
from waypost.domain import idempotency

SEND = "messages.send"


async def send(client: Client, number: Number, key: str, **changes: Any) -> Answer:
    return await client.post(f"/v1/phones/{number.id}/messages", {**TEXT, **changes}, headers={"Idempotency-Key": key})


async def keys(stack: Stack, sql: str, *values: Any) -> Any:
    async with stack.rt.pool.connection() as conn:
        return await conn.fetch(sql, *values)


@pytest.fixture(autouse=True)
async def well_again(stack: Stack) -> Any:
    yield
    await stack.sim("DELETE", "/faults")


async def test_a_repeat_gets_the_first_answer_and_sends_nothing(stack: Stack) -> None:
    client, number = await connected(stack)
    first, again = await send(client, number, "order-1"), await send(client, number, "order-1")
    assert first.status == again.status == 200 and first.body == again.body
    assert len(await sent(stack, number)) == len(await thread(client, number)) == 1


async def test_a_body_spelled_differently_is_the_same_body(stack: Stack) -> None:
    client, number = await connected(stack)
    first = await send(client, number, "order-1")
    raw = b'{ "text":"Hello\\u0021", "to":"5491155551234", "previewUrl":null,\n "type":"text" }'
    again = await client.call(
        "POST", f"/v1/phones/{number.id}/messages", data=raw, headers={"Idempotency-Key": "order-1"}
    )
    assert again.body == first.body and len(await sent(stack, number)) == 1


async def test_another_body_is_a_conflict(stack: Stack) -> None:
    client, number = await connected(stack)
    await send(client, number, "order-1")
    answer = await send(client, number, "order-1", text="Goodbye!")
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert len(await sent(stack, number)) == 1


async def test_concurrent_calls_wait_for_the_first(stack: Stack) -> None:
    client, number = await connected(stack)
    await stack.sim("POST", "/faults", {"latency": 0.5})
    answers = await asyncio.gather(*(send(client, number, "order-1") for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.data["messageId"] for answer in answers}) == len(await sent(stack, number)) == 1


async def test_keys_belong_to_one_number_of_one_organization(stack: Stack) -> None:
    (acme, ours), (rival, theirs) = await connected(stack), await connected(stack)
    second = await stack.connect(acme)
    answers = [await send(c, n, "order-1") for c, n in ((acme, ours), (rival, theirs), (acme, second))]
    assert len({answer.data["messageId"] for answer in answers}) == 3


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_key_that_cannot_be_kept_is_named(stack: Stack, key: str) -> None:
    client, number = await connected(stack)
    answer = await send(client, number, key)
    assert (answer.status, answer.fields) == (400, ["Idempotency-Key"])
    assert await sent(stack, number) == []


async def test_a_refusal_of_meta_is_told_again(stack: Stack) -> None:
    client, number = await connected(stack)
    await stack.sim("POST", "/faults", {"fail": {SEND: {"code": 131030}}})
    first = await send(client, number, "order-1")
    await stack.sim("DELETE", "/faults")
    again = await send(client, number, "order-1")
    assert first.status == again.status == 400 and first.body == again.body
    assert await sent(stack, number) == [] and len(await thread(client, number)) == 1


async def test_bad_input_leaves_the_key_free(stack: Stack) -> None:
    client, number = await connected(stack)
    assert (await send(client, number, "order-1", to="5")).status == 400
    assert (await send(client, number, "order-1")).status == 200


@pytest.mark.parametrize("fault", [{"fail": {SEND: {"code": 131057}}}, {"fail": {SEND: {"code": 131048}}}])
async def test_a_send_of_which_nothing_left_may_be_repeated_with_its_key(stack: Stack, fault: dict[str, Any]) -> None:
    client, number = await connected(stack)
    await stack.sim("POST", "/faults", fault)
    assert (await send(client, number, "order-1")).status in (429, 502)
    await stack.sim("DELETE", "/faults")
    assert (await send(client, number, "order-1")).status == 200
    assert len(await sent(stack, number)) == 1


async def test_a_lost_answer_is_never_sent_again_and_is_told_once_it_is_settled(stack: Stack) -> None:
    client, number = await connected(stack)
    await stack.sim("POST", "/faults", {"drop": {SEND: {"how": "close"}}})
    first = await send(client, number, "order-1")
    assert (first.status, first.error["code"]) == (502, "UPSTREAM_ERROR")
    await stack.sim("DELETE", "/faults")
    for _ in range(100):
        again = await send(client, number, "order-1")
        if again.status == 200:
            break
        assert again.status == 502 and again.error["details"] == first.error["details"]
        await asyncio.sleep(0.05)
    [accepted] = await sent(stack, number)
    assert again.data == {"messageId": first.error["details"]["messageId"], "wamid": accepted["wamid"]}


async def test_after_a_crash_before_the_message_the_next_call_sends(stack: Stack) -> None:
    client, number = await connected(stack)
    await send(client, number, "order-1")
    await keys(
        stack,
        "update idempotency_keys set message_id = null, status = null, claimed_until = now() - interval '1 second'"
        " where organization_id = $1",
        client.organization_id,
    )
    assert (await send(client, number, "order-1")).status == 200
    assert len(await sent(stack, number)) == 2


async def test_after_a_crash_behind_the_message_it_is_never_sent_again(stack: Stack) -> None:
    client, number = await connected(stack)
    first = await send(client, number, "order-1")
    await keys(
        stack,
        "update idempotency_keys set status = null, answer = null, claimed_until = now() - interval '1 second'"
        " where organization_id = $1",
        client.organization_id,
    )
    assert (await send(client, number, "order-1")).body == first.body
    assert len(await sent(stack, number)) == 1


async def test_a_first_call_that_does_not_end_is_waited_for_only_so_long(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, number = await connected(stack)
    await send(client, number, "order-1")
    monkeypatch.setattr(idempotency, "WAIT_FOR_FIRST", 0.1)
    await keys(
        stack,
        "update idempotency_keys set status = null, answer = null, claimed_until = now() + interval '1 minute'"
        " where organization_id = $1",
        client.organization_id,
    )
    answer = await send(client, number, "order-1")
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT") and "under way" in answer.error["message"]


async def test_after_a_day_a_key_is_new_and_is_forgotten(stack: Stack) -> None:
    client, number = await connected(stack)
    await send(client, number, "order-1")
    await send(client, number, "order-2")
    old = "update idempotency_keys set created_at = now() - interval '25 hours' where organization_id = $1"
    await keys(stack, old, client.organization_id)
    assert (await send(client, number, "order-1", text="Goodbye!")).status == 200
    async with stack.rt.pool.connection() as conn:
        await idempotency.forget(conn)
    left = await keys(stack, "select key from idempotency_keys where organization_id = $1", client.organization_id)
    assert [row["key"] for row in left] == ["order-1"]


async def test_whoever_lost_the_claim_sends_nothing(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    client, number = await connected(stack)
    stolen = "update idempotency_keys set claim = gen_random_uuid() where organization_id = $1"
    begin = idempotency.begin

    async def overtaken(conn: Any, message_ids: Any) -> Any:
        await conn.execute(stolen, client.organization_id)
        return await begin(conn, message_ids)

    monkeypatch.setattr(idempotency, "begin", overtaken)
    answer = await send(client, number, "order-1")
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert await sent(stack, number) == []
