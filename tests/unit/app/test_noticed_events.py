"""Events about money that no saga moves: Payments retrieves the payment before they are acknowledged."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.errors import ContractBroken, Unavailable
from providers.stripe.events import NOTICED, REFUND_FAILED
from tests.unit.app.deliveries import METADATA, accepted, counted, event, send
from tests.unit.fakes import PAYMENT_ID, REFERENCE, FakePaymentRecords, FakePurchases, payment


def noticed(kind: str, **about: Any) -> dict[str, Any]:
    """An event about a charge, refund or dispute that was made in the dashboard."""
    known = {"id": "du_1", "object": "dispute", "payment_intent": REFERENCE, "metadata": {}}
    return event(kind) | {"data": {"object": known | about}}


@pytest.mark.parametrize("kind", sorted(NOTICED))
def test_a_payment_of_ours_is_retrieved(
    anyone: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, kind: str
) -> None:
    """That makes Payments keep what the provider shows; no saga is started, and the type is counted."""
    payments.records = [payment()]
    before = counted(anyone, "noticed")
    assert accepted(send(anyone, noticed(kind)))
    assert (payments.retrieved, purchases.events) == ([PAYMENT_ID], [])
    assert counted(anyone, "noticed") == before + 1
    assert f'intake_noticed_events_total{{type="{kind}"}}' in anyone.get("/metrics").text


def test_a_charge_bears_its_payments_metadata_and_starts_nothing(
    anyone: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords
) -> None:
    """A refunded charge has the metadata of its payment, whoever has refunded it."""
    payments.records = [payment()]
    assert accepted(send(anyone, noticed("charge.refunded", object="charge", metadata=METADATA)))
    assert (payments.retrieved, purchases.events) == ([PAYMENT_ID], [])


@pytest.mark.parametrize("about", [{}, {"payment_intent": None}])
def test_what_payments_does_not_know_is_not_ours(
    anyone: FlaskClient, payments: FakePaymentRecords, about: dict[str, Any]
) -> None:
    """Another shop's payment, and a charge that was made without any, are acknowledged."""
    before = counted(anyone, "not-ours")
    assert accepted(send(anyone, noticed("charge.dispute.created", **about)))
    assert counted(anyone, "not-ours") == before + 1
    assert payments.retrieved == []


@pytest.mark.parametrize("error", [Unavailable("away"), ContractBroken("401"), TimeoutError()])
def test_what_payments_has_not_kept_is_not_acknowledged(
    anyone: FlaskClient, payments: FakePaymentRecords, error: Exception
) -> None:
    """503, so that Stripe sends it again; nothing is counted as noticed."""
    payments.error = error
    before = counted(anyone, "noticed"), counted(anyone, "unavailable")
    response = send(anyone, noticed(REFUND_FAILED))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert (counted(anyone, "noticed"), counted(anyone, "unavailable")) == (before[0], before[1] + 1)


def test_a_payment_that_cannot_be_told_is_refused(anyone: FlaskClient, payments: FakePaymentRecords) -> None:
    """What does not name its payment in Stripe's form stays at Stripe."""
    assert send(anyone, noticed("charge.dispute.created", payment_intent="a/b")).status_code == 422
    assert payments.retrieved == []
