"""deploy/kubernetes: whatever a manifest points to by name is there, and whatever it selects is what it means."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.deploy.manifests import COMPONENT, KUBERNETES, OVERLAYS, Manifest, overlay

# A row of the table in deploy/kubernetes/README.md: | `name` | `KEY`, `KEY` | …
SECRET_ROW = re.compile(r"^\| `([a-z-]+)` \| ([^|]+) \|", re.MULTILINE)


def found(value: Any, key: str) -> Iterator[Any]:
    """Every value under a key, wherever it stands in a manifest."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from found(inner, key)
    if isinstance(value, list | tuple):
        for inner in value:
            yield from found(inner, key)


def referenced_secrets(manifests: tuple[Manifest, ...]) -> dict[str, set[str]]:
    """Each Secret that a manifest reads, and which of its keys."""
    secrets: dict[str, set[str]] = {}
    for manifest in manifests:
        for reference in found(manifest, "secretKeyRef"):
            secrets.setdefault(reference["name"], set()).add(reference["key"])
        for reference in found(manifest, "secretRef"):
            secrets.setdefault(reference["name"], set())
        for name in found(manifest, "secretName"):
            # A certificate's keys are always the same two.
            secrets.setdefault(name, set()).update({"tls.crt", "tls.key"})
    return secrets


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_config_map_is_there(name: str) -> None:
    """No pod waits for a ConfigMap that nobody makes, and none is made that nobody reads."""
    manifests = overlay(name)
    read = {reference["name"] for reference in found(manifests.all, "configMapRef")}
    mounted = {
        volume["configMap"]["name"]
        for pod in manifests.pods()
        for volume in pod.spec.get("volumes", [])
        if "configMap" in volume
    }

    assert read | mounted == manifests.named("ConfigMap").keys()


def test_production_has_no_secret_of_its_own() -> None:
    """What is secret is named, and never in the repository."""
    assert overlay("production").of("Secret") == []


def test_every_secret_of_production_is_listed() -> None:
    """The list by which an operator makes them is complete, with each key, and has none that nobody reads."""
    listed = {
        name: set(re.findall(r"`([\w.-]+)`", keys))
        for name, keys in SECRET_ROW.findall((KUBERNETES / "README.md").read_text())
    }

    assert referenced_secrets(overlay("production").all) == listed


def test_every_secret_of_development_is_there() -> None:
    """Development brings its own, with every key that somebody reads."""
    manifests = overlay("development")
    made = {name: set(secret["data"]) for name, secret in manifests.named("Secret").items()}

    read = referenced_secrets(manifests.all)
    optional = {reference["name"] for reference in found(manifests.all, "secretKeyRef") if reference.get("optional")}

    assert read.keys() - made.keys() == optional
    assert made.keys() <= read.keys()
    for name, keys in made.items():
        assert read[name] <= keys, name


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_service_leads_to_one_kind_of_pod(name: str) -> None:
    """Its selector fits the pods of its own name, and its target is one of their ports."""
    manifests = overlay(name)

    for service, manifest in manifests.named("Service").items():
        (pod,) = (pod for pod in manifests.pods() if pod.fits({"matchLabels": manifest["spec"]["selector"]}))
        assert pod.component == service
        for port in manifest["spec"]["ports"]:
            assert pod.ports[port["targetPort"]] == port["port"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_selector_of_a_workload_fits_its_own_pods_alone(name: str) -> None:
    """No Deployment counts another one's pods as its own."""
    manifests = overlay(name)

    for workload in manifests.of("Deployment", "StatefulSet"):
        (pod,) = (pod for pod in manifests.pods() if pod.fits(workload["spec"]["selector"]))
        assert (pod.kind, pod.name) == (workload["kind"], workload["metadata"]["name"])


@pytest.mark.parametrize("name", OVERLAYS)
def test_each_of_our_deployments_has_one_disruption_budget(name: str) -> None:
    """So that a node's maintenance takes one pod at a time; those of which there is one at most have none."""
    manifests = overlay(name)
    budgets = manifests.of("PodDisruptionBudget")

    for pod in manifests.ours():
        fitting = [budget for budget in budgets if pod.fits(budget["spec"]["selector"])]
        wanted = 0 if pod.kind == "Job" or pod.component in {"audit", "stripe-simulator"} else 1
        assert len(fitting) == wanted, pod.name


@pytest.mark.parametrize("name", OVERLAYS)
def test_probes_and_ingresses_name_ports_that_are_there(name: str) -> None:
    """A probe asks a port of its own container, an ingress one of a Service."""
    manifests = overlay(name)
    services = manifests.named("Service")

    for pod in manifests.pods():
        probed = [*found(pod.spec, "httpGet"), *found(pod.spec, "tcpSocket")]
        assert {probe["port"] for probe in probed} <= pod.ports.keys()
    for ingress in manifests.of("Ingress"):
        for backend in found(ingress, "backend"):
            ports = {port["name"] for port in services[backend["service"]["name"]]["spec"]["ports"]}
            assert backend["service"]["port"]["name"] in ports


def test_each_autoscaler_scales_a_deployment_that_leaves_its_number_open() -> None:
    """Intake and workers, each by one autoscaler; a number in the manifest would undo its work at each apply."""
    manifests = overlay("production")
    scaled = [
        scaler["spec"]["scaleTargetRef"]["name"] for scaler in manifests.of("HorizontalPodAutoscaler", "ScaledObject")
    ]
    open_numbers = {name for name, one in manifests.named("Deployment").items() if "replicas" not in one["spec"]}

    assert len(scaled) == len(set(scaled)) == 4
    assert set(scaled) == open_numbers


def test_every_pod_runs_as_the_account_that_is_there() -> None:
    """An account of our own, which has no rights and hands out no token."""
    for name in OVERLAYS:
        manifests = overlay(name)
        (account,) = manifests.of("ServiceAccount")
        assert account["automountServiceAccountToken"] is False
        assert {pod.spec["serviceAccountName"] for pod in manifests.pods()} == {account["metadata"]["name"]}


def test_prometheus_scrapes_every_pod_that_counts() -> None:
    """Each of our pods but the codec server and the migration has a port that the monitor asks."""
    manifests = overlay("production")
    (monitor,) = manifests.of("PodMonitor")
    asked = {endpoint["port"] for endpoint in monitor["spec"]["podMetricsEndpoints"]}
    scraped = {
        pod.component for pod in manifests.ours() if pod.fits(monitor["spec"]["selector"]) and asked & pod.ports.keys()
    }

    for endpoint in monitor["spec"]["podMetricsEndpoints"]:
        regex, names = endpoint["relabelings"][1]["regex"], endpoint["relabelings"][1]["replacement"]
        # Prometheus' own syntax and Python's differ in the braces alone.
        replaced = re.sub(regex, re.sub(r"\$\{(\d)\}", r"\\\1", names), "start-payment-worker")
        assert replaced == "start_payment_worker"
    assert scraped == {pod.component for pod in manifests.ours()} - {"codec-server", "migrate"}


def test_common_manifests_can_be_applied_first() -> None:
    """What the migration needs bears one label, for it runs before the processes (docs/deployment.md)."""
    manifests = overlay("production")

    for manifest in manifests.of("Namespace", "ServiceAccount", "ConfigMap", "NetworkPolicy"):
        assert manifest["metadata"]["labels"][COMPONENT] == "common", manifest["metadata"]["name"]
