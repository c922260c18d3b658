"""What Projects refuses, each in one place: the kinds are part of the contract."""

from lib.webapi.problem_types import ProblemType

CLOSED = ProblemType("reservation-closed", 409, "The reservation is closed; nothing is held for this payment.")
COMMITTED = ProblemType("reservation-committed", 409, "The reserved offset is sold.")
MISMATCH = ProblemType("reservation-mismatch", 409, "This payment has reserved something else.")
SOLD_OUT = ProblemType("sold-out", 409, "There is not that much left.")
PRICE_CHANGED = ProblemType(
    "price-changed",
    409,
    "The items cost another amount by now.",
    {"current_amount": {"type": "integer", "description": "what they cost now, in minor units", "examples": [1950]}},
)
TOO_MANY_OPEN = ProblemType(
    "too-many-open",
    409,
    "Too many purchases of this buyer are open; pay for one or cancel one first.",
    {"max_open": {"type": "integer", "description": "how many may be open at a time", "examples": [5]}},
)
TOO_MUCH_HELD = ProblemType(
    "too-much-held",
    409,
    "This buyer would hold more of a milestone than one may without having paid; pay or cancel first, or order less.",
    {"max_held": {"type": "string", "description": "tCO2e of one milestone", "examples": ["250000.000"]}},
)
