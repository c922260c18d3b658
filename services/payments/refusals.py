"""What Payments refuses, each in one place: the kinds are part of the contract."""

from webapi import Problem


def unknown_payment() -> Problem:
    """404: no payment of ours has that id, whatever the provider knows."""
    return Problem(404, "not-found", "There is no such payment.")


def mismatch() -> Problem:
    """409: the purchase has another payment already."""
    return Problem(409, "payment-mismatch", "The purchase has a payment for another buyer, amount, currency or items.")


def canceled() -> Problem:
    """409: the purchase was canceled before its payment was created."""
    return Problem(409, "payment-canceled", "The purchase was canceled before its payment was created.")


def paid() -> Problem:
    """409: no cancel, for the money is here; it can be refunded."""
    return Problem(409, "payment-paid", "The payment is captured; it can only be refunded.")


def processing() -> Problem:
    """409: no cancel while the bank has still to answer."""
    return Problem(409, "payment-processing", "The bank processes the payment; look at it again later.")


def not_capturable() -> Problem:
    """409: nothing is authorised, or the provider refuses the capture."""
    return Problem(409, "payment-not-capturable", "The payment cannot be captured.")


def not_refundable() -> Problem:
    """409: nothing was captured, or the provider refuses the refund."""
    return Problem(409, "payment-not-refundable", "The payment cannot be refunded.")


def unavailable() -> Problem:
    """503: nobody knows yet whether it took effect; the caller repeats with the same key."""
    detail = "The payment provider gave no clear answer; repeat the request with the same key."
    # 1 s: the provider's own locks and hiccups are over by then.
    return Problem(503, "dependency-unavailable", detail, headers={"Retry-After": "1"})


def misconfigured() -> Problem:
    """502: the provider does not accept us; our log tells why, and an operator has to act."""
    return Problem(
        502, "provider-misconfigured", "The payment provider refuses our configuration; an operator is needed."
    )
