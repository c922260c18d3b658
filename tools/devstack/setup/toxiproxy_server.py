"""Toxiproxy: the proxy that slows and cuts connections, for the tests and for chaos."""

from pathlib import Path

from tools.devstack.setup import golang
from tools.devstack.setup.machine import Machine
from tools.devstack.setup.versions import TOXIPROXY

MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@{TOXIPROXY}"
OTHERWISE = "put a `toxiproxy-server` program on PATH; only the tests and `make chaos` need it"


def cached(machine: Machine) -> Path:
    """Where the set-up puts the program."""
    return machine.cache / "bin" / "toxiproxy"


def find(machine: Machine) -> Path | None:
    """The program that a stack starts: the one on PATH, else ours; None if there is neither."""
    # Its makers and Debian name it so; `toxiproxy` alone may be its command line client.
    for candidate in (machine.find("toxiproxy-server"), cached(machine)):
        if candidate is not None and machine.output(candidate, "-version") is not None:
            return candidate
    return None


def provide(machine: Machine) -> None:
    """Have the program: one on PATH, ours, or built by Go, whichever comes first."""
    golang.provide(machine, {MODULE: cached(machine)}, lambda: find(machine), otherwise=OTHERWISE)
