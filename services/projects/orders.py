"""Whether an order can be had: asked by a quote, and decided by a reservation, in the same words."""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.webapi import Problem
from lib.webapi.problem_types import INVALID_REQUEST, NOT_FOUND
from services.common.values import StoredItem, price, stored_items, tonnes
from services.projects.models import Milestone
from services.projects.refusals import PRICE_CHANGED, SOLD_OUT, TOO_MANY_OPEN, TOO_MUCH_HELD
from services.projects.schemas import OrderRequest

Key = tuple[str, str]
Stock = dict[Key, Milestone]
# The items of each purchase that a buyer has open.
Held = Sequence[Sequence[StoredItem]]


@dataclass(frozen=True)
class BuyerLimits:
    """What one buyer may hold without having paid: so many purchases, and so many kilograms of one milestone."""

    open_max: int
    held_kg_max: int


def key(item: StoredItem) -> Key:
    """The milestone of an item."""
    return item["project_id"], item["milestone_id"]


def refusal(order: OrderRequest, stock: Stock, held: Held, limits: BuyerLimits) -> Problem | None:
    """Why the order cannot be had now, or None.

    The buyer's own limits come before the stock: what they hold already may be what has emptied it.
    """
    items = stored_items(order.items)
    return (
        _wrong_order(order, stock, items)
        or (_beyond_limits(items, held, limits) if order.buyer_id else None)
        or _sold_out(stock, items)
    )


def _wrong_order(order: OrderRequest, stock: Stock, items: list[StoredItem]) -> Problem | None:
    """The refusal of an order that nobody could have, in the order: known, one currency, the price."""
    unknown = [key(item) for item in items if key(item) not in stock]
    if unknown:
        return NOT_FOUND.problem(f"There is no milestone {' / '.join(unknown[0])}.")
    if any(milestone.currency != order.currency for milestone in stock.values()):
        return INVALID_REQUEST.problem(f"These milestones are not all sold in {order.currency}.")
    amount = sum(price(item["kg"], stock[key(item)].unit_amount) for item in items)
    if amount != order.amount:
        return PRICE_CHANGED.problem(current_amount=amount)
    return None


def _beyond_limits(items: list[StoredItem], held: Held, limits: BuyerLimits) -> Problem | None:
    if len(held) >= limits.open_max:
        return TOO_MANY_OPEN.problem(max_open=limits.open_max)
    for item in items:
        others = sum(other["kg"] for purchase in held for other in purchase if key(other) == key(item))
        if others + item["kg"] > limits.held_kg_max:
            return TOO_MUCH_HELD.problem(max_held=tonnes(limits.held_kg_max))
    return None


def _sold_out(stock: Stock, items: list[StoredItem]) -> Problem | None:
    if any(stock[key(item)].free_kg < item["kg"] for item in items):
        return SOLD_OUT.problem()
    return None
