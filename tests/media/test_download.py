"""Downloads through the API: whole, in parts, renewed, and when Meta's file host misbehaves."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from tests.media.conftest import PDF, PNG, Tenant, tenant_of
from tests.stack import Stack
from waypost.meta.graph import Graph, Unanswered, Unreached

Manners = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


async def test_what_went_up_comes_down(tenant: Tenant) -> None:
    media_id = await tenant.uploaded(PDF, filename="Größe.pdf")
    answer = await tenant.get(media_id)
    assert answer.status == 200 and answer.body == PDF
    headers = answer.headers
    assert headers["content-type"] == "application/pdf" and headers["content-length"] == str(len(PDF))
    shown = "attachment; filename=\"Gr??e.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf"
    assert headers["content-disposition"] == shown
    assert headers["accept-ranges"] == "bytes" and headers["etag"] == f'"{hashlib.sha256(PDF).hexdigest()}"'
    assert headers["x-content-type-options"] == "nosniff" and "sandbox" in headers["content-security-policy"]
    assert "private" in headers["cache-control"]


@pytest.mark.parametrize(
    ("mime_type", "shown", "name"),
    [("image/png", "inline", ".png"), ("video/mp4", "inline", ".mp4"), ("audio/ogg; codecs=opus", "inline", ".ogg"),
     ("text/html", "attachment", ""), ("application/pdf", "attachment", ".pdf"), ("image/svg+xml", "attachment", "")],
)  # fmt: skip
async def test_what_a_contact_sent_has_its_type_and_a_name(
    tenant: Tenant, mime_type: str, shown: str, name: str
) -> None:
    media_id = await tenant.received(PNG, mime_type)
    answer = await tenant.get(media_id)
    assert answer.body == PNG and answer.headers["content-type"] == mime_type
    assert answer.headers["content-disposition"] == f'{shown}; filename="{media_id}{name}"'


async def test_metadata(tenant: Tenant) -> None:
    media_id = await tenant.uploaded()
    told = (await tenant.get(media_id, "")).data
    assert set(told) == {"id", "mimeType", "fileSize", "filename", "sha256", "url", "expiresAt"}
    assert (told["id"], told["mimeType"], told["fileSize"]) == (media_id, "application/pdf", len(PDF))
    assert (told["filename"], told["sha256"]) == ("a.pdf", hashlib.sha256(PDF).hexdigest())
    assert told["url"].startswith(tenant.stack.sim_url) and told["expiresAt"].endswith("Z")
    await tenant.expire(media_id)
    again = (await tenant.get(media_id, "")).data
    assert again["url"] != told["url"], "each time an address that is good"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=10000-", 10000, len(PDF) - 1),
     ("bytes=-7", len(PDF) - 7, len(PDF) - 1), ("bytes=0-", 0, len(PDF) - 1), ("bytes=9-999999", 9, len(PDF) - 1)],
)  # fmt: skip
async def test_a_part_of_a_file(tenant: Tenant, asked: str, first: int, last: int) -> None:
    media_id = await tenant.uploaded()
    answer = await tenant.get(media_id, Range=asked)
    assert answer.status == 206 and answer.body == PDF[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(PDF)}"
    assert answer.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=x", "bytes=5-4"])
async def test_a_range_that_nobody_understands_is_the_whole(tenant: Tenant, asked: str) -> None:
    answer = await tenant.get(await tenant.uploaded(), Range=asked)
    assert answer.status == 200 and answer.body == PDF


async def test_a_part_that_is_not_there_is_416(tenant: Tenant) -> None:
    media_id = await tenant.uploaded()
    answer = await tenant.get(media_id, Range=f"bytes={len(PDF)}-")
    assert answer.status == 416 and answer.headers["content-range"] == f"bytes */{len(PDF)}"
    assert f"{len(PDF):,}" in answer.error["message"]


async def test_conditions(tenant: Tenant) -> None:
    media_id = await tenant.uploaded()
    etag = (await tenant.get(media_id)).headers["etag"]
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        answer = await tenant.get(media_id, **{"If-None-Match": known})
        assert (answer.status, answer.body) == (304, b"") and answer.headers["etag"] == etag
    assert (await tenant.get(media_id, **{"If-None-Match": '"other"'})).status == 200
    for condition, status in ((etag, 206), ('"other"', 200), ("Mon, 23 Nov 2026 10:00:00 GMT", 200)):
        assert (await tenant.get(media_id, Range="bytes=0-4", **{"If-Range": condition})).status == status


async def test_head_has_everything_but_the_body(tenant: Tenant) -> None:
    media_id = await tenant.uploaded()
    for asked in ({}, {"Range": "bytes=0-4"}):
        answer = await tenant.get(media_id, method="HEAD", **asked)
        assert (answer.status, answer.body) == (200, b"") and answer.headers["content-length"] == str(len(PDF))
        assert answer.headers["content-type"] == "application/pdf" and answer.headers["accept-ranges"] == "bytes"


async def test_an_address_that_died_is_renewed_in_the_middle_of_a_sequence(tenant: Tenant) -> None:
    media_id = await tenant.uploaded()
    got = b""
    while len(got) < len(PDF):
        answer = await tenant.get(media_id, Range=f"bytes={len(got)}-{len(got) + 2999}")
        assert answer.status == 206, answer.body
        got += answer.body
        await tenant.expire(media_id)
    assert got == PDF


async def test_an_address_is_asked_for_once_while_it_lives(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    media_id = await tenant.uploaded()
    graph, asked = tenant.stack.rt.graph, []
    call = graph.call

    async def counted(method: str, path: str, *args: Any, **more: Any) -> Any:
        asked.append(path)
        return await call(method, path, *args, **more)

    monkeypatch.setattr(graph, "call", counted)
    for _ in range(3):
        assert (await tenant.get(media_id)).body == PDF
    assert asked.count(media_id) == 1


@pytest.mark.parametrize("tail", ["", "/download"])
async def test_expired_deleted_foreign_and_unknown_ids_are_404(stack: Stack, tenant: Tenant, tail: str) -> None:
    stranger = await tenant_of(stack)
    foreign, gone, deleted = await stranger.uploaded(), await tenant.uploaded(), await tenant.uploaded()
    assert (await tenant.get(gone)).status == 200
    await tenant.expire(gone, "object")
    assert (await tenant.get(deleted, "", "DELETE")).data == {"id": deleted, "deleted": True}
    for media_id in (foreign, gone, deleted, "123456", "0" * 32):
        answer = await tenant.get(media_id, tail)
        assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND"), media_id
        assert media_id in answer.error["message"] and "7 days" in answer.error["message"]
    second = replace(tenant, number=await stack.connect(tenant.client))
    mine = await tenant.uploaded()
    assert (await second.get(mine, tail)).status == 404, "bound to the number that it came by"
    assert (await stranger.client.get(f"{tenant.path}/{mine}{tail}")).status == 404
    for no_id in ("x", "-1", "1" * 33):
        assert (await tenant.get(no_id, tail)).status == 404


async def test_scopes(stack: Stack, tenant: Tenant) -> None:
    media_id = await tenant.uploaded()
    reader = replace(tenant, client=await stack.with_scopes(tenant.client, "read"))
    sender = replace(tenant, client=await stack.with_scopes(tenant.client, "send"))
    assert (await reader.get(media_id)).status == 200 and (await reader.get(media_id, "", "DELETE")).status == 403
    assert (await sender.get(media_id)).status == 403 and (await sender.get(media_id, "", "DELETE")).status == 200


@asynccontextmanager
async def file_host(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, manners: Manners) -> AsyncIterator[list[str]]:
    """Graph's stand-in: the lookup names an address on it, at which the manners answer. Yields the heads it got."""
    heads: list[str] = []
    base = ""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                heads.append(head)
                if "phone_number_id=" in head:
                    told = json.dumps({"url": f"{base}/file", "mime_type": "video/mp4", "file_size": "1000000"})
                    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(told)}\r\n\r\n{told}".encode())
                else:
                    await manners(head, writer)
                    break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    graph: Any = tenant.stack.rt.graph
    monkeypatch.setattr(graph, "meta", replace(graph.meta, graph_url=base))
    yield heads
    server.close()


