"""kustomize, for the tests only: it makes of deploy/kubernetes what a cluster is given."""

from pathlib import Path

from tools.devstack.setup import golang
from tools.devstack.setup.machine import Machine, version_in
from tools.devstack.setup.versions import KUSTOMIZE, KUSTOMIZE_MIN, shown

MODULE = f"sigs.k8s.io/kustomize/kustomize/v5@{KUSTOMIZE}"
OTHERWISE = f"put `kustomize` {shown(KUSTOMIZE_MIN)} or a newer `kubectl` on PATH; only the tests need it"


def cached(machine: Machine) -> Path:
    """Where the set-up puts the program."""
    return machine.cache / "bin" / "kustomize"


def find(machine: Machine) -> tuple[str, ...] | None:
    """The command that builds a folder: kubectl's or kustomize's own on PATH if new enough, else ours; or None."""
    for program, version, build in (
        (machine.find("kustomize"), ("version",), ("build",)),
        (machine.find("kubectl"), ("version", "--client"), ("kustomize",)),
        (cached(machine), ("version",), ("build",)),
    ):
        # kubectl tells two versions, its own first.
        known = version_in(
            machine.output(program, *version) if program else None, r"(?:Kustomize Version: |^)v([\d.]+)"
        )
        if known is not None and known >= KUSTOMIZE_MIN:
            return (str(program), *build)
    return None


def provide(machine: Machine) -> None:
    """Have the program: on PATH, ours, or built by Go, whichever comes first."""
    golang.provide(machine, {MODULE: cached(machine)}, lambda: find(machine), otherwise=OTHERWISE)
