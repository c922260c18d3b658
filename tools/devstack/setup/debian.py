"""Debian in folders, for `make prove-compose`: one holds a Docker engine, of the others base images are made."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tools.devstack.setup import apt
from tools.devstack.setup.machine import Machine, SetupError

HINT = (
    "Only `make prove-compose` needs it; with an engine of your own `docker compose up --build --wait` shows the same."
)
# Name spaces for its mounts and processes, so that nothing of debootstrap's stays when it is ended.
ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")


@dataclass(frozen=True)
class Root:
    """A Debian: its suite, and its packages beside the essential ones."""

    suite: str
    packages: tuple[str, ...]


ROOTS = {
    # Engine 26: the first in Debian that knows a health check's `start_interval`.
    "engine": Root("trixie", ("docker.io", "docker-cli", "docker-compose", "docker-buildx", "iproute2")),
    "servers": Root("trixie", ("postgresql", "rabbitmq-server", "netcat-openbsd")),
    # The newest Debian with Python 3.11, which the image is built on.
    "python": Root("bookworm", ("python3", "python3-venv")),
}


def folder(machine: Machine, name: str) -> Path:
    """Where a root lies."""
    return machine.cache / "compose" / name


def provide(machine: Machine) -> None:
    """Have all roots, as root, on a machine that lets mounts be made; what is complete is known by a stamp."""
    if not machine.is_root or machine.output(*ALONE, "true") is None:
        raise SetupError(f"This needs root, and the right to make mounts and name spaces.\n{HINT}")
    for name, root in ROOTS.items():
        stamp = folder(machine, name).with_suffix(".recipe")
        if not stamp.exists() or stamp.read_text() != repr(root):
            _make(machine, name, root)
            stamp.write_text(repr(root))


def _make(machine: Machine, name: str, root: Root) -> None:
    if machine.find("debootstrap") is None:
        apt.install(machine, ["debootstrap", "debian-archive-keyring"], hint=HINT)
    # Its folder is on root's PATH alone, if at all.
    program = machine.find("debootstrap") or "debootstrap"
    target = folder(machine, name)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    include = f"--include={','.join(root.packages)}"
    machine.run(
        f"Making Debian {root.suite} ({name})",
        [*ALONE, program, "--variant=minbase", "--force-check-gpg", include, root.suite, target],
        hint=f"Is Debian's mirror reachable? Then run the same command again.\n{HINT}",
    )
    # Downloads that no image needs.
    for pattern in ("var/cache/apt/archives/*.deb", "var/lib/apt/lists/*_*"):
        for path in target.glob(pattern):
            path.unlink()