FILE = bytes(range(250)) * 4000


def saying(raw: bytes) -> Manners:
    async def answer(_head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return answer


async def test_a_host_that_heeds_no_range_is_cut_here(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + FILE)
    async with file_host(tenant, monkeypatch, whole) as heads:
        answer = await tenant.get("77", Range="bytes=70000-70009")
        assert (answer.status, answer.body) == (206, FILE[70000:70010])
    [head] = [each for each in heads if "GET /file" in each]
    assert "Range: bytes=70000-70009" in head and "Authorization: Bearer" in head
    assert "User-Agent: Waypost/" in head and "gzip" not in head


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + FILE[:300_000],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello",
        b"HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/1000000\r\nContent-Length: 10\r\n\r\n0123456789",
    ],
    ids=["cut short", "half a chunk", "another part"],
)
async def test_a_file_that_breaks_off_breaks_off_here(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, raw: bytes
) -> None:
    async with file_host(tenant, monkeypatch, saying(raw)):
        with pytest.raises(aiohttp.ClientPayloadError):
            await tenant.get("77", Range="bytes=5-")


@pytest.mark.parametrize(
    ("raw", "tries"),
    [(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 2), (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 2),
     (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", 1), (b"", 2),
     (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", 1)],
)  # fmt: skip
async def test_a_host_that_does_not_hand_it_out_is_502(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, raw: bytes, tries: int
) -> None:
    async with file_host(tenant, monkeypatch, saying(raw)) as heads:
        answer = await tenant.get("77")
    assert (answer.status, answer.error["code"]) == (502, "UPSTREAM_ERROR")
    assert sum("GET /file" in head for head in heads) == tries


async def test_a_client_who_leaves_ends_the_download_at_meta(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = asyncio.Event()

    async def endless(_head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(FILE)
                await writer.drain()
        gone.set()

    async with file_host(tenant, monkeypatch, endless):
        headers = {"Authorization": f"Bearer {tenant.client.key}"}
        async with tenant.stack.session.get(f"{tenant.stack.url}{tenant.path}/77/download", headers=headers) as answer:
            assert answer.status == 200 and await answer.content.readany()
            answer.close()
        async with asyncio.timeout(10):
            await gone.wait()


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://lookaside.example/x", Unanswered), ("ftp://127.0.0.1/x", Unanswered), ("nonsense", Unanswered),
        ("https://127.0.0.1:9/x", Unreached), ("https://localhost:9/x", Unreached), ("https://10.0.0.1/x", Unreached),
        ("https://[::1]:9/x", Unreached), ("https://169.254.169.254/x", Unreached),
    ],
)  # fmt: skip
async def test_the_token_goes_to_no_inner_address_and_never_in_clear(stack: Stack, url: str, error: Any) -> None:
    graph = Graph(replace(stack.rt.graph.meta, graph_url="https://graph.example.com"))
    try:
        with pytest.raises(error):
            async with graph.download(url, "secret", {}):
                raise AssertionError("it was opened")
    finally:
        await graph.close()
