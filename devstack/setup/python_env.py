"""The virtual environment with the packages that requirements.txt names by hash."""

import hashlib
import importlib.util
import sys
from pathlib import Path

from devstack.setup import apt
from devstack.setup.machine import Machine, SetupError
from devstack.setup.versions import PYTHON_MIN, shown

STAMP = ".requirements"
# Nothing is decided while installing: no package that the file does not name (older pips would take an index's newest
# release for an extra), and nothing compiled, whose build requirements nobody has pinned.
LOCKED = ("--require-hashes", "--no-deps", "--only-binary", ":all:")


def provide(machine: Machine) -> None:
    """Make `.venv`, or bring it up to requirements.txt; done work is known by a stamp written last."""
    requirements = machine.root / "requirements.txt"
    stamp = machine.venv_python.parents[1] / STAMP
    wanted = [str(machine.root), hashlib.sha256(requirements.read_bytes()).hexdigest()]
    found = stamp.read_text().splitlines() if stamp.exists() else []
    if found == wanted and machine.venv_python.exists():
        return
    usable = machine.output(machine.venv_python, "-m", "pip", "--version") is not None
    # A folder that was moved has programs that name the old place.
    if not usable or (found and found[0] != wanted[0]):
        _create(machine)
    pip: list[str | Path] = [machine.venv_python, "-m", "pip"]
    machine.run(
        "Installing the Python packages",
        [*pip, "install", *LOCKED, "-r", requirements],
        env=_pip_environment(machine),
        hint="Is the package index reachable? Then run the same command again: it goes on where it stopped.",
    )
    machine.run(
        "Checking the Python packages",
        [*pip, "check"],
        env=_pip_environment(machine),
        hint="requirements.txt is not complete: write it anew from poetry.lock (docs/releases.md).",
    )
    stamp.write_text("\n".join(wanted) + "\n")


def _pip_environment(machine: Machine) -> dict[str, str]:
    return {
        "PIP_CACHE_DIR": str(machine.cache / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_PROGRESS_BAR": "off",
        # pip asks rustc for its version, and a rustc of rustup's would begin a folder in the user's home.
        "RUSTUP_HOME": str(machine.cache / "rustup"),
    }


def _create(machine: Machine) -> None:
    if sys.version_info < PYTHON_MIN:
        raise SetupError(f"Python {shown(PYTHON_MIN)} or newer is needed, this is {shown(sys.version_info[:3])}.")
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{shown(sys.version_info[:2])}-venv"
        apt.install(machine, [package], hint="Or name a Python that has venv and pip: make PYTHON=/path/to/python3")
    # Also from within an activated environment, which is not the one to build on.
    python = getattr(sys, "_base_executable", sys.executable)
    machine.run(
        "Making the virtual environment",
        [python, "-m", "venv", "--clear", machine.venv_python.parents[1]],
        env=_pip_environment(machine),
        hint=f"Does `{python} -m venv` work by itself?",
    )
