"""A PaymentIntent's life."""

import pytest

from simulators.stripe.cards import CARDS, passes_check_digit
from tests.unit.simulators.stripe.simulator import Simulator, error

NUMBER = "payment_method_data[card][number]"
TYPED = {
    "payment_method_data[type]": "card",
    "payment_method_data[card][exp_month]": "12",
    "payment_method_data[card][exp_year]": "2099",
    "payment_method_data[card][cvc]": "123",
}


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_a_declined_card_leaves_a_failed_charge(simulator: Simulator, card: str, code: str, decline_code: str) -> None:
    """402 tells why; the intent goes back to requires_payment_method and shows its last error."""
    intent = simulator.create()
    refused = simulator.confirm(intent, card)
    told = error(refused)
    after = simulator.read(intent)
    assert (refused.status_code, told["type"], told["code"], told["decline_code"]) == (
        402,
        "card_error",
        code,
        decline_code,
    )
    assert told["payment_intent"] == after
    assert (after["status"], after["payment_method"]) == ("requires_payment_method", None)
    assert after["latest_charge"] == after["last_payment_error"]["charge"] == told["charge"]
    assert simulator.get(f"/v1/charges/{told['charge']}").get_json()["status"] == "failed"
    assert simulator.event_types()[1:] == ["charge.failed", "payment_intent.payment_failed"]


def test_every_test_number_passes_its_check_digit() -> None:
    """A browser's form would refuse it otherwise."""
    assert [card.name for card in CARDS if not passes_check_digit(card.number)] == []


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        ("4242 4242 4242 4242", 200, None),
        ("4000000000000002", 402, "card_declined"),
        ("4242424242424241", 402, "incorrect_number"),
        ("4111111111111111", 402, "card_declined"),
    ],
)
def test_a_typed_card_does_what_its_number_says(
    simulator: Simulator, number: str, status: int, code: str | None
) -> None:
    """Numbers of Stripe's list work, others are refused."""
    intent = simulator.create()
    answer = simulator.post(f"/v1/payment_intents/{intent['id']}/confirm", TYPED | {NUMBER: number})
    assert answer.status_code == status
    assert code is None or error(answer)["code"] == code


def test_a_card_in_the_past_is_refused(simulator: Simulator) -> None:
    """The date is checked before the bank is asked."""
    form = TYPED | {NUMBER: "4242424242424242", "payment_method_data[card][exp_year]": "20"}
    refused = simulator.post(f"/v1/payment_intents/{simulator.create()['id']}/confirm", form)
    assert error(refused)["code"] == "invalid_expiry_year"


