"""deploy/kubernetes: versions of the workers run side by side, each scaled by its own backlog (docs/releases.md)."""

import shutil
import tomllib
from pathlib import Path

import pytest

from domain.messages import TaskQueue
from tests.unit.deploy.manifests import KUBERNETES, Manifests, build, overlay
from tests.unit.lib.settings.classes import REPOSITORY
from tools.devstack.processes import WORKERS
from workers.process import TASKS_MAX

VERSION = "app.kubernetes.io/version"


def release() -> str:
    """The newest version that has a folder in production."""
    folders = (KUBERNETES / "overlays/production").glob("release-*")
    versions = [folder.name.removeprefix("release-") for folder in folders]
    return max(versions, key=lambda version: tuple(map(int, version.split("."))))


@pytest.fixture
def two_versions(tmp_path: Path) -> Manifests:
    """Production in the midst of a roll-out as docs/deployment.md describes it: a folder copied, its number changed."""
    shutil.copytree(KUBERNETES.parent, tmp_path / "deploy")
    production = tmp_path / "deploy/kubernetes/overlays/production"
    old, new = release(), "9.8.7"
    shutil.copytree(production / f"release-{old}", production / f"release-{new}")
    for path, parts in (
        (
            production / f"release-{new}/kustomization.yaml",
            [(old, new), (old.replace(".", "-"), new.replace(".", "-"))],
        ),
        (production / "kustomization.yaml", [(f"  - release-{old}", f"  - release-{old}\n  - release-{new}")]),
    ):
        text = path.read_text()
        for before, after in parts:
            assert before in text
            text = text.replace(before, after)
        path.write_text(text)
    return build(production)


def test_a_release_has_one_number() -> None:
    """Names, label, build id and image of a version's pods agree; intake and services have the newest one's image."""
    manifests = overlay("production")

    for pod in manifests.ours():
        version = pod.labels.get(VERSION, release())
        assert pod.spec["containers"][0]["image"].endswith(f":{version}"), pod.name
        if VERSION in pod.labels:
            assert pod.name == f"{pod.component}-{version.replace('.', '-')}"
        if pod.component.endswith("-worker"):
            assert dict(manifests.environment(pod))["WORKER_BUILD_ID"] == version
    assert release() in {pod.labels.get(VERSION) for pod in manifests.ours()}


def test_two_versions_run_side_by_side(two_versions: Manifests) -> None:
    """Each has its three workers under names and labels of its own, and none counts the other's pods."""
    workers = [pod for pod in two_versions.ours() if pod.component.endswith("-worker")]

    assert len(workers) == len({pod.name for pod in workers}) == 6
    assert {dict(two_versions.environment(pod))["WORKER_BUILD_ID"] for pod in workers} == {release(), "9.8.7"}
    for deployment in two_versions.of("Deployment"):
        assert len([pod for pod in two_versions.pods() if pod.fits(deployment["spec"]["selector"])]) == 1
    for budget in two_versions.of("PodDisruptionBudget"):
        assert len([pod for pod in two_versions.pods() if pod.fits(budget["spec"]["selector"])]) == 1
    assert len([pod for pod in two_versions.pods() if pod.kind == "Job"]) == 2


def test_each_version_is_scaled_by_its_own_backlog(two_versions: Manifests) -> None:
    """KEDA asks for the backlog of just the version that it scales, of the queue that its workers poll."""
    workers = {pod.name: pod for pod in two_versions.ours() if pod.component.endswith("-worker")}

    scaled = two_versions.of("ScaledObject")
    assert {one["spec"]["scaleTargetRef"]["name"] for one in scaled} == workers.keys()
    for one in scaled:
        pod = workers[one["spec"]["scaleTargetRef"]["name"]]
        environment = dict(two_versions.environment(pod))
        trigger = one["spec"]["triggers"][0]["metadata"]
        from_environment = {
            name.removesuffix("FromEnv"): environment[value]
            for name, value in trigger.items()
            if name.endswith("FromEnv")
        }
        assert from_environment == {
            "endpoint": environment["TEMPORAL_ADDRESS"],
            "namespace": environment["TEMPORAL_NAMESPACE"],
            "workerDeploymentName": environment["WORKER_DEPLOYMENT"],
            "workerDeploymentBuildId": pod.labels[VERSION],
        }
        assert f"{trigger['taskQueue']}-worker" == pod.component
        assert trigger["taskQueue"] in set(TaskQueue)
        assert int(trigger["targetQueueSize"]) == TASKS_MAX


def test_every_task_queue_has_its_worker() -> None:
    """One process of the table for each."""
    assert {worker.in_kubernetes for worker in WORKERS} == {f"{queue}-worker" for queue in TaskQueue}


def test_development_runs_unversioned() -> None:
    """The newest code takes all, as on a machine of one's own; its image is the one that this repository builds."""
    manifests = overlay("development")
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]

    for pod in manifests.ours():
        assert pod.spec["containers"][0]["image"] == f"buy-projects:{version}"
        if pod.component.endswith("-worker"):
            assert dict(manifests.environment(pod))["WORKER_BUILD_ID"] == ""
