"""Names: what never resolves holds up only itself, one lookup at a time, and a name that flips is judged anew."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.workers.endpoints import OK, Request, endpoint, opened, post, saying
from waypost.sources import SourceFailed
from waypost.workers.egress import Answer, names
from waypost.workers.egress.names import FAILED, FAILED_SLOWLY, FRESH, HUNG, LIMITS, SLOW, STALE, Names, system_lookup


@dataclass
class Server:
    """A name server of ours: answers from `zone`, never for names with `dead` in them until `end` is set."""

    zone: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: "Counter[str]" = field(default_factory=Counter)
    end: threading.Event = field(default_factory=threading.Event)
    held: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def lookup(self, name: str) -> tuple[str, ...]:
        with self.lock:
            self.asked[name] += 1
        if "dead" in name:
            with self.lock:
                self.held += 1
                self.most = max(self.most, self.held)
            self.end.wait(60)
            with self.lock:
                self.held -= 1
        if name not in self.zone:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.zone[name]


@pytest.fixture
def dns() -> Iterator[Server]:
    server = Server()
    yield server
    server.end.set()


async def test_names_that_never_answer_hold_up_only_themselves(dns: Server) -> None:
    """More dead names than there are threads for names not seen before, many posts each; one known, all others new."""
    dns.zone = {f"live{number}.test": ("127.0.0.1",) for number in range(20)}
    dead: list[Answer] = []
    few = LIMITS["new"] - 28
    async with endpoint(saying(OK)) as server, opened("127.0.0.0/8", lookup=dns.lookup) as egress:
        assert (await post(egress, f"http://live0.test:{server.port}/")).status == 200
        for number in range(few * 5):
            egress.post(f"http://dead{number % few}.test:{server.port}/", (), b"{}", dead.append, 20_000)
        for number in range(20):
            assert (await post(egress, f"http://live{number}.test:{server.port}/")).status == 200
        for number in range(few, 300):
            egress.post(f"http://dead{number}.test:{server.port}/", (), b"{}", dead.append, 20_000)
        while dns.held < LIMITS["new"]:
            await asyncio.sleep(0.01)
        for _ in range(20):
            assert (await post(egress, f"http://live0.test:{server.port}/")).status == 200
        late = await post(egress, f"http://unseen.test:{server.port}/", deadline_ms=200)
        assert (late.kind, late.error) == ("dns", "The host name could not be resolved in time.")
        assert dead == [] and dns.most == LIMITS["new"], "no more threads than that"
        assert max(dns.asked.values()) == 1, "however many wait for a name, it is asked for once"


async def test_a_dead_name_ends_with_the_deadline_and_its_lookup_outlives_nobody(dns: Server) -> None:
    async with opened("127.0.0.0/8", lookup=dns.lookup) as egress:
        told = await post(egress, "https://dead.test/", deadline_ms=150)
        assert (told.status, told.kind, told.timed_out) == (None, "dns", False) and 150 <= told.duration_ms < 5000
        with pytest.raises(SourceFailed, match="could not be resolved in time") as failed:
            async with egress.fetch("https://dead.test/", (), 100):
                raise AssertionError("a dead name has answered")
        assert failed.value.passing
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 5, "closing waits for no name server"


async def test_a_post_goes_out_once_its_name_is_known_with_what_is_left_of_its_deadline(dns: Server) -> None:
    dns.zone = {"dead.test": ("127.0.0.1",)}
    async with endpoint(saying(OK)) as server, opened("127.0.0.0/8", lookup=dns.lookup) as egress:
        waiting = asyncio.create_task(post(egress, f"http://dead.test:{server.port}/", deadline_ms=9000))
        while not dns.held:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.1)
        dns.end.set()
        answer = await waiting
    assert answer.status == 200 and answer.duration_ms >= 90


async def test_a_fetch_given_up_while_its_name_is_looked_up_never_connects(dns: Server) -> None:
    dns.zone = {"dead.test": ("127.0.0.1",), "next.test": ("127.0.0.1",)}
    async with endpoint(saying(OK)) as server, opened("127.0.0.0/8", lookup=dns.lookup) as egress:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), egress.fetch(f"http://dead.test:{server.port}/", (), 9000):
                raise AssertionError("a dead name has answered")
        dns.end.set()
        while egress._lobby.present():
            await asyncio.sleep(0.01)
        assert (await post(egress, f"http://next.test:{server.port}/")).status == 200
        assert server.connections == 1


@pytest.mark.parametrize("host", ["some.test", "SOME.Test", "some.test.", "under_score.some.test", "größe.test"])
async def test_every_spelling_of_a_name_is_asked_of_us_and_not_by_curl(dns: Server, host: str) -> None:
    ascii_name = host.encode("idna").decode().lower()
    dns.zone = {ascii_name: ("127.0.0.1",)}
    async with endpoint(saying(OK)) as server, opened("127.0.0.0/8", lookup=dns.lookup) as egress:
        assert (await post(egress, f"http://{host}:{server.port}/")).status == 200
    assert dns.asked == {ascii_name: 1} and server.requests[0].headers["host"] == f"{ascii_name}:{server.port}".replace(
        ascii_name, host if host.isascii() else ascii_name
    )


async def test_a_literal_address_is_asked_of_nobody(dns: Server) -> None:
    async with endpoint(saying(OK)) as server, opened("127.0.0.0/8", "::1/128", lookup=dns.lookup) as egress:
        for host in ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "[::ffff:127.0.0.1]"):
            assert (await post(egress, f"http://{host}:{server.port}/")).kind in {"", "blocked"}, host
    assert not dns.asked


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (("10.0.0.1", "127.0.0.1"), ""), (("127.0.0.1", "fd00::1", "169.254.169.254"), ""), (("10.0.0.1",), "blocked"),
        (("::1", "fe80::1", "::ffff:10.0.0.1"), "blocked"), (("127.0.0.2", "192.168.1.1"), "blocked"), ((), "dns"),
    ],
)  # fmt: skip
async def test_every_answer_is_judged_for_itself(dns: Server, answers: tuple[str, ...], kind: str) -> None:
    dns.zone = {"many.test": answers}
    async with endpoint(saying(OK)) as server, opened("127.0.0.1/32", lookup=dns.lookup) as egress:
        answer = await post(egress, f"http://many.test:{server.port}/", deadline_ms=8000)
    assert answer.kind == kind and server.connections == (0 if kind else 1)
    assert not any(address in (answer.error or "") for address in answers)


async def test_a_name_that_flips_to_an_inner_address_is_blocked(dns: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Allowed at first; the kept connection stays with the address it was opened to, the next one is judged anew."""
    monkeypatch.setattr(names, "FRESH", 0.0)
    closing = False

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") if closing else OK)
        await writer.drain()

    dns.zone = {"flip.test": ("127.0.0.1",)}
    async with endpoint(answer) as server, opened("127.0.0.1/32", lookup=dns.lookup) as egress:
        url = f"http://flip.test:{server.port}/"
        assert (await post(egress, url)).status == 200
        dns.zone = {"flip.test": ("127.0.0.2",)}
        asked = dns.asked["flip.test"]
        while dns.asked["flip.test"] < asked + 2:
            assert (await post(egress, url)).status == 200
        assert server.connections == 1, "pinned to the address that was judged"
        closing = True
        assert (await post(egress, url)).status == 200
        blocked = await post(egress, url)
        assert (blocked.kind, blocked.status) == ("blocked", None) and server.connections == 1
        dns.zone = {"flip.test": ("127.0.0.1",)}
        while (back := await post(egress, url)).status != 200:
            assert back.kind == "blocked"
        assert server.connections == 2


