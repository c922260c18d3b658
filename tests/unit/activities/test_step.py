"""What makes a method a step."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment

from activities import PaymentsSteps
from domain.errors import ContractBroken, Refused, Unavailable
from domain.messages import PaymentCall
from domain.ports import Payments
from tests.unit.values import PAYMENT_ID, Recorder, payment

CALL = PaymentCall(payment_id=PAYMENT_ID)


def environment(**info: Any) -> ActivityEnvironment:
    """A running step of a saga."""
    known = {"workflow_id": f"payment-failed/{PAYMENT_ID}/ch_1", "activity_id": "cancel-payment"}
    running = ActivityEnvironment()
    running.info = replace(running.info, **known | info)
    return running


def steps(recorder: Recorder) -> PaymentsSteps:
    """Payments' steps on a port that only records."""
    return PaymentsSteps(cast("Payments", recorder))


async def failure(error: Exception) -> ApplicationError:
    """What Temporal gets when the port raises this error."""
    with pytest.raises(ApplicationError) as raised:
        await environment().run(steps(Recorder(error=error)).cancel_payment, CALL)
    return raised.value


async def test_a_steps_key_is_the_same_on_every_attempt() -> None:
    """Workflow id and step name, whatever the attempt, run and task."""
    recorder = Recorder(answer=payment())
    for attempt in (1, 2, 7):
        running = environment(attempt=attempt, workflow_run_id=f"run-{attempt}", task_token=bytes([attempt]))
        assert await running.run(steps(recorder).cancel_payment, CALL) == payment()
    assert recorder.calls == [("cancel", PAYMENT_ID, f"payment-failed/{PAYMENT_ID}/ch_1/cancel-payment")] * 3


async def test_a_key_names_saga_and_step() -> None:
    """Another saga's same step, and another step of this saga, are other callers."""
    recorder = Recorder()
    await environment(workflow_id="purchase/p1").run(steps(recorder).cancel_payment, CALL)
    await environment(activity_id="refund-payment").run(steps(recorder).refund_payment, CALL)
    assert [call[-1] for call in recorder.calls] == [
        "purchase/p1/cancel-payment",
        f"payment-failed/{PAYMENT_ID}/ch_1/refund-payment",
    ]


async def test_a_refusal_is_final_and_no_error() -> None:
    """Not tried again, not counted as an error, and with all that the callee has told."""
    error = await failure(Refused("payment-paid", "Money has moved.", {"amount_captured": 1800}))
    assert (error.type, error.non_retryable) == ("refused", True)
    assert error.category is ApplicationErrorCategory.BENIGN
    assert error.details == ("payment-paid", "Money has moved.", {"amount_captured": 1800})
    assert Refused(*error.details).kind == "payment-paid"


async def test_a_failure_brings_no_chain_of_causes() -> None:
    """It says all; the server keeps 4 KB of it, of which traces would leave nothing."""
    error = await failure(Unavailable("GET /payments/pi_1: ConnectError"))
    assert (error.__cause__, error.__suppress_context__) == (None, True)


@pytest.mark.parametrize(("asked_s", "delay"), [(3.0, timedelta(seconds=3)), (None, None), (0.0, None)])
async def test_what_is_unknown_is_tried_again(asked_s: float | None, delay: timedelta | None) -> None:
    """As late as the callee has asked, or at the saga's own pace."""
    error = await failure(Unavailable("503", asked_s))
    assert (error.type, error.non_retryable, error.next_retry_delay) == ("unavailable", False, delay)
    assert error.category is ApplicationErrorCategory.UNSPECIFIED


async def test_a_broken_contract_is_not_tried_again() -> None:
    """It counts as an error: a human must look."""
    error = await failure(ContractBroken("401 unauthenticated"))
    assert (error.type, error.non_retryable) == ("contract-broken", True)
    assert error.category is ApplicationErrorCategory.UNSPECIFIED
    assert "401" in error.message


async def test_a_fault_of_ours_stays_what_it_is() -> None:
    """Only the domain's three errors are translated."""
    with pytest.raises(KeyError):
        await environment().run(steps(Recorder(error=KeyError("bug"))).cancel_payment, CALL)
