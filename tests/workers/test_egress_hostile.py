"""Hostile receivers on real sockets: each ends with its own kind, within its deadline, and holds up nobody else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.workers import hostile
from tests.workers.endpoints import OK, endpoint, opened, post, saying, self_signed
from waypost.workers.egress import READ_CAP, Answer, Egress, wire
from waypost.workers.egress.failures import FLOODED

LARGE = bytes(8_000_000)
#: What the sockets of both sides hold when nobody reads any more, and some.
BETWEEN = 12_000_000


@pytest.fixture(scope="module")
async def out() -> AsyncIterator[Egress]:
    async with opened("127.0.0.0/8") as egress:
        yield egress


@asynccontextmanager
async def hanging() -> AsyncIterator[dict[str, str]]:
    """URLs of all that hang, by manner, each with and without TLS."""
    async with AsyncExitStack() as stack:
        places = {
            name: await stack.enter_async_context(hostile.rude(manners)) for name, manners in hostile.HANGING.items()
        }
        places["never accepts"] = await stack.enter_async_context(hostile.full())
        urls = {name: f"http://127.0.0.1:{place.port}/" for name, place in places.items()}
        urls |= {f"{name}, TLS": f"https://127.0.0.1:{places[name].port}/" for name in ("deaf", "black hole")}
        yield urls


async def test_the_others_go_through_while_every_manner_hangs() -> None:
    """Fifty posts come and go; not one of those that hang has been answered, nor would be for a minute."""
    told: list[Answer] = []
    async with hanging() as urls, endpoint(saying(OK)) as quick, opened("127.0.0.0/8") as egress:
        for url in urls.values():
            for _ in range(20):
                egress.post(url, ("Expect:",), b"{}", told.append, 60_000)
        good = [await post(egress, quick.url, deadline_ms=30_000) for _ in range(50)]
    assert {answer.status for answer in good} == {200} and told == []


async def test_whoever_hangs_is_ended_by_the_deadline(out: Egress) -> None:
    async with hanging() as urls:
        bodies = {name: LARGE if name == "deaf" else b"{}" for name in urls}
        posts = [post(out, url, bodies[name], ("Expect:",), deadline_ms=500) for name, url in urls.items()]
        answers = dict(zip(urls, await asyncio.gather(*posts), strict=True))
    assert {name: answer.kind for name, answer in answers.items()} == dict.fromkeys(urls, "timeout")
    assert {answer.error for answer in answers.values()} == {"The endpoint did not answer in time."}
    assert all(answer.timed_out and answer.duration_ms >= 450 for answer in answers.values())


@pytest.mark.parametrize("name", hostile.ENDING)
async def test_whoever_ends_it_is_told_by_kind(out: Egress, name: str) -> None:
    manners, kind, status = hostile.ENDING[name]
    async with hostile.rude(manners) as place:
        answer = await post(out, f"http://127.0.0.1:{place.port}/", deadline_ms=20_000)
        assert (answer.kind, bool(answer.error)) == (kind, kind != ""), answer.error
        assert answer.status == status if kind != "too_large" else answer.error == FLOODED
        assert len(answer.body) <= READ_CAP and place.connections == 1
        assert place.sent < BETWEEN, "what was not read was not taken"


async def test_a_bomb_is_kept_as_it_came(out: Egress) -> None:
    async with hostile.rude(hostile.ENDING["gzip bomb"][0]) as place:
        answer = await post(out, f"http://127.0.0.1:{place.port}/")
    assert answer.body == hostile.BOMB[:READ_CAP]


@pytest.mark.parametrize(
    "where", ["https://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/", "/again", "file:///etc/passwd"]
)
async def test_a_redirect_is_answered_once_wherever_it_leads(out: Egress, where: str) -> None:
    raw = f"HTTP/1.1 307 Moved\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()
    async with endpoint(saying(raw)) as server:
        answer = await post(out, server.url)
    assert (answer.status, answer.kind, len(server.requests)) == (307, "", 1)


@pytest.mark.parametrize(
    ("name", "days", "trusted", "why"),
    [
        ("localhost", 1, False, "it is self-signed"), ("localhost", -1, True, "it has expired"),
        ("other.example", 1, True, "it is for another name"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_certificate_is_told(
    name: str, days: int, trusted: bool, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = self_signed(tmp_path, name, days)
    if trusted:
        monkeypatch.setattr(wire, "ca_bundle", lambda: str(tmp_path / "cert.pem"))
    async with endpoint(saying(OK), context) as server, opened("127.0.0.0/8") as egress:
        answer = await post(egress, f"https://localhost:{server.port}/")
    assert (answer.kind, answer.error) == ("tls", f"The endpoint's TLS certificate could not be verified: {why}.")
    assert server.requests == []


@pytest.mark.parametrize("name", ["another protocol", "bytes of chance", "closed at once"])
async def test_garbage_instead_of_tls(out: Egress, name: str) -> None:
    async def at_once(_reader: object, writer: asyncio.StreamWriter, place: hostile.Rude) -> None:
        if name != "closed at once":
            await place.say(writer, b"SSH-2.0-OpenSSH\r\n" if name == "another protocol" else bytes(range(256)))

    async with hostile.rude(at_once) as place:
        answer = await post(out, f"https://127.0.0.1:{place.port}/", deadline_ms=10_000)
    assert answer.kind == "tls" and answer.error == "The TLS handshake with the endpoint failed."


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://user:word@127.0.0.1/", "invalid_url"), ("https://exa mple.com/", "invalid_url"),
        ("https://a..example/", "invalid_url"), (f"https://{'a' * 64}.example/", "invalid_url"),
        ("https://ü" + "ü" * 70 + ".example/", "invalid_url"), ("https://a%2e.example/", "invalid_url"),
        ("https://example.com:99999/", "invalid_url"), ("https://example.com:0/", "invalid_url"),
        ("https://example.com\\@127.0.0.1/", "invalid_url"), ("https://[::1/", "invalid_url"),
        ("file:///etc/passwd", "invalid_url"), ("gopher://127.0.0.1/", "invalid_url"), ("", "invalid_url"),
        ("https://10.0.0.1/", "blocked"), ("http://127.0.0.1:1/", "refused"), ("https://no.onion/", "dns"),
    ],
)  # fmt: skip
async def test_what_never_leaves_is_told_by_kind(url: str, kind: str) -> None:
    def lookup(name: str) -> tuple[str, ...]:
        raise OSError(name)

    async with opened("127.0.0.0/8", lookup=lookup) as egress:
        assert (await post(egress, url)).kind == kind


async def test_no_descriptor_left_is_our_own_side(out: Egress, monkeypatch: pytest.MonkeyPatch) -> None:
    def starving(*_: object) -> Callable[[], None]:
        raise OSError(24, "Too many open files")

    async with endpoint(saying(OK)) as server:
        with monkeypatch.context() as patch:
            patch.setattr("waypost.workers.egress.transfer.socket.socket", starving)
            answer = await post(out, server.url)
        assert (answer.kind, answer.status) == ("interrupted", None)
        assert (await post(out, server.url)).status == 200
