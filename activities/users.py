"""The steps at Users."""

from activities.step import DONE, step, step_key
from domain.messages import DeliverCall, OffsetCall
from domain.ports import Users
from domain.purchase import BuyerOffset


class UsersSteps:
    """Every step that Users takes for a saga."""

    def __init__(self, users: Users) -> None:
        self._users = users

    @step
    async def deliver_offset(self, call: DeliverCall) -> bool:
        """Give the buyer the offset: the point of no return."""
        order = call.order
        await self._users.deliver(order.buyer_id, call.payment_id, order.purchase_id, order.items, step_key())
        return DONE

    @step
    async def revoke_offset(self, call: OffsetCall) -> bool:
        """Take the buyer's offset back, or refuse it should it still arrive."""
        await self._users.revoke(call.buyer_id, call.payment_id, step_key())
        return DONE

    @step
    async def look_at_offset(self, call: OffsetCall) -> BuyerOffset:
        """Read the buyer's offset, or the mark of its revocation."""
        return await self._users.look(call.buyer_id, call.payment_id)
