"""Workers are killed (SIGKILL) in the middle of each step: others go on, and nothing is done under another key.

A callee that stands still holds purchases at its steps. Then the workers are killed, the callee goes on with what it
has been asked, and new workers ask again.
"""

import asyncio
from contextlib import ExitStack

from tests.integration.hold import each_asks, stopped, unread
from tests.integration.sagas.buyers import CANCEL, CANCEL_OF, PUBLISH, REFUND, RELEASE, Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack import processes
from tools.devstack.audit import audit_stack
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

WORKERS = tuple(worker.name for worker in processes.WORKERS)
RETRIEVE, COMMIT, CAPTURE, DELIVER = "retrieve-payment", "commit-offset", "capture-payment", "deliver-offset"
CREATE, RESERVE, RECORD = "create-payment", "reserve-offset", "record-outcome"
REVOKE, RESTOCK = "revoke-offset", "restock-offset"


def crash(battered: Stack, engine: TemporalServer, held: dict[str, str], callees: ExitStack) -> None:
    """Kill the workers while each saga is in its step; each step is then done, by a later attempt."""
    for saga, step in held.items():
        engine.wait_until_held(saga, step)
    for worker in WORKERS:
        battered.kill(worker)
    callees.close()
    for worker in WORKERS:
        battered.restart(worker)
    for saga, step in held.items():
        engine.wait_until_done(saga, step)
        assert engine.attempts(saga, step) > 1


def test_steps_at_payments(battered: Stack, engine: TemporalServer, buyers: Buyers) -> None:
    """Create, look, capture, record, and the cancel of an opening that is refused."""
    recorded, captured, looked = buyers.opened(), buyers.opened(), buyers.opened()
    with ExitStack() as callees, ExitStack() as before:
        before.enter_context(stopped(battered, "users"))
        buyers.pay(recorded)
        engine.wait_until_held(recorded.success, DELIVER)
        before.enter_context(stopped(battered, "projects"))
        buyers.pay(captured)
        refused = buyers.opening_of_too_much()
        engine.wait_until_held(captured.success, COMMIT)
        engine.wait_until_held(refused.opening, RESERVE)
        callees.enter_context(stopped(battered, "payments"))
        buyers.pay(looked)
        created = buyers.opening()
        before.close()
        held = {
            created.opening: CREATE,
            looked.success: RETRIEVE,
            captured.success: CAPTURE,
            recorded.opening: RECORD,
            refused.opening: CANCEL_OF,
        }
        crash(battered, engine, held, callees)
    created = buyers.answered(created)
    buyers.pay(created)
    for purchase in (created, looked, captured, recorded):
        buyers.ended(purchase, "paid", None, by=purchase.success)
    buyers.ended(refused, "rejected", "sold-out", by=refused.opening)
    assert buyers.repeated(refused).status_code == 409


def test_steps_at_payments_after_another_step_there(battered: Stack, engine: TemporalServer, buyers: Buyers) -> None:
    """The cancel of a purchase that nobody pays, the cancel after a declined card, and the refund."""
    canceled, failed, refunded = buyers.opened(), buyers.opened(), buyers.opened()
    buyers.refuse_delivery(refunded)
    with ExitStack() as callees:
        with stopped(battered, "users"):
            buyers.pay(refunded)
            engine.wait_until_held(refunded.success, DELIVER)
            callees.enter_context(stopped(battered, "payments"))
        # What its deadline does, at a time of our own.
        engine.cancel(canceled.opening)
        attempt = buyers.fail(failed)
        for saga, step in {canceled.opening: RETRIEVE, attempt: RETRIEVE, refunded.success: CANCEL}.items():
            engine.wait_until_held(saga, step)
        # One step on: Payments answers, but stands still again before the workers can ask it the next thing.
        with each_asks(battered, WORKERS, "payments"):
            answers = [unread(battered, reader=worker, writer="payments") for worker in WORKERS]
            callees.close()
            Shop.until(lambda: all(answer() for answer in answers), bool, "an answer to each worker", 20)
            callees.enter_context(stopped(battered, "payments"))
        crash(battered, engine, {canceled.opening: CANCEL, attempt: CANCEL, refunded.success: REFUND}, callees)
    buyers.ended(canceled, "canceled", None, by=canceled.opening)
    buyers.ended(failed, "failed", "payment-failed", by=attempt)
    buyers.ended(refunded, "refunded", "delivery-refused", by=refunded.success)


def test_steps_at_projects(battered: Stack, engine: TemporalServer, buyers: Buyers) -> None:
    """Reserve, commit, release of what nobody pays and after a declined card, and return."""
    sold, canceled, failed, refunded = (buyers.opened() for _ in range(4))
    buyers.refuse_delivery(refunded)
    with ExitStack() as callees:
        with stopped(battered, "users"):
            buyers.pay(refunded)
            engine.wait_until_held(refunded.success, DELIVER)
            callees.enter_context(stopped(battered, "projects"))
        buyers.pay(sold)
        engine.cancel(canceled.opening)
        attempt = buyers.fail(failed)
        reserved = buyers.opening()
        held = {
            reserved.opening: RESERVE,
            sold.success: COMMIT,
            canceled.opening: RELEASE,
            attempt: RELEASE,
            refunded.success: RESTOCK,
        }
        crash(battered, engine, held, callees)
    reserved = buyers.answered(reserved)
    buyers.pay(reserved)
    for purchase in (reserved, sold):
        buyers.ended(purchase, "paid", None, by=purchase.success)
    buyers.ended(canceled, "canceled", None, by=canceled.opening)
    buyers.ended(failed, "failed", "payment-failed", by=attempt)
    buyers.ended(refunded, "refunded", "delivery-refused", by=refunded.success)


def test_steps_at_users_and_rabbitmq(battered: Stack, engine: TemporalServer, buyers: Buyers) -> None:
    """Deliver and revoke; publish of each saga."""
    told, failed, delivered, revoked = (buyers.opened() for _ in range(4))
    with ExitStack() as callees:
        callees.enter_context(stopped(battered, "rabbitmq"))
        expired = buyers.unpaid()
        buyers.pay(told)
        attempt = buyers.fail(failed)
        engine.wait_until_held(told.success, PUBLISH)
        callees.enter_context(stopped(battered, "users"))
        buyers.pay(delivered)
        buyers.pay(revoked)
        engine.wait_until_held(revoked.success, DELIVER)
        engine.cancel(revoked.success)
        held = {
            delivered.success: DELIVER,
            revoked.success: REVOKE,
            told.success: PUBLISH,
            attempt: PUBLISH,
            expired.opening: PUBLISH,
        }
        crash(battered, engine, held, callees)
    for purchase in (told, delivered):
        buyers.ended(purchase, "paid", None, by=purchase.success)
    buyers.ended(expired, "expired", None, by=expired.opening)
    buyers.ended(failed, "failed", "payment-failed", by=attempt)
    buyers.ended(revoked, "refunded", "aborted", by=revoked.success)


def test_a_worker_that_is_restarted_in_order_loses_nothing(battered: Stack, buyers: Buyers) -> None:
    """SIGTERM between payment and delivery: what runs is finished or taken up again, and done once."""
    bought = [buyers.opened() for _ in range(4)]
    for purchase in bought:
        buyers.pay(purchase)
    battered.restart("payment_success_worker")
    for purchase in bought:
        buyers.ended(purchase, "paid", None, by=purchase.success)


def test_the_records_add_up(battered: Stack) -> None:
    """After all crashes: nothing held, nothing authorised, charged is what was delivered."""
    assert asyncio.run(audit_stack(battered.description)).faults == ()
