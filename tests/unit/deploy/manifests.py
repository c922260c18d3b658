"""What kustomize makes of deploy/kubernetes, as the tests look at it."""

import base64
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.unit.lib.settings.classes import REPOSITORY
from tools.devstack.patience import PATIENCE_S
from tools.devstack.setup import kustomize
from tools.devstack.setup.machine import Machine

KUBERNETES = REPOSITORY / "deploy/kubernetes"
OVERLAYS = ("development", "production")
COMPONENT = "app.kubernetes.io/component"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Pod:
    """What a Deployment, StatefulSet or Job makes pods from."""

    kind: str
    name: str
    labels: dict[str, str]
    spec: dict[str, Any]

    @property
    def component(self) -> str:
        """Which process it is, whatever its version."""
        return self.labels[COMPONENT]

    @property
    def is_ours(self) -> bool:
        """Whether it runs our image."""
        return self.labels.get("app.kubernetes.io/name") == "buy-projects"

    @property
    def containers(self) -> list[dict[str, Any]]:
        """All of them, those that begin first included."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def ports(self) -> dict[str, int]:
        """Its ports by name."""
        return {port["name"]: port["containerPort"] for one in self.containers for port in one.get("ports", [])}

    def fits(self, selector: dict[str, Any]) -> bool:
        """Whether a label selector chooses it."""
        wanted = selector.get("matchLabels", {})
        return all(self.labels.get(key) == value for key, value in wanted.items()) and all(
            (self.labels.get(rule["key"]) in rule["values"]) == {"In": True, "NotIn": False}[rule["operator"]]
            for rule in selector.get("matchExpressions", [])
        )


@dataclass(frozen=True)
class Manifests:
    """All that one folder gives a cluster."""

    all: tuple[Manifest, ...]

    def of(self, *kinds: str) -> list[Manifest]:
        """Those of some kinds."""
        return [manifest for manifest in self.all if manifest["kind"] in kinds]

    def named(self, kind: str) -> dict[str, Manifest]:
        """Those of a kind, by name."""
        return {manifest["metadata"]["name"]: manifest for manifest in self.of(kind)}

    def pods(self) -> list[Pod]:
        """Every kind of pod."""
        return [
            Pod(one["kind"], one["metadata"]["name"], template["metadata"]["labels"], template["spec"])
            for one in self.of("Deployment", "StatefulSet", "Job")
            for template in [one["spec"]["template"]]
        ]

    def ours(self) -> list[Pod]:
        """Those that run our image."""
        return [pod for pod in self.pods() if pod.is_ours]

    def environment(self, pod: Pod) -> Iterator[tuple[str, str | None]]:
        """What a pod's first container is told; None for a value that a Secret outside of the repository has."""
        maps, secrets = self.named("ConfigMap"), self.named("Secret")
        (container,) = pod.spec["containers"]
        for source in container.get("envFrom", []):
            yield from maps[source["configMapRef"]["name"]].get("data", {}).items()
        for variable in container.get("env", []):
            if "value" in variable:
                yield variable["name"], variable["value"]
                continue
            reference = variable["valueFrom"]["secretKeyRef"]
            known = secrets.get(reference["name"])
            yield variable["name"], _decoded(known["data"][reference["key"]]) if known else None


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def build(folder: Path) -> Manifests:
    """What a folder's kustomization makes; fails with kustomize's own words."""
    command = kustomize.find(Machine(REPOSITORY, dict(os.environ), print))
    assert command, "no kustomize: python3 -m tools.devstack.setup --tests"
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    # kustomize warns on stderr of what it will take no longer.
    assert done.stderr == ""
    return Manifests(tuple(yaml.load_all(done.stdout, yaml.CSafeLoader)))


@lru_cache
def overlay(name: str) -> Manifests:
    """What an overlay gives a cluster."""
    return build(KUBERNETES / "overlays" / name)
