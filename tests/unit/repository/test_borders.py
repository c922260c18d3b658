"""The borders that import-linter checks (pyproject.toml)."""

import tomllib

from tests.unit.lib.settings.classes import REPOSITORY

LINTER = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_no_folder_of_ours_imports_what_lies_beside_the_house() -> None:
    """The contract that says so has to name every folder: the linter knows no word for all of them."""
    beside = next(each for each in LINTER["contracts"] if "tests" in each.get("forbidden_modules", ()))

    assert beside["source_modules"] == LINTER["root_packages"]
