"""Which hosts are private, however they are written."""

from ipaddress import ip_address

import pytest

from flows.addresses import is_private, is_private_literal

PRIVATE_LITERALS = """
    localhost LOCALHOST localhost. a.localhost a.b.localhost.
    127.0.0.1 127.0.0.1. 127.1 127.0.1 0177.0.0.1 0x7f.0.0.1 0x7F.1 0x7f000001 2130706433
    017700000001 127.255.255.254 0 0x 0.0.0.0 10.0.0.1 10.1 172.16.0.1 172.31.255.255 192.168.1.1
    169.254.169.254 100.64.0.1
    192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1
    255.255.255.255
    ::1 [::1] :: [::] fe80::1 fe80::1%eth0 [fe80::1%25eth0] fc00::1 fd12:3456::1 fec0::1 ff02::1
    100::1
    2001:db8::1 ::127.0.0.1 ::ffff:127.0.0.1 [::ffff:7f00:1] ::ffff:10.0.0.1
    64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1::1
    １２７.０.０.１ 127。0。0。1 ①②⑦.0.0.1
""".split()  # noqa: SIM905 - a table is easier to read without quotes

PUBLIC_LITERALS = """
    kompas.com www.kompas.com localhost.com notlocalhost 127.0.0.1.example.com 1.2.3.4.5
    999.1.1.1 08.1.1.1 4294967296 256.256.256.256
    8.8.8.8 134744072 0x08080808 172.15.0.1 172.32.0.1 192.167.1.1 11.0.0.1 1.1
    126.255.255.255 128.0.0.1 223.255.255.255
    2606:4700::1111 [2606:4700::1111] ::ffff:8.8.8.8 64:ff9b::808:808
    2002:808:808::1 xn--bcher-kva.example 1..2 : [ ]
""".split()  # noqa: SIM905


@pytest.mark.parametrize("host", PRIVATE_LITERALS)
def test_private_literals(host: str) -> None:
    """A host that is written as a private address, in any of the forms that resolvers understand,
    is recognised.
    """
    assert is_private_literal(host)


@pytest.mark.parametrize("host", [*PUBLIC_LITERALS, ""])
def test_other_hosts(host: str) -> None:
    """Names, public addresses and nonsense are no private literals."""
    assert not is_private_literal(host)


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("8.8.8.8", False),
        ("::1", True),
        ("2606:4700::1111", False),
        ("::ffff:10.0.0.1", True),
    ],
)
def test_addresses(address: str, private: bool) -> None:
    """A resolved address is judged as its literal is."""
    assert is_private(ip_address(address)) is private
