"""Meta's throttles are waited out while the caller has patience; then 429, and the message is failed."""

import asyncio
from typing import Any

import pytest

from tests.messages.test_sending import TEXT, connected, sent, thread
from tests.stack import Stack
from waypost.domain import dispatch, pacing
from waypost.errors import Unavailable

SEND = "messages.send"
CODES = (4, 80007, 130429, 131056)


@pytest.fixture(autouse=True)
async def short_pauses(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(
        dispatch, "PAUSES", {code: tuple(0.1 for _ in pauses) for code, pauses in dispatch.PAUSES.items()}
    )
    yield
    await stack.sim("DELETE", "/faults")


@pytest.mark.parametrize("code", CODES)
async def test_a_throttle_that_passes_is_not_noticed(stack: Stack, code: int) -> None:
    client, number = await connected(stack)
    await stack.sim("POST", "/faults", {"fail": {SEND: {"code": code}}})
    answer = await client.post(f"/v1/phones/{number.id}/messages", TEXT)
    assert answer.status == 200
    [accepted] = await sent(stack, number)
    assert accepted["wamid"] == answer.data["wamid"] and len(await thread(client, number)) == 1


@pytest.mark.parametrize("code", CODES)
async def test_a_throttle_that_stays_becomes_429(stack: Stack, code: int) -> None:
    client, number = await connected(stack)
    await stack.sim("POST", "/faults", {"fail": {SEND: {"code": code, "count": None}}})
    answer = await client.post(f"/v1/phones/{number.id}/messages", TEXT)
    assert (answer.status, answer.error["code"]) == (429, "RATE_LIMITED")
    assert int(answer.headers["Retry-After"]) >= 1 and answer.error["details"]["meta"]["code"] == code
    [message] = await thread(client, number)
    assert (message["status"], message["error"]["code"]) == ("failed", code)


async def test_a_database_that_is_away_meanwhile_does_not_hide_what_meta_said(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(pacing, "hold", away)
    client, number = await connected(stack)
    await stack.sim("POST", "/faults", {"fail": {SEND: {"code": 130429, "count": None}}})
    assert (await client.post(f"/v1/phones/{number.id}/messages", TEXT)).status == 429
    [message] = await thread(client, number)
    assert (message["status"], message["error"]["code"]) == ("failed", 130429)


async def test_without_patience_nothing_is_tried_twice(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "PATIENCE", 0.05)
    client, number = await connected(stack)
    await stack.sim("POST", "/faults", {"fail": {SEND: {"code": 130429}}})
    assert (await client.post(f"/v1/phones/{number.id}/messages", TEXT)).status == 429
    assert (await client.post(f"/v1/phones/{number.id}/messages", TEXT)).status == 200


async def test_what_would_wait_too_long_is_429_and_leaves_nothing(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "PATIENCE", 0.02)
    client, number = await connected(stack)
    bodies = [{**TEXT, "to": f"54911555512{n:02d}"} for n in range(8)]
    answers = await asyncio.gather(*(client.post(f"/v1/phones/{number.id}/messages", body) for body in bodies))
    refused = [answer for answer in answers if answer.status == 429]
    assert 1 <= len(refused) <= 7 and len(await sent(stack, number)) == 8 - len(refused)
    assert all("Nothing was sent" in each.error["message"] and each.headers["Retry-After"] for each in refused)
    assert len((await client.get(f"/v1/phones/{number.id}/conversations")).data) == 8 - len(refused)


async def test_one_recipient_is_not_written_to_too_often(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "PATIENCE", 0.5)
    client, number = await connected(stack)
    posts = [client.post(f"/v1/phones/{number.id}/messages", TEXT) for _ in range(pacing.PAIR_BURST)]
    assert {answer.status for answer in await asyncio.gather(*posts)} <= {200, 429}, "the number itself is paced too"
    answers = [await client.post(f"/v1/phones/{number.id}/messages", TEXT) for _ in range(pacing.PAIR_BURST)]
    assert len(await sent(stack, number)) == pacing.PAIR_BURST
    assert answers[-1].status == 429 and "This recipient" in answers[-1].error["message"]
    other = await client.post(f"/v1/phones/{number.id}/messages", {**TEXT, "to": "5491155559999"})
    assert other.status == 200


async def test_a_meta_that_hangs_fills_only_its_own_numbers_room(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "room", lambda per_second: 3)
    client, number = await connected(stack)
    other, healthy = await connected(stack)
    await stack.sim("POST", "/faults", {"latency": 2.0})
    waiting = [
        asyncio.create_task(client.post(f"/v1/phones/{number.id}/messages", {**TEXT, "to": f"54911555510{n:02d}"}))
        for n in range(4)
    ]
    await asyncio.sleep(0.3)
    refused = await client.post(f"/v1/phones/{number.id}/messages", {**TEXT, "to": "5491155551099"})
    assert refused.status == 429 and "too many sends wait" in refused.error["message"]
    await stack.sim("DELETE", "/faults")
    assert (await other.post(f"/v1/phones/{healthy.id}/messages", TEXT)).status == 200
    assert {answer.status for answer in await asyncio.gather(*waiting)} == {200}
