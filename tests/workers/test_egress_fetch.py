"""Fetching over real sockets: a body of any size, read no faster than it is taken, and hosts of bad manners."""

import asyncio
import gzip
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.workers.endpoints import OK, Request, endpoint, opened, post, resetting, saying, self_signed, silent
from waypost.sources import Source, SourceFailed
from waypost.workers.egress import Egress, wire
from waypost.workers.egress.fetch import HIGH

PIECE = bytes(range(256)) * 64


@pytest.fixture(scope="module")
async def out() -> AsyncIterator[Egress]:
    async with opened("127.0.0.0/8") as egress:
        yield egress


async def body_of(source: Source) -> bytes:
    return b"".join([piece async for piece in source.chunks()])


async def failure(out: Egress, url: str, deadline_ms: int = 20_000) -> SourceFailed:
    """How it fails, before or within the body; within 30 seconds in any case."""
    with pytest.raises(SourceFailed) as failed:
        async with asyncio.timeout(30), out.fetch(url, (), deadline_ms) as source:
            await body_of(source)
    return failed.value


async def test_status_headers_and_body_come_as_they_were_sent(out: Egress) -> None:
    head = b'HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nETag: "x"\r\nContent-Length: 16384\r\n\r\n'
    async with endpoint(saying(head + PIECE)) as server, out.fetch(server.url, ["User-Agent: Waypost"], 9000) as source:
        assert (source.status, source.answered["content-type"], source.answered["etag"]) == (200, "image/png", '"x"')
        assert await body_of(source) == PIECE
    [request] = server.requests
    assert request.line == "GET /hook HTTP/1.1" and request.headers["user-agent"] == "Waypost"
    assert not {"cookie", "authorization", "referer", "accept-encoding", "content-type"} & request.headers.keys()


@pytest.mark.parametrize("status", [204, 206, 301, 302, 304, 307, 403, 404, 410, 429, 500, 503])
async def test_any_status_is_an_answer_and_no_redirect_is_followed(out: Egress, status: int) -> None:
    async with endpoint(saying(OK)) as inner:
        head = f"HTTP/1.1 {status} Some\r\nLocation: {inner.url}\r\nContent-Length: 0\r\n\r\n".encode()
        async with endpoint(saying(head)) as server, out.fetch(server.url, (), 9000) as source:
            assert source.status == status
    assert inner.connections == 0


async def test_an_interim_answer_is_not_the_answer(out: Egress) -> None:
    raw = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK
    async with endpoint(saying(raw)) as server, out.fetch(server.url, (), 9000) as source:
        assert (source.status, dict(source.answered)) == (200, {"content-length": "2"})
        assert await body_of(source) == b"ok"


async def test_a_chunked_body_and_its_trailers(out: Egress) -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nContent-Type: x\r\n\r\n"
    async with endpoint(saying(raw)) as server, out.fetch(server.url, (), 9000) as source:
        assert await body_of(source) == b"hello"
        assert "content-type" not in source.answered


async def test_a_large_body_arrives_whole_through_pauses(out: Egress) -> None:
    total = 400

    async def large(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (total * len(PIECE)))
        for _ in range(total):
            writer.write(PIECE)
            await writer.drain()

    seen, size = hashlib.sha256(), 0
    async with endpoint(large) as server, out.fetch(server.url, (), 60_000) as source:
        async for piece in source.chunks():
            seen.update(piece)
            size += len(piece)
            if size % 7 == 0:
                await asyncio.sleep(0.001)
    assert (size, seen.hexdigest()) == (total * len(PIECE), hashlib.sha256(PIECE * total).hexdigest())


async def test_a_host_is_not_read_faster_than_the_body_is_taken(out: Egress) -> None:
    sent = 0

    async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(PIECE)
            await writer.drain()
            sent += len(PIECE)

    async with endpoint(endless) as server, out.fetch(server.url, (), 60_000) as source:
        before = -1
        while before != sent:  # until it stands still: nobody takes anything
            before = sent
            await asyncio.sleep(0.5)
        assert source.received <= HIGH + len(PIECE)
        assert sent < 12_000_000, "what lies in between is in sockets, not in memory"
        pieces = source.chunks()
        taken = 0
        while taken < before + 1_000_000:  # it goes on when it is taken
            taken += len(await anext(pieces))


async def test_what_is_left_is_dropped_at_the_host_too(out: Egress) -> None:
    gone = asyncio.Event()

    async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(PIECE)
                await writer.drain()
        gone.set()

    async with endpoint(endless) as server:
        async with out.fetch(server.url, (), 60_000) as source:
            assert await anext(source.chunks())
        async with asyncio.timeout(10):
            await gone.wait()


async def test_a_caller_who_gives_up_leaves_no_connection(out: Egress) -> None:
    async with endpoint(silent) as server:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3), out.fetch(server.url, (), 60_000):
                raise AssertionError("a silent host has answered")
        async with asyncio.timeout(10):
            while any(handle.transfer.url == server.url for handle in list(out._busy.values())):
                await asyncio.sleep(0.01)


async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    with suppress(ConnectionError):
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("manners", [silent, drip])
async def test_the_deadline_holds_to_the_last_byte(out: Egress, manners: object) -> None:
    async with endpoint(manners) as server:  # type: ignore[arg-type]
        told = await failure(out, server.url, 400)
    assert told.sentence == "it did not arrive in time." and told.passing


