"""The Temporal server as production runs it, on PostgreSQL, with the tool that makes its tables: for the tests."""

from pathlib import Path

from tools.devstack.setup import golang
from tools.devstack.setup.machine import Machine, version_in
from tools.devstack.setup.versions import TEMPORAL_SERVER, TEMPORAL_SERVER_MIN, shown

MODULE = "go.temporal.io/server/cmd"
OTHERWISE = "put `temporal-server` and `temporal-sql-tool` on PATH; only the tests need them"
SERVER, SQL_TOOL = "temporal-server", "temporal-sql-tool"


def find(machine: Machine, name: str) -> Path | None:
    """One of the two programs: the one on PATH, else ours; None if there is neither."""
    for candidate in (machine.find(name), machine.cache / "bin" / name):
        if candidate is not None and _is_new_enough(machine, candidate):
            return candidate
    return None


def provide(machine: Machine) -> None:
    """Have both programs: on PATH, ours, or built by Go, whichever comes first."""
    folder = machine.cache / "bin"
    built = {
        f"{MODULE}/server@{TEMPORAL_SERVER}": folder / SERVER,
        f"{MODULE}/tools/sql@{TEMPORAL_SERVER}": folder / SQL_TOOL,
    }
    golang.provide(machine, built, lambda: all(find(machine, name) for name in (SERVER, SQL_TOOL)), otherwise=OTHERWISE)


def _is_new_enough(machine: Machine, program: Path) -> bool:
    version = version_in(machine.output(program, "--version"), r"version (\d+(?:\.\d+)+)") if program.exists() else None
    if version is not None and version < TEMPORAL_SERVER_MIN:
        machine.say(f"{program} is passed over: {shown(version)}, needed is {shown(TEMPORAL_SERVER_MIN)} or newer")
        return False
    return version is not None
