"""Settings are read of what a test says alone."""

from pathlib import Path

import pytest

from lib.settings.payload_keys import new_entry
from lib.settings.reading import once
from tests.unit.lib.settings.classes import all_settings, defaults

PAYLOAD_KEYS = new_entry("own")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what the test says counts: neither this machine's environment nor its .env."""
    monkeypatch.chdir(tmp_path)
    for name in defaults(*all_settings()):
        monkeypatch.delenv(name, raising=False)
    once.cache_clear()
    # Made for this run; no default of development's to be forgotten.
    monkeypatch.setenv("PAYLOAD_KEYS", PAYLOAD_KEYS)
