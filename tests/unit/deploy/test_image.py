"""The image: what it copies exists, what it lacks is not needed, and it runs without rights."""

import ast
import re

import yaml

from tests.unit.lib.settings.classes import REPOSITORY
from tools.devstack.setup import python_env

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text().replace("\\\n", "")
# The processes that compose starts from the image begin in these; the rest they import.
OURS = {path.name for path in REPOSITORY.iterdir() if (path / "__init__.py").exists()} | {"config"}


def copied() -> list[str]:
    """What is copied from the repository."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_what_is_copied_exists() -> None:
    """Every source is there, and the image's context lets it through."""
    allowed = (REPOSITORY / ".dockerignore").read_text().splitlines()

    assert [source for source in copied() if not (REPOSITORY / source).exists()] == []
    assert {f"!{source}" for source in copied()} == {line for line in allowed if line.startswith("!")}
    assert "*" in allowed


def test_what_the_image_holds_imports_nothing_that_it_lacks() -> None:
    """No module of the image imports a folder of ours that is not copied."""
    held = {source.removesuffix(".py") for source in copied()}
    modules = [
        path
        for source in copied()
        for path in ([REPOSITORY / source] if source.endswith(".py") else (REPOSITORY / source).rglob("*.py"))
    ]
    imported = {name.partition(".")[0] for path in modules for name in imports(path.read_text())}

    assert imported & OURS <= held


def imports(source: str) -> set[str]:
    """The modules that a source imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_packages_are_installed_by_hash() -> None:
    """Nothing gets in that the lock does not name, nothing is compiled, as on a developer's machine; it is checked."""
    (install,) = re.findall(r"pip install .*", DOCKERFILE)

    assert " ".join(python_env.LOCKED) in install
    assert "-r requirements-runtime.txt" in install
    assert install.endswith("&& /venv/bin/pip check")


def test_every_stage_begins_with_the_same_pinned_python() -> None:
    """One interpreter, of the version that the project supports."""
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))

    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases.pop())


def test_the_processes_run_without_rights() -> None:
    """The last user named is the one that the image makes, before the command."""
    assert re.findall(r"^(?:USER|CMD)\b.*$", DOCKERFILE, re.MULTILINE)[0] == "USER buy-projects"
    assert "useradd --system" in DOCKERFILE


def test_the_image_is_production_unless_it_is_told_otherwise() -> None:
    """Whoever forgets to say where it runs gets no secret that everybody knows; compose says development."""
    assert re.findall(r"^ENV .*\bENVIRONMENT=(\w+)", DOCKERFILE, re.MULTILINE) == ["production"]
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    ours = [service for service in compose.values() if service["image"].startswith("buy-projects:")]
    assert {service["environment"]["ENVIRONMENT"] for service in ours} == {"${ENVIRONMENT:-development}"}
