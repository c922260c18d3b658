"""What Payments refuses, each in one place: the kinds are part of the contract."""

from lib.webapi import Problem
from lib.webapi.problem_types import UNAVAILABLE, ProblemType

MISMATCH = ProblemType(
    "payment-mismatch", 409, "The purchase has a payment for another buyer, method, amount, currency or items."
)
CANCELED = ProblemType("payment-canceled", 409, "The purchase was canceled before its payment was created.")
PAID = ProblemType("payment-paid", 409, "The payment is captured; it can only be refunded.")
PROCESSING = ProblemType("payment-processing", 409, "The bank processes the payment; look at it again later.")
# Nothing is authorised, or nothing was captured, or the provider refuses it.
NOT_CAPTURABLE = ProblemType("payment-not-capturable", 409, "The payment cannot be captured, or another amount was.")
NOT_REFUNDABLE = ProblemType("payment-not-refundable", 409, "The payment cannot be refunded.")
PURCHASES_OPEN = ProblemType("purchases-open", 409, "The buyer has open purchases, which need to know the buyer.")
# The reason stands in our log.
MISCONFIGURED = ProblemType(
    "provider-misconfigured", 502, "The payment provider refuses our configuration; an operator is needed."
)

# Every route that asks the provider may answer these.
OF_THE_PROVIDER = (MISCONFIGURED, UNAVAILABLE)


def unavailable() -> Problem:
    """503: nobody knows yet whether it took effect; the caller repeats with the same key."""
    detail = "The payment provider gave no clear answer; repeat the request with the same key."
    # 1 s: the provider's own locks and hiccups are over by then.
    return UNAVAILABLE.problem(detail, headers={"Retry-After": "1"})
