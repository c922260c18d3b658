"""Which sagas run on which task queue."""

from collections.abc import Mapping

from domain.messages import TaskQueue
from workflows.payment_failed import PaymentFailed
from workflows.payment_success import PaymentSuccess
from workflows.refund_failed import RefundFailed
from workflows.start_payment import StartPayment

SAGAS: Mapping[TaskQueue, tuple[type, ...]] = {
    TaskQueue.START_PAYMENT: (StartPayment,),
    TaskQueue.PAYMENT_SUCCESS: (PaymentSuccess,),
    TaskQueue.PAYMENT_FAILED: (PaymentFailed, RefundFailed),
}
ALL_SAGAS = tuple(saga for sagas in SAGAS.values() for saga in sagas)
