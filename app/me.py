"""`/me`: the buyer of a token, so that a page shows only a name that the intake has verified."""

from collections.abc import Callable
from typing import cast

from apiflask import APIBlueprint, MultiAuth

from app.identity import Caller, Scope
from app.requests import BuyerQuery
from app.responses import BuyerResponse
from lib.webapi.openapi import problem_responses
from lib.webapi.problem_types import RATE_LIMITED


def me(auth: MultiAuth, admit: Callable[[str], None]) -> APIBlueprint:
    """The route `/me`; `admit` refuses a buyer whose requests are over the limit."""
    routes = APIBlueprint("me", __name__, tag="Purchases")

    @routes.get("/me")
    @routes.auth_required(auth, roles=[Scope.READ])
    @routes.input(BuyerQuery, location="query", arg_name="query")
    @routes.output(BuyerResponse)
    @routes.doc(operation_id="showBuyer", extensions=problem_responses(RATE_LIMITED))
    def show_buyer(query: BuyerQuery) -> BuyerResponse:
        """Show whose token this is, or for whom a server's key acts."""
        buyer = cast("Caller", auth.current_user).acts_for(query.on_behalf_of)
        admit(buyer)
        return BuyerResponse(buyer_id=buyer)

    return routes
