"""Where no URL of a customer may lead: addresses in every spelling, and names by what they resolve to. One table."""

from typing import Literal

Ending = Literal["blocked", "invalid_url"]

#: The host as it stands in a URL, and how a delivery to it ends. All of them are refused when a URL is saved.
HOSTS: dict[str, Ending] = {}
HOSTS |= dict.fromkeys(
    [
        # loopback in its spellings: dotted, short, decimal, octal, hexadecimal, mixed, with a dot behind
        "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "2130706433", "017700000001", "0177.0.0.1",
        "0x7f000001", "0x7f.0.0.1", "0X7F.1", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "00000177.0.0.01",
        "localhost", "LOCALHOST", "localhost.", "app.localhost", "a.b.localhost",
        # in other scripts: full-width digits, ideographic full stops, circled letters
        "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021",
        "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
        # this host, private, shared, link-local and the clouds' metadata, in a few spellings
        "0.0.0.0", "0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "0xa.0.0.1", "167772161", "100.64.0.1",
        "100.100.100.200", "169.254.0.1", "169.254.169.254", "169.254.43518", "2852039166", "0xa9fea9fe",
        "0251.0376.0251.0376", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.257", "168.63.129.16",
        # protocol assignments, documentation, relays, benchmarks, multicast, reserved, broadcast
        "192.0.0.9", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255",
        # IPv6: unspecified, loopback, link-local with and without scope, unique and site local, multicast, others
        "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[fe80::1]", "[fe80::1%25lo]", "[febf::1]", "[fec0::1]",
        "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[5f00::1]", "[4000::1]",
        # IPv4 inside IPv6: mapped, compatible, translated, NAT64 and its local form, 6to4, Teredo, ISATAP
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::FFFF:169.254.169.254]",
        "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[::a9fe:a9fe]", "[::ffff:0:7f00:1]", "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[fe80::5efe:127.0.0.1]",
    ],
    "blocked",
)  # fmt: skip
HOSTS |= dict.fromkeys(
    # what one parser could read so and another otherwise
    [
        "%31%32%37.0.0.1", "127.0.0.1%2eexample.com", "user@127.0.0.1", "user:word@169.254.169.254", "@127.0.0.1",
        "example.com\\@127.0.0.1", "example.com\t.127.0.0.1", "127.0.0.1 ", "[127.0.0.1]", "[::1", "a..b",
    ],
    "invalid_url",
)  # fmt: skip

#: Names under a name server of the tests. Nothing of them can be told when a URL is saved.
NAMES: dict[str, tuple[str, ...]] = {
    "loopback.test": ("127.0.0.1",), "loopback6.test": ("::1",), "both.test": ("127.0.0.1", "::1"),
    "private.test": ("10.0.0.1",), "metadata.test": ("169.254.169.254",), "metadata6.test": ("fd00:ec2::254",),
    "mapped.test": ("::ffff:127.0.0.1",), "nat64.test": ("64:ff9b::7f00:1",), "sixtofour.test": ("2002:7f00:1::",),
    "many.test": ("0.0.0.0", "127.0.0.2", "192.168.0.1", "fe80::1", "::127.0.0.1"),
    "xn--mnchen-3ya.test": ("127.0.0.1",),
    "127.0.0.1.nip.test": ("127.0.0.1",), "dotted.test.": ("127.0.0.1",), "UPPER.test": ("127.0.0.1",),
}  # fmt: skip
