"""From Stripe's form encoding to checked parameters."""

import pytest

from simulators.stripe.errors import InvalidParameters
from simulators.stripe.forms import nest
from simulators.stripe.parameters import CreateIntent
from simulators.stripe.reading import read


def test_brackets_make_nested_values_and_lists() -> None:
    """Hashes, numbered lists and appended lists all become forms by name."""
    pairs = [("a[b][c]", "1"), ("list[]", "x"), ("list[]", "y"), ("n[1]", "v"), ("plain", "z")]
    assert nest(pairs) == {
        "a": {"b": {"c": "1"}},
        "list": {"0": "x", "1": "y"},
        "n": {"1": "v"},
        "plain": "z",
    }


@pytest.mark.parametrize("name", ["a[b", "a]b[", "[a]", "a[b]c", "a[b][c][d][e][f]", ""])
def test_malformed_names_are_refused(name: str) -> None:
    """A name whose brackets do not close, or that nests too deeply, is no parameter."""
    with pytest.raises(InvalidParameters):
        nest([(name, "1")])


@pytest.mark.parametrize("names", [("a", "a[b]"), ("a[b]", "a")])
def test_a_name_is_a_value_or_a_hash_but_not_both(names: tuple[str, str]) -> None:
    """One name cannot be given as a value and as a hash."""
    with pytest.raises(InvalidParameters, match="Invalid hash"):
        nest([(name, "1") for name in names])


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": "18.5", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": "1_800", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": "0", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": "1800", "currency": ""}, "parameter_invalid_empty", "currency"),
        ({"amount": "1800", "currency": "usd", "colour": "red"}, "parameter_unknown", "colour"),
        (
            {"amount": "1800", "currency": "usd", "automatic_payment_methods[enabled]": "true", "amount[x]": "1"},
            None,
            "amount[x]",
        ),
        (
            {"amount": "1800", "currency": "usd", "automatic_payment_methods[on]": "true"},
            "parameter_unknown",
            "automatic_payment_methods[on]",
        ),
        ({"amount": "1800", "currency": "usd", "capture_method": "later"}, None, "capture_method"),
        ({"amount": "1800", "currency": "usd", "expand[]": "customer"}, None, "expand[0]"),
        ({"amount": "1800", "currency": "usd", "payment_method_types": "card"}, None, "payment_method_types"),
        ({"amount": "1800", "currency": "usd", "metadata[k]": "v" * 501}, None, "metadata"),
        ({"amount": "1800", "currency": "usd", "payment_method_data": "x"}, None, "payment_method_data"),
    ],
)
def test_wrong_parameters_are_refused_in_stripes_words(given: dict[str, str], code: str | None, param: str) -> None:
    """Each fault names its code and the parameter in brackets."""
    with pytest.raises(InvalidParameters) as refused:
        read(CreateIntent, nest(given.items()))
    assert (refused.value.error.get("code"), refused.value.error["param"]) == (code, param)


def test_empty_metadata_values_are_dropped() -> None:
    """An empty value unsets its key."""
    params = read(
        CreateIntent, nest([("amount", "50"), ("currency", "USD"), ("metadata[a]", "1"), ("metadata[b]", "")])
    )
    assert (params.metadata, params.currency) == ({"a": "1"}, "usd")
