"""Which version of the sagas' code a worker runs, and that a saga ends on the version on which it began (ADR 0026)."""

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from workers.settings import WorkerSettings


def deployment_of(config: WorkerSettings) -> WorkerDeploymentConfig | None:
    """How a worker tells the server which version WORKER_BUILD_ID names; all sagas are pinned to it, the long one too.

    None for an unversioned worker, as in development.
    """
    if not config.worker_build_id:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=config.worker_deployment, build_id=config.worker_build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
