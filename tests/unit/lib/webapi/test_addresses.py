"""By which name a caller is counted."""

import pytest

from lib.webapi.addresses import caller


@pytest.mark.parametrize(
    "written",
    [
        "192.0.2.1",
        " 192.0.2.1 ",
        "192.0.2.1:51234",
        "[192.0.2.1]",
        "::ffff:192.0.2.1",
        "::FFFF:c000:201",
        "[::ffff:192.0.2.1]",
        "[::ffff:192.0.2.1]:51234",
        "64:ff9b::192.0.2.1",
    ],
)
def test_an_ipv4_address_is_one_caller_however_it_is_written(written: str) -> None:
    """Plain, with a port, in brackets, mapped into IPv6 or translated: always itself, and never its neighbours."""
    assert caller(written) == "192.0.2.1"


@pytest.mark.parametrize(
    "written",
    [
        "2001:db8:1:2::1",
        "2001:DB8:1:2:ffff:ffff:ffff:ffff",
        "2001:0db8:0001:0002:0000:0000:0000:0001",
        "[2001:db8:1:2::1]",
        "[2001:db8:1:2::1]:443",
        "2001:db8:1:2::1%eth0",
    ],
)
def test_a_network_of_64_bits_is_one_caller(written: str) -> None:
    """A home's addresses of IPv6 are one, however each is written."""
    assert caller(written) == "2001:db8:1:2::/64"


def test_neighbours_are_told_apart() -> None:
    """No two of these are one caller, whatever they have in common."""
    different = [
        "192.0.2.1",
        "192.0.2.2:80",
        "::ffff:192.0.2.3",
        "[::ffff:192.0.2.4]:80",
        "64:ff9b::192.0.2.5",
        "2001:db8::1",
        "2001:db8:0:1::1",
        "unknown",
        "_hidden",
        "999.1.1.1",
        "",
    ]
    assert len({caller(each) for each in different}) == len(different)


@pytest.mark.parametrize("written", ["gateway-7", "gateway-7:443", "[gateway-7]:443"])
def test_what_is_no_address_is_counted_by_its_text(written: str) -> None:
    """Without its port, for that changes with each connection."""
    assert caller(written) == "no address: gateway-7"


def test_a_name_is_short_however_long_its_text_is() -> None:
    """The text of a header is no key of any length."""
    assert len(caller("x" * 8000)) < 100
