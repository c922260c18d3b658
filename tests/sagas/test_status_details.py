"""What an operator reads of a saga in Temporal's UI: where it stands, what it waits for, since when, what to do."""

from datetime import timedelta

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata

from domain.errors import ContractBroken, Refused
from domain.payment import PaymentStatus
from tests.sagas.temporal import START
from tests.sagas.world import BROKEN, ORDER, TTL, UNAVAILABLE, World, at

PURCHASE_ID, BOUGHT = ORDER.purchase_id, "1.500 tCO2e of mangrove-2 for 18.00 USD"


def details(world: World, workflow_id: str | None = None) -> str:
    """The current details, as the UI asks for them."""
    metadata = world.engine.query(workflow_id or world.purchase.id, "__temporal_workflow_metadata", WorkflowMetadata)
    return metadata.current_details


def waiting_for_a_decision(failure: Exception) -> World:
    """A paid purchase whose delivery has failed so, and whose saga waits behind its timer."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [failure] * 2
    world.buyer_pays()
    world.event_succeeded()
    waits = "an operator's decision: Deliver "
    world.engine.run(until=lambda: any(summary.startswith(waits) for summary in world.success.summaries))
    return world


def test_an_open_purchase_tells_until_when_it_waits() -> None:
    """Open: the order, the buyer, the payment, the deadline, and that nobody needs to do anything."""
    world = World()
    world.opened()
    shown = details(world)
    assert shown.startswith("**awaiting payment** since 20")
    assert f"purchase `{PURCHASE_ID}` of buyer `alice`: {BOUGHT}, payment `" in shown
    assert "**Now:** Waits for news of the payment, until the deadline (20" in shown
    assert "**To do:** Nothing: unpaid it ends by itself at its deadline." in shown


def test_a_step_that_lasts_is_named() -> None:
    """A callee that is away: which step waits for it, since when, and that it is tried again."""
    world = World()
    world.faults.before["reserve"] = [UNAVAILABLE] * 3
    world.open()
    world.engine.run(until_time=at(0.5))
    shown = details(world)
    assert f"**Now:** Reserve {BOUGHT}, since 20" in shown
    assert "**To do:** Nothing: it is tried again by itself" in shown


def test_a_parked_saga_tells_what_can_be_decided() -> None:
    """Parked: why, each choice, the command that decides, a timer that says so; its purchase points at it."""
    world = waiting_for_a_decision(BROKEN)
    shown = details(world, world.success.id)
    assert shown.startswith("**needs attention** since 20")
    assert f"Deliver {BOUGHT}: the callee broke its contract" in shown
    assert f"`flask purchases show '{world.success.id}'`" in shown
    assert "\n\n- `retry`: " in shown
    assert "- `abort`: The purchase is undone: the money goes back" in shown
    assert f"**To do:** Another saga of this purchase is parked: `flask purchases show {PURCHASE_ID}`." in details(
        world
    )


def test_a_reason_of_any_length_has_a_summary_that_the_server_takes() -> None:
    """A callee's detail may be long, and of letters that take several bytes: the timer's summary is cut, no more."""
    world = waiting_for_a_decision(ContractBroken("né " * 200))
    assert world.success.summaries[-1].endswith("…")
    assert "né " * 200 in details(world, world.success.id)


def test_a_saga_that_decides_nothing_claims_no_status() -> None:
    """A failed attempt of a purchase that is paid meanwhile: its saga ends, and no query finds it under a status."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.buyer_pays()
    world.event_failed()
    world.engine.run(until=lambda: world.failed().closed)
    assert world.failed().attributes["PurchaseStatus"] is None
    assert details(world, world.failed().id).startswith("**ended** at 20")


@pytest.mark.parametrize("times", [1, 5])
def test_a_purchase_the_bank_processes_says_that_it_asks_again(times: int) -> None:
    """After the deadline of a payment that the bank processes: what is waited for, however often it has asked."""
    world = World()
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    world.engine.run(until_time=START + TTL + timedelta(seconds=2**times))
    shown = details(world)
    assert shown.startswith("**processing** since 20")
    assert "**Now:** Waits for news of the payment, or until Payments is asked again (20" in shown


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (Refused("payment-processing", "the bank is at it"), "The bank processes the payment."),
        (Refused("payment-mismatch", "it is another one's"), "The payment cannot be canceled: it is another one's"),
    ],
    ids=["the bank processes", "anything else"],
)
def test_a_refused_cancel_is_shown_as_what_it_is(refusal: Refused, says: str) -> None:
    """After the deadline: only what the bank is said to process is."""
    world = World()
    world.opened()
    world.faults.before["cancel"] = [refusal] * 3
    world.engine.run(until_time=START + TTL + timedelta(seconds=2))
    assert says in details(world)
    assert ("The bank" in details(world)) == (refusal.kind == "payment-processing")


@pytest.mark.parametrize("operation", ["deliver", "retrieve"])
def test_a_purchase_claims_nothing_that_others_know_better(operation: str) -> None:
    """Paid, and its saga is parked, even before that could tell: nobody reads that the buyer is waited for."""
    world = World()
    world.opened()
    world.faults.before[operation] = [BROKEN] * 2
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.success.attributes.get("PurchaseStatus") == "needs_attention")
    shown = details(world)
    assert "**Now:** Waits for news of the payment" in shown
    assert ("not paid" in shown, "buyer's payment" in shown) == (False, False)


def test_an_undo_that_lasts_is_no_delivery() -> None:
    """The provider does not answer: the saga and its purchase say that the money goes back, and why."""
    world = World()
    world.opened()
    world.faults.before["deliver"] = [Refused("not-found", "no such buyer")]
    world.faults.before["refund"] = [UNAVAILABLE] * 100
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until_time=at(5))
    for workflow_id in (world.purchase.id, world.success.id):
        shown = details(world, workflow_id)
        assert "It is being undone: the money goes back to the buyer" in shown
        assert "delivered" not in shown
    assert "The reason: delivery-refused." in details(world, world.success.id)
