"""Whom a saga tells, and whom a purchase believes: what Payments has recorded, whatever an event or a signal says."""

import json

import pytest
from temporalio.exceptions import ApplicationError

from activities.step import REFUSED
from domain.keys import payment_id_of
from domain.messages import (
    DeliverCall,
    FollowUpInput,
    ParkedView,
    PaymentFailedInput,
    PaymentSuccessInput,
    Progress,
    PurchaseResult,
    RefundFailedInput,
)
from domain.purchase import ENDS, PurchaseStatus
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.sdk import Step, value_of
from tests.sagas.world import BROKEN, TTL, World, at
from workflows.status_details import SUMMARY_MAX, summarized

ANOTHER = payment_id_of("p2")
TOLD_OF = (
    PaymentSuccessInput(payment_id=PAYMENT_ID),
    PaymentFailedInput(payment_id=PAYMENT_ID, attempts_max=1, cause="ch_1"),
    RefundFailedInput(payment_id=PAYMENT_ID, refund_id="re_1"),
)


def test_a_saga_of_another_payment_has_no_say() -> None:
    """Nor has a signal of another form: neither shows on the purchase, whose buyer may pay, nor ends or stops it."""
    world = World()
    world.opened()
    progress = Progress(payment_id=ANOTHER, status=PurchaseStatus.PROCESSING)
    world.engine.signal(world.purchase.id, "progress", progress)
    world.engine.signal(world.purchase.id, "complete", PurchaseResult(payment_id=ANOTHER, status=PurchaseStatus.PAID))
    paid = PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.PAID)
    world.engine.signal(world.purchase.id, "complete", PurchaseResult(status=PurchaseStatus.PAID))
    for strange in ((), (paid, paid), ("paid",), ({"payment_id": PAYMENT_ID, "status": "settled"},)):
        world.engine.signal(world.purchase.id, "complete", *strange)
        world.engine.signal(world.purchase.id, "progress", *strange)
    world.engine.run(until_time=at(60))
    assert (world.status, world.view.status) == ("awaiting_payment", "awaiting_payment")
    world.engine.run()
    assert world.outcome.status == "expired"


@pytest.mark.parametrize("status", sorted(set(PurchaseStatus) - ENDS))
def test_what_is_no_end_ends_no_purchase(status: PurchaseStatus) -> None:
    """A result says one of the six ends; anything else is not heard."""
    world = World()
    world.opened()
    world.engine.signal(world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=status))
    world.engine.run()
    assert world.outcome.status == "expired"


def test_the_end_may_be_told_before_the_payment_is_created() -> None:
    """A saga that is taken up again hears first what was signalled before: it knows its payment from the start."""
    world = World()
    world.open()
    world.engine.signal(world.purchase.id, "complete", PurchaseResult(payment_id=ANOTHER, status=PurchaseStatus.PAID))
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.run(until_time=at(60))
    assert world.outcome.status == "failed"


def test_a_saga_tells_the_purchase_of_the_record() -> None:
    """The payment's own purchase by Payments' record, once that is known, and no other."""
    world = World()
    world.opened()
    world.pays()
    told = [command for task in world.success.history for command in task.commands()]
    signals = [each.signal_external_workflow_execution for each in told]
    assert {s.workflow_execution.workflow_id for s in signals if s.signal_name} == {world.purchase.id}
    completed = next(s for s in signals if s.signal_name == "complete")
    assert value_of(completed.args[0], PurchaseResult).payment_id == PAYMENT_ID
    assert world.outcome.status == "paid"


def test_a_saga_that_cannot_ask_tells_nobody_and_the_purchase_finds_out_by_itself() -> None:
    """It parks, found by its payment; the purchase waits for the buyer, parks at its deadline, and all ends well."""
    world = World()
    world.opened()
    world.buyer_pays()
    world.faults.before["retrieve"] = [BROKEN] * 4
    world.event_succeeded()
    world.engine.run(until_time=at(60))
    assert world.success.attributes["PurchaseStatus"] == "needs_attention"
    assert world.status == "awaiting_payment"
    world.engine.run(until_time=at(TTL.total_seconds() + 60))
    assert world.status == "needs_attention"
    for saga in (world.success, world.purchase):
        world.engine.update(saga.id, "resolve", "retry", "decision")
    world.engine.run()
    assert (world.outcome.status, world.users.delivered) == ("paid", True)


@pytest.mark.parametrize("start", TOLD_OF, ids=lambda start: type(start).__name__)
def test_an_event_of_a_payment_that_was_refused_parks_after_an_hour(start: FollowUpInput) -> None:
    """Canceled before it was created, so there is none: whoever sends events of it, a human must look."""
    world = World()
    world.payments.tombstone = True
    kind = type(start).__name__.removesuffix("Input")
    world.engine.start(kind, start, start.workflow_id)
    world.engine.run()
    execution = world.engine.executions[start.workflow_id]
    assert execution.attributes["PurchaseStatus"] == "needs_attention"
    assert world.engine.now > at(3500)


def test_the_longest_ids_fit_into_every_summary() -> None:
    """The server fails a saga's task, for ever, whose command has a longer one."""
    world = World()
    world.opened()
    longest = "p" * 255
    start = PaymentSuccessInput(payment_id=longest)
    world.engine.start("PaymentSuccess", start, start.workflow_id)
    world.engine.run(until_time=at(60))
    execution = world.engine.executions[start.workflow_id]
    assert any(longest[:100] in summary for summary in execution.summaries)
    assert max(len(summary.encode()) for summary in execution.summaries) <= SUMMARY_MAX


async def without_an_answer(_call: DeliverCall) -> None:
    """Report the delivery as done, as whoever reaches Temporal can."""


async def without_details(_call: DeliverCall) -> None:
    """Report the delivery as refused."""
    raise ApplicationError("no", type=REFUSED, non_retryable=True)


@pytest.mark.parametrize("forged", [without_an_answer, without_details])
def test_who_reports_a_step_without_our_keys_is_not_believed(forged: Step) -> None:
    """An answer and a refusal's details have to be encrypted, so that a report without them is nobody's: it parks."""
    world = World()
    world.engine.steps["deliver-offset"] = forged
    world.opened()
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until_time=at(60))
    assert (world.status, world.users.delivered) == ("needs_attention", False)
    view = world.engine.query(world.success.id, "parked", ParkedView)
    assert view.reason.startswith("Deliver 1.500 tCO2e")


@pytest.mark.parametrize("text", ["a" * 500, '"' * 500, "é" * 500, "\n" * 500, "\x00" * 500, "🌳" * 500, "\\" * 199])
def test_a_text_of_any_kind_fits_into_a_summary(text: str) -> None:
    """Quotes and control characters are longer in JSON than they look; what fits is not touched."""
    told = summarized(text)
    assert len(json.dumps(told, ensure_ascii=False).encode()) - 2 <= SUMMARY_MAX
    assert told.endswith("…")
    assert text.startswith(told[:-1])
    assert summarized("Reserve 12 tCO2e") == "Reserve 12 tCO2e"
