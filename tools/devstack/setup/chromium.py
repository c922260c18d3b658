"""Chromium, for the tests only: they drive the checkout page with it."""

from pathlib import Path

from tools.devstack.setup import apt
from tools.devstack.setup.machine import Machine, require
from tools.devstack.setup.versions import CHROMIUM_MIN

# Debian's, Ubuntu's and Google's names of the same program, the freest first.
NAMES = ("chromium", "chromium-browser", "google-chrome")
HINT = "Only the tests of the checkout page need it; Google's Chrome on PATH does as well."


def find(machine: Machine) -> Path | None:
    """The program, under whichever of its names; None when it is missing."""
    return next((found for name in NAMES if (found := machine.find(name)) is not None), None)


def provide(machine: Machine) -> None:
    """Have the browser; the fonts that it needs come with Debian's package."""
    if find(machine) is None:
        apt.install(machine, ["chromium"], hint=HINT)
    found = machine.version(find(machine), r"(\d+)\.\d+\.\d+")
    require("Chromium", found, CHROMIUM_MIN, hint=HINT)
