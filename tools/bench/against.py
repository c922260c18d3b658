"""The stack of another revision, in a work tree beside this one, with this one's packages and programs."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.devstack.description import description_at
from tools.devstack.errors import StackError
from tools.devstack.options import ROOT
from tools.devstack.process import Process, ProcessSpec, running

# A stack is ready within 20 s here; a test machine may be busier.
READY_LIMIT_S = 300.0
# A stack stops within 15 s.
STOP_LIMIT_S = 30.0


@contextmanager
def stack_of(revision: str, folder: Path) -> Iterator[tuple[Mapping[str, Any], Process]]:
    """Its description, and the process that runs it; a folder of data, new. Raises StackError on an unknown one.

    Its own set-up is not run: that of 1.0.0 lets pip resolve what the lock names already, and fails since a package of
    a package's was released anew. It needs no others than we do, and both on the same ones is the fairer comparison.
    """
    with _tree(revision, folder / "tree") as tree:
        # Up to 1.0.0 the folder stood at the top.
        module = "tools.devstack" if (tree / "tools" / "devstack").is_dir() else "devstack"
        data = folder / "data"
        spec = ProcessSpec(
            f"the stack of {revision}",
            (sys.executable, "-m", module, "up", "--ports", "auto", "--data", str(data)),
            ready=(data / "stack.json").exists,
            ready_limit_s=READY_LIMIT_S,
            stop_limit_s=STOP_LIMIT_S,
        )
        with running(spec, os.environ, folder / "stack.log", tree) as process:
            yield description_at(data), process


@contextmanager
def _tree(revision: str, path: Path) -> Iterator[Path]:
    found = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode:
        raise StackError(
            f"This clone knows no revision {revision}: `git fetch --tags` may bring it, or name one of `git log --all`."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    made = _git("worktree", "add", "--detach", str(path), found.stdout.strip())
    if made.returncode:
        raise StackError(f"git makes no work tree of {revision}: {made.stderr.strip()}")
    try:
        (path / ".cache").symlink_to(ROOT / ".cache")
        yield path
    finally:
        _git("worktree", "remove", "--force", str(path))


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