async def test_the_deadline_holds_while_nobody_takes(out: Egress) -> None:
    async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(PIECE)
                await writer.drain()

    async with endpoint(endless) as server, out.fetch(server.url, (), 1000) as source:
        while not source._over:
            await asyncio.sleep(0.05)
        with pytest.raises(SourceFailed, match="in time"):
            await body_of(source)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "the connection ended before the file did."),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf", "the connection "),
        (b"", "the host closed the connection without an answer."),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "the "),
    ],
)
async def test_an_answer_that_breaks_off_is_no_file(out: Egress, raw: bytes, told: str) -> None:
    async def cut(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    async with endpoint(cut) as server:
        assert (await failure(out, server.url)).sentence.startswith(told)


async def test_a_body_longer_than_it_says_is_as_long_as_it_says(out: Egress) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more"
    async with endpoint(saying(raw)) as server, out.fetch(server.url, (), 9000) as source:
        assert await body_of(source) == b"four"


async def test_a_compressed_body_stays_compressed(out: Egress) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    async with endpoint(saying(head + bomb)) as server, out.fetch(server.url, (), 9000) as source:
        assert await body_of(source) == bomb


async def test_megabytes_of_headers_end_it(out: Egress) -> None:
    async def flood(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        with suppress(ConnectionError):
            for number in range(1000):
                writer.write(b"X-%d: %s\r\n" % (number, b"y" * 10_000))
                await writer.drain()

    async with endpoint(flood) as server:
        told = await failure(out, server.url)
    assert told.sentence == "the headers of the answer are too large."


async def test_refused_reset_unresolved_and_unusable(out: Egress, tmp_path: Path) -> None:
    async with endpoint(saying(OK)) as gone:
        pass
    assert (await failure(out, gone.url)).sentence == "the host refused the connection."
    async with endpoint(resetting) as server:
        assert (await failure(out, server.url)).passing
    told = await failure(out, "https://no-such-host.invalid/", 8000)
    assert told.sentence in {"the host name could not be resolved.", "it did not arrive in time."}
    for url in ("", "ftp://127.0.0.1/", "file:///etc/passwd", "https://\x00/"):
        assert not (await failure(out, url)).passing
    async with endpoint(saying(OK), self_signed(tmp_path)) as server:
        told = await failure(out, f"https://localhost:{server.port}/")
        assert told.sentence == "the host's TLS certificate could not be verified: it is self-signed."
        assert server.requests == []


async def test_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = self_signed(tmp_path)
    monkeypatch.setattr(wire, "ca_bundle", lambda: str(tmp_path / "cert.pem"))
    async with (
        endpoint(saying(OK), context) as server,
        opened("127.0.0.0/8") as egress,
        egress.fetch(f"https://localhost:{server.port}/", (), 9000) as source,
    ):
        assert await body_of(source) == b"ok"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0x7f000001"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_inner_address_is_not_reached_and_not_named(scheme: str, host: str) -> None:
    async with endpoint(saying(OK)) as server, opened() as egress:
        told = await failure(egress, f"{scheme}://{host}:{server.port}/", 5000)
        assert server.connections == 0
    assert told.sentence == "the destination address is not allowed." and not told.passing


async def test_a_name_that_leads_elsewhere_the_second_time_is_checked_again() -> None:
    """As in rebinding: what counts is the address of the very connection that is opened."""
    async with endpoint(saying(OK)) as server, opened("127.0.0.1/32") as egress:
        async with egress.fetch(f"http://127.0.0.1:{server.port}/", (), 5000) as source:
            assert source.status == 200
        told = await failure(egress, f"http://127.0.0.2:{server.port}/", 5000)
    assert told.sentence == "the destination address is not allowed." and server.connections == 1


async def test_plain_http_stays_on_loopback_whatever_is_allowed() -> None:
    async with opened("0.0.0.0/0") as egress:
        assert (await failure(egress, "http://192.0.2.1/", 3000)).sentence == "the destination address is not allowed."


async def test_fetches_and_posts_share_the_thread_and_do_not_wait_for_each_other(out: Egress) -> None:
    async with endpoint(silent) as slow, endpoint(saying(OK)) as quick:

        async def waiting() -> None:
            async with out.fetch(slow.url, (), 20_000):
                raise AssertionError("a silent host has answered")

        held = [asyncio.create_task(waiting()) for _ in range(200)]
        for _ in range(20):
            async with out.fetch(quick.url, (), 9000) as source:
                assert await body_of(source) == b"ok"
            assert (await post(out, quick.url)).status == 200
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)


async def test_closing_the_way_out_ends_what_is_under_way() -> None:
    async with endpoint(silent) as server:
        async with opened("127.0.0.0/8") as egress:
            task = asyncio.create_task(failure(egress, server.url))
            while not server.requests:
                await asyncio.sleep(0.01)
        assert "interrupted" in (await task).sentence


async def test_an_error_of_our_own_ends_what_is_under_way_and_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened("127.0.0.0/8") as egress, endpoint(silent) as slow, endpoint(saying(OK)) as quick:
        task = asyncio.create_task(failure(egress, slow.url))
        while not slow.requests:
            await asyncio.sleep(0.01)
        with monkeypatch.context() as patch:
            patch.setattr(egress, "_finish", lambda: 1 / 0)
            assert "interrupted" in (await task).sentence
        async with egress.fetch(quick.url, (), 9000) as source:
            assert source.status == 200
