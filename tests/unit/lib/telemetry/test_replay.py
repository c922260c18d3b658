"""Tracing and replay: every recorded history commands the same with it on and off, and no span comes twice."""

from tests.histories.files import recorded, versions
from tests.unit.lib.telemetry.replays import WITH_HEADERS, replay, traced

SAGAS = ("purchase", "payment-success", "payment-failed", "refund-failed")


async def test_tracing_changes_no_command_and_a_replay_makes_no_span() -> None:
    """Histories of every saga are replayed as they are and as if they had been traced, with tracing on and off."""
    found = [each.history for each in recorded(versions()[-1])]
    # Every fifth of each saga's: what tracing adds to a command goes by the command's kind, and these have every kind
    # that it touches.
    by_saga = {saga: [each for each in found if each.workflow_id.startswith(f"{saga}/")] for saga in SAGAS}
    histories = [each for own in by_saga.values() for each in own[::5]]
    assert {each.workflow_id.partition("/")[0] for each in histories} == set(SAGAS)
    begun_in_a_trace = [traced(each) for each in histories]
    plain = await replay(histories, tracing=False)
    assert sum(map(len, plain.commands)) > len(histories)
    assert plain.kinds >= set(WITH_HEADERS)
    for given, tracing in ((histories, True), (begun_in_a_trace, True), (begun_in_a_trace, False)):
        other = await replay(given, tracing=tracing)
        assert other.commands == plain.commands
        assert other.spans == ()
