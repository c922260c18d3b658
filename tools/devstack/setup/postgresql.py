"""PostgreSQL, for the tests and for STORE=postgres: only its files are wanted, a stack runs a server of its own."""

from pathlib import Path

from tools.devstack.setup import apt
from tools.devstack.setup.machine import Machine, require, version_in
from tools.devstack.setup.versions import POSTGRESQL_MIN

# Debian keeps several versions side by side and none of them on PATH.
DEBIANS = Path("/usr/lib/postgresql")
NEEDED_FOR = "Only the tests and STORE=postgres need it."


def find(machine: Machine) -> Path | None:
    """The folder with initdb and pg_ctl: the one on PATH, else Debian's newest."""
    if (on_path := machine.find("initdb")) is not None:
        return on_path.resolve().parent
    installed = [path.parent for path in DEBIANS.glob("*/bin/initdb")]
    return max(installed, key=lambda folder: int(folder.parent.name), default=None)


def provide(machine: Machine) -> None:
    """Have PostgreSQL's programs, the system's own server staying off."""
    if find(machine) is None:
        apt.install(machine, ["postgresql"], units=("postgresql.service",), hint=NEEDED_FOR)
    folder = find(machine)
    found = version_in(machine.output(folder / "initdb", "--version"), r"(\d+)") if folder else None
    require("PostgreSQL", found, POSTGRESQL_MIN, hint=NEEDED_FOR)
