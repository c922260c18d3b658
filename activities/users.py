"""The steps at Users."""

from temporalio import activity

from activities.step import DONE, step, step_key
from domain.errors import Refused, Unavailable
from domain.messages import DeliverCall, OffsetCall
from domain.offset import BuyerOffset
from domain.ports import Payments, Users


class UsersSteps:
    """Every step at Users."""

    def __init__(self, users: Users, payments: Payments) -> None:
        self._users = users
        self._payments = payments

    @step("deliver-offset")
    async def deliver_offset(self, call: DeliverCall) -> bool:
        """Give the buyer the offset; tried for days if need be, so an attempt on an old answer first asks Payments."""
        if activity.info().started_time > call.fresh_until:
            await self._check_paid(call.payment_id)
        order = call.order
        await self._users.deliver(order.buyer_id, call.payment_id, order.purchase_id, order.items, step_key())
        return DONE

    async def _check_paid(self, payment_id: str) -> None:
        """Raise Refused, with the reason as its kind, for money that does not pay the order any more."""
        try:
            payment = await self._payments.retrieve(payment_id)
        except Refused as refused:
            # We know nothing about the money, and nobody has refused the delivery: try again.
            raise Unavailable(f"Payments does not show the payment: {refused}") from refused
        if payment.why_unpaid:
            raise Refused(payment.why_unpaid, f"Payment {payment_id} does not pay its order any more.")

    @step("revoke-offset", undoes=True)
    async def revoke_offset(self, call: OffsetCall) -> bool:
        """Take the buyer's offset back, or refuse it should it still arrive."""
        await self._users.revoke(call.buyer_id, call.payment_id, step_key())
        return DONE

    @step("retrieve-offset")
    async def retrieve_offset(self, call: OffsetCall) -> BuyerOffset:
        """Read the buyer's offset, or the tombstone of its revocation."""
        return await self._users.retrieve(call.buyer_id, call.payment_id)
