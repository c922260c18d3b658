"""The search attributes by which operators find sagas."""

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from domain.keys import payment_id_of
from domain.purchase import Order, PurchaseStatus

PURCHASE_STATUS = SearchAttributeKey.for_keyword("PurchaseStatus")
PAYMENT_ID = SearchAttributeKey.for_keyword("PaymentId")
BUYER_ID = SearchAttributeKey.for_keyword("BuyerId")
PROJECT_ID = SearchAttributeKey.for_keyword_list("ProjectId")


def order_attributes(order: Order, status: PurchaseStatus) -> TypedSearchAttributes:
    """The attributes of a StartPayment when it starts."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(PURCHASE_STATUS, status.value),
        SearchAttributePair(PAYMENT_ID, payment_id_of(order.purchase_id)),
        SearchAttributePair(BUYER_ID, order.buyer_id),
        SearchAttributePair(PROJECT_ID, sorted({item.project_id for item in order.items})),
    ]
    return TypedSearchAttributes(pairs)


def payment_attributes(payment_id: str, status: PurchaseStatus) -> TypedSearchAttributes:
    """The attributes of a saga that follows an event, when it starts."""
    return TypedSearchAttributes(
        [SearchAttributePair(PURCHASE_STATUS, status.value), SearchAttributePair(PAYMENT_ID, payment_id)]
    )
