"""Amounts are integers in minor units with a lower-case ISO 4217 currency; quantities are whole kilograms of CO2e."""

KILOGRAMS_PER_TONNE = 1000
# Of our currencies only the yen has no smaller unit.
ZERO_DECIMAL = frozenset({"jpy"})
# Above 0, at most 1,000,000 tonnes and three places; plain digits, for only some readers take 1e3 or ٣ as numbers.
# From a tonne on, below a tonne, or the million itself: pydantic's patterns know no look-ahead to say "not zero".
QUANTITY_PATTERN = (
    r"^(0{0,5}[1-9][0-9]{0,5}(\.[0-9]{1,3})?"
    r"|0{1,6}\.([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])"
    r"|1000000(\.0{1,3})?)$"
)


def kilograms(quantity: str) -> int:
    """A quantity in tonnes that matches QUANTITY_PATTERN as kilograms: "1.5" is 1500."""
    tonnes, _, fraction = quantity.partition(".")
    return int(tonnes) * KILOGRAMS_PER_TONNE + int(fraction.ljust(3, "0"))


def canonical(quantity: str) -> str:
    """The one way to write a quantity, with three places: "1.5" and "01.50" are "1.500"."""
    tonnes, rest = divmod(kilograms(quantity), KILOGRAMS_PER_TONNE)
    return f"{tonnes}.{rest:03d}"


def format_amount(amount: int, currency: str) -> str:
    """An amount as people write it: 1800 usd is "18.00 USD"."""
    if currency in ZERO_DECIMAL:
        return f"{amount} {currency.upper()}"
    return f"{amount // 100}.{amount % 100:02d} {currency.upper()}"
