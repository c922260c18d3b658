"""The sagas' code with a change in it, as somebody would make it, loaded beside the code itself."""

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tests.sagas.sdk import is_saga
from workers.sagas import ALL_SAGAS

ROOT = Path(__file__).resolve().parents[2]
# All of which a saga's behaviour is made.
PACKAGES = ("workflows", "activities", "domain")


@dataclass(frozen=True)
class Edit:
    """Text that is replaced wherever it stands in a file, or in all of them."""

    file: str
    before: str
    after: str


def change(folder: Path, *edits: Edit) -> None:
    """Copy the packages into a folder and edit the copy; text that is not there (any more) is a mistake."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in edits:
        files = [path for package in PACKAGES for path in (folder / package).glob("*.py")]
        meant = [path for path in files if edit.file in {"*", str(path.relative_to(folder))}]
        found = [path for path in meant if edit.before in path.read_text()]
        assert found, f"{edit.before!r} stands in no {edit.file}: the edit has to follow the code"
        for path in found:
            path.write_text(path.read_text().replace(edit.before, edit.after))


def sagas_of(folder: Path) -> tuple[type, ...]:
    """The sagas as the packages in a folder have them."""
    with _in_place_of_ours(folder):
        modules = [importlib.import_module(name) for name in sorted({saga.__module__ for saga in ALL_SAGAS})]
        return tuple(each for module in modules for each in vars(module).values() if _is_made_a_saga_in(module, each))


def _is_made_a_saga_in(module: ModuleType, found: object) -> bool:
    """By its definition, for an edit may have given its class another name."""
    return isinstance(found, type) and found.__module__ == module.__name__ and is_saga(found)


@contextmanager
def _in_place_of_ours(folder: Path) -> Iterator[None]:
    ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES}
    for name in ours:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
            del sys.modules[name]
        sys.modules.update(ours)
