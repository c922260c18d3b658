"""Whose a connection is by where it comes from."""

import ipaddress

# A home has 2^64 addresses of IPv6: all of them are one caller.
IPV6_PREFIX = 64


def network(address: str | None) -> str:
    """The address, or the network of a home; one name for all that have none, as behind a socket."""
    try:
        known = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, IPV6_PREFIX), strict=False))
