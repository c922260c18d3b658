"""A caller's name by its address: one name for one caller, however a proxy writes the address."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# A home has 2^64 addresses of IPv6: all of them are one caller (RFC 6177; what providers of mail and CDNs count, too).
IPV6_PREFIX = 64
# An IPv4 address as a translator before us writes it (RFC 6052, 2.1).
NAT64 = IPv6Network("64:ff9b::/96")
# With a port, as some balancers add it; an IPv6 address with one stands in brackets, which may also come without.
WITH_PORT = re.compile(r"\[(?P<bracketed>[^\[\]]*)\](:\d*)?|(?P<plain>[^:]*):\d*")
# An address has 45 characters, a zone some more; of a longer text only the beginning counts.
TEXT_MAX = 64


def caller(written: str | None) -> str:
    """The name by which a caller is counted, from the address as the server or the last trusted proxy has written it.

    A text that is no address counts as a name of its own, so that it shares nobody's limit.
    """
    host = (written or "").strip()
    parts = WITH_PORT.fullmatch(host)
    host = (parts["bracketed"] or parts["plain"] or "") if parts else host
    try:
        # The zone is a name of the proxy's own network card.
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return f"no address: {host[:TEXT_MAX]}"
    return _network(address)


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        embedded = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None)
        if embedded is None:
            return str(IPv6Network((address, IPV6_PREFIX), strict=False))
        address = embedded
    return str(address)
