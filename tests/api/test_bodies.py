"""Bodies that are no JSON, too large or cut short: refused the same way wherever a body is taken."""

import asyncio
import json
from urllib.parse import urlsplit

import pytest

from tests.stack import Client, Stack
from waypost.api.routes import ROUTES

NOBODY = "00000000-0000-4000-8000-000000000000"
TAKERS = [(route.method, route.path) for route in ROUTES if route.body is not None]
BODYLESS = {(route.method, route.path) for route in ROUTES if route.bodyless}


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return await stack.organization()


def filled(path: str) -> str:
    return path.replace("{id}", NOBODY).replace("{phone_id}", NOBODY).replace("{wamid}", "wamid.nobody")


BROKEN = [
    b"", b"{", b"{name: 1}", b"{'a': 1}", b"\xff\xfe", b"NaN", b"\x00", b'{"',
    b'{"name": "x"', b'{"name": "\xff"}', b'{"name": "x"} {}', b'{"name": "\\ud800"}',
    b'{"name": "x", "metadata": ' + b'{"a": ' * 5000,
]  # fmt: skip


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: repr(raw)[:24])
@pytest.mark.parametrize(("method", "path"), TAKERS)
async def test_what_is_not_json_is_400(client: Client, method: str, path: str, raw: bytes) -> None:
    answer = await client.call(method, filled(path), data=raw)
    if not raw and (method, path) in BODYLESS:
        assert answer.status == 404, "the body may be left out"
        return
    assert answer.status == 400 and answer.error["code"] == "VALIDATION_ERROR"
    if path.endswith("onboarding-links") or b"name" not in raw:
        assert answer.error["message"].startswith("The body is not valid JSON: ")


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"text"', b"5", b"true"])
@pytest.mark.parametrize(("method", "path"), TAKERS)
async def test_json_that_is_no_object_is_400(client: Client, method: str, path: str, raw: bytes) -> None:
    answer = await client.call(method, filled(path), data=raw)
    assert answer.status == 400
    assert answer.error["details"] == [{"field": "body", "message": "must be an object."}]


@pytest.mark.parametrize(("method", "path"), TAKERS)
async def test_more_than_a_megabyte_is_413(client: Client, method: str, path: str) -> None:
    answer = await client.call(method, filled(path), data=b'{"x": "' + b"y" * 1024 * 1024 + b'"}')
    assert answer.status == 413 and answer.error["code"] == "PAYLOAD_TOO_LARGE"


async def test_more_than_a_megabyte_in_chunks_is_413_too(client: Client) -> None:
    async def chunks():
        for _ in range(40):
            yield b" " * 32 * 1024

    answer = await client.call("POST", "/v1/onboarding-links", data=chunks())
    assert answer.status == 413 and answer.error["message"] == "The body has more than 1,048,576 bytes."


async def test_just_a_megabyte_is_read(client: Client) -> None:
    raw = json.dumps({"name": "Acme"}).encode()
    answer = await client.call("POST", "/v1/onboarding-links", data=raw + b" " * (1024 * 1024 - len(raw)))
    assert answer.status == 201


async def test_a_connection_that_breaks_off_in_the_body_leaves_nothing(stack: Stack) -> None:
    client = await stack.organization()
    where = urlsplit(stack.url)
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    head = [
        "POST /v1/onboarding-links HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {client.key}",
        "Content-Length: 200",
    ]
    writer.write("\r\n".join([*head, "", '{"name": "Acme"}']).encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await client.get("/v1/onboarding-links")).data == []


async def test_bytes_of_another_content_type_are_still_json(client: Client) -> None:
    raw = '{"name": "Größe"}'.encode()
    answer = await client.call("POST", "/v1/onboarding-links", data=raw, headers={"Content-Type": "text/plain"})
    assert answer.status == 201 and answer.data["name"] == "Größe"
