"""The versions of our workers as the server knows them: who is there, who gets new purchases, what is still open."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.deployment.v1 import WorkerDeploymentVersion as DeploymentVersion
from temporalio.api.enums.v1 import TaskQueueType, VersionDrainageStatus
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentVersionRequest,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client, WorkflowExecution
from temporalio.common import WorkerDeploymentVersion

from domain.messages import TaskQueue
from engine.server import KINDS, describe_queue, if_known

# Workers that start beside this command need some 15 s on a busy machine.
WORKERS_LIMIT_S = 60.0
ASK_AGAIN_S = 0.5


@dataclass(frozen=True)
class Version:
    """A version: the share (percent) of new sagas that begin on it, how many are open on it, what the server says."""

    build_id: str
    share: float
    open_sagas: int
    drained: bool

    @property
    def may_go(self) -> bool:
        """Whether its workers may be switched off."""
        return not self.share and not self.open_sagas


class Deployment:
    """All versions of the workers that carry one deployment's name."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name

    async def versions(self) -> list[Version]:
        """Every version that the server knows, newest first."""
        info = await self._info()
        current = info.routing_config.current_deployment_version.build_id
        ramping = info.routing_config.ramping_deployment_version.build_id
        percent = info.routing_config.ramping_version_percentage
        shares = {current: 100 - percent if ramping else 100} | ({ramping: percent} if ramping else {})
        newest_first = sorted(info.version_summaries, key=lambda known: known.create_time.ToNanoseconds(), reverse=True)
        return [
            Version(
                build_id=(build_id := known.deployment_version.build_id),
                share=shares.get(build_id, 0),
                open_sagas=await self._count(build_id),
                drained=known.drainage_status == VersionDrainageStatus.VERSION_DRAINAGE_STATUS_DRAINED,
            )
            for known in newest_first
        ]

    async def wait_for_workers(self, build_id: str) -> None:
        """Wait until workers of the version poll every task queue, for sagas and for steps, as the server has noted.

        Raises TimeoutError that names the queues without one.
        """
        missing = await self._without_workers(build_id)
        try:
            async with asyncio.timeout(WORKERS_LIMIT_S):
                while missing:
                    await asyncio.sleep(ASK_AGAIN_S)
                    missing = await self._without_workers(build_id)
        except TimeoutError as error:
            raise TimeoutError(
                f"No worker of version {build_id} polls {', '.join(sorted(missing))}: start all of its workers first."
            ) from error

    async def make_current(self, build_id: str) -> None:
        """Let every new saga begin on this version from now on, and ramp none."""
        info = await self._info()
        request = SetWorkerDeploymentCurrentVersionRequest(
            namespace=self._client.namespace, deployment_name=self._name, build_id=build_id
        )
        await self._client.workflow_service.set_worker_deployment_current_version(request)
        if info.routing_config.ramping_deployment_version.build_id not in {"", build_id}:
            await self.ramp("", 0)

    async def ramp(self, build_id: str, percent: float) -> None:
        """Let this share of the new sagas begin on the version; 0 of no version ends a ramp."""
        request = SetWorkerDeploymentRampingVersionRequest(
            namespace=self._client.namespace, deployment_name=self._name, build_id=build_id, percentage=percent
        )
        await self._client.workflow_service.set_worker_deployment_ramping_version(request)

    def open_sagas(self, build_id: str) -> AsyncIterator[WorkflowExecution]:
        """The sagas that are pinned to a version and have not ended."""
        return self._client.list_workflows(self._query(build_id))

    def version(self, build_id: str) -> WorkerDeploymentVersion:
        """A version of this deployment."""
        return WorkerDeploymentVersion(deployment_name=self._name, build_id=build_id)

    async def _count(self, build_id: str) -> int:
        return (await self._client.count_workflows(self._query(build_id))).count

    def _query(self, build_id: str) -> str:
        return f"TemporalWorkerDeploymentVersion = '{self._name}:{build_id}' AND ExecutionStatus = 'Running'"

    async def _info(self) -> WorkerDeploymentInfo:
        request = DescribeWorkerDeploymentRequest(namespace=self._client.namespace, deployment_name=self._name)
        described = await if_known(self._client.workflow_service.describe_worker_deployment(request))
        return described.worker_deployment_info if described else WorkerDeploymentInfo()

    async def _without_workers(self, build_id: str) -> set[str]:
        # A queue is the version's some time after its first poll only; until then the server refuses the version.
        noted = await self._noted(build_id)
        return {
            queue.value
            for queue in TaskQueue
            for kind in KINDS.values()
            if (queue.value, kind) not in noted or not await self._polled(queue, kind, build_id)
        }

    async def _noted(self, build_id: str) -> set[tuple[str, TaskQueueType.ValueType]]:
        request = DescribeWorkerDeploymentVersionRequest(
            namespace=self._client.namespace,
            deployment_version=DeploymentVersion(deployment_name=self._name, build_id=build_id),
        )
        described = await if_known(self._client.workflow_service.describe_worker_deployment_version(request))
        return {(queue.name, queue.type) for queue in described.version_task_queues} if described else set()

    async def _polled(self, queue: str, kind: TaskQueueType.ValueType, build_id: str) -> bool:
        pollers = (await describe_queue(self._client, queue, kind)).pollers
        wanted = (self._name, build_id)
        return any((p.deployment_options.deployment_name, p.deployment_options.build_id) == wanted for p in pollers)
