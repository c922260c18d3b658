"""Stand-ins for the images that others made: no registry can be asked here, so small ones are made on the machine.

They adapt to what docker-compose.yml and the Dockerfile expect of the true ones, never the other way round.
"""

import hashlib
import platform
import re
import shutil
from pathlib import Path

import yaml
from packaging.requirements import Requirement

from tests.compose.docker import DockerEngine
from tools.devstack.options import ROOT
from tools.devstack.setup import debian, temporal_on_postgresql, temporal_server, temporal_ui
from tools.devstack.setup.machine import Machine

FOLDER = Path(__file__).with_name("stand_ins")
OURS = "buy-projects"
# What Python 3.11.15 brings.
PIP = "pip==24.0 --hash=sha256:ba0d021a166865d2265246961bec0152ff124de910c5cc39f1156ce3fa7c69dc\n"
# The stand-in's Python is Debian 12's.
MARKERS = {"python_version": "3.11", "python_full_version": "3.11.2"}
# manylinux_2_17 to that of Debian 12's C library.
GLIBC_MINORS = range(17, 37)


def references() -> set[str]:
    """Every image that is taken from others, as docker-compose.yml and the Dockerfile name it."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return {image for service in services if not (image := service["image"]).startswith(f"{OURS}:")} | set(bases)


def folder(reference: str) -> Path:
    """Where the stand-in of an image is described."""
    return FOLDER / reference.partition(":")[0].replace("/", "-")


def provide(machine: Machine, engine: DockerEngine) -> None:
    """Have every image in the engine; what has not changed is there already."""
    _gather_programs(machine)
    contexts = {
        "programs": "/cache/compose/programs",
        "temporal": "/cache/compose/temporal",
        "wheels": f"/cache/compose/{_wheels(machine).name}",
    }
    for reference in sorted(references()):
        base = _debian(machine, engine, "python" if reference.startswith("python:") else "servers")
        engine.run(
            f"Building a stand-in for {reference}",
            *("docker", "build", "--quiet", "--tag", reference, "--build-arg", f"DEBIAN={base}"),
            *(f"--build-context={name}={place}" for name, place in contexts.items()),
            str(folder(reference).relative_to(ROOT)),
        )


def _gather_programs(machine: Machine) -> None:
    """Temporal's programs, from wherever the set-up has found them, in one folder."""
    found = {name: temporal_on_postgresql.find(machine, name) for name in ("temporal-server", "temporal-sql-tool")}
    found |= {"temporal": temporal_server.find(machine), "temporal-ui-server": temporal_ui.program(machine)}
    gathered = machine.cache / "compose" / "programs"
    gathered.mkdir(exist_ok=True)
    for name, path in found.items():
        assert path, f"{name} is missing: run `python3 -m tools.devstack.setup --compose`"
        shutil.copy2(path, gathered / name)


def _debian(machine: Machine, engine: DockerEngine, name: str) -> str:
    """The tag of a Debian that the set-up has made."""
    recipe = debian.folder(machine, name).with_suffix(".recipe").read_bytes()
    tag = f"debian-{name}:{hashlib.sha256(recipe).hexdigest()[:12]}"
    if tag not in engine.output("docker", "images", "--format", "{{.Repository}}:{{.Tag}}").split():
        script = f"tar -C /cache/compose/{name} -c . | docker import - {tag}"
        engine.run(f"Importing {tag}", "bash", "-o", "pipefail", "-c", script)
    return tag


def _wheels(machine: Machine) -> Path:
    """A folder with the packages that the image installs, and its pip."""
    wanted = PIP + "".join(needed((ROOT / "requirements-runtime.txt").read_text()))
    place = machine.cache / "compose" / f"wheels-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if place.exists():
        return place
    partial = place.with_suffix(".partial")
    partial.mkdir(exist_ok=True)
    names = partial.with_suffix(".txt")
    names.write_text(wanted)
    platforms = ["manylinux2014", *(f"manylinux_2_{minor}" for minor in GLIBC_MINORS)]
    machine.run(
        "Downloading the image's packages",
        [
            *(machine.venv_python, "-m", "pip", "download", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
            *("--python-version", MARKERS["python_version"], "--dest", partial, "-r", names),
            *(f"--platform={name}_{platform.machine()}" for name in platforms),
        ],
        hint="Is the package index reachable?",
    )
    partial.rename(place)
    return place


def needed(requirements: str) -> list[str]:
    """A requirements file's entries for the stand-in's Python; pip judges markers by the Python that it runs on."""
    entries = []
    for entry in re.split(r"(?<!\\)\n", requirements):
        first, _, hashes = entry.partition(" \\\n")
        if first and ((found := Requirement(first)).marker is None or found.marker.evaluate(MARKERS)):
            entries.append(f"{found.name}{found.specifier} \\\n{hashes}\n")
    return entries
