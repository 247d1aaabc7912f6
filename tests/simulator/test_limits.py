"""Meta's limits: none until switched on; then the rate of a number, of a pair, of management calls, and the window."""

import asyncio
import json
import time
from typing import Any

import pytest

from waypost.simulator.limits import Limits, Meters

from .conftest import Connected, Hand, Receiver, Start


async def accepted(sim: Hand, who: Connected, count: int, to: str = "+16505551234") -> list[int]:
    """The codes with which so many sends at once were refused."""
    answers = await asyncio.gather(*(sim.send(who, to) for _ in range(count)))
    return [answer.error["code"] for answer in answers if answer.status != 200]


async def test_nothing_is_limited_unless_told(sim: Hand) -> None:
    who = await sim.connect()
    assert await accepted(sim, who, 120) == []
    assert (await sim.control("GET", "/limits"))["throughput"] is False


@pytest.mark.parametrize(
    ("phone", "level"), [({}, 10), ({"level": "HIGH"}, 30), ({"on_biz_app": True}, 5), ({"level": "STANDARD"}, 10)]
)
async def test_a_number_sends_so_many_a_second(start: Start, phone: dict[str, Any], level: int) -> None:
    limits = Limits(throughput=True, standard=10, high=30, coexistence=5, tolerance=0.0)
    sim = await start(limits=limits, statuses=False)
    who = await sim.connect()
    await sim.control("POST", f"/phones/{who.phone_number_id}", phone)
    before = time.time()
    refused = await accepted(sim, who, 60)
    took = time.time() - before
    assert set(refused) == {130429}
    assert level <= 60 - len(refused) <= level * (1 + took)
    seen = (await sim.control("GET", f"/arrivals?phone_number_id={who.phone_number_id}&times=1"))["phones"]
    one = seen[who.phone_number_id]
    assert one["accepted"] == len(one["times"]) == sum(one["per_second"]) == 60 - len(refused)
    assert one["refused"] == {"130429": len(refused)}
    assert before <= one["first"] <= time.time()


async def test_another_number_has_its_own_rate(start: Start) -> None:
    sim = await start(limits=Limits(throughput=True, standard=3, tolerance=0.0))
    first, second = await sim.connect(), await sim.connect()
    assert await accepted(sim, first, 3) == [] == await accepted(sim, second, 3)


def test_the_rate_is_that_of_the_last_second() -> None:
    meters = Meters()
    for number in range(10):
        assert not meters.too_fast("p", 100.0 + number / 100, 10)
        meters.of("p").accepted.append(100.0 + number / 100)
    assert meters.too_fast("p", 100.99, 10)
    assert not meters.too_fast("p", 101.001, 10)
    assert not meters.too_fast("other", 100.5, 10)


def test_a_pair_has_a_burst_and_then_one_in_six_seconds() -> None:
    meters, limits = Meters(), Limits()
    assert [meters.pair_full("p", "ana", 100.0, limits) for _ in range(46)] == [False] * 45 + [True]
    assert meters.pair_full("p", "ana", 105.9, limits)
    assert not meters.pair_full("p", "ana", 106.0, limits)
    assert meters.pair_full("p", "ana", 106.0, limits)
    assert not meters.pair_full("p", "bo", 106.0, limits)
    assert not meters.pair_full("q", "ana", 106.0, limits)
    assert [meters.pair_full("p", "ana", 500.0, limits) for _ in range(46)] == [False] * 45 + [True]


async def test_the_pair_limit_is_refused_by_name(sim: Hand) -> None:
    await sim.control("POST", "/limits", {"pair": True, "pair_burst": 2})
    who = await sim.connect()
    assert await accepted(sim, who, 3) == [131056]
    assert await accepted(sim, who, 2, "+16505550000") == []
    await sim.control("DELETE", "/limits")
    assert await accepted(sim, who, 3) == []


async def test_management_calls_are_counted_by_the_hour(sim: Hand) -> None:
    who = await sim.connect()
    first = await sim.graph("GET", who.phone_number_id, who.token)
    usage = json.loads(first.headers["X-Business-Use-Case-Usage"])[who.waba_id][0]
    assert (usage["type"], usage["estimated_time_to_regain_access"]) == ("whatsapp_business_management", 0)
    await sim.control("POST", "/limits", {"management": True, "hourly": 5})
    answers = [await sim.graph("GET", f"{who.waba_id}/message_templates", who.token) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 400]
    assert answers[-1].error["code"] == 80007
    usage = json.loads(answers[-1].headers["X-Business-Use-Case-Usage"])[who.waba_id][0]
    assert (usage["call_count"], 55 < usage["estimated_time_to_regain_access"] <= 60) == (100, True)
    sent = await sim.send(who)
    assert (sent.status, "X-Business-Use-Case-Usage" in sent.headers) == (200, False)
    assert (await sim.graph("GET", (await sim.connect()).waba_id, who.token)).error["code"] == 100


async def test_outside_the_window_a_message_fails_later(sim: Hand, receiver: Receiver) -> None:
    await sim.control("POST", "/limits", {"window": "async"})
    who = await sim.connect()
    assert (await sim.send(who)).status == 200
    await receiver.until(lambda seen: seen.statuses)
    assert receiver.statuses[0]["errors"][0]["code"] == 131047
    template = {"name": "hello_world", "language": {"code": "en_US"}}
    body = {"messaging_product": "whatsapp", "to": "16505551234", "type": "template", "template": template}
    await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)
    await receiver.until(lambda seen: len(seen.statuses) == 4)
    assert receiver.statuses[-1]["status"] == "read"


async def test_a_customers_message_opens_the_window(sim: Hand) -> None:
    await sim.control("POST", "/limits", {"window": "sync"})
    who = await sim.connect()
    assert (await sim.send(who)).error["code"] == 131047
    await sim.control("POST", "/messages", {"from": "16505551234", "text": "Hi"})
    assert (await sim.send(who)).status == 200
    assert (await sim.send(who, "+16505550000")).error["code"] == 131047
    await sim.control("POST", "/limits", {"window_seconds": 0})
    assert (await sim.send(who)).error["code"] == 131047


@pytest.mark.parametrize("body", [{"throughput": "yes"}, {"window": "ajar"}, {"speed": 1}])
async def test_limits_are_checked(sim: Hand, body: dict[str, Any]) -> None:
    answer = await sim.call("POST", "/_sim/limits", json=body)
    assert (answer.status, answer.error["field"]) == (400, next(iter(body)))
    assert (await sim.call("GET", "/_sim/arrivals?since=noon")).error["field"] == "since"
