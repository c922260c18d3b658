"""Orders: what a purchase's payment is for; how one is taken, kept and known again."""

from typing import Any

from pydantic import ConfigDict, Field

from lib.webapi import Problem
from lib.webapi.problem_types import INVALID_REQUEST
from providers.registry import REGISTRY, Registry
from services.common.values import (
    PURCHASE_ID_EXAMPLE,
    Amount,
    Currency,
    Id,
    ItemsRequest,
    Method,
    items_once,
    stored_items,
)
from services.payments.models import Payment


def _chargeable(schema: dict[str, Any]) -> None:
    items_once(schema)
    schema["anyOf"] = REGISTRY.alternatives("method")


class Order(ItemsRequest):
    """What a buyer agreed to pay for."""

    model_config = ConfigDict(json_schema_extra=items_once)

    buyer_id: Id = Field(examples=["alice"])
    amount: Amount
    currency: Currency = Field(examples=["usd"])
    method: Method = "card"


class CreateRequest(Order):
    """A purchase that wants a payment, of an amount that the method's provider takes."""

    model_config = ConfigDict(json_schema_extra=_chargeable)

    purchase_id: Id = Field(examples=[PURCHASE_ID_EXAMPLE])


def check(order: Order, registry: Registry) -> None:
    """Raise invalid-request for a method that nobody carries out, and for what its provider does not take.

    Only a new payment is checked: a repeat of what is done is answered whatever is taken by now.
    """
    if order.method not in registry.methods:
        raise _fault("method", f"it must be one of {', '.join(registry.methods)}")
    limits = registry.capabilities(order.method).limits.get(order.currency)
    if limits is None:
        raise _fault("currency", f"{order.method} takes no {order.currency}")
    if not limits.least <= order.amount <= limits.most:
        raise _fault("amount", f"it must be from {limits.least} to {limits.most} {order.currency} (minor units)")


def fill(row: Payment, order: Order) -> None:
    """Write the order into a row that knows nothing yet."""
    row.buyer_id, row.amount, row.currency, row.method = order.buyer_id, order.amount, order.currency, order.method
    row.items = stored_items(order.items)


def same(row: Payment, order: Order) -> bool:
    """Whether the row is for this order; items are compared by weight, whatever their order."""
    asked = {(item["project_id"], item["milestone_id"]): item["kg"] for item in stored_items(order.items)}
    known = {(item["project_id"], item["milestone_id"]): item["kg"] for item in row.items}
    mine = (row.buyer_id, row.method, row.amount, row.currency, known)
    return mine == (order.buyer_id, order.method, order.amount, order.currency, asked)


def _fault(field: str, message: str) -> Problem:
    errors = [{"field": f"json.{field}", "message": message}]
    return INVALID_REQUEST.problem("The payment cannot be made.", errors=errors)
