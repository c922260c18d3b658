"""The borders that import-linter checks (pyproject.toml) leave no folder out."""

import tomllib

from tests.unit.lib.settings.classes import REPOSITORY

LINTER = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_each_folder_of_ours_stands_on_one_floor() -> None:
    """The linter would take one that is on none for somebody else's package: it has no exhaustive list at the top."""
    layers = next(each["layers"] for each in LINTER["contracts"] if each["type"] == "layers")
    on_floors = sorted(folder.strip() for layer in layers for folder in layer.split("|"))

    assert on_floors == sorted({path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"tests"})
    assert sorted(LINTER["root_packages"]) == on_floors


def test_no_folder_of_ours_imports_what_lies_beside_the_house() -> None:
    """The contract that says so has to name every folder: the linter knows no word for all of them."""
    beside = next(each for each in LINTER["contracts"] if "tests" in each.get("forbidden_modules", ()))

    assert beside["source_modules"] == LINTER["root_packages"]
