"""Who reads the environment: settings, and nobody else of the application."""

import ast
import tomllib
from pathlib import Path

from tests.unit.lib.settings.classes import REPOSITORY

OURS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]

APPLICATION = set(OURS) - {"tools"}
READERS = {"environ", "environb", "getenv", "getenvb", "putenv"}


def reads_environment(source: str) -> bool:
    """Whether a module's source names `os.environ` or a function beside it, however it imports them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in READERS:
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os" and READERS & {name.name for name in node.names}:
            return True
    return False


def modules() -> list[Path]:
    """The application's modules but the settings."""
    found = [path for folder in APPLICATION for path in (REPOSITORY / folder).rglob("*.py")]
    return [path for path in found if path.name != "settings.py"]


def test_nobody_but_settings_reads_the_environment() -> None:
    """What a process is told stands in its settings class, where it has a name, a type and a reason."""
    assert [str(path.relative_to(REPOSITORY)) for path in modules() if reads_environment(path.read_text())] == []
