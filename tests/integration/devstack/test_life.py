"""The life of a stack: start, deaths, restarts, and that nothing is left behind."""

import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.devstack.conftest import RunningStack, until
from tests.integration.devstack.fake_stack import plan
from tools.devstack.control import ask_restart
from tools.devstack.errors import StackError
from tools.devstack.options import StackOptions
from tools.devstack.stack import Stack

Run = Callable[..., RunningStack]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_in_reverse_order(run: Run, number: signal.Signals) -> None:
    """Who needs another stops before it; the stubborn one is killed; no grandchild and no description is left."""
    stack = run()
    stack.wait_until_ready()
    assert set(stack.description()["processes"]) == {"back", "front", "stubborn"}
    assert stat.S_IMODE((stack.data / "stack.json").stat().st_mode) == 0o600
    stack.process.send_signal(number)
    code, out = stack.end()
    assert code == 0
    assert out.index("front stops") < out.index("back stops")
    assert out.index("back is ready") < out.index("front serves")
    assert stack.left() == []
    assert {path.name for path in stack.data.iterdir()} == {"lock", "logs"}
    assert "front stops" in (stack.data / "logs" / "front.log").read_text()


def test_a_process_that_dies_ends_the_stack(run: Run) -> None:
    """The error names it and shows its last lines; the exit code is not 0."""
    stack = run()
    stack.wait_until_ready()
    os.kill(stack.pid("back"), signal.SIGKILL)
    code, out = stack.end()
    assert code == 1
    assert "back ended with exit code -9:\n  back serves" in out
    assert stack.left() == []


def test_a_killed_stack_leaves_no_process(run: Run) -> None:
    """SIGKILL gives it no time for an orderly end: its guard ends all, and lets the data go."""
    stack = run()
    stack.wait_until_ready()
    stack.process.kill()
    stack.end()
    until("the guard has swept", lambda: not stack.left() and not (stack.data / "stack.json").exists())
    again = run()
    again.wait_until_ready()


def test_keep_going_starts_the_dead_again(run: Run) -> None:
    """After a pause it runs under a new process id, which the description tells."""
    stack = run("--keep-going")
    stack.wait_until_ready()
    before = stack.pid("back")
    os.kill(before, signal.SIGKILL)
    until("it runs again", lambda: stack.pid("back") != before)
    stack.process.send_signal(signal.SIGTERM)
    code, out = stack.end()
    assert code == 0
    assert "back ended with exit code -9; again in 1 s" in out


def test_restart_from_another_terminal_is_no_death(run: Run) -> None:
    """The process is a new one, the stack goes on; an unknown name is refused with those that there are."""
    stack = run()
    stack.wait_until_ready()
    before = stack.pid("front")
    ask_restart(stack.data, "front")
    assert stack.pid("front") != before
    with pytest.raises(StackError, match="no process 'nobody'; there are back, front, stubborn"):
        ask_restart(stack.data, "nobody")
    assert stack.process.poll() is None


def test_what_somebody_has_restarted_is_not_started_again(tmp_path: Path) -> None:
    """Who would revive a process comes too late, and leaves the new one alone."""
    with Stack(StackOptions(tmp_path), plan) as stack:
        died = stack.processes["back"]
        stack.kill("back")
        stack.restart("back")
        pid = stack.processes["back"].pid
        stack.revive(died)
        assert stack.processes["back"].pid == pid
        assert stack.dead() == []


def test_a_second_stack_on_the_same_data_is_refused(run: Run) -> None:
    """It is told so, and the first goes on undisturbed."""
    stack = run()
    stack.wait_until_ready()
    code, out = run().end()
    assert code == 1
    assert f"A stack runs on {stack.data} already" in out
    assert stack.process.poll() is None
    assert stack.description()["processes"]
