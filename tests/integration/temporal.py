"""The Temporal server of a stack as an operator sees and uses it, for tests that wait in threads."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus

from domain.messages import StartPaymentInput
from domain.ports import Payments
from domain.purchase import Answer, Order
from engine import data_converter
from engine.purchases import Purchases
from engine.server import if_known
from lib.portal import Portal
from tools.devstack.description import payload_settings
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop

T = TypeVar("T")

# Longer than a worker needs to come back and take up what it left.
WAIT_S = 40.0
STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED


class TemporalServer:
    """A client of the server."""

    def __init__(self, stack: Mapping[str, Any]) -> None:
        self._where = stack["temporal"]
        self._converter = data_converter(payload_settings(stack))
        self._portal = Portal()
        self._client: Client | None = None

    def status(self, workflow_id: str) -> WorkflowExecutionStatus | None:
        """How the newest run of a workflow stands; None if there is none."""
        description = self._described(workflow_id)
        return description.status if description else None

    def run_id(self, workflow_id: str) -> str | None:
        """The newest run of a workflow; None if there is none."""
        description = self._described(workflow_id)
        return description.run_id if description else None

    def version(self, workflow_id: str) -> str:
        """The build id to which the newest run of a workflow is pinned."""
        description = self._described(workflow_id)
        assert description
        info = description.raw_description.workflow_execution_info.versioning_info
        return info.versioning_override.pinned.version.build_id or info.deployment_version.build_id

    def count(self, query: str) -> int:
        """How many workflows a query of the UI finds."""

        async def count(client: Client) -> int:
            return (await client.count_workflows(query)).count

        return self._ask(count)

    def wait_until_found(self, query: str, count: int) -> None:
        """Wait until a query finds so many workflows: the server's lists follow a moment later."""
        Shop.until(lambda: self.count(query), lambda found: found == count, f"{count} of {query}", WAIT_S)

    def opened(self, order: Order, reservation_ttl_s: int, fingerprint: str = "f") -> Answer:
        """Open a purchase as the intake does once its hints have passed, with a deadline of its own."""
        start = StartPaymentInput(
            order=order,
            fingerprint=fingerprint,
            opened_by="test",
            reservation_ttl_s=reservation_ttl_s,
            opening_timeout_s=int(WAIT_S),
        )
        # Payments is asked only for the answer of a purchase that has ended.
        return self._portal.run(Purchases(cast("Payments", None), self._connected).open(start, _no_hints))

    def wait_until_there(self, workflow_id: str) -> None:
        """Wait until the server has accepted a workflow."""
        Shop.until(lambda: self.status(workflow_id), bool, f"workflow {workflow_id}", WAIT_S)

    def wait_until_closed(self, workflow_id: str) -> WorkflowExecutionStatus | None:
        """How the newest run of a workflow has ended."""
        running = {None, WorkflowExecutionStatus.RUNNING}
        return Shop.until(lambda: self.status(workflow_id), lambda status: status not in running, workflow_id, WAIT_S)

    def wait_until_held(self, workflow_id: str, step: str) -> None:
        """Wait until a worker is in a step of a workflow: it has asked the callee, or is about to.

        One that is no compensation has been tried within the task before, in vain.
        """
        Shop.until(
            lambda: self.steps_under_way(workflow_id), lambda steps: step in steps, f"{step} of {workflow_id}", WAIT_S
        )

    def steps_under_way(self, workflow_id: str) -> list[str]:
        """The steps that a worker is in as activities; a step within a saga's task is not seen."""
        return [activity.activity_id for activity in self._pending(workflow_id) if activity.state == STARTED]

    def wait_until_retried(self, workflow_id: str) -> None:
        """Wait until an activity of a workflow has failed once and is tried again."""
        attempts = lambda: [activity.attempt for activity in self._pending(workflow_id)]  # noqa: E731
        Shop.until(attempts, lambda found: any(n > 1 for n in found), f"a second attempt of {workflow_id}", WAIT_S)

    def wait_until_parked(self, workflow_id: str) -> None:
        """Wait until a saga waits for an operator."""
        parked = lambda: self._ask(lambda client: client.get_workflow_handle(workflow_id).query("parked"))  # noqa: E731
        self.wait_until_there(workflow_id)
        Shop.until(parked, bool, f"{workflow_id} to park", WAIT_S)

    def resolve(self, workflow_id: str, decision: str) -> str:
        """Decide on a parked saga; its sentence."""
        return str(
            self._ask(lambda client: client.get_workflow_handle(workflow_id).execute_update("resolve", decision))
        )

    def wait_until_done(self, workflow_id: str, step: str) -> None:
        """Wait until a step that was held is pending no more."""
        pending = lambda: [activity.activity_id for activity in self._pending(workflow_id)]  # noqa: E731
        Shop.until(pending, lambda steps: step not in steps, f"the end of {step} of {workflow_id}", WAIT_S)

    def attempts(self, workflow_id: str, step: str) -> int:
        """How many attempts a step has taken that is done."""

        async def count(client: Client) -> int:
            events = (await client.get_workflow_handle(workflow_id).fetch_history()).events
            ids = {e.event_id: e.activity_task_scheduled_event_attributes.activity_id for e in events}
            begun = [e.activity_task_started_event_attributes for e in events]
            return max(started.attempt for started in begun if ids.get(started.scheduled_event_id) == step)

        return self._ask(count)

    def wait_until_task_failed(self, workflow_id: str) -> None:
        """Wait until a worker has failed to go on with a workflow; it will try again."""

        async def failed(client: Client) -> bool:
            events = (await client.get_workflow_handle(workflow_id).fetch_history()).events
            return any(event.HasField("workflow_task_failed_event_attributes") for event in events)

        Shop.until(lambda: self._ask(failed), bool, f"a failed task of {workflow_id}", WAIT_S)

    def cancel(self, workflow_id: str) -> None:
        """Ask a workflow to cancel, as the button in the UI does."""
        self._ask(lambda client: client.get_workflow_handle(workflow_id).cancel())

    def terminate(self, workflow_id: str) -> None:
        """End a workflow by force, as the button in the UI does."""
        self._ask(lambda client: client.get_workflow_handle(workflow_id).terminate())

    def _pending(self, workflow_id: str) -> Sequence[PendingActivityInfo]:
        description = self._described(workflow_id)
        return description.raw_description.pending_activities if description else ()

    def _described(self, workflow_id: str) -> WorkflowExecutionDescription | None:
        return self._ask(lambda client: if_known(client.get_workflow_handle(workflow_id).describe()))

    def _ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        async def asked() -> T:
            return await question(await self._connected())

        return self._portal.run(asked(), PATIENCE_S)

    async def _connected(self) -> Client:
        if self._client is None:
            address, namespace = self._where["address"], self._where["namespace"]
            self._client = await Client.connect(address, namespace=namespace, data_converter=self._converter)
        return self._client


async def _no_hints() -> None:
    """They have passed."""
