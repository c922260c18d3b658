"""What we ship beside our own code: its licences are known and taken, and its bill of materials is complete."""

import copy
import json

import pytest

from tests.supply import licences, sbom
from tests.supply.packages import canonical, locked


@pytest.fixture(scope="module")
def environment() -> sbom.Bill:
    """What CycloneDX's tool reads of the virtual environment, once."""
    return sbom.whole_environment()


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """Every package's licence, read once."""
    return licences.licences()


@pytest.fixture(scope="module")
def bill(environment: sbom.Bill, known: dict[str, str]) -> sbom.Bill:
    """The image's bill of materials."""
    return sbom.shipped(copy.deepcopy(environment), known)


def test_every_licence_is_one_that_we_take(known: dict[str, str]) -> None:
    """A package under any other licence, or under none that it states, is refused before it is shipped."""
    taken = licences.PERMISSIVE | licences.WEAK_COPYLEFT

    assert {name: licence for name, licence in known.items() if licence not in taken} == {}


def test_the_page_of_licences_is_the_locks(known: dict[str, str]) -> None:
    """After a change of packages it is to be written anew: `.venv/bin/python -m tests.supply licences`."""
    assert licences.page(known) == licences.DOCUMENT.read_text()


def test_the_bill_holds_what_the_image_holds(bill: sbom.Bill) -> None:
    """Each package of the lock's main group in its version, with a licence, and no tool of development."""
    found = {(canonical(one["name"]), one["version"]) for one in bill["components"]}
    wanted = {(package.name, package.version) for package in locked() if package.is_shipped}
    # The lock names some packages for other systems and Pythons.
    missing = {name for name, _ in wanted} - {name for name, _ in found}

    assert found <= wanted
    assert missing <= licences.NOT_SEEN.keys()
    assert [one["name"] for one in bill["components"] if not one.get("licenses")] == []


def test_everything_in_the_bill_is_reached_from_the_application(bill: sbom.Bill) -> None:
    """The graph tells by which package another one has come in."""
    graph = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    reached, waiting = set(), [bill["metadata"]["component"]["bom-ref"]]
    while waiting:
        reference = waiting.pop()
        if reference not in reached:
            reached.add(reference)
            waiting += graph.get(reference, [])

    assert {one["bom-ref"] for one in bill["components"]} <= reached


def test_the_bill_is_valid(bill: sbom.Bill) -> None:
    """By CycloneDX's strict schema, which refuses a field that nobody knows."""
    assert sbom.faults(bill) is None
    assert sbom.faults({**bill, "components": [], "dependencies": [], "colour": "blue"}) is not None


def test_the_bill_is_the_same_each_time(bill: sbom.Bill, environment: sbom.Bill, known: dict[str, str]) -> None:
    """No date, no number by chance: two bills of the same lock are the same bytes."""
    text = json.dumps(bill)

    assert json.dumps(sbom.shipped(copy.deepcopy(environment), known)) == text
    assert "timestamp" not in bill["metadata"]
    assert "serialNumber" not in bill
