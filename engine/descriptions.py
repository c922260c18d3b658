"""What Temporal's server says about a purchase's saga, translated into our models."""

from datetime import UTC, timedelta

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.errors import RefusalKind, Refused, Unavailable
from domain.keys import payment_id_of
from domain.messages import PurchaseView
from domain.purchase import Order, PurchaseStatus, TimelineEntry
from engine.sagas import PurchaseSaga
from workflows.attributes import PURCHASE_STATUS


async def described(description: WorkflowExecutionDescription) -> PurchaseSaga:
    """The saga as the server describes it: the memo holds its input, the search attributes its status."""
    memo = await description.memo()
    order = Order.model_validate(memo["order"])
    # A repaired saga starts again for the server, but not for its buyer.
    created_at = description.raw_description.workflow_extended_info.original_start_time.ToDatetime(UTC)
    view = PurchaseView(
        order=order,
        status=PurchaseStatus(description.typed_search_attributes.get(PURCHASE_STATUS) or PurchaseStatus.OPENING),
        payment_id=payment_id_of(order.purchase_id),
        created_at=created_at,
        expires_at=created_at + timedelta(seconds=memo["reservation_ttl_s"]),
        timeline=(TimelineEntry(at=created_at, event="opening"),),
    )
    return PurchaseSaga(view=view, running=description.status is WorkflowExecutionStatus.RUNNING)


def refused_opening(error: WorkflowUpdateFailedError) -> Refused | Unavailable:
    """The error of a failed update `open`: the purchase's refusal, or Unavailable."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        extra = cause.details[0] if cause.details else {}
        return Refused(cause.type, cause.message, extra)
    # The saga was canceled or terminated while somebody waited for its answer.
    return Unavailable("the opening was interrupted")


def refused_cancel(error: WorkflowUpdateFailedError) -> PurchaseView:
    """A purchase that cannot be canceled now; raises Unavailable while another cancel is under way."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == RefusalKind.NOT_CANCELABLE:
        return PurchaseView.model_validate(cause.details[0])
    raise Unavailable(f"the purchase is not canceled yet: {cause}") from error
