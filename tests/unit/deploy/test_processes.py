"""The table of processes (tools/devstack/processes.py) against every place that runs or describes them."""

import shlex
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.unit.deploy.manifests import overlay
from tests.unit.lib.settings.classes import REPOSITORY
from tools.devstack.processes import CLUSTERS, PROCESSES, Entry, ProcessList

# What runs our image beside the processes, and ends by itself.
JOBS = {"migrate"}


def composed(path: str) -> dict[str, list[str]]:
    """What starts each of our processes in a file of compose, by its name there."""
    services: Mapping[str, Any] = yaml.safe_load((REPOSITORY / path).read_text())["services"]
    return {name: each["command"] for name, each in services.items() if "buy-projects:" in each.get("image", "")}


def deployed(name: str) -> dict[str, list[str]]:
    """What starts each of our processes in an overlay, by its component."""
    pods = (pod for pod in overlay(name).ours() if pod.component not in JOBS)
    return {pod.component: pod.spec["containers"][0]["command"] for pod in pods}


def expected(entry: Entry) -> list[str]:
    """Its command in a container, where it serves on every address."""
    bound = ("--bind", f"0.0.0.0:{entry.port}") if entry.command[0] == "gunicorn" else ()
    return [*entry.command, *bound]


def found(place: ProcessList) -> tuple[dict[str, list[str]], dict[str, Entry]]:
    """What starts each process at a place, and who the table says is there, both by their names there."""
    if place in CLUSTERS:
        return deployed(place.rpartition("/")[2]), {e.in_kubernetes: e for e in PROCESSES if place in e.listed_in}
    return composed(place), {e.in_compose: e for e in PROCESSES if place in e.listed_in}


@pytest.mark.parametrize("place", [place for place in ProcessList if place is not ProcessList.STACK])
def test_a_place_runs_the_processes_of_the_table(place: ProcessList) -> None:
    """Each by its command, and no other; who is missing is named."""
    there, wanted = found(place)

    for name, entry in wanted.items():
        assert name in there, f"{entry.name} is in the table of processes, and {place} has no {name}"
        assert there[name] == expected(entry), f"{place} starts {name} by another command than the table of processes"
    assert set(there) == set(wanted), f"{place} has what the table of processes does not know"


def test_the_docs_name_the_processes_of_the_table() -> None:
    """docs/architecture.md has a row for each, with the command that starts it, and no other row."""
    chapter = (REPOSITORY / "docs/architecture.md").read_text().partition("## Processes\n\n")[2]
    table = chapter.partition("\n\n")[0]
    commands = [row.split("|")[2].strip().strip("`") for row in table.splitlines()[2:]]

    for entry in PROCESSES:
        assert shlex.join(entry.command) in commands, f"docs/architecture.md has no row for {entry.name}"
    assert len(commands) == len(PROCESSES), "docs/architecture.md has what the table of processes does not know"
