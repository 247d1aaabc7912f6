"""No connection to an inner address, whatever the URL looks like: checked where the socket is opened."""

import ipaddress

import pytest

from tests.workers.endpoints import OK, endpoint, opened, post, saying
from waypost.workers.egress import BLOCKED, Egress

SPELLINGS = [
    "127.0.0.1", "localhost", "127.1", "127.0.1", "0x7f000001", "0x7f.0.0.1", "2130706433", "017700000001",
    "0177.0.0.1",
    "127.0.0.1.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0", "0.0.0.0",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", SPELLINGS)
async def test_without_an_allow_list_no_spelling_of_loopback_is_reached(scheme: str, host: str) -> None:
    async with endpoint(saying(OK)) as server, opened() as egress:
        answer = await post(egress, f"{scheme}://{host}:{server.port}/", deadline_ms=5000)
        assert server.connections == 0
    assert answer.status is None and answer.body == b""
    assert answer.error is not None and "127." not in answer.error and str(server.port) not in answer.error


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"])
async def test_a_blocked_destination_says_so_and_not_which_address_it_was(host: str) -> None:
    async with endpoint(saying(OK)) as server, opened() as egress:
        answer = await post(egress, f"https://{host}:{server.port}/", deadline_ms=5000)
    assert (answer.status, answer.error, answer.timed_out) == (None, BLOCKED, False)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "192.168.1.1", "172.16.0.1", "100.64.0.1", "[fd00:ec2::254]", "[fe80::1]",
             "[::]", "224.0.0.1", "255.255.255.255", "168.63.129.16", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]"],
)  # fmt: skip
async def test_inner_addresses_are_blocked_without_a_packet_leaving(host: str) -> None:
    async with opened() as egress:
        answer = await post(egress, f"https://{host}/", deadline_ms=5000)
    assert (answer.error, answer.timed_out) == (BLOCKED, False)


async def test_the_allow_list_opens_its_network_alone() -> None:
    async with endpoint(saying(OK)) as server, opened("127.0.0.1/32") as egress:
        assert (await post(egress, f"http://127.0.0.1:{server.port}/")).status == 200
        assert (await post(egress, f"http://127.0.0.2:{server.port}/")).error == BLOCKED


async def test_what_the_operator_denies_is_not_reached_though_it_is_allowed() -> None:
    own = [ipaddress.ip_network("127.0.0.1/32")]
    egress = Egress([ipaddress.ip_network("127.0.0.0/8")], lambda _name: ("127.0.0.1",), deny=own)
    egress.open()
    async with endpoint(saying(OK)) as server:
        for host in ("127.0.0.1", "own.test"):
            assert (await post(egress, f"http://{host}:{server.port}/")).kind == "blocked"
    egress.close()
    assert server.connections == 0


async def test_a_name_with_one_allowed_address_is_reached_through_it() -> None:
    async with endpoint(saying(OK)) as server, opened("127.0.0.0/8") as egress:
        assert (await post(egress, f"http://localhost:{server.port}/")).status == 200
    async with opened("127.0.0.0/8") as egress:
        answer = await post(egress, f"http://localhost:{server.port}/")
    assert answer.error == "The endpoint refused the connection.", "what was tried counts, not what was not"


async def test_plain_http_stays_on_loopback_whatever_is_allowed() -> None:
    async with opened("0.0.0.0/0", "::/0") as egress:
        answer = await post(egress, "http://192.0.2.1/", deadline_ms=3000)
    assert answer.error == BLOCKED
