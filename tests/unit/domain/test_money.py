"""Quantities and amounts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import QUANTITY_PATTERN, ZERO_DECIMAL, canonical, format_amount, kilograms
from providers.registry import REGISTRY


@given(st.integers(min_value=1, max_value=1_000_000_000))
def test_a_quantity_is_written_in_one_way_and_read_back(kg: int) -> None:
    """Every number of kilograms that may be bought has one canonical form, which is a quantity of that many."""
    written = f"{kg // 1000}.{kg % 1000:03d}"
    assert re.fullmatch(QUANTITY_PATTERN, written)
    assert kilograms(written) == kg
    assert canonical(written) == written


@given(st.from_regex(QUANTITY_PATTERN.replace("$", r"\Z"), fullmatch=True))
def test_whatever_is_a_quantity_is_within_the_limits(quantity: str) -> None:
    """Above 0, at most 1,000,000 tonnes; and what is canonical stays as it is."""
    assert 0 < kilograms(quantity) <= 1_000_000_000
    assert canonical(canonical(quantity)) == canonical(quantity)
    assert kilograms(canonical(quantity)) == kilograms(quantity)


@pytest.mark.parametrize(
    ("quantity", "kg", "written"),
    [
        ("1.5", 1500, "1.500"),
        ("1.500", 1500, "1.500"),
        ("01.50", 1500, "1.500"),
        ("7", 7000, "7.000"),
        ("0.001", 1, "0.001"),
        ("0.01", 10, "0.010"),
        ("1000000", 1_000_000_000, "1000000.000"),
    ],
)
def test_a_quantity_in_kilograms(quantity: str, kg: int, written: str) -> None:
    """Bulkhead that are not written are zero."""
    assert (kilograms(quantity), canonical(quantity)) == (kg, written)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1800, "usd", "18.00 USD"),
        (5, "eur", "0.05 EUR"),
        (1800, "jpy", "1800 JPY"),
        (99_999_999, "gbp", "999999.99 GBP"),
    ],
)
def test_an_amount_as_people_write_it(amount: int, currency: str, shown: str) -> None:
    """Minor units become the currency's own places."""
    assert format_amount(amount, currency) == shown


def test_a_currency_without_a_smaller_unit_is_one_that_we_sell_in() -> None:
    """It would be a misspelt one, and its amounts would be shown with places that they have not."""
    assert set(REGISTRY.currencies()) >= ZERO_DECIMAL
