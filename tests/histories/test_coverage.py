"""The recorded histories visit every branch of every saga: a branch that none visits could break unseen."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.histories.files import FOLDER, versions

ROOT = FOLDER.parents[1]
# Longer than a replay of everything under coverage takes on a busy machine.
LIMIT_S = 240
# What no history can visit.
NEVER_REPLAYED = {
    "attributes.py payment_attributes": "the intake calls it when it starts a saga",
    "opening.py Opening._check_opened": "a validator decides before anything is written",
    "parking.py Parking.check": "a validator decides before anything is written",
    "saga.py Saga._check_resolve": "a validator decides before anything is written",
    "start_payment.py StartPayment._check_cancel": "a validator decides before anything is written",
    "parking.py Parking.view": "a query leaves no trace",
    "saga.py Saga.parked_view": "a query leaves no trace",
    "parking.py Parking.resolve": "guards against a decision that comes as the saga goes on by itself; the SDK's own "
    "order of validator and handler excludes it today",
    "steps.py Steps._why_parked": "an error of a kind that the server does not send today is passed on",
    "saga.py Saga.abort_means": "every saga that can be undone says it in its own words",
    "saga.py Saga.about": "every saga says it in its own words",
}


def _unvisited(folder: Path) -> set[str]:
    """The functions of workflows/ with a line or a branch that no history of the newest version visits."""
    report = folder / "report.json"
    _coverage(folder, "run", "--branch", "--source=workflows", "-m", "tests.histories.visit", versions()[-1])
    _coverage(folder, "json", "-o", str(report))
    return set(_gaps(json.loads(report.read_text())["files"]))


def _coverage(folder: Path, command: str, *arguments: str) -> None:
    # Not into the measurement of the run that this test is a part of.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    line = [sys.executable, "-m", "coverage", command, f"--data-file={folder / 'measured'}", *arguments]
    subprocess.run(line, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=LIMIT_S)


def _gaps(files: Mapping[str, Mapping[str, Mapping[str, Mapping[str, object]]]]) -> list[str]:
    return [
        f"{Path(file).name} {name}"
        for file, measured in files.items()
        for name, function in measured["functions"].items()
        if function["missing_lines"] or function["missing_branches"]
    ]


def test_the_histories_of_the_newest_version_visit_every_branch(tmp_path: Path) -> None:
    """A new branch needs a story in tests/histories/branches.py (or parked.py), and `make histories` records it."""
    assert _unvisited(tmp_path) == set(NEVER_REPLAYED)
