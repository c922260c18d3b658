"""One purchase, however it is written, has one fingerprint."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.app.requests import body_of, body_with, post
from tests.unit.fakes import FakePurchases

PEAT = {"project_id": "peat", "milestone_id": "peat-1"}


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (body_of({"quantity": "1.5"}), body_of({"quantity": "1.500"})),
        (body_of({"quantity": "1"}), body_of({"quantity": "01.0"})),
        (body_of({}, PEAT), body_of(PEAT, {})),
        (body_with(), body_with(payment_method="card")),
    ],
)
def test_two_ways_to_write_a_purchase_are_one(
    client: FlaskClient, purchases: FakePurchases, first: Any, again: Any
) -> None:
    """The places of a quantity, the order of the items and what is usual mean nothing."""
    assert post(client, first).status_code == 201
    assert post(client, again).headers["Idempotent-Replayed"] == "true"
    assert len({start.fingerprint for start in purchases.starts}) == 1


@pytest.mark.parametrize(
    "other",
    [
        body_of({"quantity": "1.501"}),
        body_of({"milestone_id": "mangrove-3"}),
        body_of({}, PEAT),
        body_with(amount=1801),
        body_with(currency="eur"),
    ],
)
def test_another_purchase_is_another_fingerprint(client: FlaskClient, purchases: FakePurchases, other: Any) -> None:
    """Any other quantity, milestone, amount or currency is another purchase."""
    post(client)
    assert post(client, other).status_code == 422
    assert len({start.fingerprint for start in purchases.starts}) == 2
