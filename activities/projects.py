"""The steps at Projects."""

from activities.step import step, step_key
from domain.messages import PaymentCall, ReserveCall
from domain.offset import Reservation
from domain.ports import Projects


class ProjectsSteps:
    """Every step at Projects; each returns the reservation as it is after the call."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects

    @step("reserve-offset")
    async def reserve_offset(self, call: ReserveCall) -> Reservation:
        """Hold the offset for the payment, at the price that the buyer agreed to."""
        return await self._projects.reserve(call.payment_id, call.order, step_key())

    @step("commit-offset")
    async def commit_offset(self, call: PaymentCall) -> Reservation:
        """Sell the offset that is held."""
        return await self._projects.commit(call.payment_id, step_key())

    @step("release-offset", undoes=True)
    async def release_offset(self, call: PaymentCall) -> Reservation:
        """Close the reservation; whoever succeeds decides how the purchase ends."""
        return await self._projects.release(call.payment_id, step_key())

    @step("restock-offset", undoes=True)
    async def restock_offset(self, call: PaymentCall) -> Reservation:
        """Put sold offset back on sale, after the money is back."""
        return await self._projects.restock(call.payment_id, step_key())

    @step("retrieve-reservation")
    async def retrieve_reservation(self, call: PaymentCall) -> Reservation:
        """Read the reservation."""
        return await self._projects.retrieve(call.payment_id)
