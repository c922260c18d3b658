"""`flask payload-key`."""

import pytest
from click.testing import CliRunner

from app.payload_key import payload_key
from lib.settings.payload_keys import parsed


def test_what_it_prints_is_an_entry() -> None:
    """A line of it can be put into PAYLOAD_KEYS, and its id into PAYLOAD_KEY; every call makes another key."""
    entries = set()
    for _ in range(2):
        told = CliRunner().invoke(payload_key, ["--id", "2026-11"]).output.splitlines()
        assert told[3] == "PAYLOAD_KEY=2026-11"
        assert list(parsed(told[1])) == ["2026-11"]
        entries.add(told[1])
    assert len(entries) == 2


@pytest.mark.parametrize("key_id", ["", "a b", "a:b", "a,b", "a" * 33])
def test_an_id_that_no_entry_can_have_is_refused(key_id: str) -> None:
    """It says what one looks like, and makes no key."""
    done = CliRunner().invoke(payload_key, ["--id", key_id])
    assert done.exit_code == 2
    assert "at most 32" in done.output
