"""Repeats and races: the same code again, two codes on one link, one number for two organizations."""

import asyncio
from datetime import timedelta

import pytest

from tests.domain.signup_graph import DEBUG, EXCHANGE, Tape, link_of, phone_row, rows_of, seen, steps_of
from tests.stack import Client, Stack
from waypost.domain import signups


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization()


async def settled(stack: Stack, organization_id: object, table: str, count: int) -> None:
    assert await rows_of(stack.rt, organization_id, table) == count, table


async def test_the_same_code_twice_gets_the_first_answer_and_calls_nobody(
    stack: Stack, tape: Tape, client: Client
) -> None:
    link = await link_of(client, redirectUrl="https://myapp.test/done", externalId="c1")
    signup = await stack.sim("POST", "/signups", {})
    first = await stack.complete(link["id"], signup["code"])
    before = list(tape.calls)
    second = await stack.complete(link["id"], signup["code"])
    assert second.body == first.body and first.data["status"] == "success"
    assert tape.calls == before
    await settled(stack, client.organization_id, "phones", 1)
    await settled(stack, client.organization_id, "events", 1)


async def test_a_failing_code_twice_gets_the_first_answer_and_one_exchange(
    stack: Stack, tape: Tape, client: Client
) -> None:
    link = await link_of(client, redirectUrl="https://myapp.test/done")
    answers = [await stack.complete(link["id"], "never-minted") for _ in range(3)]
    assert answers[0].data["status"] == "error" and "status=error" in answers[0].data["redirectTo"]
    assert all(answer.body == answers[0].body for answer in answers)
    assert tape.calls == [EXCHANGE]


async def test_the_same_code_at_once_is_exchanged_once_and_everybody_gets_the_same_answer(
    stack: Stack, tape: Tape, client: Client
) -> None:
    path = "/at-once"
    link = await link_of(client, webhookUrl=stack.receiver.url + path, webhookEvents=["*"])
    signup = await stack.sim("POST", "/signups", {})
    answers = await asyncio.gather(*(stack.complete(link["id"], signup["code"]) for _ in range(6)))
    assert {answer.data["status"] for answer in answers} == {"success"}
    assert all(answer.body == answers[0].body for answer in answers)
    assert tape.calls == steps_of(signup)
    await settled(stack, client.organization_id, "outgoing_webhooks", 1)
    await settled(stack, client.organization_id, "events", 1)
    await stack.receiver.wait_event(path, "phone_number.connected")


async def test_a_call_to_meta_that_outlasts_the_lease_is_not_made_by_somebody_else(
    stack: Stack, tape: Tape, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signups, "LEASE", timedelta(seconds=0.4))
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    tape.held[EXCHANGE] = asyncio.Event()
    first = asyncio.create_task(stack.complete(link["id"], signup["code"]))
    await tape.arrived.wait()
    second = asyncio.create_task(stack.complete(link["id"], signup["code"]))
    await asyncio.sleep(1.2)
    assert tape.times(EXCHANGE) == 1
    tape.held[EXCHANGE].set()
    answers = [await first, await second]
    assert [answer.data["status"] for answer in answers] == ["success", "success"]
    assert tape.calls == steps_of(signup)


async def test_two_codes_racing_on_one_link_complete_it_once(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client, webhookUrl=stack.receiver.url + "/race", webhookEvents=["*"])
    made = [await stack.sim("POST", "/signups", {}) for _ in range(2)]
    answers = await asyncio.gather(*(stack.complete(link["id"], each["code"]) for each in made))
    outcomes = sorted(answer.data["status"] for answer in answers)
    assert outcomes == ["error", "success"]
    [lost] = [answer for answer in answers if answer.data["status"] == "error"]
    assert lost.data["message"] == "This link was used already."
    for table in ("phones", "wabas", "events", "outgoing_webhooks"):
        await settled(stack, client.organization_id, table, 1)
    assert (await seen(client, link))["status"] == "completed"


async def test_two_links_racing_for_one_number_give_it_one_id(stack: Stack, tape: Tape, client: Client) -> None:
    links = [await link_of(client, externalId=f"c{n}") for n in range(2)]
    first = await stack.sim("POST", "/signups", {})
    second = await stack.sim("POST", "/signups", {"phone_number_id": first["phone_number_id"]})
    codes = [first["code"], second["code"]]
    answers = await asyncio.gather(*(stack.complete(li["id"], co) for li, co in zip(links, codes, strict=True)))
    assert [answer.data["status"] for answer in answers] == ["success", "success"]
    ids = {(await seen(client, link))["phoneNumberId"] for link in links}
    assert len(ids) == 1
    await settled(stack, client.organization_id, "phones", 1)
    await settled(stack, client.organization_id, "wabas", 1)
    await settled(stack, client.organization_id, "events", 2)


