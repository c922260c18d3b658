"""Prometheus and promtool, for the tests only: they start an instance of their own."""

from tools.devstack.setup import apt
from tools.devstack.setup.machine import Machine, require
from tools.devstack.setup.versions import PROMETHEUS_MIN


def provide(machine: Machine) -> None:
    """Have Prometheus' programs, the system's own server staying off."""
    if machine.find("prometheus") is None or machine.find("promtool") is None:
        apt.install(machine, ["prometheus"], units=("prometheus.service",), hint="Only the tests need it.")
    program = machine.find("promtool")
    found = machine.version(program, r"version (\d+\.\d+)")
    require("Prometheus", found, PROMETHEUS_MIN, hint="Only the tests need it.")
