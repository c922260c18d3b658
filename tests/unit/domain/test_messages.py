"""Names of sagas, notifications, and the purchase's own words."""

import json

import pytest
from pydantic import ValidationError

from domain.messages import (
    Notification,
    PaymentFailedInput,
    PaymentSuccessInput,
    RefundFailedInput,
    StartPaymentInput,
    cloud_event,
)
from domain.purchase import Item, PurchaseStatus
from tests.unit.values import NOW, ORDER, PAYMENT_ID, payment


def test_a_saga_is_found_by_its_name() -> None:
    """The names that the design gives: each input tells the id of its saga."""
    purchase = StartPaymentInput(
        order=ORDER, fingerprint="f1", opened_by="r1", reservation_ttl_s=1800, opening_timeout_s=30
    )
    assert purchase.workflow_id == "purchase/p1"
    assert PaymentSuccessInput(payment_id=PAYMENT_ID).workflow_id == f"payment-success/{PAYMENT_ID}"
    failed = PaymentFailedInput(payment_id=PAYMENT_ID, attempts_max=1, cause="ch_1")
    assert failed.workflow_id == f"payment-failed/{PAYMENT_ID}/ch_1"
    assert RefundFailedInput(payment_id=PAYMENT_ID, refund_id="re_1").workflow_id == "refund-failed/re_1"


def test_a_notification_is_a_cloud_event() -> None:
    """All required attributes of CloudEvents 1.0 and the design's data, as JSON."""
    notification = Notification(
        kind="payment.success", payment_id=PAYMENT_ID, order=ORDER, status=PurchaseStatus.PAID, time=NOW
    )
    assert json.loads(cloud_event(notification, "saga/publish").model_dump_json()) == {
        "specversion": "1.0",
        "id": "saga/publish",
        "source": "/buy-projects",
        "type": "payment.success",
        "subject": "p1",
        "time": "2026-11-21T09:30:00Z",
        "datacontenttype": "application/json",
        "data": {
            "purchase_id": "p1",
            "payment_id": PAYMENT_ID,
            "buyer_id": "alice",
            "amount": 1800,
            "currency": "usd",
            "items": [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}],
            "status": "paid",
        },
    }


def test_an_order_is_told_in_a_humans_words() -> None:
    """The first item, how many more, and the price."""
    assert ORDER.summary() == "1.500 tCO2e of mangrove-2 for 18.00 USD"
    more = ORDER.model_copy(update={"items": (*ORDER.items, Item(project_id="p", milestone_id="m", quantity="1.000"))})
    assert more.summary() == "1.500 tCO2e of mangrove-2 and 1 more for 18.00 USD"


def test_a_payment_knows_its_order_unless_it_is_a_tombstone() -> None:
    """A cancel that came before its payment knows of no order."""
    assert payment().order == ORDER
    wallet = ORDER.model_copy(update={"payment_method": "wallet"})
    assert payment(wallet).order == wallet
    for unknown in ("method", "buyer_id", "amount", "currency"):
        with pytest.raises(ValueError, match="p1 is a tombstone"):
            _ = payment().model_copy(update={unknown: None}).order


def test_what_sagas_keep_never_changes() -> None:
    """Histories hold these values."""
    with pytest.raises(ValidationError):
        ORDER.amount = 1  # type: ignore[misc]


@pytest.mark.parametrize("amount", [0, 100])
def test_a_notification_of_money_that_went_back_says_how_much(amount: int) -> None:
    """Less than the order costs, where less was taken or a bank has it."""
    notification = Notification(
        kind="payment.refunded",
        payment_id=PAYMENT_ID,
        order=ORDER,
        status=PurchaseStatus.REFUNDED,
        time=NOW,
        amount_refunded=amount,
    )
    assert cloud_event(notification, "saga/publish").data["amount_refunded"] == amount
