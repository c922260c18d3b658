"""`python -m tests.histories`, in a copy of the work tree."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.histories.changed import PACKAGES, ROOT, Edit, change
from tests.histories.files import FOLDER, recorded, versions, write
from tests.sagas.fakes import PAYMENT_ID
from tools.devstack.patience import PATIENCE_S

STORY = f"paid.payment-success-{PAYMENT_ID}"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree of which nothing is released; `change` may put the sagas into it."""
    own = {"tests", ".git", ".env", *PACKAGES}
    _link(tmp_path, [path for path in ROOT.iterdir() if path.name not in own])
    (tmp_path / "tests/histories").mkdir(parents=True)
    _link(tmp_path / "tests", [path for path in FOLDER.parent.iterdir() if path != FOLDER])
    _link(tmp_path / "tests/histories", list(FOLDER.glob("*.py")))
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True, timeout=PATIENCE_S)  # noqa: S607 - the user's git
    return tmp_path


def _link(folder: Path, paths: list[Path]) -> None:
    for path in paths:
        (folder / path.name).symlink_to(path)


def run(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, from the tree."""
    command = [sys.executable, "-m", "tests.histories", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def test_a_clock_in_a_saga_is_found_by_the_sandbox(tree: Path) -> None:
    """Exit code 1, the saga, the history, and what the sandbox has against it."""
    asks_the_clock = Edit(
        "workflows/payment_success.py",
        "            await self._commit()\n",
        "            __import__('time').sleep(0)\n            await self._commit()\n",
    )
    change(tree, asks_the_clock)
    story = next(each.history for each in recorded(versions()[-1], story="paid") if each.name == f"{STORY}.json")
    write("0.0.1", {STORY: story}, tree / "tests/histories")
    checked = run(tree, "check")
    assert checked.returncode == 1
    assert f"PaymentSuccess does not do what version 0.0.1 did, in tests/histories/0.0.1/{STORY}.json" in checked.stdout
    assert "The saga failed: Cannot access time.sleep" in checked.stdout


def test_what_is_tagged_is_not_recorded_again(tree: Path) -> None:
    """What a released version did stays as it was."""
    change(tree)
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for arguments in (["commit", "--quiet", "--allow-empty", "-m", "released"], ["tag", "v0.0.1"]):
        subprocess.run(["git", "-C", str(tree), *identity, *arguments], check=True, timeout=PATIENCE_S)  # noqa: S607
    refused = run(tree, "record", "0.0.1")
    assert refused.returncode == 1
    assert "Version 0.0.1 is tagged" in refused.stderr
    assert not (tree / "tests/histories/0.0.1").exists()