class Desk:
    """Names with a clock of our own; `settled` waits for the lookups that are under way."""

    def __init__(self, dns: Server) -> None:
        self.woken = threading.Semaphore(0)
        self.names = Names(self.woken.release, dns.lookup)
        self.now = 1000.0

    def ask(self, name: str) -> Any:
        return self.names.ask(name, self.now)

    def settled(self) -> list[str]:
        assert self.woken.acquire(timeout=10)
        return self.names.news(self.now)


def test_an_address_is_used_while_it_is_asked_for_anew_and_not_for_ever(dns: Server) -> None:
    desk = Desk(dns)
    dns.zone = {"a.test": ("1.1.1.1",)}
    assert desk.ask("a.test") is None and desk.settled() == ["a.test"]
    dns.zone = {"a.test": ("2.2.2.2",)}
    assert desk.ask("a.test") == ("1.1.1.1",) and dns.asked["a.test"] == 1
    desk.now += FRESH
    assert desk.ask("a.test") == ("1.1.1.1",) and desk.settled() == ["a.test"]
    assert desk.ask("a.test") == ("2.2.2.2",)
    dns.zone = {}
    desk.now += FRESH
    assert desk.ask("a.test") == ("2.2.2.2",) and desk.settled(), "a name server that fails meanwhile does no harm"
    assert desk.ask("a.test") == ("2.2.2.2",)
    desk.now += STALE
    assert desk.ask("a.test") is None and desk.settled() and desk.ask("a.test") == ()


