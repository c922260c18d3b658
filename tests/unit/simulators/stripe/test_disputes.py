"""What becomes of a dispute."""

from typing import Any

import pytest

from tests.unit.simulators.stripe.simulator import Simulator, error


def disputed(simulator: Simulator) -> dict[str, Any]:
    """A dispute over 18 dollars."""
    intent = simulator.create(confirm="true", payment_method="pm_card_visa")
    return dict(simulator.post(f"/simulator/charges/{intent['latest_charge']}/dispute").get_json())


def test_disputes_are_listed_by_payment_and_by_charge(simulator: Simulator) -> None:
    """Newest first, and only those that are asked for."""
    first, second = disputed(simulator), disputed(simulator)
    assert simulator.get("/v1/disputes").get_json()["data"] == [second, first]
    for name in ("payment_intent", "charge"):
        page = simulator.get("/v1/disputes", **{name: first[name]}).get_json()
        assert (page["data"], page["url"]) == ([first], "/v1/disputes")


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("won", ["charge.dispute.funds_reinstated", "charge.dispute.closed"]),
        ("lost", ["charge.dispute.closed"]),
    ],
)
def test_the_bank_decides_once(simulator: Simulator, outcome: str, told: list[str]) -> None:
    """Won brings the funds back; either way the charge stays disputed and not refunded."""
    dispute = disputed(simulator)
    path = f"/simulator/disputes/{dispute['id']}/close"
    closed = simulator.post(path, {"outcome": outcome}).get_json()
    assert closed["status"] == outcome
    assert simulator.get("/v1/disputes").get_json()["data"] == [closed]
    assert simulator.event_types()[-len(told) :] == told
    charge = simulator.get(f"/v1/charges/{dispute['charge']}").get_json()
    assert (charge["disputed"], charge["amount_refunded"]) == (True, 0)
    assert "already closed" in error(simulator.post(path, {"outcome": "won"}))["message"]


def test_what_the_bank_has_withdrawn_is_not_refunded(simulator: Simulator) -> None:
    """The buyer would have it twice; once the dispute is won the money is there again."""
    dispute = disputed(simulator)
    refused = simulator.post("/v1/refunds", {"charge": dispute["charge"]})
    simulator.post(f"/simulator/disputes/{dispute['id']}/close", {"outcome": "won"})
    assert (refused.status_code, error(refused)["code"]) == (400, "charge_disputed")
    assert simulator.post("/v1/refunds", {"charge": dispute["charge"]}).get_json()["amount"] == 1800
