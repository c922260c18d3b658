"""Redis, for the tests only: they start an instance of their own."""

from tools.devstack.setup import apt
from tools.devstack.setup.machine import Machine, require
from tools.devstack.setup.versions import REDIS_MIN


def provide(machine: Machine) -> None:
    """Have Redis' program, the system's own server staying off."""
    if machine.find("redis-server") is None:
        apt.install(machine, ["redis-server"], units=("redis-server.service",), hint="Only the tests need it.")
    program = machine.find("redis-server")
    found = machine.version(program, r"v=(\d+\.\d+)")
    require("Redis", found, REDIS_MIN, hint="Only the tests need it.")
