"""The steps at Payments."""

from activities.step import step, step_key
from domain.errors import RefusalKind, Refused
from domain.messages import PaymentCall, PurchaseCall, RecordCall, SagaEnd
from domain.payment import Payment
from domain.ports import Payments
from domain.purchase import Order


class PaymentsSteps:
    """Every step at Payments; all but the record return the payment as it is after the call."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    @step("create-payment")
    async def create_payment(self, order: Order) -> Payment:
        """Create the payment for the amount that the buyer agreed to."""
        return await self._payments.create(order, step_key())

    @step("retrieve-payment")
    async def retrieve_payment(self, call: PaymentCall) -> Payment:
        """Ask the provider how the payment stands."""
        return await self._payments.retrieve(call.payment_id)

    @step("find-payment")
    async def find_payment(self, call: PurchaseCall) -> Payment:
        """Read the record of a purchase, without asking the provider."""
        payment = await self._payments.find(call.purchase_id)
        if payment is None:
            raise Refused(RefusalKind.NOT_FOUND, f"Payments knows nothing of purchase {call.purchase_id}.")
        return payment

    @step("cancel-payment", undoes=True)
    async def cancel_payment(self, call: PaymentCall) -> Payment:
        """Cancel the payment, so that nobody can pay any more."""
        return await self._payments.cancel(call.payment_id, step_key())

    @step("cancel-payment-of", undoes=True)
    async def cancel_payment_of(self, call: PurchaseCall) -> Payment:
        """Cancel the payment of a purchase, also one that is not known or is still to come."""
        return await self._payments.cancel_payment_of(call.purchase_id, step_key())

    @step("capture-payment")
    async def capture_payment(self, call: PaymentCall) -> Payment:
        """Take the money that was authorised."""
        return await self._payments.capture(call.payment_id, step_key())

    @step("refund-payment", undoes=True)
    async def refund_payment(self, call: PaymentCall) -> Payment:
        """Give the money back."""
        return await self._payments.refund(call.payment_id, step_key())

    @step("record-outcome")
    async def record_outcome(self, call: RecordCall) -> SagaEnd:
        """Record how the purchase ended; the end that is recorded, which is another one if that came first."""
        return recorded_end(await self._payments.record_outcome(call.order, call.outcome, step_key()))


def recorded_end(payment: Payment) -> SagaEnd:
    """The end in a record; all else of it the saga has written itself, and a history would only keep it twice."""
    outcome = payment.outcome
    return SagaEnd(status=outcome.status, note=outcome.reason or "") if outcome else SagaEnd()
