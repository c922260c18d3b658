"""What Temporal tells about a purchase's saga, in the intake's words."""

from datetime import UTC, timedelta

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.errors import Refused, Unavailable
from domain.messages import CancelAnswer
from domain.purchase import Order, PurchaseStatus
from engine.sagas import PurchaseSaga
from workflows.attributes import PAYMENT_ID, PURCHASE_STATUS


async def purchase_saga(description: WorkflowExecutionDescription) -> PurchaseSaga:
    """The saga as the server describes it: its memo is what it was started with, its attributes where it stands."""
    memo = await description.memo()
    attributes = description.typed_search_attributes
    ttl = timedelta(seconds=memo["reservation_ttl_s"])
    # A repaired saga starts again for the server, but not for its buyer.
    created_at = description.raw_description.workflow_extended_info.original_start_time.ToDatetime(UTC)
    return PurchaseSaga(
        order=Order.model_validate(memo["order"]),
        status=PurchaseStatus(attributes.get(PURCHASE_STATUS) or PurchaseStatus.OPENING),
        payment_id=attributes.get(PAYMENT_ID),
        created_at=created_at,
        expires_at=created_at + ttl,
        running=description.status is WorkflowExecutionStatus.RUNNING,
    )


def refusal(error: WorkflowUpdateFailedError) -> Refused | Unavailable:
    """What a failed update says: the purchase's refusal, or nothing that is known."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        extra = cause.details[0] if cause.details else {}
        return Refused(cause.type, cause.message, extra)
    # The saga was canceled or terminated while somebody waited for its answer.
    return Unavailable("the opening was interrupted")


def cancel_refusal(error: WorkflowUpdateFailedError) -> CancelAnswer:
    """Where a purchase stands that cannot be canceled now; raises Unavailable while another cancel is under way."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == "not-cancelable":
        return CancelAnswer.model_validate(cause.details[0])
    raise Unavailable(f"the purchase is not canceled yet: {cause}") from error
