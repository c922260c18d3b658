"""What our code raises."""

import ast

import pytest

from tests.unit.lib.settings.classes import REPOSITORY

# What runs for weeks; `git ls-files` would need git.
FOLDERS = (
    "activities",
    "app",
    "audit",
    "clients",
    "domain",
    "engine",
    "lib",
    "operators",
    "providers",
    "services",
    "workers",
)


def constants_raised(source: str) -> list[str]:
    """Exceptions that are made once and raised again and again."""
    raised = (node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise))
    return [each.id for each in raised if isinstance(each, ast.Name) and each.id.isupper()]


@pytest.mark.parametrize("folder", [*FOLDERS, "workflows"])
def test_no_exception_is_a_constant(folder: str) -> None:
    """Raised again it keeps the frames of every time before, and what these hold: a process would fill its memory."""
    found = {str(path): constants_raised(path.read_text()) for path in (REPOSITORY / folder).rglob("*.py")}
    assert {path: names for path, names in found.items() if names} == {}
