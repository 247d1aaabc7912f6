"""A crash at any step of a signup: whoever finds it goes on from there, repeats nothing remembered, ends it once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from tests.domain.signup_graph import EXCHANGE, Tape, expire, link_of, rows_of, seen, signup_row, steps_of
from tests.stack import Client, Stack, running
from waypost.app import opened
from waypost.domain import completion
from waypost.domain.signups import Hints

NO_HINTS = Hints()


@pytest.fixture(scope="module")
async def stack(dsn: str) -> AsyncIterator[Stack]:
    """Without workers: the tests resume by themselves."""
    async with running(dsn, workers=False) as made:
        yield made


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization()


async def crash(stack: Stack, tape: Tape, link_id: str, code: str, call: str, *, after: bool = False) -> None:
    """A process that dies while it waits for this call (or for its answer); its lease then runs out."""
    (tape.held_after if after else tape.held)[call] = asyncio.Event()
    running = asyncio.create_task(completion.complete(stack.rt, UUID(link_id), code, NO_HINTS))
    await asyncio.wait_for(tape.arrived.wait(), 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    for waiting in (*tape.held.values(), *tape.held_after.values()):
        waiting.set()
    tape.held.clear()
    tape.held_after.clear()
    tape.arrived.clear()
    await expire(stack.rt, link_id)


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "before its answer"])
@pytest.mark.parametrize("step", range(1, 8))
async def test_a_crash_at_a_step_is_resumed_there(
    stack: Stack, tape: Tape, client: Client, step: int, after: bool
) -> None:
    link = await link_of(client, webhookUrl=stack.receiver.url + "/hook", webhookEvents=["*"])
    signup = await stack.sim("POST", "/signups", {})
    steps = steps_of(signup)
    await crash(stack, tape, link["id"], signup["code"], steps[step], after=after)
    made = list(tape.calls)
    assert made == steps[: step + 1]
    assert await completion.resume(stack.rt) == 1
    resumed = tape.calls[len(made) :]
    assert EXCHANGE not in resumed
    remembered = {steps[4]: 4, steps[6]: 6}  # subscribed, registered
    assert not [call for call, place in remembered.items() if place < step and call in resumed]
    assert (await seen(client, link))["isPhoneRegistered"] is True
    for table in ("phones", "wabas", "events", "outgoing_webhooks"):
        assert await rows_of(stack.rt, client.organization_id, table) == 1
    assert await completion.resume(stack.rt) == 0


async def test_a_crash_before_the_code_was_exchanged_waits_for_the_code(
    stack: Stack, tape: Tape, client: Client
) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    await crash(stack, tape, link["id"], signup["code"], EXCHANGE)
    assert await completion.resume(stack.rt) == 0
    row = await signup_row(stack.rt, link["id"])
    assert row["state"] == "running" and row["token"] is None


async def test_a_crash_while_the_exchange_was_answered_ends_with_the_next_post_of_the_code(
    stack: Stack, tape: Tape, client: Client
) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    await crash(stack, tape, link["id"], signup["code"], EXCHANGE, after=True)
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["status"] == "error"
    assert "has been used" in (await seen(client, link))["lastError"]
    other = await stack.sim("POST", "/signups", {})
    assert (await stack.complete(link["id"], other["code"])).data["status"] == "success"


async def test_the_browser_that_posts_again_after_a_crash_gets_the_success(
    stack: Stack, tape: Tape, client: Client
) -> None:
    link = await link_of(client, redirectUrl="https://myapp.test/done")
    signup = await stack.sim("POST", "/signups", {})
    await crash(stack, tape, link["id"], signup["code"], f"POST {signup['phone_number_id']}")
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["status"] == "success" and "status=success" in answer.data["redirectTo"]
    assert tape.times(EXCHANGE) == 1


async def test_a_signup_that_somebody_runs_is_left_to_them(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    call = f"POST {signup['waba_id']}/subscribed_apps"
    tape.held[call] = asyncio.Event()
    running = asyncio.create_task(stack.complete(link["id"], signup["code"]))
    await tape.arrived.wait()
    assert await completion.resume(stack.rt) == 0
    tape.held[call].set()
    assert (await running).data["status"] == "success"
    assert tape.calls == steps_of(signup)


async def test_two_who_resume_at_once_end_it_once(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    await crash(stack, tape, link["id"], signup["code"], f"GET {signup['phone_number_id']}")
    await asyncio.gather(*(completion.resume(stack.rt) for _ in range(3)))
    assert tape.times(f"POST {signup['phone_number_id']}/register") == 1
    assert await rows_of(stack.rt, client.organization_id, "events") == 1
    assert (await seen(client, link))["status"] == "completed"


async def test_what_is_older_than_a_day_is_not_resumed(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    await crash(stack, tape, link["id"], signup["code"], f"GET {signup['phone_number_id']}")
    async with stack.rt.pool.connection() as conn:
        await conn.execute("update signups set created_at = now() - interval '25 hours' where link_id = $1", link["id"])
    assert await completion.resume(stack.rt) == 0


async def test_one_that_cannot_be_opened_does_not_stand_in_the_way(
    stack: Stack, tape: Tape, client: Client, dsn: str
) -> None:
    sealed, sound = await link_of(client), await link_of(client)
    first, second = [await stack.sim("POST", "/signups", {}) for _ in range(2)]
    async with opened(stack.rt.config, dsn, ("a-key-that-is-gone",)) as elsewhere:
        elsewhere.graph.meta = stack.rt.graph.meta
        away = replace(stack, rt=elsewhere)
        await crash(away, tape, sealed["id"], first["code"], f"GET {first['phone_number_id']}")
    await crash(stack, tape, sound["id"], second["code"], f"GET {second['phone_number_id']}")
    assert await completion.resume(stack.rt) == 1
    assert (await seen(client, sound))["status"] == "completed"
    assert (await seen(client, sealed))["status"] == "pending"
    async with opened(stack.rt.config, dsn, ("test-key", "a-key-that-is-gone")) as mended:
        mended.graph.meta = stack.rt.graph.meta
        await expire(mended, sealed["id"])
        assert await completion.resume(mended) == 1
    assert (await seen(client, sealed))["status"] == "completed"


async def test_a_link_deleted_after_a_crash_takes_its_signup_along(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    await crash(stack, tape, link["id"], signup["code"], f"GET {signup['phone_number_id']}")
    assert (await client.delete(f"/v1/onboarding-links/{link['id']}")).status == 200
    assert await completion.resume(stack.rt) == 0
    assert await rows_of(stack.rt, client.organization_id, "signups") == 0


async def test_a_link_deleted_while_its_signup_runs_connects_nothing(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    call = f"POST {signup['phone_number_id']}"
    tape.held[call] = asyncio.Event()
    running = asyncio.create_task(stack.complete(link["id"], signup["code"]))
    await tape.arrived.wait()
    assert (await client.delete(f"/v1/onboarding-links/{link['id']}")).status == 200
    tape.held[call].set()
    answer = await running
    assert answer.status == 404 and answer.error["code"] == "NOT_FOUND"
    for table in ("phones", "wabas", "events"):
        assert await rows_of(stack.rt, client.organization_id, table) == 0
