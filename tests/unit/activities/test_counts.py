"""What steps count, on the SDK's own meter."""

import asyncio
from dataclasses import replace
from typing import cast

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import PaymentsSteps
from domain.errors import ContractBroken, Refused, Unavailable
from domain.messages import PaymentCall
from domain.payment import Payment
from domain.ports import Payments
from tests.meter import Meter
from tests.unit.values import PAYMENT_ID, Recorder, payment

CALL = PaymentCall(payment_id=PAYMENT_ID)


@pytest.fixture(scope="module")
def shared() -> Meter:
    """One runtime: each has threads of its own."""
    return Meter()


@pytest.fixture
def meter(shared: Meter) -> Meter:
    """Nothing is counted yet."""
    shared.counted()
    return shared


async def taken(
    meter: Meter, step: str, error: Exception | None = None, attempt: int = 1, *, within_task: bool = True
) -> None:
    """Take a step of Payments once; whatever comes of it."""
    environment = ActivityEnvironment()
    environment.metric_meter = meter.runtime.metric_meter
    environment.info = replace(environment.info, attempt=attempt, is_local=within_task)
    steps = PaymentsSteps(cast("Payments", Recorder(answer=payment(), error=error)))
    try:
        await environment.run(getattr(steps, step), CALL)
    except ApplicationError:
        assert error


async def test_a_first_attempt_that_is_done_counts_nothing(meter: Meter) -> None:
    """The SDK counts those."""
    await taken(meter, "retrieve_payment")
    assert meter.counted() == []


@pytest.mark.parametrize(
    ("step", "attempt", "retries"),
    [("retrieve_payment", 1, 1), ("retrieve_payment", 3, 1), ("cancel_payment", 1, 0), ("cancel_payment", 2, 1)],
)
async def test_every_further_attempt_is_a_retry(meter: Meter, step: str, attempt: int, retries: int) -> None:
    """A step that has become an activity has been tried before, unless it undoes something."""
    await taken(meter, step, attempt=attempt, within_task=False)
    assert meter.counted().count(("buy_projects_step_retries",)) == retries


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refused("payment-paid", "paid"), "refused"),
        (Unavailable("away"), "unavailable"),
        (ContractBroken("401"), "contract-broken"),
    ],
)
async def test_what_is_not_done_counts_by_its_kind(meter: Meter, error: Exception, kind: str) -> None:
    """A compensation that fails is none."""
    await taken(meter, "cancel_payment", error)
    assert meter.counted() == [("buy_projects_step_failures", kind)]


class Silent:
    """A callee whose answer never comes: the SDK cancels the step when its time is over."""

    async def retrieve(self, _payment_id: str) -> Payment:
        """Nothing."""
        raise asyncio.CancelledError


async def test_a_step_whose_time_within_the_task_is_over_had_no_answer(meter: Meter) -> None:
    """It counts as any other without an answer, and tells one line instead of a traceback."""
    environment = ActivityEnvironment()
    environment.metric_meter = meter.runtime.metric_meter
    environment.info = replace(environment.info, is_local=True)
    with pytest.raises(ApplicationError) as raised:
        await environment.run(PaymentsSteps(cast("Payments", Silent())).retrieve_payment, CALL)
    assert (raised.value.type, meter.counted()) == ("unavailable", [("buy_projects_step_failures", "unavailable")])


async def test_a_step_that_undoes_counts_when_it_is_done(meter: Meter) -> None:
    """Money given back, for one."""
    await taken(meter, "refund_payment")
    assert meter.counted() == [("buy_projects_compensations",)]