def test_manual_capture_holds_and_then_takes(simulator: Simulator) -> None:
    """Held funds are capturable until they are captured; the bank's limit stands on the charge."""
    intent = simulator.create(capture_method="manual")
    held = simulator.confirm(intent).get_json()
    charge = simulator.get(f"/v1/charges/{held['latest_charge']}").get_json()
    taken = simulator.post(f"/v1/payment_intents/{intent['id']}/capture").get_json()
    again = simulator.post(f"/v1/payment_intents/{intent['id']}/capture")
    assert (held["status"], held["amount_capturable"], held["amount_received"]) == ("requires_capture", 1800, 0)
    assert charge["payment_method_details"]["card"]["capture_before"] == charge["created"] + 7 * 24 * 3600
    assert (taken["status"], taken["amount_capturable"], taken["amount_received"]) == ("succeeded", 0, 1800)
    assert error(again)["code"] == "payment_intent_unexpected_state"
    assert simulator.event_types()[1:] == [
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_a_partial_capture_releases_the_rest(simulator: Simulator) -> None:
    """What is not captured is no refund (since 2025-03-31.basil); more than is held cannot be captured."""
    intent = simulator.create(capture_method="manual", confirm="true", payment_method="pm_card_visa")
    path = f"/v1/payment_intents/{intent['id']}/capture"
    refused = simulator.post(path, {"amount_to_capture": "1801"})
    taken = simulator.post(path, {"amount_to_capture": "1000", "expand[]": "latest_charge"}).get_json()
    assert refused.status_code == 400
    charge = taken["latest_charge"]
    assert (taken["amount_received"], taken["amount_capturable"]) == (1000, 0)
    assert (charge["amount_captured"], charge["amount_refunded"], charge["refunded"]) == (1000, 0, False)
    assert simulator.event_types()[-2:] == ["charge.captured", "payment_intent.succeeded"]
    assert simulator.get("/v1/refunds", payment_intent=intent["id"]).get_json()["data"] == []


def test_cancel_is_final(simulator: Simulator) -> None:
    """After a cancel every operation is refused."""
    intent = simulator.create()
    path = f"/v1/payment_intents/{intent['id']}"
    canceled = simulator.post(f"{path}/cancel", {"cancellation_reason": "abandoned"}).get_json()
    assert (canceled["status"], canceled["cancellation_reason"]) == ("canceled", "abandoned")
    for refused in (simulator.post(f"{path}/cancel"), simulator.post(f"{path}/capture"), simulator.confirm(intent)):
        assert (refused.status_code, error(refused)["code"]) == (400, "payment_intent_unexpected_state")
        assert error(refused)["payment_intent"]["status"] == "canceled"


def test_cancel_of_a_hold_releases_it(simulator: Simulator) -> None:
    """A released hold is no refund (since 2025-03-31.basil): nothing was received, and nothing came back."""
    intent = simulator.create(capture_method="manual", confirm="true", payment_method="pm_card_visa")
    canceled = simulator.post(f"/v1/payment_intents/{intent['id']}/cancel", {"expand[0]": "latest_charge"}).get_json()
    charge = canceled["latest_charge"]
    assert (canceled["status"], canceled["amount_received"], canceled["amount_capturable"]) == ("canceled", 0, 0)
    assert (charge["captured"], charge["refunded"], charge["amount_refunded"]) == (False, False, 0)
    assert simulator.event_types()[-2:] == ["payment_intent.amount_capturable_updated", "payment_intent.canceled"]


@pytest.mark.parametrize(
    ("outcome", "status", "event"),
    [
        ("succeeded", "succeeded", "payment_intent.succeeded"),
        ("failed", "requires_payment_method", "payment_intent.payment_failed"),
    ],
)
def test_processing_is_settled_by_hand(simulator: Simulator, outcome: str, status: str, event: str) -> None:
    """A processing payment cannot be canceled; settle ends it either way, once."""
    intent = simulator.create()
    processing = simulator.confirm(intent, "pm_card_simulatorProcessing").get_json()
    refused = simulator.post(f"/v1/payment_intents/{intent['id']}/cancel")
    path = f"/simulator/payment_intents/{intent['id']}/settle"
    settled = simulator.post(path, {"outcome": outcome}).get_json()
    assert (processing["status"], refused.status_code) == ("processing", 400)
    assert (settled["status"], simulator.event_types()[-1]) == (status, event)
    assert simulator.post(path, {"outcome": outcome}).status_code == 400


def test_automatic_methods_need_a_return_url(simulator: Simulator) -> None:
    """Without a list of types a payment may redirect, so Stripe wants to know where to."""
    answer = simulator.post("/v1/payment_intents", {"amount": "1800", "currency": "usd"})
    intent = answer.get_json()
    path = f"/v1/payment_intents/{intent['id']}/confirm"
    refused = simulator.post(path, {"payment_method": "pm_card_visa"})
    paid = simulator.post(path, {"payment_method": "pm_card_visa", "return_url": "https://shop.example/done"})
    assert error(refused)["param"] == "return_url"
    assert paid.get_json()["status"] == "succeeded"


def test_an_authorisation_runs_out(simulator: Simulator) -> None:
    """The bank gives the funds up: canceled by itself, and there is nothing to capture; asked twice is refused."""
    held = simulator.create(capture_method="manual", confirm="true", payment_method="pm_card_visa")
    path = f"/simulator/payment_intents/{held['id']}/expire"
    expired = simulator.post(path).get_json()
    assert (expired["status"], expired["cancellation_reason"]) == ("canceled", "expired")
    assert simulator.event_types()[-2:] == ["payment_intent.canceled", "charge.expired"]
    capture = simulator.post(f"/v1/payment_intents/{held['id']}/capture")
    assert error(capture)["code"] == "payment_intent_unexpected_state"
    assert error(simulator.post(path))["code"] == "payment_intent_unexpected_state"
