"""The recorded histories visit every branch of every saga: a branch that none visits could break unseen."""

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.histories.files import FOLDER, versions
from tests.sagas.sdk import definition
from workers.sagas import ALL_SAGAS
from workflows.attributes import payment_attributes
from workflows.parking import Parking
from workflows.saga import Saga
from workflows.steps import Steps

ROOT = FOLDER.parents[1]
# Longer than a replay of everything under coverage takes on a busy machine.
LIMIT_S = 240
# What no history can visit: the functions themselves, for what they are called is nobody's contract.
NEVER_REPLAYED: Mapping[Callable[..., Any], str] = {
    payment_attributes: "the intake calls it when it starts a saga",
    Parking.check: "a validator asks it before anything is written",
    Parking.view: "a query leaves no trace",
    Parking.resolve: "guards against a decision that comes as the saga goes on by itself; the SDK's own order of "
    "validator and handler excludes it today",
    Steps._why_parked: "an error of a kind that the server does not send today is passed on",  # noqa: SLF001
    Saga.abort_means: "every saga that can be undone says it in its own words",
    Saga.about: "every saga says it in its own words",
}


def _never_replayed() -> set[str]:
    """Those, every validator (it decides before anything is written), and every query (it leaves no trace)."""
    known = [definition(saga) for saga in ALL_SAGAS]
    validators = [update.validator for each in known for update in each.updates.values() if update.validator]
    queries = [each.queries["parked"].fn for each in known]
    return {_named(function) for function in (*NEVER_REPLAYED, *validators, *queries)}


def _named(function: Callable[..., Any]) -> str:
    """As coverage names it, after its file."""
    return f"{Path(inspect.getfile(function)).name} {function.__qualname__}"


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
    assert _unvisited(tmp_path) == _never_replayed()
