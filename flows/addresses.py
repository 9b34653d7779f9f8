"""What is an address on the web, and which hosts and IP addresses are private: everything outside
the public internet.

Pure: nothing is resolved here. Names are checked when a connection is made
(flows.edges.transports).
"""

import ipaddress
import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from urllib.parse import urlsplit

# IANA allocates global unicast addresses only from here; everything else is local, reserved,
# multicast, or a wrapped IPv4 address.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits
_IPV4_COMPATIBLE = IPv6Network("::/96")  # RFC 4291: deprecated, but some stacks still use it
_IPV4_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.ASCII)


def is_address(text: str) -> bool:
    """Whether a text is the address of a page on the web."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_private_literal(host: str) -> bool:
    """Whether a URL's host is written as an address outside the public internet, or is localhost.

    Understands what resolvers understand: brackets, a trailing dot, a zone, full-width digits, and
    IPv4 in the short, octal, hexadecimal and single-number forms (127.1, 0177.0.0.1, 0x7f.1,
    2130706433). Any other name is False.
    """
    # In IDNA, 。 is a dot.
    name = unicodedata.normalize("NFKC", host).replace("\u3002", ".").strip().lower()
    name = name.strip("[]").rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _parse(name.partition("%")[0])
    return address is not None and is_private(address)


def is_private(ip: IPv4Address | IPv6Address) -> bool:
    """Whether an address is not a unicast address of the public internet. An IPv6 address that
    wraps an IPv4 address counts as the latter.
    """
    if isinstance(ip, IPv6Address):
        wrapped = _wrapped_ipv4(ip)
        if wrapped is not None:
            return is_private(wrapped)
        if ip not in _GLOBAL_UNICAST:
            return True
    return not ip.is_global or ip.is_multicast or ip.is_reserved


def _wrapped_ipv4(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64 or ip in _IPV4_COMPATIBLE:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    _, teredo_client = ip.teredo or (None, None)
    return ip.ipv4_mapped or ip.sixtofour or teredo_client


def _parse(host: str) -> IPv4Address | IPv6Address | None:
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host)
        except ValueError:
            return None
    return _parse_ipv4(host)


def _parse_ipv4(host: str) -> IPv4Address | None:
    """Parse like inet_aton: one to four numbers in base 8, 10, or 16, of which the last fills the
    remaining bytes.
    """
    parts = host.split(".")
    if len(parts) > 4 or not all(_IPV4_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        *leading, last = [_number(part) for part in parts]
    except ValueError:  # such as 08, which is not octal
        return None
    if any(number > 255 for number in leading) or last >= 256 ** (4 - len(leading)):
        return None
    return IPv4Address(
        sum(number << (24 - 8 * place) for place, number in enumerate(leading)) + last
    )


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    if text.startswith("0"):
        return int(text, 8)
    return int(text)
