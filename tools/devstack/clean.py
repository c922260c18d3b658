"""`python3 -m tools.devstack.clean`: remove the stack's data and what tests left behind. Standard library only."""

import shutil
import sys
from pathlib import Path

from tools.devstack.lock import lock_data

ROOT = Path(__file__).resolve().parents[2]
LEFT_BY_TESTS = (
    ".coverage",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
)


def clean(root: Path) -> None:
    """Remove what can be made again; what set-up brought (`.venv`, `.cache`) stays. Refuses while a stack runs."""
    data = root / ".run"
    if data.exists():
        lock = lock_data(data)
        if lock is None:
            sys.exit("A stack runs on .run: stop it first (Ctrl-C where it runs).")
        with lock:
            shutil.rmtree(data)
    for name in LEFT_BY_TESTS:
        path = root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    clean(ROOT)
