"""The README's scenarios, run as printed; only the addresses are those of the tests' own stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme import ENDS, SCENARIOS, last_purchase
from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S
from tools.devstack.stack import Stack


def on(stack: Stack, commands: str) -> str:
    """The commands with the stack's addresses and publishable key, and this interpreter's folder for `.venv/bin`."""
    description = stack.description
    places = {
        "http://127.0.0.1:5000": description["processes"]["intake"]["url"],
        "http://127.0.0.1:5005": description["processes"]["stripe_simulator"]["url"],
        "pk_test_development": description["stripe"]["publishable_key"],
        ".venv/bin": str(Path(sys.executable).parent),
    }
    for printed, here in places.items():
        commands = commands.replace(printed, here)
    return commands


def test_the_readme_has_all_scenarios() -> None:
    """Paid, declined and expired are there."""
    assert set(SCENARIOS) == set(ENDS)


@pytest.mark.parametrize("scenario", [*ENDS])
def test_a_scenario_ends_as_told(scenario: str, stack: Stack) -> None:
    """The last thing printed is the purchase at the end that the text names."""
    done = subprocess.run(
        ["/bin/bash", "-c", on(stack, SCENARIOS[scenario])],
        cwd=ROOT,
        env=os.environ | {"JWT_SECRET": stack.description["jwt_secret"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )

    assert done.stderr == ""
    purchase = last_purchase(done.stdout)
    assert purchase["status"] == ENDS[scenario]
    assert purchase["timeline"]
