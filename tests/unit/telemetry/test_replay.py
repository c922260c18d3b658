"""Tracing and replay: every recorded history commands the same with it on and off, and no span comes twice."""

from tests.histories.files import recorded, versions
from tests.unit.telemetry.replays import replay, traced


async def test_tracing_changes_no_command_and_a_replay_makes_no_span() -> None:
    """Each history of the newest version is replayed as it is and as if it had been traced, with tracing on and off."""
    histories = [each.history for each in recorded(versions()[-1])]
    begun_in_a_trace = [traced(each) for each in histories]
    plain = await replay(histories, tracing=False)
    assert sum(map(len, plain.commands)) > len(histories)
    for given, tracing in ((histories, True), (begun_in_a_trace, True), (begun_in_a_trace, False)):
        other = await replay(given, tracing=tracing)
        assert other.commands == plain.commands
        assert other.spans == ()
