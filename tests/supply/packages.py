"""The packages that poetry.lock names, as the supply chain's documents look at them."""

import re
import tomllib
from dataclasses import dataclass

from tests.unit.lib.settings.classes import REPOSITORY


@dataclass(frozen=True)
class Locked:
    """A package of the lock; some stand there twice, in a version for newer Pythons too."""

    # As the index compares it.
    name: str
    version: str
    # Whether the image holds it; the others are tools of development.
    is_shipped: bool


def canonical(name: str) -> str:
    """A package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> list[Locked]:
    """Every package of the lock, by name and version."""
    packages = tomllib.loads((REPOSITORY / "poetry.lock").read_text())["package"]
    found = (Locked(canonical(one["name"]), one["version"], "main" in one["groups"]) for one in packages)
    return sorted(found, key=lambda package: (package.name, package.version))
