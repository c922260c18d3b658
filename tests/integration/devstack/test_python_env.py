"""The set-up of the Python packages, for real, from an index that was made for the test.

The pip is the one that this Python brings: 23.2 with Python 3.11.5 to 3.11.7, which took the newest release for an
extra that nobody had pinned.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.devstack.package_index import Index, write_requirements
from tools.devstack.setup import python_env
from tools.devstack.setup.machine import Machine, SetupError

# What people have in their environments for other projects: packages elsewhere, fewer, more, none, newer, or compiled.
MEANT_FOR_OTHERS = {
    "PIP_DRY_RUN": "1",
    "PIP_NO_BINARY": ":all:",
    "PIP_PRE": "1",
    "PIP_QUIET": "1",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_UPGRADE": "1",
    "PIP_USER": "1",
}


LOCK = {"shop-1.0", "mail-1.0", "dns-1.0", "base-1.0"}


@dataclass(frozen=True)
class Mended:
    """A repository whose requirements were incomplete at first, and what its set-up said of that."""

    machine: Machine
    told: str

    @property
    def site(self) -> Path:
        """Where its packages are."""
        (folder,) = self.machine.root.glob(".venv/lib/python*/site-packages")
        return folder

    def installed(self) -> set[str]:
        """The packages beside those that the Python brings."""
        found = {path.stem for path in self.site.glob("*.dist-info")}
        return {name for name in found if not name.startswith(("pip-", "setuptools-"))}


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Mended:
    """Set up twice: with a package missing; then completely, upon what the first time has left, broken further.

    Making an environment takes seconds of a processor: all tests look at this one.
    """
    around = tmp_path_factory.mktemp("set-up")
    root = around / "repository"
    root.mkdir()
    index = Index(around / "index")
    lock = serve_shop(index)
    tell_pip(root, index)
    # A package that lies on PYTHONPATH looks installed.
    (around / "path" / "base-1.0.dist-info").mkdir(parents=True)
    (around / "path" / "base-1.0.dist-info" / "METADATA").write_text("Name: base\nVersion: 1.0\n")
    (around / "constraints.txt").write_text("dns==2.0\n")
    environment = {
        **MEANT_FOR_OTHERS,
        "PIP_CONSTRAINT": str(around / "constraints.txt"),
        "PIP_REQUIREMENT": str(around / "constraints.txt"),
        "PIP_TARGET": str(around / "elsewhere"),
        "PYTHONPATH": str(around / "path"),
    }
    machine = Machine(root, {"PATH": "/usr/bin:/bin", "HOME": str(root), **environment}, lambda _: None)

    write_requirements(root, [line for line in lock if not line.startswith("base")])
    with pytest.raises(SetupError) as caught:
        python_env.provide(machine)
    found = Mended(machine, str(caught.value))
    assert not python_env.is_current(machine)
    # A package whose installation was broken off looks installed, and holds nothing.
    (found.site / "dns.py").unlink()
    write_requirements(root, lock)
    python_env.provide(machine)
    return found


def serve_shop(index: Index) -> list[str]:
    """A lock of four packages, of which one asks for another's extra; and newer releases, which it does not name."""
    pinned = [
        index.serve("shop", "1.0", "Requires-Dist: mail[check]", "Requires-Dist: base>=1"),
        index.serve("mail", "1.0", "Provides-Extra: check", "Requires-Dist: dns; extra == 'check'"),
        index.serve("dns", "1.0"),
        index.serve("base", "1.0"),
    ]
    index.serve("shop", "2.0")
    index.serve("mail", "1.1", "Provides-Extra: check", "Requires-Dist: dns>=2; extra == 'check'")
    index.serve("dns", "2.0")
    index.serve("base", "1.1rc1")
    return pinned


def tell_pip(home: Path, index: Index) -> None:
    """A pip.conf as people have it: their company's index, and habits of theirs."""
    settings = home / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[global]\nindex-url = {index.url}\nquiet = 1\n[install]\nno-deps = false\nuser = true\n")


def test_exactly_the_lock_is_installed_whatever_is_served_and_pip_is_told(mended: Mended) -> None:
    """Newer releases, variables, a pip.conf and PYTHONPATH change nothing; the index that the file names is used."""
    assert mended.installed() == LOCK
    assert not Path(mended.machine.env["PIP_TARGET"]).exists()


def test_incomplete_requirements_are_refused(mended: Mended) -> None:
    """The error names what lacks, and says what to do."""
    assert "shop 1.0 requires base, which is not installed." in mended.told
    assert "requirements.txt is not complete: get it anew (`git checkout requirements.txt`)" in mended.told


def test_what_was_broken_off_is_made_anew(mended: Mended) -> None:
    """The same command again: nothing of a half-done environment is built on."""
    assert (mended.site / "dns.py").exists()


def test_what_is_there_is_left_alone_and_what_is_not_is_seen(mended: Mended) -> None:
    """A second set-up does nothing, and keeps what people have added; a package that somebody changed is noticed."""
    (mended.site / "theirs-1.0.dist-info").mkdir()
    python_env.provide(mended.machine)
    assert (mended.site / "theirs-1.0.dist-info").exists()

    (mended.site / "mail-1.0.dist-info").rename(mended.site / "mail-1.1.dist-info")
    assert not python_env.is_current(mended.machine)
