"""Each whole run of these tests is noted in docs/proved.md: when, on which commit, for how long, with what outcome."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "proved.md"
BEGUN_AT = pytest.StashKey[float]()
OUTCOMES = ("passed", "failed", "error", "skipped")


def pytest_configure(config: pytest.Config) -> None:
    """Note when it begins."""
    config.stash[BEGUN_AT] = time.monotonic()


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Add a row, be the outcome good or bad; a part of the tests proves nothing and is not noted."""
    whole = [(config.invocation_params.dir / argument).resolve() for argument in config.args] == [HERE]
    if whole and not config.option.collectonly:
        seconds = time.monotonic() - config.stash[BEGUN_AT]
        with PAGE.open("a") as page:
            page.write(row(datetime.now(UTC), commit(), seconds, terminalreporter.stats))


def row(now: datetime, commit: str, seconds: float, found: Mapping[str, Sequence[object]]) -> str:
    """A row of the page."""
    outcome = ", ".join(f"{len(found[kind])} {kind}" for kind in OUTCOMES if found.get(kind)) or "nothing ran"
    return f"| {now:%Y-%m-%d} | {commit} | {seconds:.0f} | {outcome} |\n"


def commit() -> str:
    """What was tried; `-dirty` if it is not all committed."""
    described = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(described, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
