"""The way out over real sockets: what is sent, what counts as an answer, and what a hostile endpoint cannot do."""

import asyncio
import gzip
import threading
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.workers.endpoints import OK, Request, endpoint, opened, post, resetting, saying, self_signed, silent
from waypost.workers import egress as egress_module
from waypost.workers.egress import READ_CAP, Egress, wire, wire_form


@pytest.fixture(scope="module")
async def out() -> AsyncIterator[Egress]:
    async with opened("127.0.0.0/8") as egress:
        yield egress


async def test_a_post_arrives_byte_for_byte_and_its_answer_comes_back(out: Egress) -> None:
    body = bytes(range(256)) + "ü€".encode()
    async with endpoint(saying(b"HTTP/1.1 201 Made\r\nContent-Length: 5\r\n\r\nhello")) as server:
        answer = await post(out, server.url, body, ("Content-Type: application/json", "X-One: 1", "Expect:"))
    [request] = server.requests
    assert (answer.status, answer.body, answer.error, answer.timed_out) == (201, b"hello", None, False)
    assert 0 <= answer.duration_ms < 30_000
    assert request.line == "POST /hook HTTP/1.1" and request.body == body
    assert request.headers["content-type"] == "application/json" and request.headers["x-one"] == "1"
    unwanted = {"expect", "cookie", "authorization", "referer", "accept-encoding", "transfer-encoding"}
    assert not unwanted & request.headers.keys()


async def test_an_empty_body_is_a_post_of_length_nought(out: Egress) -> None:
    async with endpoint(saying(OK)) as server:
        assert (await post(out, server.url, b"")).status == 200
    assert server.requests[0].headers["content-length"] == "0"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_never_followed(out: Egress, status: int) -> None:
    async with endpoint(saying(OK)) as inner:
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {inner.url}\r\nContent-Length: 0\r\n\r\n"
        async with endpoint(saying(head.encode())) as server:
            answer = await post(out, server.url)
    assert (answer.status, answer.error) == (status, None)
    assert inner.connections == 0


async def test_connections_are_kept_and_used_again(out: Egress) -> None:
    async with endpoint(saying(OK)) as server:
        for _ in range(20):
            assert (await post(out, server.url)).status == 200
    assert (len(server.requests), server.connections) == (20, 1)


