"""How notifications travel: signed bytes, the right address, again when not answered 200."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from .conftest import VERIFY_TOKEN, Hand, Receiver, Start, signature

LETTER = {"from": "16505551234", "text": "Grüße 😀"}


async def test_the_signature_covers_the_escaped_bytes(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    answer = await sim.control("POST", "/messages", LETTER)
    assert answer["acknowledged"] is True
    body = receiver.bodies[0]
    assert receiver.signatures == [signature(body)]
    assert body.isascii()
    assert b"Gr\\u00fc\\u00dfe \\ud83d\\ude00" in body
    message = receiver.values[0]["messages"][0]
    assert message["text"]["body"] == "Grüße 😀"
    assert message["id"] == answer["messages"][0]


async def test_the_most_particular_override_wins(
    sim: Hand, receiver: Receiver, receivers: Callable[[], Awaitable[Receiver]]
) -> None:
    who = await sim.connect()
    of_waba, of_phone = await receivers(), await receivers()
    override = {"override_callback_uri": of_waba.url, "verify_token": VERIFY_TOKEN}
    await sim.graph("POST", f"{who.waba_id}/subscribed_apps", who.token, json=override)
    await sim.control("POST", "/messages", LETTER)
    assert (len(receiver.bodies), len(of_waba.bodies), len(of_phone.bodies)) == (0, 1, 0)
    override = {"override_callback_uri": of_phone.url, "verify_token": VERIFY_TOKEN}
    await sim.graph("POST", who.phone_number_id, who.token, json={"webhook_configuration": override})
    await sim.control("POST", "/messages", LETTER)
    assert (len(receiver.bodies), len(of_waba.bodies), len(of_phone.bodies)) == (0, 1, 1)
    value: dict[str, Any] = {"event": "ACCOUNT_DELETED"}
    await sim.control("POST", "/notifications", {"value": value, "field": "account_update"})
    assert len(receiver.bodies) == 1
    assert receiver.payloads[0]["entry"][0]["changes"][0]["field"] == "account_update"


async def test_nobody_listens_without_a_subscription(sim: Hand) -> None:
    await sim.sign_up()
    answer = await sim.call("POST", "/_sim/messages", json=LETTER)
    assert answer.status == 409
    assert "Nobody listens" in answer.error["message"]


async def test_what_is_not_answered_200_comes_again(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    receiver.answers = [500, 201]
    answer = await sim.control("POST", "/messages", LETTER)
    assert (answer["acknowledged"], answer["posts"][0]["outcome"]) == (False, 500)
    await receiver.until(lambda seen: len(seen.bodies) == 3)
    assert len(set(receiver.bodies)) == 1
    await settled(sim)
    log = await sim.control("GET", "/notifications")
    assert (log["notifications"][0]["attempts"], log["notifications"][0]["outcome"]) == (3, 200)


async def test_after_the_last_retry_it_is_given_up(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    receiver.answers = [503] * 9
    await sim.control("POST", "/messages", LETTER)
    await settled(sim)
    counts = (await sim.control("GET", "/notifications"))["counts"]
    assert (counts["posted"], counts["acknowledged"], counts["abandoned"]) == (3, 0, 1)


async def test_silence_is_a_failure(start: Start, receiver: Receiver) -> None:
    sim = await start(webhook_timeout=0.1, retry_delays=())
    await sim.connect()
    receiver.delay = 1.0
    answer = await sim.control("POST", "/messages", LETTER)
    assert answer["posts"][0]["outcome"] == "TimeoutError"


async def test_an_unreachable_callback_is_reported(start: Start) -> None:
    sim = await start(callback_url="http://127.0.0.1:9/", retry_delays=())
    await sim.connect()
    answer = await sim.control("POST", "/messages", LETTER)
    assert (answer["acknowledged"], answer["posts"][0]["outcome"]) == (False, "ClientConnectorError")


async def test_waiting_notifications_share_a_post(start: Start, receiver: Receiver) -> None:
    sim = await start(webhook_batch=50, webhook_concurrency=1)
    who = await sim.connect()
    receiver.delay = 0.05
    await asyncio.gather(*(sim.send(who) for _ in range(20)))
    await receiver.until(lambda seen: len(seen.statuses) == 60)
    assert len(receiver.bodies) < 10


async def test_notifications_can_be_repeated_and_lost(sim: Hand, receiver: Receiver) -> None:
    await sim.connect()
    await sim.control("POST", "/faults", {"webhooks": {"copies": 3}})
    await sim.control("POST", "/messages", LETTER)
    await receiver.until(lambda seen: len(seen.bodies) == 3)
    await sim.control("POST", "/faults", {"webhooks": {"drop_every": 2}})
    outcomes = [(await sim.control("POST", "/messages", LETTER))["posts"][0]["outcome"] for _ in range(4)]
    assert sorted(map(str, outcomes)) == ["200", "200", "dropped", "dropped"]
    await sim.control("POST", "/faults", {"webhooks": {"off": True}})
    assert (await sim.control("POST", "/messages", LETTER))["acknowledged"] is False
    assert len(receiver.bodies) == 5


async def settled(sim: Hand) -> None:
    async with asyncio.timeout(5):
        while (await sim.control("GET", "/notifications"))["pending"]:
            await asyncio.sleep(0.01)
