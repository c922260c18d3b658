"""Whatever a saga parks for, docs/operations.md tells what it means, how to check and what to do."""

import re

import pytest

from tests.unit.lib.settings.classes import REPOSITORY
from tests.unit.repository.parked_reasons import reasons, steps
from workflows.parking import Reason


def named() -> set[str]:
    """What the section names in its tables' first column."""
    section = (REPOSITORY / "docs/operations.md").read_text().partition("\n## A saga is parked\n")[2]
    rows = re.findall(r"^\| (`.*?`) \|", section.partition("\n## ")[0], re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_every_reason_has_its_row(reason: str) -> None:
    """In the words in which it is shown."""
    assert reason in named()


@pytest.mark.parametrize("step", sorted(steps()))
def test_of_every_step_it_is_told_whom_it_asks(step: str) -> None:
    """Any step can find its callee away, or its contract broken."""
    assert step in named()


@pytest.mark.parametrize("kind", list(Reason))
def test_every_kind_has_a_row(kind: Reason) -> None:
    """Metrics and alerts count the reasons by it."""
    text = (REPOSITORY / "docs/operations.md").read_text()
    assert f"| `{kind}` |" in text.partition("\n## A saga is parked\n")[2].partition("\n## ")[0]


def test_no_row_is_of_a_reason_that_is_gone() -> None:
    """The page tells of the code as it is."""
    assert named() <= reasons() | steps()
