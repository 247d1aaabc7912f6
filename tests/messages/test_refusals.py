"""Meta refuses, fails or says nothing: what the caller is told, what is stored, and that nothing is ever sent twice."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from tests.messages.test_sending import TEXT, connected, sent, thread
from tests.meta.test_requests_refusals import changed
from tests.stack import Client, Number, Stack
from waypost.domain import dispatch, outbound
from waypost.meta.requests import SendText

SEND = "messages.send"


async def send(client: Client, number: Number) -> Any:
    return await client.post(f"/v1/phones/{number.id}/messages", TEXT)


async def fault(stack: Stack, **faults: Any) -> None:
    await stack.sim("POST", "/faults", faults)


@pytest.fixture(autouse=True)
async def well_again(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Throttles that stay are not waited out for long."""
    monkeypatch.setattr(dispatch, "PAUSES", {code: (0.05,) for code in dispatch.PAUSES})
    yield
    await stack.sim("DELETE", "/faults")


async def until_status(client: Client, number: Number, status: str) -> dict[str, Any]:
    """The phone's only message, once it has this status."""
    for _ in range(200):
        [message] = await thread(client, number)
        if message["status"] == status:
            return message
        await asyncio.sleep(0.05)
    raise AssertionError(f"the message stays {message['status']}")


@pytest.mark.parametrize(
    ("name", "where", "value", "fields"),
    [
        ("buttons", "interactiveType", "menu", ["interactiveType"]),
        ("buttons", "buttons[1].title", "x" * 21, ["buttons[1].title"]),
        ("buttons", "buttons[1]", {"id": "btn_buy", "title": " "}, ["buttons[1].title", "buttons[1].id"]),
        ("image by URL", "mediaId", "7", ["mediaId"]),
        ("list", "sections[0].rows[0].name", "x", ["sections[0].rows[0].name"]),
        ("template", "parameters.body[0].text", "a\nb", ["parameters.body[0].text"]),
        ("template", "context", {"wamid": "x"}, ["context", "context.wamid"]),
        ("reaction", "emoji", "ok", ["emoji"]),
    ],
)
async def test_what_meta_would_refuse_never_reaches_it(
    stack: Stack, name: str, where: str, value: Any, fields: list[str]
) -> None:
    client, number = await connected(stack)
    answer = await client.post(f"/v1/phones/{number.id}/messages", changed(name, where, value))
    assert (answer.status, answer.error["code"], answer.fields) == (400, "VALIDATION_ERROR", fields)
    assert (await client.get(f"/v1/phones/{number.id}/conversations")).data == []
    assert await sent(stack, number) == []


@pytest.mark.parametrize(
    ("code", "status", "name", "retryable"),
    [
        (100, 400, "VALIDATION_ERROR", False),
        (131009, 400, "VALIDATION_ERROR", False),
        (131021, 400, "VALIDATION_ERROR", False),
        (131026, 400, "VALIDATION_ERROR", False),
        (131030, 400, "VALIDATION_ERROR", False),
        (131047, 400, "VALIDATION_ERROR", False),
        (0, 403, "FORBIDDEN", False),
        (10, 403, "FORBIDDEN", False),
        (190, 403, "FORBIDDEN", False),
        (200, 403, "FORBIDDEN", False),
        (131005, 403, "FORBIDDEN", False),
        (131031, 403, "FORBIDDEN", False),
        (4, 429, "RATE_LIMITED", True),
        (80007, 429, "RATE_LIMITED", True),
        (130429, 429, "RATE_LIMITED", True),
        (131048, 429, "RATE_LIMITED", True),
        (131056, 429, "RATE_LIMITED", True),
    ],
)
async def test_a_refusal_is_told_with_metas_code_and_the_message_is_failed(
    stack: Stack, code: int, status: int, name: str, retryable: bool
) -> None:
    client, number = await connected(stack)
    refusal = {"code": code, "subcode": 7, "title": "The title", "details": "The details", "count": None}
    await fault(stack, fail={SEND: refusal})
    answer = await send(client, number)
    assert (answer.status, answer.error["code"]) == (status, name)
    meta = answer.error["details"]["meta"]
    assert meta.pop("fbtraceId")
    assert meta == {
        "code": code, "subcode": 7, "title": "The title", "details": "The details", "retryable": retryable
    }  # fmt: skip
    assert str(code) in answer.error["message"] and "The details" in answer.error["message"]
    assert ("Retry-After" in answer.headers) == (status == 429)
    [message] = await thread(client, number)
    assert (message["status"], message["wamid"]) == ("failed", None)
    assert message["error"] == {"code": code, "title": "The title", "message": "The title", "details": "The details"}
    assert set(message["statusTimestamps"]) == {"pending", "failed"}
    assert await sent(stack, number) == []


