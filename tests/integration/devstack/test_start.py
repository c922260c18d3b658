"""A start that fails, ports that are taken."""

import socket
import sys
from pathlib import Path

import pytest

from tools.devstack import ports
from tools.devstack.errors import StackError
from tools.devstack.options import StackOptions
from tools.devstack.plan import Plan, application
from tools.devstack.process import ProcessSpec
from tools.devstack.stack import Stack


def stack_of(tmp_path: Path, program: str, limit_s: float = 10.0) -> Stack:
    """A stack of one process that never says that it is ready."""
    command = (sys.executable, "-c", program)
    spec = ProcessSpec("broken", command, ready_line="never", ready_limit_s=limit_s, stop_limit_s=1.0)
    return Stack(StackOptions(tmp_path), lambda _: Plan((spec,), {}, {}))


def test_a_process_that_ends_while_it_starts_is_told_with_its_last_lines(tmp_path: Path) -> None:
    """Its exit code and what it said stand in the error."""
    with pytest.raises(StackError, match=r"broken ended with exit code 3 while it was starting:\n  no such thing"):
        stack_of(tmp_path, "print('no such thing'); raise SystemExit(3)").start()


def test_a_process_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    """The error names the limit and the log."""
    with pytest.raises(StackError, match=r"broken was not ready after 0.5 s .*broken\.log\):\n  hm"):
        stack_of(tmp_path, "import time; print('hm', flush=True); time.sleep(60)", limit_s=0.5).start()


def test_a_taken_port_is_one_clear_message(tmp_path: Path) -> None:
    """Port, process and what to set; nothing has been started."""
    claim, free = ports.claim_block()
    with claim, socket.create_server((ports.LOOPBACK, free["users"])):
        environment = {ports.variable(name): str(free[name]) for name in ports.DEFAULTS}
        with pytest.raises(StackError) as caught:
            application(StackOptions(tmp_path, "default", environment))
    first, *others = str(caught.value).splitlines()
    assert first.startswith(f"Port {free['users']} (users) is taken by ")
    assert first.endswith("): set USERS_PORT to another")
    assert others == ["Or let the stack choose free ports: --ports auto"]


def test_two_stacks_share_no_port() -> None:
    """Each holds its block while it lives, Erlang's two ports included."""
    first_claim, first = ports.claim_block()
    second_claim, second = ports.claim_block()
    with first_claim, second_claim:
        assert set(first) == set(ports.NAMES)
        assert not set(first.values()) & set(second.values())
        assert ports.free_port() not in {*first.values(), *second.values()}
