"""PAYLOAD_KEYS and PAYLOAD_KEY: what they take and refuse, without showing a key."""

import base64

import pytest
from pydantic import ValidationError

from lib.settings.payload_keys import PayloadSettings, new_entry

KEY = base64.b64encode(bytes(32)).decode()
SHORT = base64.b64encode(bytes(31)).decode()


def told(keys: str, key: str = "") -> PayloadSettings:
    """The settings of a process that is told this."""
    return PayloadSettings(payload_keys=keys, payload_key=key)


def test_several_keys_by_their_ids() -> None:
    """In any order, with blanks between; one of them is written by."""
    settings = told(f" 2026-11:{KEY} , {new_entry('2026-12')},", "2026-12")
    assert [(key_id, len(key)) for key_id, key in settings.keys_by_id.items()] == [("2026-11", 32), ("2026-12", 32)]


@pytest.mark.parametrize(
    "entry",
    [KEY, f":{KEY}", f"a b:{KEY}", f"{'a' * 33}:{KEY}", f"a:{SHORT}", "a:", "a", "a:not base64", f"a:{KEY[:-2]}"],
)
def test_what_is_no_entry_is_named_by_its_place_alone(entry: str) -> None:
    """A fault in the list shows none of it: it is a list of secrets."""
    good = new_entry("good")
    with pytest.raises(ValidationError, match="entry 2 is not <key id>") as refused:
        told(f"{good},{entry}")
    assert not any(secret in str(refused.value) for secret in (good, good.partition(":")[2], KEY, SHORT))


def test_an_id_stands_for_one_key() -> None:
    """Which of two would read a payload nobody could say."""
    with pytest.raises(ValidationError, match="entry 2 has the id of an earlier one"):
        told(f"{new_entry('a')},{new_entry('a')}")


def test_the_key_to_write_by_must_be_there_to_read() -> None:
    """Else nobody could read what this process writes."""
    with pytest.raises(ValidationError, match="PAYLOAD_KEY is b, which PAYLOAD_KEYS does not hold"):
        told(new_entry("a"), "b")


def test_settings_do_not_show_keys() -> None:
    """Somebody logs them some day."""
    entry = new_entry("a")
    assert entry.partition(":")[2] not in repr(told(entry, "a"))
