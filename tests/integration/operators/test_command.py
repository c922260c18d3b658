"""The command in a process of its own: its exit codes, and a person at its terminal."""

import os
import pty
import select
import subprocess
import sys
import time

import pytest

from audit.settings import SERVICES
from tests.integration.operators.parking import forbidding, parked
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.patience import PATIENCE_S
from tools.devstack.stack import Stack

FLASK = [sys.executable, "-m", "flask", "--app", "app", "purchases"]


@pytest.fixture
def environment(own: Stack, keys: dict[str, str]) -> dict[str, str]:
    """What an operator's shell tells the command."""
    stack = own.description
    urls = {f"{name.upper()}_URL": str(stack["processes"][name]["url"]) for name in SERVICES}
    where = {
        "OPERATOR": "olga",
        "TEMPORAL_ADDRESS": stack["temporal"]["address"],
        "SERVICE_TOKEN": stack["service_token"],
    }
    return {"PYTHONPATH": ".", "PATH": os.environ["PATH"], "TERM": "xterm"} | keys | urls | where


def run(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr; there is no terminal."""
    ended = subprocess.run(
        [*FLASK, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def typed(environment: dict[str, str], keys: bytes, *arguments: str) -> tuple[int, str]:
    """Exit code and what a terminal has shown, where somebody answers the question with these keys."""
    terminal, ours = pty.openpty()
    command = [*FLASK, *arguments]
    process = subprocess.Popen(command, env=environment, stdin=ours, stdout=ours, stderr=ours)
    os.close(ours)
    shown, answered, deadline = b"", False, time.monotonic() + PATIENCE_S
    while part := _read(terminal, deadline):
        shown += part
        if b"[y/N]" in shown and not answered:
            answered = True
            os.write(terminal, keys)
    os.close(terminal)
    return process.wait(PATIENCE_S), shown.decode()


def _read(terminal: int, deadline: float) -> bytes:
    """What comes next; nothing once the command has ended. Raises TimeoutError."""
    if not select.select([terminal], [], [], deadline - time.monotonic())[0]:
        raise TimeoutError("the command neither says anything nor ends")
    try:
        return os.read(terminal, 65_536)
    except OSError:
        # So a terminal of Linux ends.
        return b""


def test_its_exit_code_and_output_are_the_commands(buyers: Buyers, environment: dict[str, str]) -> None:
    """Whatever the SDK's threads do at the end; one line where something is not there."""
    purchase = buyers.opened()
    code, out, _ = run(environment, "show", purchase.purchase_id)
    assert (code, purchase.opening in out, "mangrove-2" in out) == (0, True, True)
    code, out, said = run(environment, "show", "purchase/unknown")
    assert (code, out, said.count("\n"), "not-found" in said) == (2, "", 1, True)


def test_a_person_answers(own: Stack, engine: TemporalServer, buyers: Buyers, environment: dict[str, str]) -> None:
    """No does nothing; yes does it, and what came of it is shown."""
    with forbidding(own, "users"):
        (purchase,) = parked(buyers, engine, 1)
    code, shown = typed(environment, b"n\n", "abort", purchase.purchase_id)
    assert (code, "Nothing is done." in shown) == (1, True)
    code, shown = typed(environment, b"y\n", "retry", purchase.purchase_id)
    assert (code, "Retry this saga at Temporal" in shown, "The purchase is paid." in shown) == (0, True, True)
    buyers.ended(purchase, "paid", None, by=purchase.success)
