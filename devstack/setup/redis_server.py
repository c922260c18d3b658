"""Redis, for the tests only: they start an instance of their own."""

from devstack.setup import apt
from devstack.setup.machine import Machine, SetupError, version_in
from devstack.setup.versions import REDIS_MIN, shown


def provide(machine: Machine) -> None:
    """Have Redis' program, the system's own server staying off."""
    if machine.find("redis-server") is None:
        apt.install(machine, ["redis-server"], units=("redis-server.service",), hint="Only the tests need it.")
    program = machine.find("redis-server")
    found = version_in(machine.output(program, "--version"), r"v=(\d+\.\d+)") if program else None
    if found is None or found < REDIS_MIN:
        known = shown(found) if found else "unknown"
        raise SetupError(f"Redis {shown(REDIS_MIN)} or newer is needed for the tests, found: {known}.")
