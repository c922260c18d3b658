"""What the gate lets through: changes as somebody would make them, each in a copy of the sagas' code."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner

from tests.histories.changed import Edit, change, sagas_of
from tests.histories.files import Recorded, recorded, versions
from tests.histories.gate import faults, told
from tests.histories.recorder import histories
from tests.sagas.scenarios import SCENARIOS
from tests.sagas.sdk import workflow_type
from workers.sagas import ALL_SAGAS

SUCCESS, FAILED, START = "workflows/payment_success.py", "workflows/payment_failed.py", "workflows/start_payment.py"
OPENING, SAGA, STEPS = "workflows/opening.py", "workflows/saga.py", "workflows/steps.py"
PARKING, POLICIES = "workflows/parking.py", "workflows/policies.py"
MESSAGES, PAYMENT = "domain/messages.py", "domain/payment.py"
COMMIT = "            await self._commit()\n"
CAPTURE = "            await self._capture(payment)\n"
UNDO_MONEY = "        refunded = await self._undo_money(order)\n"
CAPTURED = "    amount_captured: int = 0"
# Among these stories each of the breaking changes shows; all of them would take minutes.
STORIES = (
    "declined",
    "delivery_refused",
    "paid",
    "paid_before_it_is_reserved",
    "paid_with_manual_capture",
    "paid_with_another_card",
    "paid_without_a_webhook",
)

BREAKING: Mapping[str, Edit] = {
    "two steps change places": Edit(SUCCESS, COMMIT + CAPTURE, CAPTURE + COMMIT),
    "a step is left out": Edit(SUCCESS, "await self._revoke(order)", "pass"),
    "a step is added": Edit(SUCCESS, COMMIT, COMMIT + "            await self.retrieve(self.payment_id)\n"),
    "a timer is left out": Edit(PARKING, "timeout=delay, timeout_summary=summarized(why)", ""),
    "a step is renamed": Edit("activities/payments.py", '@step("retrieve-payment")', '@step("ask-the-provider")'),
    "an activity's id, and so its key, is another": Edit(
        STEPS, "activity_id=step_name(method)", 'activity_id=f"{step_name(method)}-2"'
    ),
    "a step goes to another queue": Edit(STEPS, "heartbeat_timeout=", 'task_queue="elsewhere", heartbeat_timeout='),
    "a step is asked for another thing": Edit(
        SUCCESS, "OffsetCall(payment_id=self.payment_id,", "OffsetCall(payment_id=order.purchase_id,"
    ),
    "a child has another id": Edit(MESSAGES, 'f"payment-success/{payment_id}"', 'f"success/{payment_id}"'),
    "a child runs on another queue": Edit(SUCCESS, "TaskQueue.PAYMENT_SUCCESS", "TaskQueue.START_PAYMENT"),
    "a child ends with its parent": Edit(SUCCESS, "ParentClosePolicy.ABANDON", "ParentClosePolicy.TERMINATE"),
    "nobody tells the purchase": Edit(
        SUCCESS, "return await self.complete_purchase(order, PurchaseStatus.PAID)", "return SagaEnd()"
    ),
    "a signal is added": Edit(SUCCESS, COMMIT, "            await self.signal_resumed()\n" + COMMIT),
    "a signal is renamed": Edit(MESSAGES, 'COMPLETE = "complete"', 'COMPLETE = "finished"'),
    "a signal is sent to another saga": Edit(MESSAGES, 'PURCHASE_ID_PREFIX = "purchase/"', 'PURCHASE_ID_PREFIX = "p/"'),
    "an update is renamed": Edit(OPENING, 'OPEN_UPDATE = "open"', 'OPEN_UPDATE = "opened"'),
    "an attempt more counts": Edit(FAILED, "payment.failed_attempts < self", "payment.failed_attempts <= self"),
    "offset goes back before money": Edit(SUCCESS, UNDO_MONEY, f"        await self._restock()\n{UNDO_MONEY}"),
    "a saga raises": Edit(SUCCESS, COMMIT, '            raise KeyError("planted")\n'),
    "an answer needs a new field": Edit(PAYMENT, CAPTURED, f"    risk: str\n{CAPTURED}"),
    "a start needs a new field": Edit(
        MESSAGES, "    opening_timeout_s: int", "    opening_timeout_s: int\n    to: str"
    ),
}

HARMLESS: Mapping[str, Edit] = {
    "another summary": Edit(SUCCESS, '"Sell the reserved offset"', '"Commit the offset"'),
    "other words on a timer": Edit(SUCCESS, "has not reserved the offset yet", "is about to reserve the offset"),
    "other words in a timeline": Edit(FAILED, 'f"attempt {payment', 'f"failed attempt {payment'),
    "longer retries": Edit(POLICIES, "maximum_interval=timedelta(minutes=1)", "maximum_interval=timedelta(minutes=5)"),
    "longer attempts": Edit(
        POLICIES, "ATTEMPT_TIMEOUT = timedelta(seconds=10)", "ATTEMPT_TIMEOUT = timedelta(hours=1)"
    ),
    "longer timers": Edit(POLICIES, "ASK_AGAIN_FIRST = timedelta(seconds=1)", "ASK_AGAIN_FIRST = timedelta(seconds=9)"),
    "a private name": Edit(SUCCESS, "_retrieve_until_decided", "_wait_for_the_provider"),
    "an input that gains a field": Edit(
        MESSAGES, "class DeliverCall(Frozen):\n", "class DeliverCall(Frozen):\n    gift: bool = False\n"
    ),
    "an answer that gains a field": Edit(PAYMENT, CAPTURED, f'    risk: str = ""\n{CAPTURED}'),
    "a step's method": Edit("*", "capture_payment", "take_the_money"),
    "a saga's class": Edit(FAILED, "class PaymentFailed(", "class NobodyHasPaid("),
    "a saga's run": Edit(FAILED, "async def run(", "async def look_after("),
    "a signal's handler": Edit(START, "def complete(", "def hear_the_end("),
    "a query's handler": Edit(SAGA, "def parked_view(", "def why_it_waits("),
    "an update's handler": Edit(OPENING, "def opened(", "def wait_for_the_answer("),
    "an update's validator": Edit(OPENING, "@opened.validator", "@wait_for_the_answer.validator"),
    "the steps' classes": Edit("*", "UsersSteps", "BuyersSteps"),
    "a line in the log": Edit(SUCCESS, COMMIT, '            workflow.logger.info("commits")\n' + COMMIT),
    "a new way behind a patch": Edit(
        SUCCESS,
        COMMIT,
        '            if workflow.patched("ask-twice"):\n                await self.retrieve(self.payment_id)\n'
        + COMMIT,
    ),
}


def _stories() -> Iterator[Recorded]:
    """The short sagas first: most of the changes are in them, and the first fault is enough."""
    wanted = (each for story in STORIES for each in recorded(versions()[-1], story=story))
    return iter(sorted(wanted, key=lambda each: each.saga))


@pytest.mark.parametrize("edit", BREAKING.values(), ids=BREAKING)
async def test_a_breaking_change_is_stopped(tmp_path: Path, edit: Edit) -> None:
    """The message names saga, version, history and the place, and says what to do."""
    change(tmp_path, edit)
    gate = faults(_stories(), sagas_of(tmp_path), UnsandboxedWorkflowRunner())
    message = told([await anext(gate)])
    await gate.aclose()
    assert "does not do what version" in message
    assert "tests/histories/" in message
    assert "Event " in message or "After the last event" in message
    assert "workflow.patched(" in message
    assert "docs/releases.md" in message


async def test_harmless_changes_pass(tmp_path: Path) -> None:
    """Words, limits, names within and new fields, all at once: what an open purchase does not notice passes."""
    change(tmp_path, *HARMLESS.values())
    found = await _faults(recorded(versions()[-1]), sagas_of(tmp_path))
    assert not found, told(found)


def test_a_patched_saga_is_recorded_and_replays(tmp_path: Path) -> None:
    """The next version's histories tell the new way: its own code goes on from them, and code without it does not."""
    change(tmp_path, HARMLESS["a new way behind a patch"])
    patched = sagas_of(tmp_path)
    told_by_it = histories({"paid": SCENARIOS["paid"]}, {workflow_type(saga): saga for saga in patched})
    new = [Recorded("next", name, history) for name, history in told_by_it.items()]
    assert asyncio.run(_faults(new, patched)) == []
    (old,) = asyncio.run(_faults(new, ALL_SAGAS))
    assert "PaymentSuccess does not do what version next did" in old


async def _faults(given: Iterable[Recorded], sagas: Sequence[type]) -> list[str]:
    return [fault async for fault in faults(given, sagas, UnsandboxedWorkflowRunner())]
