"""Which addresses and URLs a customer may name: the table of denied ranges, disguises, the allow list, plain http."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.config import Network
from waypost.targets import permitted, url_problem

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
OFFICE = (ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd12::/16"))

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
    "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15", "168.63.129.17",
    "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888", "2003::1", "::ffff:8.8.8.8",
]  # fmt: skip

DENIED = [
    # this host, private, shared, loopback, link-local with the clouds' metadata
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
    "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "192.168.255.255",
    # protocol assignments, documentation, relays, benchmarks, multicast, reserved, broadcast, Azure's host
    "192.0.0.9", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    # IPv6: unspecified, loopback, link-local, site-local, unique local, multicast, documentation, discard, others
    "::", "::1", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "fc00::1", "fd00:ec2::254", "fdff::1", "ff02::1",
    "ff0e::1",
    "2001:db8::1", "3fff::1", "100::1", "5f00::1", "4000::1", "1::1", "2001:2::1", "2001:10::1", "2001:20::1",
    # IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::a9fe:a9fe", "::ffff:0:7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]  # fmt: skip

NOT_ADDRESSES = [
    "",
    "localhost",
    "example.com",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "1.2.3.4.5",
    "::g",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_connected_to(address: str) -> None:
    assert permitted(address, ())


@pytest.mark.parametrize("address", DENIED)
def test_an_inner_address_may_not_be_connected_to(address: str) -> None:
    assert not permitted(address, ())


@pytest.mark.parametrize("address", NOT_ADDRESSES)
def test_what_is_no_literal_address_is_never_permitted(address: str) -> None:
    assert not permitted(address, (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")))


@pytest.mark.parametrize(
    ("address", "open"),
    [
        ("10.1.2.3", True), ("10.2.0.1", False), ("::ffff:10.1.2.3", True), ("::ffff:10.2.0.1", False),
        ("fd12::5", True),
        ("fd13::5", False), ("127.0.0.1", False), ("8.8.8.8", True), ("64:ff9b::a01:203", False),
        ("2002:a01:203::", False),
    ],
)  # fmt: skip
def test_the_allow_list_opens_its_ranges_and_no_others(address: str, open: bool) -> None:
    assert permitted(address, OFFICE) is open


@pytest.mark.parametrize("url", ["https://93.184.216.34/", "https://[::ffff:93.184.216.34]/", "https://1572395042/"])
def test_what_the_operator_denies_is_denied_whatever_is_allowed(url: str) -> None:
    own = (ipaddress.ip_network("93.184.216.0/24"),)
    assert url_problem(url, ()) is None
    for allow in ((), own, (ipaddress.ip_network("0.0.0.0/0"),)):
        assert "private, local or reserved" in (url_problem(url, allow, own) or "")
        assert not permitted("93.184.216.34", allow, own) and not permitted("::ffff:93.184.216.34", allow, own)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://example.com/x#part", "fragment"), ("https://example.com/x#", "fragment"),
        ("https://%31%32%37.0.0.1/", "valid URL"), ("https://a%2eb.example/", "valid URL"),
        ("https://\uff11\uff12\uff17.0.0.1/", "private"), ("https://127\u30020\u30020\u30021/", "private"),
        ("https://[127.0.0.1]/", "valid URL"), ("https://exa\\mple.com/", "valid URL"),
    ],
)  # fmt: skip
def test_what_parsers_could_read_differently_is_refused(url: str, reason: str) -> None:
    assert reason in (url_problem(url, ()) or "")


def test_a_fragment_is_left_out_where_it_does_no_harm() -> None:
    assert url_problem("https://example.com/a.png#page", (), fragment=True) is None


@given(st.ip_addresses(v=4))
def test_every_spelling_inside_ipv6_is_judged_no_milder_than_the_ipv4_address(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    assert permitted(f"::ffff:{address}", ()) is permitted(str(address), ())
    for disguise in (number, 0xFFFF << 48 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert not permitted(str(ipaddress.IPv6Address(disguise)), ())


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_or_multicast_is_permitted(address: ipaddress.IPv4Address) -> None:
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
    if not mapped and (address.is_private or address.is_multicast or address.is_link_local or address.is_reserved):
        assert not permitted(str(address), ())


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com", "https://example.com/hooks?a=1&b=2", "https://example.com:8443/x", "https://8.8.8.8/x",
        "https://[2606:4700:4700::1111]/x", "HTTPS://EXAMPLE.COM/X", "https://münchen.example/haken",
        "https://sub.a-b.example./x",
        "https://example.com/" + "x" * 2000,
    ],
)  # fmt: skip
def test_a_plain_https_url_is_accepted(url: str) -> None:
    assert url_problem(url, ()) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "must be an https URL"), ("example.com/x", "must be an https URL"),
        ("ftp://example.com", "must be an https URL"),
        ("https://", "must be an https URL"), ("https:///x", "must be an https URL"),
        ("https://?x", "must be an https URL"),
        ("javascript:alert(1)", "must be an https URL"), ("file:///etc/passwd", "must be an https URL"),
        ("https://example.com:0/", "must be an https URL"), ("https://example.com:99999/", "must be a valid URL"),
        ("https://example.com:http/", "must be a valid URL"), ("https://[::1", "must be a valid URL"),
        ("https://a..b/", "must be a valid URL"), ("https://" + "a" * 64 + ".example/", "must be a valid URL"),
        ("https://exam ple.com/", "no spaces"), ("https://example.com/a b", "no spaces"),
        ("https://example.com/\x7f", "no spaces"), ("https://example.com/" + "x" * 2048, "at most 2,048"),
        ("https://user@example.com/", "user name"), ("https://user:pw@example.com/", "user name"),
        ("https://@example.com/", "user name"), ("https://example.com\\@8.8.8.8/", "user name"),
        ("http://example.com/", "must use https"), ("http://127.0.0.1:9/", "must use https"),
        ("https://127.0.0.1/", "private"), ("https://[::1]/", "private"), ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://localhost/", "private"), ("https://LOCALHOST:8443/", "private"),
        ("https://app.localhost/", "private"),
        ("https://localhost./", "private"), ("https://127.0.0.1./", "private"), ("https://169.254.169.254/", "private"),
        ("https://127.1/", "private"), ("https://2130706433/", "private"), ("https://0x7f000001/", "private"),
        ("https://0x7f.1/", "private"), ("https://017700000001/", "private"), ("https://0/", "private"),
        ("https://[fe80::1%25eth0]/", "private"), ("https://[64:ff9b::a9fe:a9fe]/", "private"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_url_is_said_at_once(url: str, reason: str) -> None:
    problem = url_problem(url, ())
    assert problem is not None and reason in problem


@pytest.mark.parametrize(
    ("url", "allow", "good"),
    [
        ("http://127.0.0.1:9000/x", LOOPBACK, True), ("http://localhost:9000/x", LOOPBACK, True),
        ("http://[::1]/x", LOOPBACK, True),
        ("https://localhost/x", LOOPBACK, True), ("http://10.1.2.3/x", OFFICE, False),
        ("https://10.1.2.3/x", OFFICE, True),
        ("http://localhost/x", OFFICE, False), ("http://example.com/x", LOOPBACK, False),
        ("http://10.1.2.3/x", LOOPBACK, False),
        ("http://8.8.8.8/x", LOOPBACK, False), ("http://127.1/x", LOOPBACK, False), ("https://127.1/x", LOOPBACK, True),
    ],
)  # fmt: skip
def test_plain_http_is_for_allowed_loopback_alone(url: str, allow: tuple[Network, ...], good: bool) -> None:
    assert (url_problem(url, allow) is None) is good
