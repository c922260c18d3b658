"""Refunds."""

from tests.unit.simulators.stripe.simulator import Simulator, error


def test_a_refund_gives_back_what_is_left(simulator: Simulator) -> None:
    """A part first, then the rest without an amount, and then there is nothing left."""
    intent = simulator.create(confirm="true", payment_method="pm_card_visa")
    part = simulator.post("/v1/refunds", {"payment_intent": intent["id"], "amount": "500"}).get_json()
    rest = simulator.post("/v1/refunds", {"charge": intent["latest_charge"]}).get_json()
    more = simulator.post("/v1/refunds", {"payment_intent": intent["id"]})
    charge = simulator.get(f"/v1/charges/{intent['latest_charge']}").get_json()
    assert (part["amount"], rest["amount"], rest["status"]) == (500, 1300, "succeeded")
    assert (charge["amount_refunded"], charge["refunded"]) == (1800, True)
    assert error(more)["code"] == "charge_already_refunded"
    assert simulator.get(f"/v1/refunds/{part['id']}").get_json()["charge"] == charge["id"]
    assert len(simulator.get("/v1/refunds", payment_intent=intent["id"]).get_json()["data"]) == 2
    assert simulator.event_types()[-3:] == ["refund.created", "charge.refunded", "refund.updated"]


def test_there_is_nothing_to_refund_before_a_capture(simulator: Simulator) -> None:
    """An unpaid intent has no charge, a failed one no money, and a hold is canceled instead."""
    unpaid = simulator.create()
    failed = simulator.create()
    simulator.confirm(failed, "pm_card_chargeDeclined")
    held = simulator.create(capture_method="manual", confirm="true", payment_method="pm_card_visa")
    for intent, words in (
        (unpaid, "does not have a successful charge"),
        (failed, "does not have a successful charge"),
        (held, "You must cancel the PaymentIntent"),
    ):
        assert words in error(simulator.post("/v1/refunds", {"payment_intent": intent["id"]}))["message"]


def test_a_refund_names_something_that_exists(simulator: Simulator) -> None:
    """Nothing named, and unknown names, are refused."""
    assert simulator.post("/v1/refunds").status_code == 400
    for form in ({"payment_intent": "pi_none"}, {"charge": "ch_none"}):
        refused = simulator.post("/v1/refunds", form)
        assert (refused.status_code, error(refused)["code"]) == (400, "resource_missing")


def test_a_bank_may_fail_a_refund_later(simulator: Simulator) -> None:
    """The money counts as charged again, an event tells it, and it can be refunded anew; it fails only once."""
    intent = simulator.create(confirm="true", payment_method="pm_card_visa")
    refund = simulator.post("/v1/refunds", {"payment_intent": intent["id"]}).get_json()
    failed = simulator.post(f"/simulator/refunds/{refund['id']}/fail").get_json()
    charge = simulator.get(f"/v1/charges/{intent['latest_charge']}").get_json()
    twice = simulator.post(f"/simulator/refunds/{refund['id']}/fail")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)
    assert simulator.event_types()[-2:] == ["refund.failed", "refund.updated"]
    assert (twice.status_code, simulator.post("/simulator/refunds/re_none/fail").status_code) == (400, 404)
    assert simulator.post("/v1/refunds", {"payment_intent": intent["id"]}).get_json()["amount"] == 1800


def test_a_buyer_may_dispute_a_charge(simulator: Simulator) -> None:
    """The charge is disputed and not refunded, the event has the dispute of what is left; a second one is refused."""
    intent = simulator.create(confirm="true", payment_method="pm_card_visa")
    simulator.post("/v1/refunds", {"payment_intent": intent["id"], "amount": "500"})
    path = f"/simulator/charges/{intent['latest_charge']}/dispute"
    dispute = simulator.post(path).get_json()
    charge = simulator.get(f"/v1/charges/{intent['latest_charge']}").get_json()
    events = simulator.get("/v1/events", type="charge.dispute.created").get_json()["data"]
    assert (dispute["object"], dispute["amount"], dispute["payment_intent"]) == ("dispute", 1300, intent["id"])
    assert (charge["disputed"], charge["amount_refunded"]) == (True, 500)
    assert [event["data"]["object"] for event in events] == [dispute]
    assert simulator.post(path).status_code == 400


def test_only_money_that_was_taken_can_be_disputed(simulator: Simulator) -> None:
    """A failed attempt and a hold are no charges on the buyer's statement."""
    failed = simulator.create()
    simulator.confirm(failed, "pm_card_chargeDeclined")
    held = simulator.create(capture_method="manual", confirm="true", payment_method="pm_card_visa")
    for intent in (failed, held):
        charge_id = simulator.read(intent)["latest_charge"]
        assert simulator.post(f"/simulator/charges/{charge_id}/dispute").status_code == 400
