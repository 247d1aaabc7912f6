"""Meta's door over real HTTP: handshake, signatures over raw bytes, sizes, and what is answered 200 all the same."""

import asyncio
import json
from typing import Any

import pytest

from tests.messages.tenants import letters, rows
from tests.stack import APP_SECRET, VERIFY_TOKEN, Client, Number, Stack, notification, sign, text_message

PATHS = ["/webhook", "/webhook/phone/550e8400-e29b-41d4-a716-446655440000"]
GOOD = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}


async def shake(stack: Stack, path: str, query: dict[str, str]) -> tuple[int, str]:
    async with stack.session.get(stack.url + path, params=query) as answer:
        return answer.status, await answer.text()


async def post(stack: Stack, raw: bytes, signature: str | None, path: str = "/webhook") -> int:
    headers = {} if signature is None else {"X-Hub-Signature-256": signature}
    async with stack.session.post(stack.url + path, data=raw, headers=headers) as answer:
        return answer.status


async def connected(stack: Stack) -> tuple[Client, Number]:
    client = await stack.organization()
    return client, await stack.connect(client)


async def messages(stack: Stack, client: Client) -> list[dict[str, Any]]:
    query = "select wamid, content, type, original from messages where organization_id = $1 order by wamid"
    return await rows(stack.rt, query, client.organization_id)


@pytest.mark.parametrize("path", PATHS)
async def test_the_handshake_gives_the_challenge_back(stack: Stack, path: str) -> None:
    assert await shake(stack, path, GOOD) == (200, "1158201444")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "changes",
    [
        {"hub.mode": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": "ñ"},
        {"hub.verify_token": VERIFY_TOKEN + " "},
        {"hub.verify_token": VERIFY_TOKEN.upper()},
    ],
)
async def test_a_handshake_with_anything_wrong_is_refused(stack: Stack, path: str, changes: dict[str, str]) -> None:
    status, text = await shake(stack, path, {**GOOD, **changes})
    assert status == 403 and "1158201444" not in text
    assert (await shake(stack, path, {}))[0] == 403


async def test_a_challenge_is_given_back_as_plain_text(stack: Stack) -> None:
    async with stack.session.get(f"{stack.url}/webhook", params={**GOOD, "hub.challenge": "<script>"}) as answer:
        assert answer.content_type == "text/plain" and await answer.text() == "<script>"


@pytest.mark.parametrize("path", PATHS)
async def test_a_missing_or_wrong_signature_is_refused_and_nothing_is_stored(stack: Stack, path: str) -> None:
    client, number = await connected(stack)
    raw = json.dumps(notification(number.meta_id, messages=[text_message("unsigned", "16505551234", "hi")])).encode()
    good = sign(raw)
    wrong = [None, "", "sha256=", good[7:], good[:-1] + ("0" if good[-1] != "0" else "1"), sign(raw, "another secret")]
    for signature in [*wrong, sign(raw + b" "), good.replace("sha256", "sha1"), f"{good},{good}"]:
        assert await post(stack, raw, signature, path) == 401, signature
    assert await messages(stack, client) == [] and await letters(stack.rt, "unsigned") == []
    assert await post(stack, raw, good, path) == 200
    assert len(await messages(stack, client)) == 1


async def test_the_signature_covers_the_very_bytes_with_their_escapes(stack: Stack) -> None:
    client, number = await connected(stack)
    body = notification(number.meta_id, messages=[text_message("w1", "16505551234", "á 😮 \u2028")])
    escaped = json.dumps(body).encode()
    assert b"\\u00e1 \\ud83d\\ude2e" in escaped
    plain = json.dumps(body, ensure_ascii=False).encode()
    spaced = json.dumps(body, indent=3).encode()
    assert await post(stack, plain, sign(escaped)) == 401
    assert await post(stack, escaped, sign(plain)) == 401
    for raw in (escaped, plain, spaced):
        assert await post(stack, raw, sign(raw)) == 200
    [message] = await messages(stack, client)
    assert json.loads(message["content"]) == {"body": "á 😮 \u2028"}


@pytest.mark.parametrize("path", PATHS)
async def test_facts_about_any_phone_are_taken_on_either_path(stack: Stack, path: str) -> None:
    (one, first), (two, second) = await connected(stack), await connected(stack)
    for number in (first, second):
        body = notification(number.meta_id, messages=[text_message(f"{number.meta_id}", "16505551234", "hi")])
        assert await stack.notify(body, path=f"/webhook/phone/{first.id}" if path != "/webhook" else path) == 200
    assert [len(await messages(stack, client)) for client in (one, two)] == [1, 1]


