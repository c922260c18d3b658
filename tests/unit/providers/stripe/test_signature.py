"""Whose signature over a body is taken, and at what time."""

import hmac

import pytest

from providers.stripe.signature import signed

NOW = 1_800_000_000
BODY = b'{"id": "evt_1"}'
OLD, NEW = "whsec_old", "whsec_new"
FORGED = "0" * 64


def v1(body: bytes = BODY, secret: str = OLD, t: object = NOW) -> str:
    """The signature of a body at a time: HMAC-SHA256 of both with a dot between them."""
    return hmac.new(secret.encode(), f"{t}.".encode() + body, "sha256").hexdigest()


def taken(header: str, body: bytes = BODY, now_s: float = NOW) -> bool:
    """Whether the header is taken by who knows both secrets."""
    return signed(body, header, (OLD, NEW), now_s)


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_each_secret_is_taken_while_one_is_rolled(secret: str) -> None:
    """The old and the new one."""
    assert taken(f"t={NOW},v1={v1(secret=secret)}")
    assert not taken(f"t={NOW},v1={v1(secret='whsec_other')}")


def test_one_good_signature_of_several_is_enough() -> None:
    """Stripe signs with each active secret; one of them may not be ours, wherever it stands."""
    assert taken(f"t={NOW},v1={FORGED},v1={v1(secret=NEW)}")
    assert taken(f"t={NOW},v1={v1()},v1={FORGED}")
    assert taken(f"v1={v1()},t={NOW}")
    assert not taken(f"t={NOW},v1={FORGED},v1={FORGED}")


def test_only_scheme_v1_proves_anything() -> None:
    """Stripe sends a made-up v0 beside test events: it is ignored, and proves nothing alone."""
    assert taken(f"t={NOW},v1={v1()},v0={FORGED}")
    for scheme in ("v0", "v2", "V1", " v1", "v1 ", "", "v11"):
        assert not taken(f"t={NOW},{scheme}={v1()}")


@pytest.mark.parametrize("part", ["", "t", "t=", f"T={NOW}", f"t={NOW},t={NOW}", f"t={NOW},t={NOW - 1}", "t=1,t=2"])
def test_there_is_exactly_one_timestamp(part: str) -> None:
    """None, an empty one, or two, be they equal: refused."""
    assert not taken(f"{part},v1={v1()}")


@pytest.mark.parametrize("t", [f" {NOW}", f"{NOW} ", f"+{NOW}", f"-{NOW}", f"{NOW}.0", "1_800_000_000", "0x6b49d200"])
def test_a_timestamp_is_plain_digits(t: str) -> None:
    """What Python would read as the right number is refused, though it is signed as it stands."""
    assert not taken(f"t={t},v1={v1(t=t)}")


@pytest.mark.parametrize("t", ["abc", "-1", "0", "9" * 13, "9" * 5000, "\u00b2", "\u0661\u0668", "\xff", "\x00"])
def test_a_timestamp_that_is_none_is_refused(t: str) -> None:
    """Negative, endless, no ASCII, no number: refused, whatever is signed."""
    assert not taken(f"t={t},v1={v1(t=t)}")


@pytest.mark.parametrize("seconds", [300, -300, 299, -299, 0])
def test_a_clock_may_be_wrong_by_five_minutes(seconds: int) -> None:
    """The tolerance counts both ways, its edge included; what is left of our second does not matter."""
    header = f"t={NOW},v1={v1()}"
    assert taken(header, now_s=NOW + seconds)
    assert taken(header, now_s=NOW + seconds + 0.999)


@pytest.mark.parametrize("seconds", [301, -301, 3 * 86_400, -86_400])
def test_a_signature_of_another_time_is_refused(seconds: int) -> None:
    """A second beyond the tolerance, either way."""
    assert not taken(f"t={NOW},v1={v1()}", now_s=NOW + seconds)


def test_a_timestamp_cannot_be_renewed() -> None:
    """It is signed: a captured delivery does not become a fresh one."""
    old = NOW - 1000
    assert not taken(f"t={NOW},v1={v1(t=old)}")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", '{"name": "\u00e9"}'.encode("latin-1"), b"\r\n"])
def test_the_bytes_are_signed_whatever_they_are(body: bytes) -> None:
    """Nobody decodes them before."""
    assert taken(f"t={NOW},v1={v1(body)}", body)
    assert not taken(f"t={NOW},v1={v1(body)}", body + b" ")


@pytest.mark.parametrize("header", ["", ",", "=", "garbage", ",,,===", f"t={NOW}", f"t={NOW},v1=", f"t={NOW},v1=\xe9"])
def test_what_is_no_signature_is_refused(header: str) -> None:
    """Nothing in a header is a fault of ours."""
    assert not taken(header)
    assert not taken(header, b"")


def test_a_signature_is_taken_as_a_whole_and_as_it_is() -> None:
    """Not its beginning, not in capitals, not with more behind it."""
    for given in (v1()[:-1], v1().upper(), v1() + "0", f"{v1()}=", f"{v1()} "):
        assert not taken(f"t={NOW},v1={given}")
