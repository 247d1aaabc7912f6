"""A received document keeps the name that its sender gave it, also when it is downloaded."""

import base64

from tests.messages.test_sending import connected
from tests.stack import Stack


async def test_a_received_document_is_downloaded_under_its_name(stack: Stack) -> None:
    client, number = await connected(stack)
    message = {
        "type": "document",
        "file": {
            "content": base64.b64encode(b"Rye, oats").decode(),
            "filename": "Bestellung – ä.txt",
            "mime_type": "text/plain",
        },
    }
    await stack.sim("POST", "/messages", {"phone_number_id": number.meta_id, "from": "16505551234", "message": message})
    [told] = await stack.receiver.wait_event(number.path, "message.received")
    content = told.data["content"]
    assert content["filename"] == "Bestellung – ä.txt"
    path = content["downloadUrl"].removeprefix(stack.url)
    answer = await client.get(path)
    assert (answer.status, answer.body) == (200, b"Rye, oats")
    assert "Bestellung%20%E2%80%93%20%C3%A4.txt" in answer.headers["Content-Disposition"]
    assert (await client.get(path.removesuffix("/download"))).data["filename"] == "Bestellung – ä.txt"
