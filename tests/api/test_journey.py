"""The seed's implementation checklist, line by line, as a customer's server lives it."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from tests.stack import SECRET, Client, Number, Stack
from waypost import signature

SEEDS_PENDING = {
    "id", "name", "status", "externalId", "redirectUrl", "hostedUrl", "phoneNumberId", "phoneNumber", "wabaId",
    "isPhoneRegistered", "webhookUrl", "webhookSecret", "webhookEvents", "createdAt", "completedAt",
}  # fmt: skip
SEEDS_COMPLETED = SEEDS_PENDING - {"webhookSecret", "webhookEvents"}
LINK = {
    "name": "Acme Corp", "externalId": "customer-123", "redirectUrl": "https://myapp.com/whatsapp/callback",
    "webhookSecret": SECRET, "webhookEvents": ["message.received", "message.sent"],
}  # fmt: skip
CONTACT = "5491155551234"


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return await stack.organization()


@pytest.fixture(scope="module")
async def number(stack: Stack, client: Client) -> Number:
    """Connected by a link that registers a webhook for everything."""
    return await stack.connect(client, redirectUrl=LINK["redirectUrl"])


async def test_1_create_an_onboarding_link(stack: Stack, client: Client) -> None:
    made = await client.post("/v1/onboarding-links", {**LINK, "webhookUrl": stack.receiver.url + "/auto"})
    assert made.status == 201
    added = {"metadata": None, "lastError": None, "hasWebhookSecret": True, "outgoingWebhookId": None}
    shown = {**LINK, "webhookUrl": stack.receiver.url + "/auto", "status": "pending", **added}
    unset = dict.fromkeys(("phoneNumberId", "phoneNumber", "wabaId", "isPhoneRegistered", "completedAt"))
    data = made.data
    assert set(data) == SEEDS_PENDING | set(added)
    assert {name: data[name] for name in {**shown, **unset}} == {**shown, **unset}
    assert data["hostedUrl"] == f"{stack.rt.config.public_url}/signup/{data['id']}"
    assert UUID(data["id"]).version == 4 and data["createdAt"].endswith("Z") and len(data["createdAt"]) == 24


async def test_2_the_hosted_url_opens_a_page_for_the_end_user(stack: Stack, client: Client) -> None:
    made = await client.post("/v1/onboarding-links", {"name": "Corner <b>Bakery</b>"})
    async with stack.session.get(made.data["hostedUrl"]) as answer:
        page = await answer.text()
        assert answer.status == 200 and answer.content_type == "text/html"
    assert "Corner &lt;b&gt;Bakery&lt;/b&gt;" in page


async def test_3_the_redirect_carries_link_external_id_and_status(stack: Stack, client: Client) -> None:
    made = await client.post("/v1/onboarding-links", LINK | {"webhookSecret": None, "webhookEvents": None})
    failed = await stack.complete(made.data["id"], "no-code-of-metas")
    signup = await stack.sim("POST", "/signups", {})
    done = await stack.complete(made.data["id"], signup["code"])
    where = [urlsplit(answer.data["redirectTo"]) for answer in (failed, done)]
    assert {f"{part.scheme}://{part.netloc}{part.path}" for part in where} == {LINK["redirectUrl"]}
    common = [("onboarding_link_id", made.data["id"]), ("external_id", "customer-123")]
    assert parse_qsl(where[0].query) == [*common, ("status", "error"), ("error", failed.data["message"])]
    assert parse_qsl(where[1].query) == [*common, ("status", "success")]


async def test_4_phone_number_connected_arrives(stack: Stack, client: Client, number: Number) -> None:
    [delivery] = await stack.receiver.wait_event(number.path, "phone_number.connected")
    link = (await client.get(f"/v1/onboarding-links/{number.link_id}")).data
    row = await _waba(stack, link["wabaId"])
    assert set(delivery.body) == {"event", "timestamp", "organizationId", "data", "eventId"}
    assert delivery.body["organizationId"] == str(client.organization_id)
    assert delivery.data == {
        "onboardingLinkId": number.link_id,
        "externalId": "customer-123",
        "phoneNumberId": number.id,
        "phoneNumber": number.number,
        "wabaId": link["wabaId"],
        "metaWabaId": row["meta_waba_id"],
        "isPhoneRegistered": True,
    }


async def test_5_and_6_the_enriched_link_names_the_phone(stack: Stack, client: Client, number: Number) -> None:
    answer = await client.get(f"/v1/onboarding-links/{number.link_id}")
    data = answer.data
    assert set(data) == SEEDS_COMPLETED | {"metadata", "outgoingWebhookId"}
    assert data["status"] == "completed" and data["isPhoneRegistered"] is True
    assert data["phoneNumberId"] == number.id and data["phoneNumber"].startswith("+")
    assert data["webhookUrl"] == f"{stack.rt.config.public_url}/webhook/phone/{number.id}"
    assert data["createdAt"] <= data["completedAt"]
    hook = (await client.get(f"/v1/outgoing-webhooks/{data['outgoingWebhookId']}")).data
    assert hook["wabaId"] == data["wabaId"] and hook["url"] == stack.receiver.url + number.path
    assert hook["hasSecret"] is True and "secret" not in hook


async def test_7_a_registered_webhook_receives_messages(stack: Stack, client: Client, number: Number) -> None:
    wanted = {"url": stack.receiver.url + "/registered", "secret": SECRET, "events": ["message.received"]}
    made = await client.post("/v1/outgoing-webhooks", {**wanted, "isActive": True})
    assert made.status == 201 and made.data["secret"] == SECRET
    await stack.customer_writes(number, CONTACT, "Hi, I'd like to place an order", name="John Doe")
    [delivery] = await stack.receiver.wait_event("/registered", "message.received")
    seeds = {
        "phoneNumberId": number.id, "phoneNumber": number.number, "contactPhone": CONTACT, "contactName": "John Doe",
        "direction": "inbound", "type": "text", "content": {"body": "Hi, I'd like to place an order"},
        "status": "delivered", "externalId": "customer-123", "error": None,
    }  # fmt: skip
    assert {name: delivery.data[name] for name in seeds} == seeds
    assert {"messageId", "conversationId", "wamid"} <= set(delivery.data)


async def test_8_send_a_message(stack: Stack, client: Client, number: Number) -> None:
    body = {"type": "text", "to": CONTACT, "text": "Hello!", "previewUrl": False}
    sent = await client.post(f"/v1/phones/{number.id}/messages", body)
    assert sent.status == 200 and set(sent.data) == {"messageId", "wamid"}
    [event] = await _event_of(stack, number, "message.sent", sent.data["messageId"])
    assert event.data["status"] == "sent" and event.data["content"] == {"body": "Hello!"}
    [arrived] = (await stack.sim("GET", f"/sent?phone_number_id={number.meta_id}&to={CONTACT}"))["sent"]
    assert arrived["wamid"] == sent.data["wamid"] and arrived["body"]["text"]["body"] == "Hello!"


async def test_9_verify_webhook_signatures(stack: Stack, number: Number) -> None:
    [delivery] = await stack.receiver.wait_event(number.path, "phone_number.connected")
    headers = delivery.headers
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "WhatsApp-CloudAPI-Webhook/1.0"
    assert headers["X-Webhook-Event"] == delivery.body["event"] == "phone_number.connected"
    assert UUID(headers["X-Webhook-Delivery"]) and headers["X-Webhook-Timestamp"].endswith("Z")
    assert headers["X-Webhook-Signature-256"] == signature.sha256_header(SECRET.encode(), delivery.raw)
    assert headers["webhook-id"] == delivery.body["eventId"]
    seconds = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature.standard_header(
        SECRET.encode(), headers["webhook-id"], seconds, delivery.raw
    )


async def test_10_read_conversations_and_messages(stack: Stack, client: Client, number: Number) -> None:
    await stack.customer_writes(number, "5491155550000", "First", name="Ana")
    answer = await client.post(
        f"/v1/phones/{number.id}/messages", {"type": "text", "to": "5491155550000", "text": "Second"}
    )
    listed = await client.get(f"/v1/phones/{number.id}/conversations?page=1&limit=50")
    pagination = listed.body["meta"]["pagination"]
    assert pagination == {"page": 1, "limit": 50, "total": len(listed.data), "hasMore": False}
    thread = listed.data[0]
    assert {"id", "contactPhone", "contactName", "lastMessageAt", "createdAt"} <= set(thread)
    assert (thread["contactPhone"], thread["contactName"]) == ("5491155550000", "Ana")
    messages = await client.get(f"/v1/phones/{number.id}/conversations/{thread['id']}/messages?page=1&limit=50")
    told = {message["content"]["body"]: message for message in messages.data}
    assert {"id", "wamid", "direction", "type", "content", "status", "timestamp"} <= set(told["First"])
    assert (told["First"]["direction"], told["First"]["status"]) == ("inbound", "delivered")
    assert told["Second"]["direction"] == "outbound" and told["Second"]["id"] == answer.data["messageId"]


async def _event_of(stack: Stack, number: Number, event: str, message_id: str) -> Any:
    return await stack.receiver.wait_for(
        lambda each: each.path == number.path and each.event == event and each.data["messageId"] == message_id
    )


async def _waba(stack: Stack, id_: str) -> Any:
    async with stack.rt.pool.connection() as conn:
        return await conn.fetchrow("select * from wabas where id = $1", id_)
