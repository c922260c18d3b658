"""What the generator refuses; what it makes of our routes is held by the committed documents (tests/openapi)."""

from typing import Any

import pytest
from apiflask import APIFlask
from pydantic import Field

from lib.webapi import ResponseModel, create_api


class OrderResponse(ResponseModel):
    """An order."""

    order_id: str = Field(examples=["o1"])
    note: str = Field(default="", examples=["in a box"])


class Unexplained(ResponseModel):
    """A model that forgets to say what its field looks like."""

    field: str


@pytest.fixture
def api() -> APIFlask:
    """An API whose routes a test adds."""
    return create_api("shop", "Shop", "Sells orders.", ready={})


def test_a_field_without_an_example_is_a_mistake(api: APIFlask) -> None:
    """Found where the document is made, not by its reader."""

    @api.get("/orders")
    @api.output(Unexplained)
    def show() -> Unexplained:
        """Show something."""
        return Unexplained(field="?")

    with api.app_context(), pytest.raises(ValueError, match="there is no example"):
        _ = api.spec


def test_two_models_of_one_name_are_a_mistake(api: APIFlask) -> None:
    """A reader could not tell which one is meant."""

    class Basket(ResponseModel):
        """Something else that is called OrderResponse inside."""

        order: OrderResponse

    other = type(
        "OrderResponse", (ResponseModel,), {"__doc__": "Another.", "__annotations__": {}, "__module__": __name__}
    )

    @api.get("/baskets")
    @api.output(Basket)
    def show_basket() -> Basket:
        """Show a basket."""
        return Basket(order=OrderResponse(order_id="o1"))

    @api.get("/orders")
    @api.output(other)
    def show() -> Any:
        """Show another order."""
        return other()

    with api.app_context(), pytest.raises(ValueError, match="two models are called OrderResponse"):
        _ = api.spec