async def test_a_refusal_fires_the_status_and_no_message_sent(stack: Stack) -> None:
    client, number = await connected(stack)
    await fault(stack, fail={SEND: {"code": 131030}})
    await send(client, number)
    [told] = await stack.receiver.wait_event(number.path, "message.status_updated")
    assert (told.data["status"], told.data["error"]["code"], told.data["wamid"]) == ("failed", 131030, None)
    assert not [each for each in stack.receiver.got if each.path == number.path and each.event == "message.sent"]


@pytest.mark.parametrize("code", [1, 2, 131000, 131016])
async def test_a_code_that_leaves_the_outcome_open_keeps_the_message_pending(stack: Stack, code: int) -> None:
    client, number = await connected(stack)
    await fault(stack, fail={SEND: {"code": code}})
    answer = await send(client, number)
    assert (answer.status, answer.error["code"]) == (502, "UPSTREAM_ERROR")
    assert (answer.error["details"]["meta"]["code"], answer.error["details"]["meta"]["retryable"]) == (code, True)
    [message] = await thread(client, number)
    assert (message["id"], message["status"]) == (answer.error["details"]["messageId"], "pending")


@pytest.mark.parametrize("how", ["close", "html"])
async def test_a_lost_answer_is_settled_by_the_status_that_follows(stack: Stack, how: str) -> None:
    client, number = await connected(stack)
    await fault(stack, drop={SEND: {"how": how}})
    answer = await send(client, number)
    assert (answer.status, answer.error["code"]) == (502, "UPSTREAM_ERROR")
    assert "Do not repeat it blindly" in answer.error["message"]
    message = await until_status(client, number, "read")
    [accepted] = await sent(stack, number)
    assert (message["id"], message["wamid"]) == (answer.error["details"]["messageId"], accepted["wamid"])
    await stack.receiver.wait_event(number.path, "message.status_updated", 2)
    told = [each for each in stack.receiver.got if each.path == number.path and each.event == "message.sent"]
    assert [each.data["wamid"] for each in told] == [accepted["wamid"]]


async def test_statuses_that_come_before_the_answer_are_not_lost(stack: Stack) -> None:
    client, number = await connected(stack)
    await fault(stack, answer_delay=0.6, statuses={"early": True})
    sending = asyncio.create_task(send(client, number))
    await stack.receiver.wait_event(number.path, "message.status_updated", 2)
    assert not sending.done()
    answer = await sending
    message = await until_status(client, number, "read")
    assert (answer.status, message["wamid"]) == (200, answer.data["wamid"])
    await asyncio.sleep(0.2)
    assert [each.event for each in stack.receiver.got if each.path == number.path].count("message.sent") == 1


@pytest.mark.parametrize("order", [["read", "delivered", "sent"], ["delivered", "read", "sent"], ["read"]])
async def test_statuses_in_any_order_end_at_read(stack: Stack, order: list[str]) -> None:
    client, number = await connected(stack)
    await fault(stack, statuses={"order": order}, webhooks={"copies": 2})
    assert (await send(client, number)).status == 200
    message = await until_status(client, number, "read")
    assert message["error"] is None
    assert [each.event for each in stack.receiver.got if each.path == number.path].count("message.sent") <= 1


async def test_a_failure_that_comes_later_is_shown_with_its_code(stack: Stack) -> None:
    client, number = await connected(stack)
    await fault(stack, statuses={"failed": {"code": 131026, "details": "No WhatsApp."}})
    assert (await send(client, number)).status == 200
    message = await until_status(client, number, "failed")
    assert (message["error"]["code"], message["error"]["details"]) == (131026, "No WhatsApp.")
    [told] = await stack.receiver.wait_event(number.path, "message.status_updated")
    assert told.data["error"] == message["error"]


async def test_a_caller_who_goes_away_leaves_a_message_that_its_status_settles(stack: Stack) -> None:
    client, number = await connected(stack)
    await fault(stack, drop={SEND: {"how": "hang", "seconds": 20}})
    message = SendText(type="text", to=TEXT["to"], text="x")
    sending = asyncio.create_task(outbound.send(stack.rt, client.organization_id, UUID(number.id), message))
    await stack.receiver.wait_event(number.path, "message.status_updated", 2)
    sending.cancel()
    assert isinstance((await asyncio.gather(sending, return_exceptions=True))[0], asyncio.CancelledError)
    assert (await until_status(client, number, "read"))["content"] == {"body": "x"}
    assert len(await sent(stack, number)) == 1
