"""Forgetting a buyer in one store: the same route at each service that knows buyers by their id."""

from collections.abc import Callable

from apiflask import APIFlask, HTTPTokenAuth
from pydantic import Field

from lib.webapi import RequestModel, ResponseModel
from services.common.caller import CallerHeader
from services.common.service_tokens import TO_ERASE
from services.common.values import Id


class ErasureRequest(RequestModel):
    """Who the buyer is called from now on; Payments has made the name up."""

    erased_as: Id = Field(examples=["erased-5d0c9f7e21b4a863"])


class ErasureResponse(ResponseModel):
    """What one call has changed."""

    buyer_id: Id = Field(description="who bears another name now", examples=["alice"])
    renamed: int = Field(description="rows that bore the buyer's id; 0 where all is done", examples=[3])


def forget_buyers(api: APIFlask, auth: HTTPTokenAuth, rename: Callable[[str, str], int]) -> None:
    """Add the route; `rename` puts the second name for the first one in all rows of the store and counts them."""

    @api.post("/buyers/<id:buyer_id>/erasure")
    @api.auth_required(auth, roles=TO_ERASE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.input(ErasureRequest, arg_name="body")
    @api.output(ErasureResponse)
    def erase_buyer(buyer_id: str, caller: CallerHeader, body: ErasureRequest) -> ErasureResponse:  # noqa: ARG001
        """Call a buyer by a name that leads to nobody; asked again it changes what has come since."""
        return ErasureResponse(buyer_id=buyer_id, renamed=rename(buyer_id, body.erased_as))
