"""How a purchase is opened: its saga is started unless it is there, and asked for its answer, in one call."""

from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from domain.messages import OpenRequest, StartPaymentInput
from domain.purchase import Answer, PurchaseStatus
from workflows import policies
from workflows.attributes import order_attributes
from workflows.start_payment import StartPayment


async def open_saga(client: Client, start: StartPaymentInput, queue: str) -> Answer:
    """The answer of the purchase's saga, which a worker of the queue carries; raises what the client raises."""
    order = start.order
    # The SDK's type of an update that has a name forgets that it is a coroutine.
    update: Any = client.execute_update_with_start_workflow(
        StartPayment.opened,
        OpenRequest(fingerprint=start.fingerprint),
        start_workflow_operation=WithStartWorkflowOperation(
            StartPayment.run,
            start,
            id=start.workflow_id,
            task_queue=queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            task_timeout=policies.TASK_TIMEOUT,
            search_attributes=order_attributes(order, PurchaseStatus.OPENING),
            static_summary=f"Buy {order.summary()}",
            memo={
                "order": order.model_dump(mode="json"),
                "fingerprint": start.fingerprint,
                "reservation_ttl_s": start.reservation_ttl_s,
            },
        ),
        id=f"open/{start.fingerprint}",
    )
    answer: Answer = await update
    return answer
