"""pyproject.toml, poetry.lock and the two exported files tell one story."""

import hashlib
import json
import re
import tomllib
from importlib.metadata import requires
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.lib.settings.classes import REPOSITORY

# name -> version and hashes
Pinned = dict[str, tuple[str, frozenset[str]]]
# Which groups of packages each exported file holds.
EXPORTS = {"requirements.txt": {"main", "dev"}, "requirements-runtime.txt": {"main"}}


def toml(name: str) -> dict[str, Any]:
    """A TOML file of the repository."""
    return tomllib.loads((REPOSITORY / name).read_text())


def locked(groups: set[str]) -> Pinned:
    """What the lock names for these groups."""
    return {
        package["name"]: (package["version"], frozenset(file["hash"] for file in package["files"]))
        for package in toml("poetry.lock")["package"]
        if groups & set(package["groups"])
    }


def exported(name: str) -> Pinned:
    """What an exported file names."""
    found: Pinned = {}
    for line in (REPOSITORY / name).read_text().replace("\\\n", " ").splitlines():
        requirement = re.match(r"([\w.-]+)(?:\[[^]]*\])?==(\S+)", line)
        assert requirement, f"{name}: {line}"
        found[requirement[1].lower()] = (requirement[2], frozenset(re.findall(r"--hash=(\S+)", line)))
    return found


@pytest.mark.parametrize("name", [*EXPORTS])
def test_an_export_is_the_lock(name: str) -> None:
    """The same packages, versions and hashes: after `poetry lock` both files are to be exported again."""
    assert exported(name) == locked(EXPORTS[name])


@pytest.mark.parametrize("name", [*EXPORTS])
def test_an_export_is_complete_by_itself(name: str) -> None:
    """All that its packages ask for here, extras too, of which `pip check` knows nothing: no resolver adds it."""
    pins = {canonicalize_name(package): version for package, (version, _) in exported(name).items()}
    asked: set[tuple[str, str]] = set()
    waiting, missing = wishes(EXPORTS[name]), []
    while waiting:
        wish = waiting.pop()
        package = canonicalize_name(wish.name)
        if package not in pins or not wish.specifier.contains(pins[package], prereleases=True):
            missing.append(str(wish))
            continue
        for extra in {"", *wish.extras} - {extra for known, extra in asked if known == package}:
            asked.add((package, extra))
            waiting += [each for each in map(Requirement, requires(package) or []) if holds(each, extra)]

    assert asked
    assert missing == []


def wishes(groups: set[str]) -> list[Requirement]:
    """What pyproject.toml asks for."""
    project = toml("pyproject.toml")
    named = project["project"]["dependencies"] + (project["dependency-groups"]["dev"] if "dev" in groups else [])
    return [Requirement(each) for each in named]


def holds(wish: Requirement, extra: str) -> bool:
    """Whether a package asks for this on this machine, with this extra of its own."""
    return wish.marker is None or wish.marker.evaluate({"extra": extra})


@pytest.mark.parametrize("name", [*EXPORTS, "poetry.lock", "pyproject.toml", "Dockerfile"])
def test_no_package_index_is_named(name: str) -> None:
    """Where packages come from is the machine's affair."""
    text = (REPOSITORY / name).read_text()

    assert "index-url" not in text
    assert "[[tool.poetry.source]]" not in text
    assert "[package.source]" not in text


def test_the_lock_is_pyprojects() -> None:
    """The lock's content-hash is that of the dependencies as they stand (poetry: `Locker._get_content_hash`)."""
    pyproject = toml("pyproject.toml")
    project = {key: pyproject["project"][key] for key in ("requires-python", "dependencies")}
    content = {"project": project, "dependency-groups": pyproject["dependency-groups"], "tool": {"poetry": {}}}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    assert toml("poetry.lock")["metadata"]["content-hash"] == digest
