"""What can be known before anything costs: whether an order can be had now, and whether its buyer is known to Users.

These are hints, and the callees decide again, for stock may go while a saga starts. But an order that cannot be had
makes no saga, no payment and no call to the provider, and no buyer pays for what could not be delivered.
"""

import asyncio

from domain.errors import Refused, Unavailable
from domain.ports import Projects, Users
from domain.purchase import Order
from lib.webapi.problem_types import FORBIDDEN

# 4 s for two calls at once, to services that answer from their own databases: twice what that takes on a bad day.
HINTS_TIMEOUT_S = 4.0
UNKNOWN_BUYER = "This buyer has no account here to which offset could be delivered."


class Hints:
    """Asks Projects and Users at once."""

    def __init__(self, projects: Projects, users: Users) -> None:
        self._projects = projects
        self._users = users

    async def ask(self, order: Order) -> None:
        """Return if Projects and Users would take the order.

        Raises Refused with the refusal, which is not recorded. Where one of the two does not answer it raises
        Unavailable or ContractBroken: going on without the hint could make a payment that is only refunded, while a
        repeat costs the buyer two seconds, for nothing has begun.
        """
        try:
            async with asyncio.timeout(HINTS_TIMEOUT_S):
                answers = await asyncio.gather(
                    self._know(order.buyer_id), self._projects.quote(order), return_exceptions=True
                )
        except TimeoutError as error:
            raise Unavailable("Projects and Users have not said in time whether this can be had") from error
        errors = [answer for answer in answers if isinstance(answer, BaseException)]
        if errors:
            # A refusal holds whether or not the other one answers.
            raise min(errors, key=lambda error: not isinstance(error, Refused))

    async def _know(self, buyer_id: str) -> None:
        try:
            await self._users.know(buyer_id)
        except Refused as unknown:
            raise Refused(FORBIDDEN.kind, UNKNOWN_BUYER) from unknown
