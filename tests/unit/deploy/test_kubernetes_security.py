"""deploy/kubernetes: no pod may do more than it needs, take more than its share, or be sent away too soon."""

import re

import pytest

from tests.unit.deploy.manifests import OVERLAYS, Manifest, Pod, overlay
from workers.process import GRACEFUL_SHUTDOWN

# Ours and what surrounds them in development alike: what the Pod Security Standard "restricted" asks for, and no token.
WITHOUT_RIGHTS = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
# The image's user (Dockerfile).
USER = 10001
# `0.1.0`, `16.14-alpine3.23`: a tag that names a whole version.
WHOLE_VERSION = re.compile(r"\d+\.\d+")


def mebibytes(quantity: str) -> int:
    """A quantity of memory."""
    number, unit = re.fullmatch(r"(\d+)([MG])i", quantity).groups()  # type: ignore[union-attr]
    return int(number) * {"M": 1, "G": 1024}[unit]


def millicores(quantity: str) -> int:
    """A quantity of processors."""
    return int(quantity.removesuffix("m")) if quantity.endswith("m") else int(quantity) * 1000


def deployments(name: str) -> list[Pod]:
    """Our processes, which stay."""
    return [pod for pod in overlay(name).ours() if pod.kind == "Deployment"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_pod_is_restricted(name: str) -> None:
    """Nobody runs as root, gains rights, or asks the cluster; the namespace refuses whoever would."""
    manifests = overlay(name)
    (namespace,) = manifests.of("Namespace")

    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for pod in manifests.pods():
        assert pod.spec["securityContext"]["runAsNonRoot"] is True
        assert pod.spec["securityContext"]["runAsUser"] > 0
        assert pod.spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod.spec["automountServiceAccountToken"] is False
        for container in pod.containers:
            assert container["securityContext"].items() >= WITHOUT_RIGHTS.items(), pod.name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.spec.keys()
        assert all({"emptyDir", "configMap", "secret"} & volume.keys() for volume in pod.spec.get("volumes", []))


@pytest.mark.parametrize("name", OVERLAYS)
def test_ours_write_nowhere_but_in_tmp(name: str) -> None:
    """The image's own files are read-only; what a process needs to write is small and forgotten with the pod."""
    for pod in overlay(name).ours():
        (container,) = pod.containers
        assert pod.spec["securityContext"]["runAsUser"] == USER
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 - a folder of the pod's
        (volume,) = pod.spec["volumes"]
        assert volume["emptyDir"]["sizeLimit"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_pod_is_told_of_services_behind_its_back(name: str) -> None:
    """Kubernetes' own variable PAYMENTS_PORT would be `tcp://…`, and that is the name of a setting."""
    assert [pod.name for pod in overlay(name).pods() if pod.spec.get("enableServiceLinks") is not False] == []


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_container_has_a_share_and_a_limit(name: str) -> None:
    """Of processor, memory and disk; the limits are above the requests."""
    for pod in overlay(name).pods():
        for container in pod.containers:
            requests, limits = container["resources"]["requests"], container["resources"]["limits"]
            assert requests.keys() == limits.keys() == {"cpu", "memory", "ephemeral-storage"}
            assert mebibytes(requests["memory"]) < mebibytes(limits["memory"])
            assert mebibytes(requests["ephemeral-storage"]) < mebibytes(limits["ephemeral-storage"])
            assert millicores(requests["cpu"]) < millicores(limits["cpu"])


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_image_is_pinned(name: str) -> None:
    """A tag that names a whole version, or a digest."""
    for pod in overlay(name).pods():
        for container in pod.containers:
            image, _, tag = container["image"].partition("@")[0].rpartition(":")
            assert image
            assert WHOLE_VERSION.match(tag), container["image"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_process_is_asked_how_it_is(name: str) -> None:
    """Whether it has begun, lives and is ready: three questions, and life does not depend on what others do."""
    for pod in deployments(name):
        (container,) = pod.containers
        startup, liveness, readiness = (container[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness"))
        assert liveness != readiness
        if pod.component == "audit":
            assert startup["httpGet"] == readiness["httpGet"] == {"path": "/metrics", "port": "metrics"}
        elif "http" in pod.ports:
            assert startup["httpGet"] == liveness["httpGet"] == {"path": "/health", "port": "http"}
            assert readiness["httpGet"] == {"path": "/ready", "port": "http"}
        else:
            assert container["env"][0] == {"name": "ALIVE_FILE", "value": startup["exec"]["command"][-1]}
            assert startup["exec"]["command"][-1] in liveness["exec"]["command"][-1]


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_pod_is_given_the_time_that_its_end_takes(name: str) -> None:
    """The grace outlasts the pause before the signal and what runs then; who is asked over HTTP has that pause."""
    for pod in deployments(name):
        (container,) = pod.containers
        pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        # gunicorn.conf.py: 15 s at the intake, lib.webapi.gunicorn_conf: 10 s; a worker's steps.
        needed = 15 if "http" in pod.ports else GRACEFUL_SHUTDOWN.total_seconds()
        assert pause + needed < pod.spec["terminationGracePeriodSeconds"]
        assert bool(pause) == ("http" in pod.ports)


def spread(pod: Pod) -> list[Manifest]:
    """By which of its own kind a pod is kept apart from others."""
    apart = pod.spec["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    return [*pod.spec["topologySpreadConstraints"], *(one["podAffinityTerm"] for one in apart)]


def test_pods_of_a_kind_are_kept_apart() -> None:
    """Over zones and nodes, among those of the same process and version."""
    for pod in deployments("production"):
        assert {rule["topologyKey"] for rule in spread(pod)} == {
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        }
        for rule in spread(pod):
            assert pod.fits(rule["labelSelector"])
            assert "app.kubernetes.io/component" in rule["matchLabelKeys"]


def test_a_roll_out_takes_nobody_away_before_somebody_is_ready() -> None:
    """Two of everything that buyers wait for, and one more while it changes."""
    for name, manifest in overlay("production").named("Deployment").items():
        if name == "audit":
            # Nobody waits for it, and it keeps nothing.
            continue
        assert manifest["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}, name
        # The codec server keeps who is signed in.
        assert manifest["spec"].get("replicas", 2) >= 2 or name == "codec-server"
    for scaler in overlay("production").of("ScaledObject", "HorizontalPodAutoscaler"):
        spec = scaler["spec"]
        assert spec.get("minReplicaCount", spec.get("minReplicas")) >= 2