async def test_who_registers_second_sees_that_the_number_is_registered(
    stack: Stack, tape: Tape, client: Client
) -> None:
    slow, fast = await link_of(client), await link_of(client)
    first = await stack.sim("POST", "/signups", {})
    second = await stack.sim("POST", "/signups", {"phone_number_id": first["phone_number_id"]})
    call = f"POST {first['phone_number_id']}/register"
    turn = tape.held[call] = asyncio.Event()
    waiting = asyncio.create_task(stack.complete(slow["id"], first["code"]))
    await tape.arrived.wait()
    del tape.held[call]
    assert (await stack.complete(fast["id"], second["code"])).data["status"] == "success"
    turn.set()
    assert (await waiting).data["status"] == "success"
    assert tape.times(call) == 2
    assert [(await seen(client, link))["isPhoneRegistered"] for link in (slow, fast)] == [True, True]


async def test_two_organizations_racing_for_one_number_leave_it_with_one(stack: Stack, tape: Tape) -> None:
    rivals = [await stack.organization(f"Rival {n}") for n in range(2)]
    links = [await link_of(rival) for rival in rivals]
    first = await stack.sim("POST", "/signups", {})
    second = await stack.sim("POST", "/signups", {"phone_number_id": first["phone_number_id"]})
    codes = [first["code"], second["code"]]
    answers = await asyncio.gather(*(stack.complete(li["id"], co) for li, co in zip(links, codes, strict=True)))
    outcomes = [answer.data["status"] for answer in answers]
    assert sorted(outcomes) == ["error", "success"]
    loser = rivals[outcomes.index("error")]
    assert "already connected" in answers[outcomes.index("error")].data["message"]
    for table in ("phones", "wabas", "events"):
        await settled(stack, loser.organization_id, table, 0)
    after = await seen(loser, links[outcomes.index("error")])
    assert after["status"] == "pending" and "already connected" in after["lastError"]


async def test_a_number_of_another_organization_is_refused_and_nothing_changes(
    stack: Stack, tape: Tape, client: Client
) -> None:
    number = await stack.connect(client)
    before = await phone_row(stack.rt, number.id)
    tape.calls.clear()
    rival = await stack.organization("Rival")
    link = await link_of(rival, redirectUrl="https://rival.test/", webhookUrl=stack.receiver.url + "/rival",
                         webhookEvents=["*"])  # fmt: skip
    again = await stack.sim("POST", "/signups", {"phone_number_id": number.meta_id})
    answer = await stack.complete(link["id"], again["code"])
    sentence = "This number is already connected elsewhere. Disconnect it there first, then try again."
    assert answer.data["status"] == "error" and answer.data["message"] == sentence
    assert "status=error&error=This+number+is+already" in answer.data["redirectTo"]
    assert tape.calls == [EXCHANGE, DEBUG, f"GET {again['waba_id']}/phone_numbers"]
    for table in ("phones", "wabas", "events", "outgoing_webhooks"):
        await settled(stack, rival.organization_id, table, 0)
    after = await seen(rival, link)
    assert after["status"] == "pending" and after["lastError"] == sentence
    assert await phone_row(stack.rt, number.id) == before
    await stack.customer_writes(number, "16505551234", "still ours")
    [received] = await stack.receiver.wait_event(number.path, "message.received")
    assert received.body["organizationId"] == str(client.organization_id)


async def test_reconnecting_in_the_same_organization_keeps_the_phones_id(
    stack: Stack, tape: Tape, client: Client
) -> None:
    number = await stack.connect(client, externalId="first")
    tape.calls.clear()
    wanted = {"webhookUrl": stack.receiver.url + "/second", "webhookEvents": ["phone_number.connected"]}
    link = await link_of(client, externalId="second", metadata={"plan": "pro"}, **wanted)
    again = await stack.sim("POST", "/signups", {"phone_number_id": number.meta_id})
    assert (await stack.complete(link["id"], again["code"])).data["status"] == "success"
    after = await seen(client, link)
    assert after["phoneNumberId"] == number.id
    assert not any(call.endswith("/register") for call in tape.calls)
    row = await phone_row(stack.rt, number.id)
    assert row["external_id"] == "second" and row["metadata"] == '{"plan":"pro"}' and row["pin"] is not None
    await settled(stack, client.organization_id, "phones", 1)
    await settled(stack, client.organization_id, "wabas", 1)
    [event] = await stack.receiver.wait_event("/second", "phone_number.connected")
    assert event.data["phoneNumberId"] == number.id and event.data["externalId"] == "second"
    sent = await client.post(f"/v1/phones/{number.id}/messages", {"type": "text", "to": "16505551234", "text": "Hi"})
    assert sent.status == 200, "the token of the newer signup sends"


async def test_one_waba_with_two_numbers_is_one_waba(stack: Stack, tape: Tape, client: Client) -> None:
    first = await stack.sim("POST", "/signups", {})
    second = await stack.sim("POST", "/signups", {"waba": first["waba_id"]})
    links = []
    for signup in (first, second):
        links.append(await link_of(client))
        hint = {"phone_number_id": signup["phone_number_id"]}
        assert (await stack.complete(links[-1]["id"], signup["code"], data=hint)).data["status"] == "success"
    shown = [await seen(client, link) for link in links]
    assert shown[0]["wabaId"] == shown[1]["wabaId"] and shown[0]["phoneNumberId"] != shown[1]["phoneNumberId"]
    await settled(stack, client.organization_id, "wabas", 1)
