"""How strict POST /purchases reads a body."""

import gzip
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.app.requests import BODY, body_of, body_with, post, refusal

QUANTITIES: list[Any] = [
    *("", "0", "0.0", "0.000", "000", "-1", "+1", "1e3", "1E3", "1.", ".5", "1.0001", "1,5", " 1", "1 ", "1\n", "\n1"),
    *(
        "1000000.001",
        "1000001",
        "9999999",
        "1000000.0000",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "٣",
        "\uff11",
        "1.٣",
        "1.5.0",
    ),
    *(1, 1.5, True, None, [], {}),
]
AMOUNTS: list[Any] = [0, -1, 100_000_000, 10**30, 1.0, 1800.5, True, False, None, "1800", [1800], {}]
CURRENCIES = ["USD", "xyz", "", "us", "usd\n", " usd", None, 1, ["usd"]]
IDS = ["", "a" * 65, "a b", "a/b", "a\n", "\na", "ä", "\U0001f333", None, 1, ["a"]]


def rejected(client: FlaskClient, body: Any) -> list[dict[str, str]]:
    """The faults of a body that is refused."""
    response = post(client, body)
    assert refusal(response) == (422, "invalid-request")
    faults: list[dict[str, str]] = response.get_json()["errors"]
    return faults


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_quantity_is_a_plain_positive_decimal_string(client: FlaskClient, quantity: Any) -> None:
    """No number, sign, exponent, zero, fourth place, foreign digit or line end; at most 1,000,000."""
    assert rejected(client, body_of({"quantity": quantity}))[0]["field"] == "json.items.0.quantity"


@pytest.mark.parametrize("quantity", ["0.001", "1", "1.5", "01.50", "999999.999", "1000000", "1000000.000"])
def test_every_plain_quantity_up_to_a_million_is_taken(client: FlaskClient, quantity: str) -> None:
    """The limits and both ways to write a fraction."""
    assert post(client, body_of({"quantity": quantity})).status_code == 201


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_is_a_positive_integer(client: FlaskClient, amount: Any) -> None:
    """Minor units: no string, fraction or bool, above 0, at most what the method's provider takes."""
    assert rejected(client, body_with(amount=amount))[0]["field"] == "json.amount"


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_currency_is_one_that_the_method_takes(client: FlaskClient, currency: Any) -> None:
    """Lower case, and one of its provider's."""
    assert rejected(client, body_with(currency=currency))[0]["field"] == "json.currency"


@pytest.mark.parametrize("field", ["project_id", "milestone_id"])
@pytest.mark.parametrize("value", IDS)
def test_an_id_is_short_and_plain(client: FlaskClient, field: str, value: Any) -> None:
    """`[A-Za-z0-9._-]{1,64}`, and no line end behind it."""
    assert rejected(client, body_of({field: value}))[0]["field"] == f"json.items.0.{field}"


@pytest.mark.parametrize("method", ["bank", "Card", "", None, 1])
def test_a_method_that_no_provider_carries_out_is_refused(client: FlaskClient, method: Any) -> None:
    """And nothing else is said of the order: what it may cost depends on the method."""
    assert [fault["field"] for fault in rejected(client, body_with(payment_method=method))] == ["json.payment_method"]


@pytest.mark.parametrize("items", [[], {}, None, "x", [None], ["x"], [[]], [{}]])
def test_items_are_a_list_of_items(client: FlaskClient, items: Any) -> None:
    """At least one, and each an object with all members."""
    assert rejected(client, body_with(items=items))


@pytest.mark.parametrize("field", ["items", "amount", "currency"])
def test_a_missing_member_is_refused(client: FlaskClient, field: str) -> None:
    """Only the payment method may be left out."""
    body = {name: value for name, value in BODY.items() if name != field}
    assert rejected(client, body)[0]["field"] == f"json.{field}"


@pytest.mark.parametrize("body", [body_with(price=1), body_of({"price": 1}), body_with(buyer_id="bob")])
def test_unknown_members_are_refused(client: FlaskClient, body: Any) -> None:
    """A member that we would ignore would be believed by its sender."""
    assert rejected(client, body)


def test_twenty_items_are_taken_and_one_more_refused(client: FlaskClient) -> None:
    """A purchase has 1 to 20 items."""
    milestones = [{"milestone_id": f"m{number}"} for number in range(21)]
    assert post(client, body_of(*milestones[:20])).status_code == 201
    assert rejected(client, body_of(*milestones))[0]["field"] == "json.items"


def test_a_milestone_stands_once(client: FlaskClient) -> None:
    """The same milestone twice is refused, also with another quantity; its namesake elsewhere is another."""
    assert rejected(client, body_of({}, {"quantity": "2"}))
    assert post(client, body_of({}, {"project_id": "peat"})).status_code == 201


def test_a_compressed_body_is_refused(client: FlaskClient) -> None:
    """A few bytes could become gigabytes: 415."""
    headers = {"Idempotency-Key": "k1", "Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps(BODY).encode())
    response = post(client, data=body, json=None, content_type="application/json", headers=headers)
    assert refusal(response) == (415, "unsupported-media-type")