async def test_a_connection_that_the_endpoint_closed_meanwhile_is_replaced(out: Egress) -> None:
    async def closing(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await writer.drain()
        writer.close()

    async with endpoint(closing) as server:
        assert [(await post(out, server.url)).status for _ in range(5)] == [200] * 5
    assert server.connections >= 5


async def test_cookies_are_not_kept(out: Egress) -> None:
    async with endpoint(saying(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n")) as server:
        await post(out, server.url)
        await post(out, server.url)
    assert all("cookie" not in request.headers for request in server.requests)


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with endpoint(saying(OK)) as proxy, endpoint(saying(OK)) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with opened("127.0.0.0/8") as egress:
            assert (await post(egress, server.url)).status == 200
    assert proxy.connections == 0


async def test_sixty_four_kilobytes_are_read_and_the_rest_is_not_waited_for(out: Egress) -> None:
    async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        while True:
            writer.write(b"x" * 8192)
            await writer.drain()

    async with endpoint(endless) as server:
        answer = await post(out, server.url, deadline_ms=20_000)
    assert (answer.status, answer.error) == (200, None)
    assert len(answer.body) == READ_CAP


async def test_an_error_with_an_endless_body_is_still_an_error(out: Egress) -> None:
    raw = b"HTTP/1.1 500 No\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000
    async with endpoint(saying(raw)) as server:
        answer = await post(out, server.url)
    assert answer.status == 500 and len(answer.body) == READ_CAP


async def test_a_compressed_body_is_left_compressed(out: Egress) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)[: READ_CAP - 1]
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    async with endpoint(saying(head.encode() + bomb)) as server:
        answer = await post(out, server.url)
    assert (answer.status, answer.error, answer.body) == (200, None, bomb)


async def test_megabytes_of_headers_end_the_attempt(out: Egress) -> None:
    async def flood(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(1000):
            writer.write(b"X-%d: %s\r\n" % (number, b"y" * 10_000))
            await writer.drain()

    async with endpoint(flood) as server:
        answer = await post(out, server.url, deadline_ms=20_000)
    assert answer.error == "The headers of the answer are too large." and not answer.timed_out


async def test_a_body_that_drips_past_the_deadline_is_a_time_out(out: Egress) -> None:
    async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with endpoint(drip) as server:
        answer = await post(out, server.url, deadline_ms=400)
    assert answer.timed_out and answer.error == "The endpoint did not answer in time."
    assert answer.duration_ms >= 350


async def test_a_black_hole_is_a_time_out(out: Egress) -> None:
    async with endpoint(silent) as server:
        answer = await post(out, server.url, deadline_ms=300)
    assert (answer.status, answer.timed_out) == (None, True)


async def test_a_reset_is_told_as_a_broken_connection(out: Egress) -> None:
    async with endpoint(resetting) as server:
        answer = await post(out, server.url)
    assert answer.status is None and not answer.timed_out
    assert answer.error in {
        "The connection broke while the answer was read.", "The connection broke while the event was sent.",
        "The endpoint closed the connection without an answer.",
    }  # fmt: skip


async def test_a_body_cut_short_does_not_count(out: Egress) -> None:
    async def cut(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    async with endpoint(cut) as server:
        answer = await post(out, server.url)
    assert answer.status == 200 and answer.error is not None


async def test_what_is_not_http_is_an_error(out: Egress) -> None:
    async with endpoint(saying(b"SSH-2.0-OpenSSH\r\n\xff\xfe\r\n\r\n")) as server:
        answer = await post(out, server.url)
    assert answer.error is not None and answer.status is None


async def test_a_refused_connection_is_told_as_such(out: Egress) -> None:
    async with endpoint(saying(OK)) as server:
        pass
    answer = await post(out, server.url)
    assert (answer.status, answer.error) == (None, "The endpoint refused the connection.")


async def test_a_certificate_that_nobody_vouches_for_is_refused(out: Egress, tmp_path: Path) -> None:
    async with endpoint(saying(OK), self_signed(tmp_path)) as server:
        answer = await post(out, f"https://localhost:{server.port}/")
    assert answer.error == "The endpoint's TLS certificate could not be verified: it is self-signed."
    assert server.requests == []


@pytest.mark.parametrize(("host", "good"), [("localhost", True), ("127.0.0.1", False)])
async def test_a_trusted_certificate_counts_for_its_own_name_alone(
    host: str, good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = self_signed(tmp_path)
    monkeypatch.setattr(wire, "ca_bundle", lambda: str(tmp_path / "cert.pem"))
    async with endpoint(saying(OK), context) as server, opened("127.0.0.0/8") as egress:
        answer = await post(egress, f"https://{host}:{server.port}/")
    assert (answer.status == 200) is good and (len(server.requests) == 1) is good


async def test_a_plain_server_behind_an_https_url_fails_the_handshake(out: Egress) -> None:
    async with endpoint(saying(OK)) as server:
        answer = await post(out, f"https://127.0.0.1:{server.port}/", deadline_ms=1000)
    assert answer.status is None and answer.error is not None


async def test_a_name_that_does_not_resolve_is_told_as_such(out: Egress) -> None:
    answer = await post(out, "https://no-such-host.invalid/", deadline_ms=8000)
    assert answer.error in {"The host name could not be resolved.", "The endpoint did not answer in time."}


@pytest.mark.parametrize(
    "url", ["", "https://", "ftp://127.0.0.1/", "file:///etc/passwd", "https://\x00/", "gopher://x/"]
)
async def test_a_url_that_cannot_be_used_is_answered_and_harms_nobody(out: Egress, url: str) -> None:
    assert (await post(out, url)).error is not None
    async with endpoint(saying(OK)) as server:
        assert (await post(out, server.url)).status == 200


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("0", 0), ("99999999999999", 999_999_999), ("-5", None), ("soon", None), ("1.5", None), ("", None)],
)
async def test_retry_after_in_seconds(out: Egress, value: str, seconds: int | None) -> None:
    raw = f"HTTP/1.1 503 Busy\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n"
    async with endpoint(saying(raw.encode())) as server:
        assert (await post(out, server.url)).retry_after == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(300, 290, 300), (-300, 0, 0)])
async def test_retry_after_as_a_date(out: Egress, ahead: int, least: int, most: int) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    raw = f"HTTP/1.1 429 Slow\r\nretry-after: {moment}\r\nContent-Length: 0\r\n\r\n"
    async with endpoint(saying(raw.encode())) as server:
        retry_after = (await post(out, server.url)).retry_after
    assert retry_after is not None and least <= retry_after <= most


async def test_what_one_answer_gathered_is_not_in_the_next(out: Egress) -> None:
    raw = b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy"
    async with endpoint(saying(raw)) as busy, endpoint(saying(b"HTTP/1.1 204 Done\r\n\r\n")) as idle:
        await post(out, busy.url)
        answer = await post(out, idle.url)
    assert (answer.status, answer.body, answer.retry_after) == (204, b"", None)


@pytest.mark.parametrize(
    ("url", "wire"),
    [
        ("https://example.com/a?b=c", b"https://example.com/a?b=c"),
        (
            "https://münchen.example:8443/größe?q=ü&x=%20",
            b"https://xn--mnchen-3ya.example:8443/gr%C3%B6%C3%9Fe?q=%C3%BC&x=%20",
        ),
    ],
)
def test_a_url_leaves_in_ascii(url: str, wire: bytes) -> None:
    assert wire_form(url) == wire


async def test_thousands_of_posts_to_a_slow_endpoint_do_not_delay_another(out: Egress) -> None:
    answers: list[object] = []
    async with endpoint(silent) as slow, endpoint(saying(OK)) as quick:
        for _ in range(2000):
            out.post(slow.url, (), b"{}", answers.append, 20_000)
        for _ in range(50):
            assert (await post(out, quick.url, deadline_ms=10_000)).status == 200
        assert answers == []


async def test_a_callback_that_fails_does_not_harm_the_others(out: Egress, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_answer: object) -> None:
        raise RuntimeError("a fault of the caller")

    async with endpoint(saying(OK)) as server:
        out.post(server.url, (), b"{}", fail)
        assert (await post(out, server.url)).status == 200
        assert (await post(out, server.url)).status == 200


async def test_an_error_of_our_own_answers_what_was_under_way_and_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened("127.0.0.0/8") as egress, endpoint(silent) as slow, endpoint(saying(OK)) as quick:
        waiting = asyncio.create_task(post(egress, slow.url))
        while not slow.requests:
            await asyncio.sleep(0.01)
        with monkeypatch.context() as patch:
            patch.setattr(egress, "_finish", lambda: 1 / 0)
            answer = await waiting
        assert (answer.status, answer.error) == (None, egress_module.INTERRUPTED)
        assert (await post(egress, quick.url)).status == 200


async def test_close_ends_the_thread_and_drops_what_is_under_way() -> None:
    answers: list[object] = []
    async with endpoint(silent) as server:
        async with opened("127.0.0.0/8") as egress:
            egress.post(server.url, (), b"{}", answers.append)
            while not server.requests:
                await asyncio.sleep(0.01)
            assert any(thread.name == "egress" and thread is egress._thread for thread in threading.enumerate())
            began = time.monotonic()
        assert not egress._thread.is_alive() and time.monotonic() - began < 5
    assert answers == []
