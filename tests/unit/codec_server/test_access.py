"""Tokens and sessions."""

import pytest

from codec_server.access import SESSION_SECONDS, Access, new_token

ANNA, ANNAS_ENTRY = new_token("anna")
BEN, BENS_ENTRY = new_token("ben")


def test_each_token_is_its_bearers() -> None:
    """Who bears it is known by the hash that the entry holds, and by nothing else."""
    access = Access([ANNAS_ENTRY, BENS_ENTRY])
    assert (access.bearer(ANNA), access.bearer(BEN)) == ("anna", "ben")
    for wrong in ("", ANNA[:-1], ANNAS_ENTRY, ANNAS_ENTRY.partition(":")[2]):
        assert access.bearer(wrong) is None
    assert ANNA not in ANNAS_ENTRY


def test_a_session_ends_after_a_working_day() -> None:
    """Up to its last second it is its holder's; then nobody's."""
    now = 1_000_000.0
    access = Access([ANNAS_ENTRY], now=lambda: now)
    session = access.session(ANNA)
    assert session is not None
    now += SESSION_SECONDS
    assert access.holder(session) == "anna"
    now += 1
    assert access.holder(session) is None


def test_a_session_ends_with_its_token() -> None:
    """Where the entry is taken away or replaced, nobody has to sign out."""
    session = Access([ANNAS_ENTRY, BENS_ENTRY]).session(ANNA)
    assert session is not None
    _, replaced = new_token("anna")
    assert Access([BENS_ENTRY]).holder(session) is None
    assert Access([replaced, BENS_ENTRY]).holder(session) is None


def test_a_session_cannot_be_made_another_persons() -> None:
    """The name is signed."""
    access = Access([ANNAS_ENTRY, BENS_ENTRY])
    session = access.session(ANNA)
    assert session is not None
    assert access.holder(session.replace("anna", "ben")) is None
    assert access.holder("") is None
    assert access.session("wrong") is None


@pytest.mark.parametrize("name", ["", "Anna", "a:b", "a,b", "a" * 33])
def test_a_name_that_no_entry_can_have_is_refused(name: str) -> None:
    """Before a token is made that could not be put to use."""
    with pytest.raises(ValueError, match="small letters"):
        new_token(name)
