"""What goes wrong on purpose."""

import time
from typing import Any

import pytest
from werkzeug.test import TestResponse

from simulators.stripe.faults import Answers, FaultPlan, Faults, Webhooks
from simulators.stripe.models import Delivery
from tests.unit.simulators.stripe.simulator import NEW, PUBLISHABLE, SECRET, Simulator, error
from tools.devstack.patience import PATIENCE_S


def put(simulator: Simulator, **plan: Any) -> TestResponse:
    """Set the plan."""
    return simulator.web.test_client().put("/simulator/faults", json=plan, headers=SECRET)


def done(simulator: Simulator) -> dict[str, int]:
    """What was done, without what was not."""
    counts = simulator.get("/simulator/faults").get_json()["done"]
    return {name: count for name, count in counts.items() if count}


def test_a_plan_is_shown_and_healed(simulator: Simulator) -> None:
    """GET tells the plan with its defaults and no counts; DELETE leaves no share above 0."""
    put(simulator, seed=7, webhooks={"drop": 0.1}, answers={"lose": 0.02})
    shown = simulator.get("/simulator/faults").get_json()
    healed = simulator.web.test_client().delete("/simulator/faults", headers=SECRET).get_json()
    assert shown == {
        "seed": 7,
        "webhooks": {"drop": 0.1, "double": 0, "delay": 0, "delay_seconds": 3},
        "answers": {"lose": 0.02, "fail": 0, "expire_key": 0},
        "done": {"dropped": 0, "doubled": 0, "delayed": 0, "lost": 0, "failed": 0, "rejected": 0},
    }
    assert healed == shown | {"webhooks": Webhooks().model_dump(), "answers": Answers().model_dump()}


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"webhooks": {"drop": 1.5}}', b'{"webhook": {}}', b'{"webhooks": {"delay_seconds": 0}}']
)
def test_a_plan_that_makes_no_sense_is_refused(simulator: Simulator, body: bytes) -> None:
    """400, and the plan before it stays."""
    put(simulator, answers={"fail": 1})
    refused = simulator.web.test_client().put("/simulator/faults", data=body, headers=SECRET)
    assert (refused.status_code, error(refused)["type"]) == (400, "invalid_request_error")
    assert simulator.faults.to_response()["answers"]["fail"] == 1


def test_the_controls_need_the_secret_key(simulator: Simulator) -> None:
    """A browser can break nothing."""
    refused = simulator.web.test_client().put("/simulator/faults", json={}, headers=PUBLISHABLE)
    assert refused.status_code == 401


def test_one_seed_is_one_sequence_of_decisions() -> None:
    """The same plan decides the same way again, and another seed does not; half of many decisions are yes."""
    faults = Faults()

    def decisions(seed: int) -> list[bool]:
        faults.follow(FaultPlan(seed=seed, webhooks=Webhooks(drop=0.5)))
        return [faults.happens("dropped") for _ in range(200)]

    first = decisions(7)
    assert decisions(7) == first
    assert decisions(8) != first
    assert 60 < sum(first) < 140


def test_a_failing_call_does_nothing_and_is_kept(simulator: Simulator) -> None:
    """500 before any effect; its key gets the same 500 when all is well, as Stripe replays it."""
    put(simulator, answers={"fail": 1})
    failed = simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k")
    counted = done(simulator)
    put(simulator)
    again = simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k")
    assert (failed.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (500, 500, "true")
    assert (error(failed)["type"], counted) == ("api_error", {"failed": 1})
    assert simulator.get("/v1/payment_intents").get_json()["data"] == []


def test_a_lost_answer_is_kept(simulator: Simulator) -> None:
    """The connection breaks before the first byte; the effect is there, and its key gets the answer later."""
    put(simulator, answers={"lose": 1})
    with pytest.raises(ConnectionResetError):
        simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k")
    assert done(simulator) == {"lost": 1}
    put(simulator)
    made = simulator.get("/v1/payment_intents").get_json()["data"]
    again = simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k")
    assert [intent["id"] for intent in made] == [again.get_json()["id"]]


def test_a_buyers_call_meets_no_fault(simulator: Simulator) -> None:
    """Shares are of calls with the secret key."""
    intent = simulator.create()
    put(simulator, answers={"lose": 1, "fail": 1})
    seen = simulator.web.test_client().get(
        f"/v1/payment_intents/{intent['id']}",
        query_string={"client_secret": intent["client_secret"]},
        headers=PUBLISHABLE,
    )
    assert seen.status_code == 200


def test_a_dropped_webhook_counts_as_delivered(simulator: Simulator) -> None:
    """It is never sent; by hand it can be."""
    put(simulator, webhooks={"drop": 1})
    simulator.confirm(simulator.create())
    event = simulator.deliver_all()
    assert (event.delivery, simulator.received, done(simulator)) == (Delivery.DELIVERED, [], {"dropped": 1})
    assert simulator.deliverer.deliver(event.id) == 200
    assert len(simulator.received) == 1


def test_a_doubled_webhook_comes_twice(simulator: Simulator) -> None:
    """The same event arrives two times."""
    put(simulator, webhooks={"double": 1})
    simulator.confirm(simulator.create())
    simulator.deliver_all()
    deadline = time.monotonic() + PATIENCE_S
    while len(simulator.received) < 2:
        assert time.monotonic() < deadline, "it came once"
        time.sleep(0.01)
    (first, _), (second, _) = simulator.received
    assert (first == second, done(simulator)) == (True, {"doubled": 1})


def test_a_late_webhook_comes_late_and_once(simulator: Simulator) -> None:
    """It waits, is then sent even where every delivery is late, and the wait counts as no attempt."""
    put(simulator, webhooks={"delay": 1, "delay_seconds": 0.2})
    simulator.confirm(simulator.create())
    began = time.time()
    event = simulator.deliver_all()
    assert time.time() - began >= 0.2
    assert (event.attempts, len(simulator.received), done(simulator)) == (1, 1, {"delayed": 1})


def test_a_rolled_key_is_refused_and_uses_no_idempotency_key_up(simulator: Simulator) -> None:
    """401 in Stripe's words while the plan says so; then the same call under the same key is done."""
    simulator.web.test_client().put("/simulator/faults", json={"answers": {"expire_key": 1}}, headers=SECRET)
    refused = simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k1")
    assert (refused.status_code, error(refused)["code"]) == (401, "api_key_expired")
    assert "sk_test_development" not in refused.text
    simulator.web.test_client().delete("/simulator/faults", headers=SECRET)
    assert simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k1").status_code == 200