async def test_a_body_of_four_megabytes_is_taken_and_a_larger_one_refused(stack: Stack) -> None:
    client, number = await connected(stack)
    raw = json.dumps(notification(number.meta_id, messages=[text_message("large", "16505551234", "x")])).encode()
    largest = raw + b" " * (4 * 1024 * 1024 - len(raw))
    assert await post(stack, largest, sign(largest)) == 200
    assert [message["wamid"] for message in await messages(stack, client)] == ["large"]
    larger = largest + b" "
    assert await post(stack, larger, sign(larger)) == 413


async def test_a_body_in_many_pieces_is_read_whole_and_cut_off_when_it_grows_too_large(stack: Stack) -> None:
    client, number = await connected(stack)
    raw = json.dumps(notification(number.meta_id, messages=[text_message("pieces", "16505551234", "x")])).encode()

    async def pieces(whole: bytes, size: int) -> Any:
        for start in range(0, len(whole), size):
            yield whole[start : start + size]
            await asyncio.sleep(0)

    for whole, size, status in ((raw, 7, 200), (raw + b" " * 5_000_000, 65_536, 413)):
        headers = {"X-Hub-Signature-256": sign(whole)}
        async with stack.session.post(f"{stack.url}/webhook", data=pieces(whole, size), headers=headers) as answer:
            assert answer.status == status
    assert [message["wamid"] for message in await messages(stack, client)] == ["pieces"]


@pytest.mark.parametrize(
    "raw",
    [b"", b"garbage-1", b"{", b"[]", b"null", b"\xff\x00\xfe", b'{"entry":[]}', b'{"entry":[{"id":"garbage-1"}]}'],
)
async def test_well_signed_garbage_is_kept_whole_and_acknowledged(stack: Stack, raw: bytes) -> None:
    before = await rows(stack.rt, "select coalesce(max(id), 0) as last from dead_letters")
    assert await post(stack, raw, sign(raw)) == 200
    kept = await rows(stack.rt, "select * from dead_letters where id > $1", before[0]["last"])
    assert [letter["source"] for letter in kept] == ["notification"] and kept[0]["reason"]
    assert kept[0]["body"] == raw or json.loads(kept[0]["body"]) == json.loads(raw)["entry"][0]


async def test_a_fact_about_an_unknown_phone_is_kept_and_acknowledged(stack: Stack) -> None:
    assert await stack.notify(notification("404", messages=[text_message("of-nobody", "16505551234", "hi")])) == 200
    [letter] = await letters(stack.rt, "of-nobody")
    assert "404" in letter["reason"] and letter["organization_id"] is None


async def test_other_fields_are_kept_beside_what_is_read(stack: Stack) -> None:
    client, number = await connected(stack)
    body = notification(number.meta_id, messages=[text_message("w1", "16505551234", "hi")])
    body["entry"].append({"id": "2", "changes": [{"field": "of_tomorrow", "value": {"event": f"X{number.meta_id}"}}]})
    assert await stack.notify(body) == 200
    [letter] = await letters(stack.rt, f"X{number.meta_id}")
    assert letter["reason"] == "field of_tomorrow is not handled"
    assert len(await messages(stack, client)) == 1


async def test_media_is_delivered_with_where_to_get_it(stack: Stack) -> None:
    client, number = await connected(stack)
    image = {"type": "image", "image": {"id": "6546", "mime_type": "image/jpeg", "caption": "c"}}
    await stack.sim("POST", "/messages", {"phone_number_id": number.meta_id, "from": "16505551234", "message": image})
    [told] = await stack.receiver.wait_event(number.path, "message.received")
    media = f"{stack.url}/v1/phones/{number.id}/media/6546"
    addresses = {"url": f"{media}/download", "mediaUrl": media, "downloadUrl": f"{media}/download"}
    content = {"mediaId": "6546", "mimeType": "image/jpeg", "caption": "c"}
    assert (told.data["type"], told.data["content"]) == ("image", {**content, **addresses})
    [message] = await messages(stack, client)
    assert (json.loads(message["content"]), message["original"]) == (content, None)
    path = f"/v1/phones/{number.id}/conversations/{told.data['conversationId']}/messages"
    assert (await client.get(path)).data[0]["content"] == {**content, **addresses}
    assert (await client.get(f"/v1/phones/{number.id}/messages/{told.data['messageId']}")).data["content"] == {
        **content,
        **addresses,
    }


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(stack: Stack, method: str) -> None:
    for path in PATHS:
        async with stack.session.request(method, stack.url + path) as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


async def test_what_lies_beside_the_two_paths_is_not_this_door(stack: Stack) -> None:
    raw = json.dumps(notification("1")).encode()
    for path in ("/webhook/", "/webhooks", "/webhook/phones/1", "/webhook/phone"):
        assert await post(stack, raw, sign(raw, APP_SECRET), path) in (404, 405), path
