"""What can be made to go wrong on the Graph side."""

import time

import aiohttp
import pytest

from .conftest import Hand, Receiver


async def test_the_next_sends_fail(sim: Hand) -> None:
    who = await sim.connect()
    failure = {"code": 130429, "http": 429, "details": "Slow down.", "count": 2}
    await sim.control("POST", "/faults", {"fail": {"messages.send": failure}})
    for _ in range(2):
        answer = await sim.send(who)
        assert (answer.status, answer.error["code"]) == (429, 130429)
        assert answer.error["error_data"]["details"] == "Slow down."
    assert (await sim.send(who)).status == 200
    assert (await sim.control("GET", "/sent"))["count"] == 1


async def test_a_failure_without_a_count_stays(sim: Hand) -> None:
    await sim.control("POST", "/faults", {"fail": {"oauth.exchange": {"code": 2, "count": None}}})
    signup = await sim.control("POST", "/signups", {})
    for _ in range(3):
        answer = await sim.exchange(signup["code"])
        assert (answer.status, answer.error["is_transient"]) == (503, True)
    await sim.control("DELETE", "/faults")
    assert (await sim.exchange(signup["code"])).status == 200


@pytest.mark.parametrize(
    ("operation", "method", "path", "body"),
    [
        ("phones.register", "POST", "{phone}/register", {"messaging_product": "whatsapp", "pin": "123456"}),
        ("phones.update", "POST", "{phone}", {"webhook_configuration": {"override_callback_uri": ""}}),
        ("wabas.subscribe", "POST", "{waba}/subscribed_apps", None),
        ("wabas.phones", "GET", "{waba}/phone_numbers", None),
        ("phones.read", "GET", "{phone}", None),
    ],
)
async def test_every_operation_can_fail(sim: Hand, operation: str, method: str, path: str, body: object) -> None:
    who = await sim.sign_up()
    await sim.control("POST", "/faults", {"fail": {operation: {"code": 190, "subcode": 463, "title": "Expired."}}})
    address = path.format(phone=who.phone_number_id, waba=who.waba_id)
    answer = await sim.graph(method, address, who.token, json=body)
    assert (answer.status, answer.error["code"], answer.error["error_subcode"]) == (401, 190, 463)
    assert answer.error["message"] == "Expired."
    assert (await sim.graph(method, address, who.token, json=body)).status == 200


async def test_the_answer_is_lost_with_the_connection(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    await sim.control("POST", "/faults", {"drop": {"messages.send": {}}})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await sim.send(who, biz_opaque_callback_data="mine")
    await receiver.until(lambda seen: seen.statuses)
    assert receiver.statuses[0]["biz_opaque_callback_data"] == "mine"
    assert (await sim.send(who)).status == 200
    assert (await sim.control("GET", "/sent"))["count"] == 2


async def test_the_answer_is_an_error_page(sim: Hand) -> None:
    who = await sim.connect()
    await sim.control("POST", "/faults", {"drop": {"messages.send": {"how": "html"}}})
    answer = await sim.send(who)
    assert answer.status == 500
    assert answer.text.startswith("<!DOCTYPE html>")
    assert (await sim.control("GET", "/sent"))["count"] == 1


async def test_the_answer_never_comes(sim: Hand) -> None:
    who = await sim.connect()
    await sim.control("POST", "/faults", {"drop": {"messages.send": {"how": "hang", "seconds": 0.2}}})
    started = time.monotonic()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await sim.send(who)
    assert time.monotonic() - started >= 0.2


async def test_graph_is_slow(sim: Hand) -> None:
    who = await sim.connect()
    await sim.control("POST", "/faults", {"latency": 0.1})
    started = time.monotonic()
    await sim.send(who)
    assert time.monotonic() - started >= 0.1


async def test_a_change_leaves_the_other_faults(sim: Hand) -> None:
    await sim.control("POST", "/faults", {"latency": 0.001, "statuses": {"off": True}})
    after = await sim.control("POST", "/faults", {"latency": None})
    assert after["latency"] is None
    assert after["statuses"]["off"] is True
    assert (await sim.control("DELETE", "/faults"))["statuses"]["off"] is False
