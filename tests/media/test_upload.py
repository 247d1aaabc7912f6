"""Uploads through the API to the simulator, and to stand-ins for Meta of bad manners."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from tests.media.conftest import PDF, PNG, Tenant
from tests.media.test_filetypes import ANIMATED, STILL
from tests.stack import Stack

MB = 1024 * 1024


def form() -> aiohttp.FormData:
    made = aiohttp.FormData()
    made.add_field("file", PNG, filename="a.png", content_type="image/png")
    return made


async def test_a_file_goes_up_byte_for_byte(tenant: Tenant) -> None:
    answer = await tenant.upload(filename="a b & c.pdf")
    assert answer.status == 200 and set(answer.body) == {"data"} and set(answer.data) == {"id"}
    [held] = await tenant.at_meta()
    assert held["id"] == answer.data["id"] and held["id"].isdigit()
    assert (held["mime_type"], held["filename"]) == ("application/pdf", "a b & c.pdf")
    assert (held["size"], held["sha256"]) == (len(PDF), hashlib.sha256(PDF).hexdigest())


@pytest.mark.parametrize(
    ("mime_type", "filename", "seen"),
    [
        ("image/jpeg", "a.jpg", "image/jpeg"),
        ("image/jpg", "a.jpg", "image/jpeg"),
        ("image/png", None, "image/png"),
        ("application/octet-stream", "clip.mp4", "video/mp4"),
        ("audio/ogg; codecs=opus", "voice.ogg", "audio/ogg; codecs=opus"),
        ("text/plain", "notes.txt", "text/plain"),
    ],
)
async def test_the_type_is_that_of_the_part_or_else_of_the_name(
    tenant: Tenant, mime_type: str, filename: str | None, seen: str
) -> None:
    assert (await tenant.upload(PNG, mime_type, filename)).status == 200
    assert [held["mime_type"] for held in await tenant.at_meta()] == [seen]


async def test_a_form_made_for_meta_is_taken_as_it_is(tenant: Tenant) -> None:
    answer = await tenant.upload(PNG, "image/png", "a.png", messaging_product="whatsapp", type="image/png")
    assert answer.status == 200 and len(await tenant.at_meta()) == 1


async def test_fields_behind_the_file_do_no_harm(tenant: Tenant) -> None:
    made = form()
    made.add_field("messaging_product", "whatsapp")
    assert (await tenant.client.post(tenant.path, data=made)).status == 200
    [held] = await tenant.at_meta()
    assert held["sha256"] == hashlib.sha256(PNG).hexdigest()


async def test_a_body_of_unknown_length_is_taken_too(tenant: Tenant) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        head = 'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png'
        yield f"--xyz\r\n{head}\r\n\r\n".encode()
        for at in range(0, len(PNG), 100):
            yield PNG[at : at + 100]
        yield b"\r\n--xyz--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    assert (await tenant.client.post(tenant.path, data=pieces(), headers=headers)).status == 200
    [held] = await tenant.at_meta()
    assert held["sha256"] == hashlib.sha256(PNG).hexdigest()


@pytest.mark.parametrize(
    ("content", "mime_type", "told"),
    [
        (b"", "application/pdf", "file: is empty."),
        (PNG, "image/gif", "file: is image/gif, which WhatsApp does not take"),
        (PNG, "audio/wav", "file: is audio/wav"),
        (PNG, "application/octet-stream", "file: is of an unknown type"),
    ],
)
async def test_what_whatsapp_does_not_take_is_refused_by_name(
    tenant: Tenant, content: bytes, mime_type: str, told: str
) -> None:
    answer = await tenant.upload(content, mime_type, "a")
    assert (answer.status, answer.error["code"], answer.fields) == (400, "VALIDATION_ERROR", ["file"])
    assert answer.error["message"].startswith(told) and await tenant.at_meta() == []


@pytest.mark.parametrize(
    ("content", "mime_type", "told"),
    [
        (5 * MB, "image/png", "5 MB"), (16 * MB, "video/mp4", "16 MB"), (16 * MB, "audio/ogg", "16 MB"),
        (500 * 1024, "image/webp", "500 kB"), (100 * 1024, "still", "100 kB"),
    ],
)  # fmt: skip
async def test_the_limit_of_each_type_holds_to_the_byte(
    tenant: Tenant, content: int, mime_type: str, told: str
) -> None:
    start = STILL if mime_type == "still" else ANIMATED
    mime_type = "image/webp" if mime_type == "still" else mime_type
    full = start + bytes(content - len(start))
    answer = await tenant.upload(full + b"x", mime_type, "a")
    assert (answer.status, answer.error["code"]) == (413, "PAYLOAD_TOO_LARGE"), answer.body
    assert told in answer.error["message"] and await tenant.at_meta() == []
    assert (await tenant.upload(full, mime_type, "a")).status == 200


async def test_more_than_a_hundred_megabytes_are_refused_before_they_are_sent(tenant: Tenant) -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        while sent < 300:
            sent += 1
            yield bytes(MB)

    headers = {"Content-Type": "multipart/form-data; boundary=xyz", "Content-Length": str(300 * MB), "Expect": ""}
    answer = await tenant.client.post(tenant.path, data=pieces(), headers=headers)
    assert (answer.status, answer.error["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert "100 MB" in answer.error["message"] and sent < 300


@pytest.mark.parametrize(
    ("data", "headers", "told"),
    [
        (b"{}", {"Content-Type": "application/json"}, "is required"),
        (b"", {}, "is required"),
        (b"x", {"Content-Type": "multipart/form-data; boundary=x"}, "not valid multipart"),
    ],
)
async def test_a_body_that_is_no_form_names_the_file(
    tenant: Tenant, data: bytes, headers: dict[str, str], told: str
) -> None:
    answer = await tenant.client.post(tenant.path, data=data, headers=headers)
    assert (answer.status, answer.fields) == (400, ["file"]) and told in answer.error["message"]


async def test_another_field_is_named(tenant: Tenant) -> None:
    answer = await tenant.upload(field="upload")
    assert (answer.status, answer.fields) == (400, ["upload"])
    answer = await tenant.upload(caption="hello")
    assert (answer.status, answer.fields) == (400, ["caption"]) and await tenant.at_meta() == []


async def test_an_interrupted_upload_leaves_nothing(tenant: Tenant) -> None:
    host, _, port = tenant.stack.url.removeprefix("http://").partition(":")
    for unannounced in (True, False):
        _, writer = await asyncio.open_connection(host, int(port))
        length = "Transfer-Encoding: chunked" if unannounced else "Content-Length: 1000000"
        head = f"POST {tenant.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.client.key}\r\n{length}\r\n"
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF
        body = b"%x\r\n%s\r\n" % (len(part), part) if unannounced else part
        writer.write(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode() + body)
        await writer.drain()
        await asyncio.sleep(0.3)
        writer.transport.abort()
    await asyncio.sleep(0.5)
    assert await tenant.at_meta() == []


async def test_a_form_that_goes_wrong_behind_the_file_leaves_nothing(tenant: Tenant) -> None:
    made = form()
    made.add_field("file", PNG, filename="b.png", content_type="image/png")
    answer = await tenant.client.post(tenant.path, data=made)
    assert (answer.status, answer.fields) == (400, ["file"]) and await tenant.at_meta() == []


async def test_meta_refuses(stack: Stack, tenant: Tenant) -> None:
    failure = {"code": 131053, "title": "Media upload error", "details": "Unsupported codec."}
    await stack.sim("POST", "/faults", {"fail": {"media.upload": failure}})
    answer = await tenant.upload()
    assert answer.status == 400 and answer.error["details"]["meta"]["code"] == 131053
    assert "Unsupported codec" in answer.error["message"]


async def test_another_organizations_phone_and_a_key_that_may_not(stack: Stack, tenant: Tenant) -> None:
    stranger = await stack.organization("Rival")
    answer = await stranger.post(tenant.path, data=form())
    assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")
    reader = await stack.with_scopes(tenant.client, "read")
    assert (await reader.post(tenant.path, data=form())).status == 403


async def test_the_form_as_meta_gets_it(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its length announced and nothing behind it when the file was the last field; padded behind it otherwise."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        [length] = re.findall(rb"(?i)content-length: (\d+)", head)
        seen.append(head + await reader.readexactly(int(length)))
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"id":"1"}')
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    graph: Any = tenant.stack.rt.graph
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    monkeypatch.setattr(graph, "meta", replace(graph.meta, graph_url=url))
    assert (await tenant.upload(PNG, "image/png", "Größe.png")).data == {"id": "1"}
    more = form()
    more.add_field("messaging_product", "whatsapp")
    assert (await tenant.client.post(tenant.path, data=more)).data == {"id": "1"}
    server.close()
    plain, padded = seen
    assert f"POST /{graph.meta.graph_version}/{tenant.number.meta_id}/media HTTP/1.1\r\n".encode() in plain
    assert b"Authorization: Bearer " in plain and b"User-Agent: Waypost/" in plain
    assert b'name="messaging_product"\r\n\r\nwhatsapp\r\n' in plain and b'name="type"\r\n\r\nimage/png' in plain
    assert 'name="file"; filename="Größe.png"\r\nContent-Type: image/png\r\n\r\n'.encode() + PNG + b"\r\n--" in plain
    assert re.search(rb"\r\n--[0-9a-f]{32}--\r\n$", plain)
    assert re.search(rb"\r\n--[0-9a-f]{32}--[\r\n]{50,}$", padded) and PNG + b"\r\n--" in padded


@pytest.mark.parametrize("how", ["early", "close", "html", "deaf"])
async def test_a_meta_of_bad_manners(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """An answer before the file is through, none at all, one that nobody can read, and nobody there."""
    told = b'{"error":{"message":"(#190) Bad token","code":190}}'

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if how == "early":
            writer.write(b"HTTP/1.1 401 No\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
            await asyncio.sleep(2)
        elif how == "html":
            writer.write(b"HTTP/1.1 500 Sorry\r\nContent-Length: 4\r\n\r\n<p/>")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    if how == "deaf":
        server.close()
    graph: Any = tenant.stack.rt.graph
    monkeypatch.setattr(graph, "meta", replace(graph.meta, graph_url=f"http://127.0.0.1:{port}"))
    async with asyncio.timeout(20):
        answer = await tenant.upload(bytes(8 * MB))
    server.close()
    expected = (403, "FORBIDDEN") if how == "early" else (502, "UPSTREAM_ERROR")
    assert (answer.status, answer.error["code"]) == expected, answer.body
