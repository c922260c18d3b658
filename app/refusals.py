"""What the intake refuses, each kind in one place: the kinds are part of the contract."""

from domain.errors import Refused
from domain.purchase import PurchaseStatus
from lib.webapi import Problem
from lib.webapi.problem_types import FORBIDDEN, INVALID_REQUEST, NOT_FOUND, ProblemType

AMOUNT_TOO_SMALL = ProblemType("amount-too-small", 422, "No provider charges so small an amount.")
KEY_REUSED = ProblemType(
    "idempotency-key-reused", 422, "The key stands for another purchase; a new purchase takes a new key."
)
SOLD_OUT = ProblemType("sold-out", 409, "There is not enough free stock. A new try takes a new key.")
PRICE_CHANGED = ProblemType(
    "price-changed",
    409,
    "The items cost another amount now: agree to `current_amount` under a new key.",
    {"current_amount": {"type": "integer", "description": "minor units", "examples": [1900]}},
)
TOO_MANY_OPEN = ProblemType(
    "too-many-open",
    409,
    "The buyer has `max_open` purchases open: pay or cancel one, then try under a new key.",
    {"max_open": {"type": "integer", "description": "purchases that a buyer may have open", "examples": [5]}},
)
TOO_MUCH_HELD = ProblemType(
    "too-much-held",
    409,
    "The buyer would hold more than `max_held` of one milestone without having paid: order less, or pay or cancel"
    " first, then try under a new key.",
    {"max_held": {"type": "string", "description": "tCO2e of one milestone", "examples": ["250000.000"]}},
)
OPENING_FAILED = ProblemType(
    "opening-failed", 409, "The opening was given up: nothing is charged, nothing is held. Final for its key."
)
NOT_CANCELABLE = ProblemType(
    "not-cancelable",
    409,
    "The purchase is paid, is at the bank, or has ended otherwise; `purchase_status` says where it stands.",
    {
        "purchase_status": {
            "type": "string",
            "description": "where the purchase stands",
            "enum": [status.value for status in PurchaseStatus if status is not PurchaseStatus.CANCELED],
            "examples": ["processing"],
        }
    },
)
INVALID_SIGNATURE = ProblemType("invalid-signature", 400, "No signature over this body is valid now.")

# The problems of a refused opening; the saga's or the hint's kind is the problem's kind. An unknown milestone is
# `not-found`, a buyer whom Users does not know is `forbidden`.
OF_AN_OPENING = (
    SOLD_OUT,
    PRICE_CHANGED,
    TOO_MANY_OPEN,
    TOO_MUCH_HELD,
    OPENING_FAILED,
    KEY_REUSED,
    INVALID_REQUEST,
    NOT_FOUND,
    FORBIDDEN,
)
STATUS_BY_KIND = {each.kind: each.status for each in OF_AN_OPENING}


def refused_opening(refusal: Refused) -> Problem:
    """The problem that tells a buyer why the purchase was not opened."""
    return Problem(STATUS_BY_KIND[refusal.kind], refusal.kind, refusal.detail, **refusal.extra)
