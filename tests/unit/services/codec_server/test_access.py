"""Tokens and sessions."""

import pytest

from services.codec_server.access import SESSION_SECONDS, SESSIONS_MAX, Access, new_token

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


def test_a_session_ends_with_the_server_and_so_with_its_token() -> None:
    """An entry is taken away by a start; nobody has to sign out."""
    session = Access([ANNAS_ENTRY, BENS_ENTRY]).session(ANNA)
    assert session is not None
    assert Access([ANNAS_ENTRY, BENS_ENTRY]).holder(session) is None


def test_a_session_that_was_ended_is_nobodys() -> None:
    """And the others go on."""
    access = Access([ANNAS_ENTRY, BENS_ENTRY])
    annas, bens = access.session(ANNA), access.session(BEN)
    assert annas is not None
    assert bens is not None
    access.end(annas)
    assert (access.holder(annas), access.holder(bens)) == (None, "ben")
    assert access.holder("") is None
    assert access.session("wrong") is None


def test_sessions_have_a_limit() -> None:
    """The oldest goes: whoever signs in without end signs nobody else's memory away."""
    access = Access([ANNAS_ENTRY])
    sessions = [access.session(ANNA) or "" for _ in range(SESSIONS_MAX + 1)]
    assert access.holder(sessions[0]) is None
    assert {access.holder(each) for each in sessions[1:]} == {"anna"}


@pytest.mark.parametrize("name", ["", "Anna", "a:b", "a,b", "a" * 33])
def test_a_name_that_no_entry_can_have_is_refused(name: str) -> None:
    """Before a token is made that could not be put to use."""
    with pytest.raises(ValueError, match="small letters"):
        new_token(name)
