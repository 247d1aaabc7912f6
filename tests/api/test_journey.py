"""The main job, as a customer's server lives it: from an onboarding link to a signed webhook."""

from tests.stack import SECRET, Stack
from waypost import signature


async def test_from_link_to_signed_webhook(stack: Stack) -> None:
    client = await stack.organization()
    number = await stack.connect(client)
    [connected] = await stack.receiver.wait_event(number.path, "phone_number.connected")
    assert connected.data["phoneNumberId"] == number.id
    sent = await client.post(f"/v1/phones/{number.id}/messages", {"type": "text", "to": "5491155551234", "text": "Hello!"})
    assert sent.status == 200, sent.body
    await stack.customer_writes(number, "5491155551234", "Hi")
    [received] = await stack.receiver.wait_event(number.path, "message.received")
    assert received.headers["X-Webhook-Signature-256"] == signature.sha256_header(SECRET.encode(), received.raw)
