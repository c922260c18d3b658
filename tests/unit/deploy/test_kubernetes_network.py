"""deploy/kubernetes: the network policies let pass every connection that the processes need, and no other."""

import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.deploy.manifests import OVERLAYS, Manifest, Manifests, Pod, overlay
from tools.devstack import processes

SERVICES = {entry.in_kubernetes: entry.port for entry in processes.SERVICES}
CALLERS = [entry.in_kubernetes for entry in processes.PROCESSES if entry.role]
DATABASES = (*SERVICES, "migrate")
# The audit's pod for the operators' commands.
BROKER = ("audit", *(entry.in_kubernetes for entry in processes.PROCESSES if "rabbitmq" in entry.needs))
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]


@dataclass(frozen=True)
class Outside:
    """Somebody who is no pod of the namespace: in another namespace, in a private network, or anywhere else."""

    namespace: str = ""
    cidr: str = ""

    def fits(self, peer: Manifest) -> bool:
        """Whether a policy's peer means it."""
        if self.namespace:
            wanted = peer.get("namespaceSelector", {}).get("matchLabels", {})
            return bool(wanted == {"kubernetes.io/metadata.name": self.namespace})
        return bool(peer.get("ipBlock", {}).get("cidr") == self.cidr)


PRIVATE_NETWORK, INTERNET = Outside(cidr=PRIVATE[0]), Outside(cidr="0.0.0.0/0")
KUBE_SYSTEM, MONITORING, TEMPORAL, INGRESS = map(Outside, ("kube-system", "monitoring", "temporal", "ingress-nginx"))


def passes(manifests: Manifests, direction: str, pod: Pod, other: Pod | Outside, port: int | str) -> bool:
    """Whether a pod's policies let a connection through, to or from another."""
    way, end = {"Egress": ("egress", "to"), "Ingress": ("ingress", "from")}[direction]
    for policy in manifests.of("NetworkPolicy"):
        spec = policy["spec"]
        if direction not in spec["policyTypes"] or not pod.fits(spec["podSelector"]):
            continue
        for rule in spec.get(way, []):
            if any(is_meant(peer, other) for peer in rule[end]) and any(one["port"] == port for one in rule["ports"]):
                return True
    return False


def is_meant(peer: Manifest, other: Pod | Outside) -> bool:
    """Whether a policy's peer means it."""
    if isinstance(other, Outside):
        return other.fits(peer)
    return "namespaceSelector" not in peer and "podSelector" in peer and other.fits(peer["podSelector"])


def opened(manifests: Manifests, source: Pod, target: Pod, name: str) -> bool:
    """Whether a pod reaches another one's port: both ends have to let it pass, the target by the port's name."""
    out = passes(manifests, "Egress", source, target, target.ports[name])
    return out and passes(manifests, "Ingress", target, source, name)


def between_pods(name: str) -> set[tuple[str, str, int]]:
    """Every connection between two pods of the namespace that is open."""
    manifests = overlay(name)
    return {
        (source.component, target.component, target.ports[port])
        for source, target in itertools.product(manifests.pods(), repeat=2)
        for port in target.ports
        if opened(manifests, source, target, port)
    }


def to(manifests: Manifests, outside: Outside, port: int) -> set[str]:
    """Who of ours reaches somebody outside."""
    return {pod.component for pod in manifests.ours() if passes(manifests, "Egress", pod, outside, port)}


CALLS = {(caller, service, port) for caller in CALLERS for service, port in SERVICES.items()}
AROUND = {
    *((client, "temporal", 7233) for client in (*CALLERS, "temporal-namespace", "temporal-ui")),
    *((client, "postgresql", 5432) for client in (*DATABASES, "temporal")),
    *((client, "rabbitmq", 5672) for client in BROKER),
    ("payments", "stripe-simulator", 5005),
    ("stripe-simulator", "intake", 5000),
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_everything_is_closed_that_is_not_opened(name: str) -> None:
    """The first policy chooses every pod of the namespace, both ways, and opens nothing."""
    (closed,) = (one for one in overlay(name).of("NetworkPolicy") if one["metadata"]["name"] == "default-deny")

    assert closed["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize(("name", "open_ways"), [("production", CALLS), ("development", CALLS | AROUND)])
def test_pods_reach_whom_they_call_and_nobody_else(name: str, open_ways: set[Any]) -> None:
    """Intake, workers and audit call the services; in development the rest of the world is in the namespace too."""
    assert between_pods(name) == open_ways


@pytest.mark.parametrize("name", OVERLAYS)
def test_everybody_may_ask_for_names(name: str) -> None:
    """DNS, over UDP, and over TCP for long answers."""
    (dns,) = (one for one in overlay(name).of("NetworkPolicy") if one["metadata"]["name"] == "dns")

    assert dns["spec"]["podSelector"] == {}
    (rule,) = dns["spec"]["egress"]
    assert KUBE_SYSTEM.fits(rule["to"][0])
    assert {(one["protocol"], one["port"]) for one in rule["ports"]} == {("UDP", 53), ("TCP", 53)}


def test_production_reaches_what_is_around() -> None:
    """Each where its settings say it is, and by those alone who need it."""
    manifests = overlay("production")
    everybody = {pod.component for pod in manifests.ours()}

    assert to(manifests, TEMPORAL, 7233) == set(CALLERS)
    assert to(manifests, PRIVATE_NETWORK, 5432) == set(DATABASES)
    assert to(manifests, PRIVATE_NETWORK, 5671) == set(BROKER)
    assert to(manifests, PRIVATE_NETWORK, 6379) == {"intake"}
    # Stripe, and the identity provider's keys.
    assert to(manifests, INTERNET, 443) == {"payments", "intake"}
    assert to(manifests, MONITORING, 4318) == everybody - {"migrate"}


def test_the_internet_is_no_way_into_private_networks() -> None:
    """Who may call Stripe reaches neither neighbours nor the cloud's metadata by it."""
    blocks = [
        peer["ipBlock"]
        for policy in overlay("production").of("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        for peer in rule["to"]
        if INTERNET.fits(peer)
    ]

    assert blocks
    for block in blocks:
        assert block["except"] == [*PRIVATE, "169.254.0.0/16"]


def test_production_is_reached_by_those_who_may() -> None:
    """The ingress controller reaches intake and codec server, Prometheus whoever counts."""
    manifests = overlay("production")
    entered = {
        (outside.namespace, pod.component)
        for pod in manifests.ours()
        for outside in (INGRESS, MONITORING)
        for port in pod.ports
        if passes(manifests, "Ingress", pod, outside, port)
    }
    counting = {pod.component for pod in manifests.ours()} - {"codec-server", "migrate"}

    assert entered == {("ingress-nginx", "intake"), ("ingress-nginx", "codec-server")} | {
        ("monitoring", component) for component in counting
    }


def test_settings_name_ports_that_are_open() -> None:
    """Temporal's and the collector's addresses are in the namespaces and at the ports that the policies open."""
    manifests = overlay("production")
    (intake,) = (pod for pod in manifests.ours() if pod.component == "intake")
    environment = dict(manifests.environment(intake))

    for address, scheme in (("TEMPORAL_ADDRESS", ""), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://")):
        host, _, port = (environment[address] or "").removeprefix(scheme).partition(":")
        assert passes(manifests, "Egress", intake, Outside(host.partition(".")[2]), int(port)), address
