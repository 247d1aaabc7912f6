"""What Meta tells after a send: sent, delivered, read, failed; in which order and with which facts."""

import asyncio

import pytest

from .conftest import Hand, Receiver, Start


def names(receiver: Receiver) -> list[str]:
    return [status["status"] for status in receiver.statuses]


async def test_a_message_is_sent_delivered_and_read(start: Start, receiver: Receiver) -> None:
    sim = await start(status_delay=0.03)
    who = await sim.connect()
    wamid = (await sim.send(who, biz_opaque_callback_data="job-42")).json["messages"][0]["id"]
    await receiver.until(lambda seen: len(seen.statuses) == 3)
    assert names(receiver) == ["sent", "delivered", "read"]
    assert {status["id"] for status in receiver.statuses} == {wamid}
    for status in receiver.statuses:
        assert status["biz_opaque_callback_data"] == "job-42"
        assert status["recipient_id"] == "16505551234"
        assert status["timestamp"].isdigit()
    assert [("pricing" in status) for status in receiver.statuses] == [True, True, False]
    assert (await sim.control("GET", "/sent"))["sent"][0]["status"] == "read"


async def test_statuses_name_the_customer(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    await sim.control("POST", "/messages", {"from": "16505551234", "name": "Zoë", "text": "Hi"})
    await sim.send(who)
    await receiver.until(lambda seen: len(seen.statuses) == 3)
    last = receiver.values[-1]
    assert last["contacts"][0]["profile"] == {"name": "Zoë"}
    assert last["contacts"][0]["user_id"] == last["statuses"][0]["recipient_user_id"]
    assert last["metadata"]["phone_number_id"] == who.phone_number_id


@pytest.mark.parametrize(
    ("ending", "expected"), [("0000001", ["sent"]), ("0000002", ["sent", "delivered"]), ("0000000", [])]
)
async def test_numbers_where_the_story_ends_early(
    sim: Hand, receiver: Receiver, ending: str, expected: list[str]
) -> None:
    who = await sim.connect()
    await sim.send(who, f"1650{ending}")
    await asyncio.sleep(0.1)
    assert sorted(names(receiver)) == sorted(expected)


async def test_a_magic_number_fails_later(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    assert (await sim.send(who, "15550131026")).status == 200
    await receiver.until(lambda seen: seen.statuses)
    status = receiver.statuses[0]
    assert status["status"] == "failed"
    assert status["errors"][0]["code"] == 131026
    assert status["errors"][0]["title"] == status["errors"][0]["message"] == "Message undeliverable"
    assert status["errors"][0]["error_data"]["details"]
    assert "contacts" not in receiver.values[0]


async def test_a_failure_can_be_ordered(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    await sim.control("POST", "/faults", {"statuses": {"failed": {"code": 131047, "details": "Too late."}}})
    await sim.send(who)
    await receiver.until(lambda seen: seen.statuses)
    assert receiver.statuses[0]["errors"][0]["code"] == 131047
    assert receiver.statuses[0]["errors"][0]["error_data"] == {"details": "Too late."}
    await sim.send(who)
    await receiver.until(lambda seen: len(seen.statuses) == 4)


async def test_the_order_and_the_pace_can_be_changed(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    delays = {"read": 0.0, "delivered": 0.03, "sent": 0.03}
    await sim.control("POST", "/faults", {"statuses": {"order": ["read", "delivered", "sent"], "delays": delays}})
    await sim.send(who)
    await receiver.until(lambda seen: len(seen.statuses) == 3)
    assert names(receiver) == ["read", "delivered", "sent"]


async def test_a_status_may_come_before_the_answer(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    await sim.control("POST", "/faults", {"statuses": {"early": True}, "answer_delay": 0.3})
    sending = asyncio.create_task(sim.send(who))
    await receiver.until(lambda seen: seen.statuses)
    assert not sending.done()
    assert (await sending).status == 200


async def test_statuses_can_be_switched_off(start: Start, receiver: Receiver) -> None:
    quiet = await start(statuses=False)
    await quiet.send(await quiet.connect())
    loud = await start()
    await loud.control("POST", "/faults", {"statuses": {"off": True}})
    await loud.send(await loud.connect())
    await asyncio.sleep(0.1)
    assert receiver.bodies == []


async def test_a_reaction_is_only_sent(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    body = {
        "messaging_product": "whatsapp",
        "to": "16505551234",
        "type": "reaction",
        "reaction": {"message_id": "wamid.x", "emoji": "👍"},
    }
    await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)
    await asyncio.sleep(0.1)
    assert names(receiver) == ["sent"]


async def test_statuses_of_a_user_id_name_no_phone(sim: Hand, receiver: Receiver) -> None:
    who = await sim.connect()
    body = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}, "recipient": "US.1349120865530"}
    await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)
    await receiver.until(lambda seen: seen.statuses)
    assert receiver.statuses[0]["recipient_user_id"] == "US.1349120865530"
    assert "recipient_id" not in receiver.statuses[0]
