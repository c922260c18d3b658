"""The other settings: manual capture and a second attempt."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.newcomers import newcomer
from tests.integration.told import told
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack


@pytest.fixture(scope="module")
def escrow(battered: Stack) -> Iterator[Shop]:
    """A shop that only authorises until the offset is sold, and lets a buyer try twice."""
    with told(battered, "intake", PAYMENT_ATTEMPTS="2") as running, Shop(running.description, newcomer()) as client:
        yield client


@pytest.fixture
def answer(escrow: Shop) -> dict[str, Any]:
    """An open purchase of 1.500 tCO2e."""
    response = escrow.open([item(escrow.milestones()["mangrove-2"], "1.500")], 1800)
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_money_is_captured_after_the_offset_is_sold(escrow: Shop, answer: dict[str, Any]) -> None:
    """Manual capture: authorised by the buyer, captured by the saga between commit and delivery."""
    assert escrow.pay(answer).json()["status"] == "requires_capture"
    purchase = escrow.completed(answer["purchase_id"])
    steps = [entry["event"] for entry in purchase["timeline"]]
    assert purchase["status"] == "paid"
    assert steps.index("offset_sold") < steps.index("payment_captured") < steps.index("offset_delivered")
    assert escrow.service("payments", f"/payments/{answer['payment_id']}")["amount_captured"] == 1800


def test_a_second_attempt_may_pay(escrow: Shop, answer: dict[str, Any]) -> None:
    """A declined first attempt is told, and the second card pays."""
    assert escrow.pay(answer, "pm_card_chargeDeclined").status_code == 402
    escrow.notified(answer["purchase_id"], "payment.attempt_failed")
    assert escrow.purchase(answer["purchase_id"])["status"] == "awaiting_payment"
    assert escrow.pay(answer).status_code == 200
    assert escrow.completed(answer["purchase_id"])["status"] == "paid"
    kinds = [event["type"] for event in escrow.notified(answer["purchase_id"], "payment.success")]
    assert kinds == ["payment.attempt_failed", "payment.success"]


def test_the_last_attempt_ends_the_purchase(escrow: Shop, answer: dict[str, Any]) -> None:
    """The second declined card is the last: the purchase has failed."""
    for _ in range(2):
        assert escrow.pay(answer, "pm_card_chargeDeclined").status_code == 402
    assert escrow.completed(answer["purchase_id"])["status"] == "failed"


def test_a_bank_that_processes_is_waited_for(escrow: Shop, answer: dict[str, Any]) -> None:
    """A payment that settles later than the answer to the buyer is delivered all the same."""
    assert escrow.pay(answer, "pm_card_simulatorProcessing").json()["status"] == "processing"
    assert escrow.completed(answer["purchase_id"])["status"] == "paid"


def test_the_config_tells_the_capture_mode(escrow: Shop) -> None:
    """A page learns how the provider takes the money."""
    config = escrow.get(f"{escrow.stack['processes']['intake']['url']}/config", params={}, headers={})
    stripe = escrow.stack["stripe"]
    assert (config["capture_mode"], config["provider_url"]) == ("manual", stripe["api_base"])
    assert config["publishable_key"] == stripe["publishable_key"]
