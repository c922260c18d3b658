"""The protocol holds with all of its rules, and those that were added last are each needed."""

import subprocess
import sys
from pathlib import Path

import pytest

MODEL = Path(__file__).with_name("saga_model.py")


def walked(*arguments: str) -> str:
    """What the checker says of one configuration."""
    done = subprocess.run([sys.executable, MODEL, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "options",
    [[], ["--manual"], ["--hands"], ["--born"], ["--born", "--manual"]],
    ids=["automatic", "manual", "hands", "taken at creation", "held at creation"],
)
def test_the_protocol_holds(options: list[str]) -> None:
    """Paid and delivered, or neither; never stuck; the one who won tells the truth."""
    assert "no violation" in walked("--without", *options)


@pytest.mark.parametrize(
    ("rule", "option"),
    [
        ("amounts-compared", "--hands"),
        ("attempt-retrieves", "--hands"),
        ("fresh-answer", "--hands"),
        ("told-then-published", "--hands"),
        ("canceled-is-undone", "--manual"),
        ("undo-is-recorded", "--hands"),
    ],
)
def test_a_rule_that_is_left_out_is_missed(rule: str, option: str) -> None:
    """The shortest story of how the protocol breaks without it."""
    assert "1. client: POST /purchases" in walked("--without", rule, option)
