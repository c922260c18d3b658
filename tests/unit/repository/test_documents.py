"""The documents: what they point to exists, and what they name is named so."""

import re
from pathlib import Path

import pytest

from tests.unit.lib.settings.classes import REPOSITORY

# Folders that are not ours, or not the repository's.
FOREIGN = {".venv", ".cache", ".run", ".git", ".pytest_cache", ".hypothesis"}
LINK = re.compile(r"\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    """Every Markdown file of the repository."""
    return [path for path in REPOSITORY.rglob("*.md") if not FOREIGN & set(path.relative_to(REPOSITORY).parts)]


def targets(document: Path) -> list[str]:
    """The relative links of a document, without their anchors."""
    links = LINK.findall(document.read_text())
    return [link.partition("#")[0] for link in links if "://" not in link and not link.startswith("#")]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_relative_links_point_to_files_that_exist(document: Path) -> None:
    """A reader who follows a link or sees an image finds it."""
    assert [link for link in targets(document) if not (document.parent / link).exists()] == []
