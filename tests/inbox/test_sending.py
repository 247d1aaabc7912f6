"""Sending through an inbox: to whom, when, once; and a failed message again, as the same one."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.inbox.browser import Browser
from tests.inbox.conftest import ANA, Office
from tests.messages.test_sending import sent
from waypost.domain import dispatch

SEND = "messages.send"
TEXT = {"type": "text", "text": "Hello!"}


@pytest.fixture(scope="module")
async def guest(office: Office) -> Browser:
    return await office.browser()


@pytest.fixture(autouse=True)
async def well_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(dispatch, "PAUSES", {code: (0.05,) for code in dispatch.PAUSES})
    yield
    await office.stack.sim("DELETE", "/faults")


async def fault(office: Office, **faults: Any) -> None:
    await office.stack.sim("POST", "/faults", faults)


async def at_meta(office: Office, text: str) -> list[dict[str, Any]]:
    """What Meta accepted with this text, newest first."""
    return [
        each for each in await sent(office.stack, office.number) if each["body"].get("text", {}).get("body") == text
    ]


async def send(guest: Browser, office: Office, text: str, key: str | None = None, **fields: Any) -> Any:
    body = {**TEXT, "text": text, "conversationId": office.threads[ANA], **fields}
    return await guest.send({name: value for name, value in body.items() if value is not None}, key or uuid4().hex)


async def until(guest: Browser, id_: str, status: str) -> dict[str, Any]:
    for _ in range(100):
        message = (await guest.get(f"/messages/{id_}")).data
        if message["status"] == status:
            return message
        await asyncio.sleep(0.05)
    raise AssertionError(f"the message stays {message['status']}")


async def test_a_text_goes_to_the_contact_of_its_conversation(office: Office, guest: Browser) -> None:
    [first, *_] = (await guest.get(f"/conversations/{office.threads[ANA]}/messages")).data
    answer = await send(guest, office, "one", clientId="c-1", context={"wamid": first["wamid"]})
    assert answer.status == 201 and answer.data["clientId"] == "c-1"
    assert (answer.data["conversationId"], answer.data["origin"]) == (office.threads[ANA], "api")
    [accepted] = await at_meta(office, "one")
    assert accepted["body"]["to"] == f"+{ANA}" and accepted["body"]["biz_opaque_callback_data"] == answer.data["id"]
    path = f"/v1/phones/{office.number.id}/messages/{answer.data['id']}"
    of_api = (await office.client.get(path)).data
    assert accepted["body"]["context"]["message_id"] == of_api["context"]["wamid"] != first["wamid"]
    assert "clientId" not in of_api and of_api["wamid"] != answer.data["wamid"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": "5491155551234"}, "to"),
        ({"toUserId": "US.13491208655302741918"}, "toUserId"),
        ({"conversationId": None}, "conversationId"),
        ({"conversationId": "x"}, "conversationId"),
        ({"clientId": "x" * 101}, "clientId"),
        ({"clientId": 1}, "clientId"),
        ({"text": ""}, "text"),
        ({"surprise": 1}, "surprise"),
        ({"context": {"wamid": "wamid.x"}}, "context.wamid"),
        ({"type": "image", "text": None, "mediaUrl": "https://example.com/a.jpg"}, "mediaUrl"),
        ({"type": "nonsense"}, "type"),
    ],
)
async def test_bad_input_names_its_field(office: Office, guest: Browser, changes: dict[str, Any], field: str) -> None:
    before = len(await sent(office.stack, office.number))
    answer = await send(guest, office, **{"text": "bad", **changes})
    assert (answer.status, answer.fields) == (400, [field])
    assert len(await sent(office.stack, office.number)) == before


async def test_a_key_is_required_and_is_this_inboxs_own(office: Office, guest: Browser) -> None:
    body = {**TEXT, "text": "keyed", "conversationId": office.threads[ANA]}
    missing = await guest.post("/messages", body)
    assert (missing.status, missing.fields) == (400, ["Idempotency-Key"])
    first, again = await send(guest, office, "keyed", "k-1"), await send(guest, office, "keyed", "k-1")
    assert (first.status, again.status) == (201, 201) and first.data["id"] == again.data["id"]
    other = await send(guest, office, "another", "k-1")
    assert (other.status, other.error["code"]) == (409, "CONFLICT")
    neighbour = await office.browser()
    assert (await send(neighbour, office, "keyed", "k-1")).data["id"] != first.data["id"]
    of_api = {"type": "text", "to": ANA, "text": "keyed"}
    path = f"/v1/phones/{office.number.id}/messages"
    answer = await office.client.post(path, of_api, headers={"Idempotency-Key": "k-1"})
    assert answer.status == 200 and answer.data["messageId"] != first.data["id"]
    assert len(await at_meta(office, "keyed")) == 3


async def test_concurrent_repeats_are_one_message(office: Office, guest: Browser) -> None:
    await fault(office, latency=0.2)
    answers = await asyncio.gather(*(send(guest, office, "once", "k-once") for _ in range(5)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.data["id"] for answer in answers}) == len(await at_meta(office, "once")) == 1


async def test_a_closed_window_takes_templates_alone(office: Office, guest: Browser) -> None:
    change = "update conversations set last_inbound_at = now() - interval '{}' where id = $1"
    first = await send(guest, office, "in time", "k-window")
    async with office.stack.rt.pool.connection() as conn:
        await conn.execute(change.format("24 hours 1 second"), office.threads[ANA])
    before = len(await sent(office.stack, office.number))
    for body in ({}, {"type": "image", "text": None, "mediaId": "1234567890"},
                 {"type": "location", "text": None, "latitude": 1.0, "longitude": 2.0}):  # fmt: skip
        answer = await send(guest, office, **{"text": "late", **body})
        assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
        details = answer.error["details"]
        assert (details["reason"], details["meta"]["code"]) == ("windowClosed", 131047) and "messageId" not in details
    assert (await send(guest, office, "in time", "k-window")).data["id"] == first.data["id"]
    template = {"type": "template", "text": None, "templateName": "hello_world", "languageCode": "en_US"}
    answer = await send(guest, office, **template)
    assert answer.status == 201, answer.body
    assert len(await sent(office.stack, office.number)) == before + 1
    assert [c["id"] for c in (await guest.get("/conversations?filter=open")).data] != []
    assert office.threads[ANA] not in [c["id"] for c in (await guest.get("/conversations?filter=open")).data]
    await office.writes(ANA, "I am back")
    assert (await send(guest, office, "again")).status == 201


async def failed(office: Office, guest: Browser, text: str, code: int) -> dict[str, Any]:
    """A message that Meta refused."""
    await fault(office, fail={SEND: {"code": code, "count": None}})
    answer = await send(guest, office, text)
    await office.stack.sim("DELETE", "/faults")
    assert answer.status >= 400
    return (await guest.get(f"/messages/{answer.error['details']['messageId']}")).data


async def test_a_retry_is_one_new_send_of_the_same_message(office: Office, guest: Browser) -> None:
    message = await failed(office, guest, "retry me", 131057)
    assert (message["status"], message["retryable"], message["error"]["code"]) == ("failed", True, 131057)
    key = {"Idempotency-Key": "r-1"}
    async with guest.stream() as feed:
        first = await guest.post(f"/messages/{message['id']}/retry", {}, headers=key)
        again = await guest.post(f"/messages/{message['id']}/retry", headers=key)
        without = await guest.post(f"/messages/{message['id']}/retry")
        await until(guest, message["id"], "read")
        await office.all_told(feed)
    assert (first.status, again.status) == (200, 200) and first.data["id"] == again.data["id"] == message["id"]
    assert (without.status, without.error["details"]["reason"]) == (409, "notFailed")
    [accepted] = await at_meta(office, "retry me")
    assert accepted["body"]["biz_opaque_callback_data"] == f"{message['id']}.2"
    seen = [e.data["message"]["status"] for e in feed.named("message") if e.data["message"]["id"] == message["id"]]
    assert seen[0] != "failed" and len((await office.client.get(thread_of(office))).data) > 0
    rows = [row for row in (await office.client.get(thread_of(office))).data if row["id"] == message["id"]]
    assert len(rows) == 1 and rows[0]["error"] is None


def thread_of(office: Office) -> str:
    return f"/v1/phones/{office.number.id}/conversations/{office.threads[ANA]}/messages?limit=100"


async def test_two_retries_at_once_are_one_send(office: Office, guest: Browser) -> None:
    message = await failed(office, guest, "both", 131057)
    await fault(office, latency=0.1)
    answers = await asyncio.gather(*(guest.post(f"/messages/{message['id']}/retry", {}) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert len(await at_meta(office, "both")) == 1


async def test_what_cannot_work_is_not_tried_again(office: Office, guest: Browser) -> None:
    message = await failed(office, guest, "never", 131026)
    assert message["retryable"] is False
    answer = await guest.post(f"/messages/{message['id']}/retry", {})
    assert (answer.status, answer.error["details"]["reason"]) == (400, "notRetryable")
    assert await at_meta(office, "never") == []
    await fault(office, fail={SEND: {"code": 131057}})
    path = f"/v1/phones/{office.number.id}/messages"
    of_api = await office.client.post(path, {"type": "text", "to": ANA, "text": "not yours"})
    answer = await guest.post(f"/messages/{of_api.error['details']['messageId']}/retry", {})
    assert answer.status == 400 and "from the inbox" in answer.error["message"]


async def test_a_message_whose_answer_was_lost_is_not_sent_again(office: Office, guest: Browser) -> None:
    await fault(office, drop={SEND: {"how": "close"}}, statuses={"off": True})
    lost = await send(guest, office, "lost")
    assert lost.status == 502
    answer = await guest.post(f"/messages/{lost.error['details']['messageId']}/retry", {})
    assert (answer.status, answer.error["details"]["status"]) == (409, "pending")
    assert len(await at_meta(office, "lost")) == 1


async def test_a_retry_that_fails_too_is_failed_and_may_be_tried_again(office: Office, guest: Browser) -> None:
    message = await failed(office, guest, "thrice", 131057)
    await fault(office, fail={SEND: {"code": 131057, "count": None}})
    answer = await guest.post(f"/messages/{message['id']}/retry", {})
    assert answer.status == 502 and answer.error["details"]["messageId"] == message["id"]
    await office.stack.sim("DELETE", "/faults")
    assert (await until(guest, message["id"], "failed"))["retryable"] is True
    assert (await guest.post(f"/messages/{message['id']}/retry", {})).status == 200
    [accepted] = await at_meta(office, "thrice")
    assert accepted["body"]["biz_opaque_callback_data"] == f"{message['id']}.3"


async def test_late_words_of_the_first_attempt_do_not_touch_the_second(office: Office, guest: Browser) -> None:
    await fault(office, statuses={"failed": {"code": 131000}})
    answer = await send(guest, office, "late words")
    assert answer.status == 201
    message = await until(guest, answer.data["id"], "failed")
    [first] = await at_meta(office, "late words")
    await fault(office, statuses={"off": True})
    retried = await guest.post(f"/messages/{message['id']}/retry", {})
    assert (retried.status, retried.data["status"]) == (200, "sent")
    late = {"id": first["wamid"], "recipient_id": ANA, "timestamp": "1760000000",
            "biz_opaque_callback_data": message["id"]}  # fmt: skip
    from tests.stack import notification

    for status in ({"status": "failed", "errors": [{"code": 131000, "title": "x"}]}, {"status": "read"}):
        assert await office.stack.notify(notification(office.number.meta_id, statuses=[{**late, **status}])) == 200
    assert (await guest.get(f"/messages/{message['id']}")).data["status"] == "sent"
    second = (await at_meta(office, "late words"))[0]
    named = {**late, "id": second["wamid"], "biz_opaque_callback_data": f"{message['id']}.2", "status": "delivered"}
    await office.stack.notify(notification(office.number.meta_id, statuses=[named]))
    await until(guest, message["id"], "delivered")
