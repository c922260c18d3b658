"""What the generator makes of a route's models and of what it may refuse."""

from typing import Any

import pytest
from apiflask import APIFlask
from pydantic import BaseModel, Field

from lib.webapi import PageQuery, ResponseModel, create_api
from lib.webapi.openapi import problem_responses, reads_raw
from lib.webapi.problem_types import ProblemType

SOLD_OUT = ProblemType("sold-out", 409, "Nothing is left.", {"left": {"type": "integer", "examples": [0]}})
CLOSED = ProblemType("closed", 409, "The shop is closed.")


class OrderResponse(ResponseModel):
    """An order."""

    order_id: str = Field(examples=["o1"])
    note: str = Field(default="", examples=["in a box"])


class Unexplained(ResponseModel):
    """A model that forgets to say what its field looks like."""

    field: str


class SealHeader(BaseModel):
    """How an order is sealed."""

    seal: str = Field(alias="X-Seal", description="of wax", examples=["red"])


class Letter(BaseModel):
    """A sealed order."""

    text: str = Field(examples=["Dear shop"])


@pytest.fixture
def api() -> APIFlask:
    """An API whose routes a test adds."""
    return create_api("shop", "Shop", "Sells orders.", ready={})


def operation(api: APIFlask, method: str, path: str) -> Any:
    """What the document says of an operation."""
    document: Any = api.test_client().get("/openapi.json").get_json()
    return document["paths"][path][method]


def test_each_kind_of_refusal_has_a_schema_and_an_example(api: APIFlask) -> None:
    """Two kinds under one status are told apart by their type."""

    @api.get("/orders")
    @api.output(OrderResponse)
    @api.doc(extensions=problem_responses(SOLD_OUT, CLOSED))
    def show() -> OrderResponse:
        """Show an order."""
        return OrderResponse(order_id="o1")

    conflict = operation(api, "get", "/orders")["responses"]["409"]["content"]["application/problem+json"]
    assert conflict["schema"]["discriminator"]["mapping"] == {
        CLOSED.uri: "#/components/schemas/ClosedProblem",
        SOLD_OUT.uri: "#/components/schemas/SoldOutProblem",
    }
    example = conflict["examples"]["sold-out"]["value"]
    assert (example["type"], example["status"], example["detail"], example["left"]) == (
        SOLD_OUT.uri,
        409,
        "Nothing is left.",
        0,
    )


def test_what_is_shown_is_documented_as_always_there(api: APIFlask) -> None:
    """A field with a default too: the default is our code's matter."""

    @api.get("/orders")
    @api.output(OrderResponse)
    def show() -> OrderResponse:
        """Show an order."""
        return OrderResponse(order_id="o1")

    schemas = api.test_client().get("/openapi.json").get_json()["components"]["schemas"]
    assert schemas["OrderResponse"]["required"] == ["order_id", "note"]


def test_a_parameter_that_may_be_missing_is_never_null(api: APIFlask) -> None:
    """A URL knows text only."""

    @api.get("/orders")
    @api.input(PageQuery, location="query", arg_name="page")
    @api.output(OrderResponse)
    def show(page: PageQuery) -> OrderResponse:
        """Show an order."""
        return OrderResponse(order_id=page.cursor or "o1")

    limit, cursor = operation(api, "get", "/orders")["parameters"]
    assert (limit["schema"]["type"], limit["schema"]["default"], limit["example"]) == ("integer", 20, 20)
    assert (cursor["schema"]["type"], cursor["required"]) == ("string", False)
    assert "default" not in cursor["schema"]


def test_an_id_in_a_path_has_the_form_that_finds_the_route(api: APIFlask) -> None:
    """And the example of the field with its name."""

    @api.get("/orders/<string:order_id>")
    @api.output(OrderResponse)
    def show(order_id: str) -> OrderResponse:
        """Show an order."""
        return OrderResponse(order_id=order_id)

    (order_id,) = operation(api, "get", "/orders/{order_id}")["parameters"]
    assert (order_id["schema"]["pattern"], order_id["example"]) == ("^[^/]+$", "o1")


def test_a_route_that_reads_the_raw_request_is_documented_too(api: APIFlask) -> None:
    """By the models of its headers and its body."""

    @api.post("/letters")
    @api.output(OrderResponse)
    @api.doc(extensions=reads_raw(headers=SealHeader, body=Letter))
    def take() -> OrderResponse:
        """Take a letter."""
        return OrderResponse(order_id="o1")

    letters = operation(api, "post", "/letters")
    assert [(each["name"], each["in"], each["example"]) for each in letters["parameters"]] == [
        ("X-Seal", "header", "red")
    ]
    assert letters["requestBody"]["required"]
    assert letters["requestBody"]["content"]["application/json"]["example"] == {"text": "Dear shop"}


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
