"""Somebody presses Cancel in Temporal's UI at each step: the purchase is undone where it can be, and else goes on.

A callee that stands still holds the purchases at its steps, and answers what it has been asked after the cancellation.
"""

import asyncio
from contextlib import ExitStack

from temporalio.client import WorkflowExecutionStatus

from tests.integration.hold import stopped
from tests.integration.sagas.buyers import BoughtPurchase, Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.audit import audit_stack
from tools.devstack.stack import Stack

RETRIEVE, COMMIT, CAPTURE, DELIVER = "retrieve-payment", "commit-offset", "capture-payment", "deliver-offset"
CREATE, RESERVE = "create-payment", "reserve-offset"
CANCELED, COMPLETED = WorkflowExecutionStatus.CANCELED, WorkflowExecutionStatus.COMPLETED


def cancel(engine: TemporalServer, held: dict[str, str]) -> None:
    """Cancel each saga in its step, and wait until it has left that step."""
    for saga, step in held.items():
        engine.wait_until_held(saga, step)
        engine.cancel(saga)
    for saga, step in held.items():
        engine.wait_until_done(saga, step)


def test_at_payments(battered: Stack, engine: TemporalServer, buyers: Buyers) -> None:
    """An opening is undone; a look has done nothing, so that the next event begins anew; a capture is undone."""
    captured, looked, failed = buyers.opened(), buyers.opened(), buyers.opened()
    with ExitStack() as payments:
        with stopped(battered, "projects"):
            buyers.pay(captured)
            engine.wait_until_held(captured.success, COMMIT)
            payments.enter_context(stopped(battered, "payments"))
        buyers.pay(looked)
        attempt = buyers.fail(failed)
        created = buyers.opening()
        cancel(
            engine, {created.opening: CREATE, looked.success: RETRIEVE, attempt: RETRIEVE, captured.success: CAPTURE}
        )
    assert engine.wait_until_closed(looked.success) is CANCELED
    assert engine.wait_until_closed(attempt) is CANCELED
    buyers.hear_again(looked)
    # The declined attempt has ended nothing: another card may pay.
    buyers.pay(failed)
    for purchase in (looked, failed):
        buyers.ended(purchase, "paid", None, by=purchase.success)
    buyers.ended(captured, "refunded", "aborted", by=captured.success)
    never_opened(buyers, created)


def test_a_cancellation_that_meets_the_answer(battered: Stack, engine: TemporalServer, buyers: Buyers) -> None:
    """The callee answers while the cancellation is on its way: whichever comes first, nothing is left half done."""
    sold, delivered = buyers.opened(), buyers.opened()
    with ExitStack() as callees:
        callees.enter_context(stopped(battered, "users"))
        buyers.pay(delivered)
        engine.wait_until_held(delivered.success, DELIVER)
        callees.enter_context(stopped(battered, "projects"))
        buyers.pay(sold)
        reserved = buyers.opening()
        engine.wait_until_held(sold.success, COMMIT)
        engine.wait_until_held(reserved.opening, RESERVE)
        for saga in (sold.success, delivered.success, reserved.opening):
            engine.cancel(saga)
    assert buyers.completed(reserved)["status"] in {"canceled", "rejected"}
    buyers.ended(sold, "refunded", "aborted", by=sold.success)
    status = buyers.completed(delivered)["status"]
    buyers.ended(delivered, status, {"paid": None, "refunded": "aborted"}[status], by=delivered.success)


def test_the_records_add_up(battered: Stack) -> None:
    """After all cancellations: nothing held, nothing authorised, charged is what was delivered."""
    assert asyncio.run(audit_stack(battered.description)).faults == ()


def never_opened(buyers: Buyers, purchase: BoughtPurchase) -> None:
    """The opening was given up for good."""
    shown = buyers.completed(purchase)
    assert (shown["status"], shown["reason"]) == ("rejected", "opening-failed")
    assert buyers.repeated(purchase).status_code == 409
