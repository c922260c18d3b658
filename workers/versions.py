"""Which version of the sagas' code a worker runs, and that a saga ends on the version on which it began (ADR 0026)."""

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from workers.settings import WorkerSettings


def version_of(config: WorkerSettings) -> WorkerDeploymentVersion | None:
    """The version that WORKER_BUILD_ID names; None for an unversioned worker, as in development."""
    if not config.worker_build_id:
        return None
    return WorkerDeploymentVersion(deployment_name=config.worker_deployment, build_id=config.worker_build_id)


def deployment_of(config: WorkerSettings) -> WorkerDeploymentConfig | None:
    """How a worker tells the server its version; all sagas are pinned to it, the long one too."""
    version = version_of(config)
    if version is None:
        return None
    return WorkerDeploymentConfig(
        version=version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.PINNED
    )
