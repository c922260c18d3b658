"""How tests share what takes memory and processor while it is up (tests/conftest.py)."""

import shutil
import subprocess
import sys
from pathlib import Path

from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S

TESTS = """
import pytest

@pytest.fixture(scope="session")
def common():
    print("common starts")
    yield
    print("common stops")

@pytest.fixture(scope="session")
def guest(common):
    yield
    print("guest leaves")

@pytest.fixture(scope="session")
def postgres():
    print("postgres starts")
    yield
    print("postgres stops")

@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    if request.param == "postgresql":
        request.getfixturevalue("postgres")

def test_a_guest(guest): print("a guest")
def test_a_database(database): print("a database")
def test_a_user(common): print("a user")
def test_alone(): print("alone")
"""


def test_what_is_shared_is_up_for_its_users_alone(tmp_path: Path) -> None:
    """Its users follow each other; it is stopped after the last of them, what is built on it before it."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    told = [line.lstrip(".") for line in done.stdout.splitlines()]
    assert told[:10] == [
        "a database", "alone", "common starts", "a guest", "a user", "guest leaves", "common stops",
        "postgres starts", "a database", "postgres stops",
    ]  # fmt: skip
    assert told[-1].startswith("5 passed")