def test_an_address_that_led_nowhere_is_asked_for_before_it_is_used_again(dns: Server) -> None:
    desk = Desk(dns)
    dns.zone = {"a.test": ("1.1.1.1",)}
    assert desk.ask("a.test") is None and desk.settled()
    desk.names.doubt("a.test")
    assert desk.ask("a.test") == ("1.1.1.1",), "it was only just found"
    desk.now += FRESH
    dns.zone = {"a.test": ("2.2.2.2",)}
    assert desk.ask("a.test") is None and desk.settled() and desk.ask("a.test") == ("2.2.2.2",)


def test_a_failure_is_remembered_and_a_slow_one_longer(dns: Server) -> None:
    desk = Desk(dns)
    assert desk.ask("none.test") is None and desk.settled() and desk.ask("none.test") == ()
    desk.now += FAILED - 1
    assert desk.ask("none.test") == () and dns.asked["none.test"] == 1
    desk.now += 1
    assert desk.ask("none.test") is None and desk.settled()
    assert desk.ask("dead.test") is None
    desk.now += HUNG + 1
    assert desk.ask("dead.test") == (), "nobody waits for a lookup that hangs"
    dns.end.set()
    assert desk.settled() and desk.ask("dead.test") == ()
    desk.now += FAILED_SLOWLY - 1
    assert desk.ask("dead.test") == () and dns.asked["dead.test"] == 1
    desk.now += 1
    assert desk.ask("dead.test") is None and desk.settled()


def test_suspects_have_few_threads_and_the_others_theirs(dns: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "LIMITS", {"known": 2, "new": 3, "suspect": 1})
    desk = Desk(dns)
    dns.zone = {f"known{number}.test": ("1.1.1.1",) for number in range(3)}
    for number in range(3):
        assert desk.ask(f"known{number}.test") is None
    while len(desk.names._names) > sum(bool(each.addresses) for each in desk.names._names.values()):
        desk.settled()
    for number in range(5):
        assert desk.ask(f"dead{number}.test") is None
    assert _held(dns, 3), "three of five names that were never seen"
    desk.now += FRESH
    assert desk.ask("known0.test") == ("1.1.1.1",) and desk.settled() == ["known0.test"], "those known have their own"
    desk.now += SLOW
    dns.end.set()
    while any(each.pending for each in desk.names._names.values()):
        desk.settled()
    dns.end.clear()
    desk.now += FAILED_SLOWLY
    before = dns.asked.total()
    for number in range(5):
        assert desk.ask(f"dead{number}.test") is None
    suspects = sum(each.suspect for each in desk.names._names.values())
    assert suspects == 3 and _held(dns, 3) and dns.asked.total() == before + 3, (
        "one suspect, and the two that were quick"
    )
    assert desk.ask("fresh.test") is None and desk.settled() == ["fresh.test"], "a thread is left for a name never seen"


def _held(dns: Server, count: int) -> bool:
    for _ in range(1000):
        if dns.held == count:
            return True
        threading.Event().wait(0.005)
    return False


def test_old_names_are_forgotten_but_none_that_is_asked_for(dns: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "REMEMBERED", 10)
    desk = Desk(dns)
    assert desk.ask("dead.test") is None
    for number in range(50):
        assert desk.ask(f"n{number}.test") is None and desk.settled()
    assert len(desk.names._names) == 10 and "dead.test" in desk.names._names


def test_no_thread_left_is_a_name_without_addresses(dns: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(dns)

    def refuse(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert desk.ask("a.test") is None and desk.names.news(desk.now) == ["a.test"] and desk.ask("a.test") == ()


def test_the_machine_s_own_answers_come_without_scope_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(host: str, _port: object, **_: object) -> Any:
        assert host == "many.test"
        both = [("1.1.1.1", 0), ("1.1.1.1", 0), ("fe80::1%2", 0, 0, 2), ("2606:4700::1", 0, 0, 0)]
        return [(0, 0, 0, "", address) for address in both]

    monkeypatch.setattr(socket, "getaddrinfo", told)
    assert system_lookup("many.test") == ("1.1.1.1", "fe80::1", "2606:4700::1")
