"""Every recorded history of every version replays: open purchases of all of them can go on with this code."""

import pytest

from tests.histories.files import recorded, versions
from tests.histories.gate import faults, told


@pytest.mark.parametrize("version", versions())
async def test_every_recorded_history_replays(version: str) -> None:
    """In the sandbox, so that a clock, a dice or the network in a saga is found too."""
    found = [fault async for fault in faults(recorded(version))]
    assert not found, told(found)
