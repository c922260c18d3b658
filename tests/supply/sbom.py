"""build/sbom.cdx.json: the image's Python packages in CycloneDX, made and validated by CycloneDX's own tool."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.supply.licences import licences
from tests.supply.packages import canonical, locked
from tests.unit.lib.settings.classes import REPOSITORY

BILL = REPOSITORY / "build/sbom.cdx.json"
# Reading the environment takes some ten seconds of a processor.
TOOL_LIMIT_S = 300

# Where a package's source is, and who tells of it.
LINKS = {"vcs", "website"}

Bill = dict[str, Any]


def whole_environment() -> Bill:
    """Every package of the virtual environment, tools of development included; the same at each time (no date)."""
    command = [
        sys.executable,
        "-m",
        "cyclonedx_py",
        "environment",
        "--output-reproducible",
        "--no-validate",
        "--of",
        "JSON",
    ]
    done = subprocess.run([*command, sys.executable], capture_output=True, text=True, check=True, timeout=TOOL_LIMIT_S)
    bill: Bill = json.loads(done.stdout)
    return bill


def shipped(bill: Bill, known_licences: dict[str, str]) -> Bill:
    """What of it the image holds, under the application itself; licences for those whose own the tool cannot read."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    packages = {package.name for package in locked() if package.is_shipped}
    components = [
        _component(one, known_licences[canonical(one["name"])])
        for one in bill["components"]
        if canonical(one["name"]) in packages
    ]
    references = {canonical(one["name"]): one["bom-ref"] for one in components}
    direct = [references[canonical(wish.split(" ")[0].partition("[")[0])] for wish in project["dependencies"]]
    application = {
        "type": "application",
        "bom-ref": f"{project['name']}=={project['version']}",
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        "licenses": [{"license": {"id": project["license"]}}],
    }
    known = set(references.values())
    dependencies = [
        {**one, "dependsOn": [other for other in one.get("dependsOn", []) if other in known]}
        for one in bill["dependencies"]
        if one["ref"] in known
    ]
    return {
        **bill,
        "metadata": {**bill["metadata"], "component": application},
        "components": components,
        "dependencies": [{"ref": application["bom-ref"], "dependsOn": sorted(direct)}, *dependencies],
    }


def _component(component: Bill, licence: str) -> Bill:
    # Packages link to their sponsors and chats as well.
    links = [link for link in component.get("externalReferences", []) if link["type"] in LINKS]
    named = component.get("licenses") or [{"license": {"name": licence}}]
    return {**component, "externalReferences": links, "licenses": named}


def faults(bill: Bill) -> str | None:
    """What CycloneDX's strict schema finds wrong; None: nothing."""
    version = SchemaVersion.from_version(bill["specVersion"])
    fault = JsonStrictValidator(version).validate_str(json.dumps(bill))
    return str(fault) if fault else None


def write(path: Path = BILL) -> None:
    """Write the bill; ValueError where it is not valid."""
    bill = shipped(whole_environment(), licences())
    if fault := faults(bill):
        raise ValueError(fault)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n")
