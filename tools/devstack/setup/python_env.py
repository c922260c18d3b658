"""The virtual environment with the packages that requirements.txt names by hash, and with nothing else."""

import ast
import hashlib
import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.devstack.setup import apt
from tools.devstack.setup.machine import Machine, SetupError
from tools.devstack.setup.versions import PYTHON_MIN, shown

STAMP = ".requirements"
# Nothing is decided while installing: no package that the file does not name (older pips would take an index's newest
# release for an extra), and nothing compiled, whose build requirements nobody has pinned.
LOCKED = ("--require-hashes", "--no-deps", "--only-binary", ":all:")
# What people may tell pip: where packages come from. All else would change what is installed, or where to.
HEEDED = frozenset(
    {
        "cert", "client-cert", "default-timeout", "extra-index-url", "find-links", "index-url", "keyring-provider",
        "no-index", "proxy", "retries", "timeout", "trusted-host",
    }
)  # fmt: skip
# A line of `pip config list`: section, name, and the value as Python writes it.
SETTING = re.compile(r"(global|install)\.([\w-]+)=(['\"].*)")


def provide(machine: Machine) -> None:
    """Make `.venv` anew unless it holds what requirements.txt names: what was begun or is broken is not built on."""
    if is_current(machine):
        return
    stamp = _stamp(machine)
    stamp.unlink(missing_ok=True)
    _create(machine)
    # Isolated from PYTHONPATH: a package that lies there would be taken for an installed one.
    pip: list[str | Path] = [machine.venv_python, "-I", "-m", "pip"]
    environment = _pip_environment(machine, pip)
    machine.run(
        "Installing the Python packages",
        [*pip, "install", *LOCKED, "-r", machine.root / "requirements.txt"],
        env=environment,
        hint="Is the package index reachable? Then run the same command again: what it has downloaded is kept.",
    )
    machine.run(
        "Checking the Python packages",
        [*pip, "check"],
        env=environment,
        hint="requirements.txt is not complete: get it anew (`git checkout requirements.txt`); whoever has changed\n"
        "poetry.lock writes both exports anew (docs/deployment.md, What is in it).",
    )
    stamp.write_text("\n".join([*_basis(machine), *sorted(_packages(machine))]) + "\n")


def is_current(machine: Machine) -> bool:
    """Whether all that was installed for these very requirements is still there; what people have added is theirs."""
    stamp = _stamp(machine)
    if not (stamp.exists() and machine.venv_python.exists()):
        return False
    basis = _basis(machine)
    found = stamp.read_text().splitlines()
    return found[: len(basis)] == basis and _packages(machine).issuperset(found[len(basis) :])


def _stamp(machine: Machine) -> Path:
    return machine.venv_python.parents[1] / STAMP


def _basis(machine: Machine) -> list[str]:
    """What an environment stands on: its place, which its programs name; its Python; the requirements."""
    digest = hashlib.sha256((machine.root / "requirements.txt").read_bytes()).hexdigest()
    return [str(machine.root), str(machine.venv_python.resolve()), digest]


def _packages(machine: Machine) -> set[str]:
    return {path.name for path in machine.venv_python.parents[1].glob("lib/python*/site-packages/*.dist-info")}


def _pip_environment(machine: Machine, pip: list[str | Path]) -> dict[str, str]:
    """The environment in which pip heeds of a user's settings only where packages come from."""
    # pip takes an empty variable for none.
    unset = {name: "" for name in machine.env if name.startswith("PIP_") and name != "PIP_CONFIG_FILE"}
    # Told to be louder, for a file may tell it to be quiet.
    listed = machine.output(*pip, "-v", "config", "list", env=unset)
    if listed is None:
        raise SetupError(f"pip cannot read its settings: `{machine.venv_python} -m pip config list` tells why.")
    return {
        **unset,
        **_heeded(machine.env, listed),
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_CACHE_DIR": str(machine.cache / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_PROGRESS_BAR": "off",
        # pip asks rustc for its version, and a rustc of rustup's would begin a folder in the user's home.
        "RUSTUP_HOME": str(machine.cache / "rustup"),
    }


def _heeded(env: Mapping[str, str], listed: str) -> dict[str, str]:
    """As variables: the files' settings for all commands, over them those for `install`, over them the variables."""
    settings = sorted(found.groups() for line in listed.splitlines() if (found := SETTING.fullmatch(line.strip())))
    files = {_variable(name): str(ast.literal_eval(value)) for _, name, value in settings if name in HEEDED}
    return files | {name: env[name] for name in map(_variable, HEEDED) if env.get(name)}


def _variable(setting: str) -> str:
    return f"PIP_{setting.upper().replace('-', '_')}"


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
        hint=f"Does `{python} -m venv` work by itself?",
    )
