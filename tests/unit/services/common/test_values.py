"""Money, quantities and ids on the services' wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.common.values import Id, PaymentId, Quantity, kilograms, price, tonnes

QUANTITY: TypeAdapter[str] = TypeAdapter(Quantity)


@pytest.mark.parametrize(
    ("quantity", "kg"),
    [("1.500", 1500), ("1.5", 1500), ("0.001", 1), ("0.1", 100), ("12", 12_000), ("1000000.000", 1_000_000_000)],
)
def test_a_quantity_is_whole_kilograms(quantity: str, kg: int) -> None:
    """A plain decimal of at most three places is an exact number of kilograms."""
    assert kilograms(QUANTITY.validate_python(quantity)) == kg


@pytest.mark.parametrize(
    "quantity",
    [
        "0",
        "0.000",
        "-1",
        "+1",
        "1e3",
        "1.0000",
        "1000000.001",
        "1000001",
        ".5",
        "1.",
        " 1",
        "1\n",
        "1,5",
        "٣",
        "",
        1,
        1.5,
    ],
)
def test_any_other_quantity_is_refused(quantity: object) -> None:
    """Signs, exponents, a fourth place, nothing at all, more than a million and numbers are refused."""
    with pytest.raises(ValidationError):
        QUANTITY.validate_python(quantity, strict=True)


@given(st.integers(min_value=1, max_value=1_000_000_000))
def test_kilograms_survive_the_wire(kg: int) -> None:
    """Every possible number of kilograms is a valid quantity that reads as the same number."""
    assert kilograms(QUANTITY.validate_python(tonnes(kg))) == kg


@pytest.mark.parametrize(
    ("kg", "unit_amount", "amount"),
    [(1500, 1200, 1800), (1, 499, 0), (1, 500, 1), (1, 1500, 2), (5, 300, 2), (333, 3, 1)],
)
def test_a_price_is_rounded_half_up(kg: int, unit_amount: int, amount: int) -> None:
    """An item costs kg x unit_amount / 1000, halves upwards."""
    assert price(kg, unit_amount) == amount


@pytest.mark.parametrize("identifier", ["", "a b", "a/b", "x" * 65, "é", "a\n"])
def test_a_strange_id_is_refused(identifier: str) -> None:
    """Ids are 1 to 64 letters, digits, dots, underscores and hyphens."""
    with pytest.raises(ValidationError):
        TypeAdapter(Id).validate_python(identifier)


@pytest.mark.parametrize("identifier", ["", "a b", "a/b", "x" * 101, "é", "a\n"])
def test_a_strange_payment_id_is_refused(identifier: str) -> None:
    """A payment's id is 1 to 100 letters, digits, underscores and hyphens: more than our own need."""
    with pytest.raises(ValidationError):
        TypeAdapter(PaymentId).validate_python(identifier)
