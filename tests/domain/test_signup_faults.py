"""Meta having a bad moment: what is repeated, what is never repeated, and what is left for later."""

import asyncio
import socket

import pytest
from aiohttp import web

from tests.domain.signup_graph import (
    DEBUG,
    EXCHANGE,
    Tape,
    expire,
    link_of,
    open_road,
    refusal,
    seen,
    signup_row,
    steps_of,
)
from tests.stack import Client, Stack
from waypost.domain import completion

#: The simulator's names of the calls of `steps_of`.
STEPS = [
    "oauth.exchange", "oauth.debug", "wabas.phones", "wabas.read", "wabas.subscribe", "phones.read", "phones.register",
    "phones.update",
]  # fmt: skip
MOMENTS = {
    "closed": {"drop": {"how": "close"}},
    "an HTML 500": {"drop": {"how": "html"}},
    "code 2": {"fail": {"code": 2}},
    "code 131000": {"fail": {"code": 131000, "http": 500}},
    "throttled": {"fail": {"code": 80007}},
}


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization()


@pytest.fixture(autouse=True)
async def well_again(stack: Stack):
    yield
    await stack.sim("DELETE", "/faults")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("step", STEPS[1:])
async def test_a_passing_failure_of_a_step_is_repeated_until_it_works(
    stack: Stack, tape: Tape, client: Client, step: str, moment: str
) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    faults = {kind: {step: {**fault, "count": 2}} for kind, fault in MOMENTS[moment].items()}
    await stack.sim("POST", "/faults", faults)
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["status"] == "success", answer.body
    call = steps_of(signup)[STEPS.index(step)]
    assert tape.times(call) >= 2 and tape.times(EXCHANGE) == 1
    assert (await seen(client, link))["isPhoneRegistered"] is True


@pytest.mark.parametrize("how", ["close", "html"])
async def test_a_lost_answer_to_the_exchange_spends_the_code_and_is_not_repeated(
    stack: Stack, tape: Tape, client: Client, how: str
) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    await stack.sim("POST", "/faults", {"drop": {"oauth.exchange": {"how": how}}})
    first = await stack.complete(link["id"], signup["code"])
    assert first.data["status"] == "error" and first.data["message"] == completion.TRY_AGAIN
    second = await stack.complete(link["id"], signup["code"])
    assert second.body == first.body and tape.calls == [EXCHANGE]
    assert (await signup_row(stack.rt, link["id"]))["state"] == "failed"
    assert (await seen(client, link))["lastError"].startswith("Meta")
    other = await stack.sim("POST", "/signups", {})
    assert (await stack.complete(link["id"], other["code"])).data["status"] == "success"


async def test_a_kept_alive_connection_that_closes_does_not_repeat_the_exchange(
    stack: Stack, tape: Tape, client: Client
) -> None:
    """An idempotent method would be sent again by the HTTP client itself."""
    await stack.connect(client)  # leaves a connection to be reused
    tape.calls.clear()

    def sever() -> web.StreamResponse:
        raise ConnectionResetError

    tape.scripts[EXCHANGE] = sever
    await stack.complete((await link_of(client))["id"], "some-code")
    assert tape.calls == [EXCHANGE]


@pytest.mark.parametrize(("code", "subcode"), [(100, 36009), (100, 36007), (190, None), (2, None)])
async def test_a_refused_code_ends_at_once(
    stack: Stack, tape: Tape, client: Client, code: int, subcode: int | None
) -> None:
    link = await link_of(client)
    tape.scripts[EXCHANGE] = refusal(code, "This authorization code has been used.", error_subcode=subcode)
    answer = await stack.complete(link["id"], "used-elsewhere")
    assert answer.data["status"] == "error" and "again" in answer.data["message"]
    assert tape.calls == [EXCHANGE]
    assert (await seen(client, link))["lastError"] == f"Meta refused ({code}): This authorization code has been used."


async def test_a_code_that_the_simulator_has_seen_used_is_refused(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {"used": True})
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["status"] == "error" and tape.calls == [EXCHANGE]
    assert "has been used" in (await seen(client, link))["lastError"]


async def test_an_exchange_that_could_not_leave_is_repeated(
    stack: Stack, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "PAUSES", (0.05, 0.3, 5.0))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tape = Tape(stack.sim_url, stack.session, port)
    usual = stack.rt.graph.meta
    stack.rt.graph.meta = type(usual)(**{n: getattr(usual, n) for n in usual.__slots__} | {"graph_url": tape.url})
    try:
        link = await link_of(client)
        signup = await stack.sim("POST", "/signups", {})
        running = asyncio.create_task(stack.complete(link["id"], signup["code"]))
        await asyncio.sleep(0.15)
        assert not running.done()
        async with open_road(tape):
            assert (await running).data["status"] == "success"
    finally:
        stack.rt.graph.meta = usual
    assert tape.times(EXCHANGE) == 1


async def test_an_outage_longer_than_our_patience_is_taken_up_later_without_a_second_exchange(
    stack: Stack, tape: Tape, client: Client
) -> None:
    path = "/after-the-outage"
    link = await link_of(client, webhookUrl=stack.receiver.url + path, webhookEvents=["phone_number.connected"])
    signup = await stack.sim("POST", "/signups", {})
    tape.scripts[DEBUG] = refusal(2, "Service temporarily unavailable", 503)
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.data["status"] == "error" and answer.data["message"] == completion.TRY_AGAIN
    after = await seen(client, link)
    assert after["status"] == "pending" and "temporarily unavailable" in after["lastError"]
    assert tape.times(DEBUG) == 4
    assert stack.receiver.got == [] or all(each.path != path for each in stack.receiver.got)
    tape.scripts.clear()
    await expire(stack.rt, link["id"])
    [connected] = await stack.receiver.wait_event(path, "phone_number.connected")
    assert connected.data["onboardingLinkId"] == link["id"]
    assert tape.times(EXCHANGE) == 1
    repeat = await stack.complete(link["id"], signup["code"])
    assert repeat.data["status"] == "success" and tape.times(EXCHANGE) == 1


async def test_the_same_code_posted_after_an_outage_goes_on_where_it_stopped(
    stack: Stack, tape: Tape, client: Client
) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    call = f"POST {signup['waba_id']}/subscribed_apps"
    tape.scripts[call] = refusal(1, "An unknown error occurred", 500)
    assert (await stack.complete(link["id"], signup["code"])).data["status"] == "error"
    before = len(tape.calls)
    tape.scripts.clear()
    await expire(stack.rt, link["id"])
    assert (await stack.complete(link["id"], signup["code"])).data["status"] == "success"
    assert EXCHANGE not in tape.calls[before:] and DEBUG not in tape.calls[before:]
