"""The Temporal server as production runs it, on PostgreSQL, with the tool that makes its tables: for the tests."""

from pathlib import Path

from tools.devstack.setup import golang
from tools.devstack.setup.machine import Machine
from tools.devstack.setup.versions import TEMPORAL_SERVER, TEMPORAL_SERVER_MIN

MODULE = "go.temporal.io/server/cmd"
OTHERWISE = "put `temporal-server` and `temporal-sql-tool` on PATH; only the tests need them"
SERVER, SQL_TOOL = "temporal-server", "temporal-sql-tool"


def find(machine: Machine, name: str) -> Path | None:
    """One of the two programs: the one on PATH, else ours; None if there is neither."""
    return machine.first(name, TEMPORAL_SERVER_MIN, r"version (\d+(?:\.\d+)+)")


def provide(machine: Machine) -> None:
    """Have both programs: on PATH, ours, or built by Go, whichever comes first."""
    folder = machine.cache / "bin"
    built = {
        f"{MODULE}/server@{TEMPORAL_SERVER}": folder / SERVER,
        f"{MODULE}/tools/sql@{TEMPORAL_SERVER}": folder / SQL_TOOL,
    }
    golang.provide(machine, built, lambda: all(find(machine, name) for name in (SERVER, SQL_TOOL)), otherwise=OTHERWISE)
