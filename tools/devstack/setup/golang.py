"""Programs built by Go from its module proxy; all that Go keeps stays in `.cache/`."""

import json
import platform
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.devstack.setup import apt
from tools.devstack.setup.machine import Machine, SetupError, version_in
from tools.devstack.setup.versions import GO_MIN, GO_TOOLCHAIN, shown

# Where Go's own installer puts it, without touching PATH.
USUAL_PLACE = Path("/usr/local/go/bin/go")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def provide(machine: Machine, targets: Mapping[str, Path], found: Callable[[], object], *, otherwise: str) -> None:
    """Have programs: those that are `found` already, or built to their targets."""
    if found():
        return
    install(machine, targets, otherwise=otherwise)
    if not found():
        built = " and ".join(map(str, targets.values()))
        raise SetupError(f"{built} does not run. Remove it and run this again, or {otherwise}.")


def install(machine: Machine, targets: Mapping[str, Path], *, otherwise: str) -> None:
    """Build programs of one Go module, each to its target, in one move, so that a half-built one is never found.

    `otherwise` tells what a person can do where Go or its module proxy cannot be had.
    """
    go = _go(machine, otherwise)
    folder = machine.cache / "gobin"
    names = " and ".join(target.name for target in targets.values())
    machine.run(
        f"Building {names} with Go",
        [go, "install", "-v", *targets],
        env={**_environment(machine), "GOBIN": str(folder)},
        hint="Is the Go module proxy reachable? Then run the same command again: it goes on where it stopped.\n"
        f"Or {otherwise}.",
    )
    for module, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / _program(module)).replace(target)
    _tidy(machine)


def take(machine: Machine, module: str, files: Mapping[str, Path], *, otherwise: str) -> None:
    """Have files of one Go module's source, each at its target; nothing is built."""
    if all(target.exists() for target in files.values()):
        return
    go = _go(machine, otherwise)
    source = _fetch(machine, go, module, f"Fetching the source of {module}", hint=f"Or {otherwise}.")
    for name, target in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((source / name).read_bytes())
    _tidy(machine)


def _fetch(machine: Machine, go: Path, module: str, doing: str, *, hint: str) -> Path:
    """A module's folder, fetched and checked by Go."""
    fetch: list[str | Path] = [go, "mod", "download", "-json", module]
    machine.run(doing, fetch, env=_environment(machine), hint=hint)
    # Asked again it tells where the module lies, with nothing else in its answer.
    return Path(json.loads(machine.output(*fetch, env=_environment(machine)) or "{}").get("Dir", ""))


def _tidy(machine: Machine) -> None:
    # 2 GB that nothing needs any more.
    for name in ("go", "go-build", "gobin"):
        shutil.rmtree(machine.cache / name, ignore_errors=True)


def _program(module: str) -> str:
    # Go names a program after the last part of its path, a major version (`/v5`) left out.
    return re.sub(r"/v\d+$", "", module.partition("@")[0]).rpartition("/")[2]


def _environment(machine: Machine) -> dict[str, str]:
    cache = machine.cache
    settings_home = machine.env.get("XDG_CONFIG_HOME") or str(Path(machine.env.get("HOME", "/nonexistent"), ".config"))
    return {
        "GOPATH": str(cache / "go"),
        "GOMODCACHE": str(cache / "go" / "pkg" / "mod"),
        "GOCACHE": str(cache / "go-build"),
        "GOENV": machine.env.get("GOENV") or str(Path(settings_home, "go", "env")),
        # Go counts its use in the user's settings folder; this keeps the counters here too.
        "XDG_CONFIG_HOME": str(cache / "go" / "config"),
        # Writable, so that `rm -r` can remove them. Flags of the user's would change what is built.
        "GOFLAGS": "-modcacherw",
        "GO111MODULE": "on",
        "GOTOOLCHAIN": "local",
        "GOROOT": "",
    }


def _version(machine: Machine, go: Path) -> tuple[int, ...] | None:
    # Even a question for its version is counted in the user's settings folder.
    env = {"GOTOOLCHAIN": "local", "XDG_CONFIG_HOME": str(machine.cache / "go" / "config")}
    return version_in(machine.output(go, "version", env=env), r"go(\d+(?:\.\d+)+)")


def _go(machine: Machine, otherwise: str) -> Path:
    found = []
    for go in filter(None, (machine.find("go"), USUAL_PLACE)):
        # None is asked once one is good: Go goes on writing its counters after it has answered.
        version = _version(machine, go)
        if version is not None and version >= GO_MIN:
            return go
        if version is not None:
            found.append(go)
    if not found:
        hint = f"Or install Go {shown(GO_MIN)} or newer, or {otherwise}."
        apt.install(machine, ["golang-go"], hint=hint)
        found = [go for go in (machine.find("go"),) if go is not None]
    if not found:
        raise SetupError(f"Go is still not on PATH. Install Go {shown(GO_MIN)} or newer and run this again.")
    return _newer(machine, found[0])


def _newer(machine: Machine, old: Path) -> Path:
    """The pinned Go, which any older Go can fetch as a module."""
    architecture = ARCHITECTURES.get(platform.machine())
    wish = f"Install Go {shown(GO_MIN)} or newer and run this again."
    if architecture is None:
        raise SetupError(f"{old} is too old, and no newer Go is known for {platform.machine()}. {wish}")
    module = f"golang.org/toolchain@v0.0.1-{GO_TOOLCHAIN}.linux-{architecture}"
    root = _fetch(machine, old, module, f"Fetching {GO_TOOLCHAIN}", hint=wish)
    # A module's files are not executable; Go before 1.21 does not know that this one's must be.
    for program in (*root.glob("bin/*"), *root.glob("pkg/tool/*/*")):
        program.chmod(0o755)
    return root / "bin" / "go"
