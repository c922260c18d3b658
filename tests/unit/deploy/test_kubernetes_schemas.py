"""deploy/kubernetes: every manifest is one that a cluster takes, and nothing in it is a field that nobody reads."""

import json
import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource

from tests.unit.deploy.manifests import KUBERNETES, OVERLAYS, Manifest, Manifests, build, overlay
from tests.unit.lib.settings.classes import REPOSITORY

# The oldest cluster that we promise (deploy/kubernetes/README.md), and the newest that the schemas know.
VERSIONS = ("1.31.0", "1.37.0")
# Every version's schemas, in the package kubernetes-validate.
SCHEMAS = resources.files("kubernetes_validate") / "kubernetes-json-schema"
CRDS = REPOSITORY / "tests/data/kubernetes-crds"
OF_TEMPORAL = ("temporal-api-key", "temporal-mtls")


def strict(schema: Any) -> Any:
    """A CRD's schema that refuses unknown fields, as the API server does with `--validate=strict`."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "x-kubernetes-preserve-unknown-fields" not in schema:
        closed.setdefault("additionalProperties", False)
    return closed


@cache
def crds() -> dict[tuple[str, str], Any]:
    """The validators of custom resources, by `apiVersion` and kind."""
    found = {}
    for path in CRDS.glob("*.yaml"):
        spec = yaml.load(path.read_text(), yaml.CSafeLoader)["spec"]
        for version in spec["versions"]:
            schema = version["schema"]["openAPIV3Schema"]
            # The API server knows a manifest's metadata by itself.
            schema["properties"]["metadata"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
            found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = jsonschema.Draft7Validator(
                strict(schema)
            )
    return found


@cache
def shared(version: str) -> Any:
    """What the schemas of a cluster's version refer to; kubernetes_validate would read its megabytes each time."""
    definitions = json.loads((SCHEMAS / f"v{version}-local-strict" / "_definitions.json").read_text())
    return Resource.from_contents(definitions) @ Registry()


@cache
def of_cluster(version: str, api_version: str, kind: str) -> Any:
    """The validator of a cluster's own kind; a FileNotFoundError says that it has none."""
    # `rbac.authorization.k8s.io/v1` is `rbac-v1` in its file's name.
    group, _, plain = api_version.rpartition("/")
    name = "-".join(filter(None, (kind.lower(), group.partition(".")[0], plain)))
    schema = json.loads((SCHEMAS / f"v{version}-local-strict" / f"{name}.json").read_text())
    return jsonschema.Draft202012Validator(schema, registry=Resource.from_contents(schema) @ shared(version))


def check(manifest: Manifest) -> None:
    """Raise a ValidationError unless every promised cluster takes it."""
    kind = manifest["apiVersion"], manifest["kind"]
    validators = [crds()[kind]] if kind in crds() else [of_cluster(version, *kind) for version in VERSIONS]
    for validator in validators:
        validator.validate(manifest)


def with_component(name: str, folder: Path) -> Manifests:
    """Production with one more component."""
    here = Path(os.path.relpath(KUBERNETES, folder.resolve()))
    content = {"resources": [str(here / "overlays/production")], "components": [str(here / "components" / name)]}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))
    return build(folder)


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_cluster_takes_every_manifest(name: str) -> None:
    """All that an overlay makes is what the schemas of the oldest and of the newest cluster allow."""
    manifests = overlay(name).all

    assert manifests
    for manifest in manifests:
        check(manifest)


@pytest.mark.parametrize("component", OF_TEMPORAL)
def test_a_component_changes_who_speaks_to_temporal(component: str, tmp_path: Path) -> None:
    """It reaches the intake, every worker and KEDA, in manifests that a cluster takes."""
    manifests = with_component(component, tmp_path)
    clients = {
        pod.component
        for pod in manifests.ours()
        if any("TEMPORAL_" in name and name.endswith(("KEY", "CERT_PATH")) for name, _ in manifests.environment(pod))
    }

    for manifest in manifests.all:
        check(manifest)
    assert clients == {"intake", "audit", "start-payment-worker", "payment-success-worker", "payment-failed-worker"}
    (authentication,) = manifests.of("TriggerAuthentication")
    for scaled in manifests.of("ScaledObject"):
        assert scaled["spec"]["triggers"][0]["authenticationRef"] == {"name": authentication["metadata"]["name"]}


def test_triggers_are_what_keda_reads() -> None:
    """Each trigger has the parameters that KEDA's scaler knows, the needed ones among them, and none that it drops."""
    known = {
        scaler["type"]: scaler["parameters"]
        for scaler in json.loads((CRDS / "keda-triggers.json").read_text())["scalers"]
    }

    for scaled in overlay("production").of("ScaledObject"):
        for trigger in scaled["spec"]["triggers"]:
            parameters = {one["name"]: one for one in known[trigger["type"]] if "deprecated" not in one}
            from_environment = {
                f"{name}FromEnv": name for name, one in parameters.items() if "envVariableReadable" in one
            }
            given = [from_environment.get(name, name) for name in trigger["metadata"]]
            needed = {name for name, one in parameters.items() if not {"optional", "default"} & one.keys()}
            assert set(given) <= parameters.keys()
            assert len(set(given)) == len(given)
            assert needed <= set(given)
