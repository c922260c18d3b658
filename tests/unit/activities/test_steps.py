"""Steps that decide something themselves; which call each of the others makes is seen in tests/sagas."""

from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import PaymentsSteps, UsersSteps
from domain.errors import Refused
from domain.messages import (
    DeliverCall,
    PaymentCall,
    PurchaseCall,
)
from domain.payment import Payment, PaymentStatus
from tests.unit.values import NOW, ORDER, PAYMENT_ID, Recorder, payment

PAID = PaymentCall(payment_id=PAYMENT_ID)


def running() -> ActivityEnvironment:
    """A running step."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id="saga", activity_id="step")
    return environment


def late(begins_after_s: int) -> ActivityEnvironment:
    """An attempt that begins so long after the saga's answer has grown old."""
    environment = running()
    environment.info = replace(environment.info, started_time=NOW + timedelta(seconds=begins_after_s))
    return environment


@pytest.mark.parametrize(
    ("begins_after_s", "shown", "asks", "refused"),
    [
        (0, payment(status=PaymentStatus.PAID, amount_captured=1800, amount_refunded=1800), 0, None),
        (1, payment(status=PaymentStatus.PAID, amount_captured=1800), 1, None),
        (1, payment(status=PaymentStatus.PAID, amount_captured=1800, amount_refunded=1), 1, "refunded-before-delivery"),
        (1, payment(status=PaymentStatus.PAID, amount_captured=1800, disputes_open=1), 1, "disputed-before-delivery"),
        (1, payment(status=PaymentStatus.PAID, amount_captured=100), 1, "amount-differs"),
        (1, payment(status=PaymentStatus.PAID, amount_authorised=1800), 1, "amount-differs"),
    ],
    ids=[
        "in time",
        "late, and paid",
        "late, a cent is back",
        "late, disputed",
        "late, a part taken",
        "late, only held",
    ],
)
async def test_a_late_delivery_asks_for_the_money(
    begins_after_s: int, shown: Payment, asks: int, refused: str | None
) -> None:
    """An attempt that begins after the saga's answer has grown old asks itself, and delivers only what is paid for."""
    users, payments = Recorder(), Recorder(answer=shown)
    steps = UsersSteps(users, payments)
    call = DeliverCall(payment_id=PAYMENT_ID, order=ORDER, fresh_until=NOW)
    try:
        await late(begins_after_s).run(steps.deliver_offset, call)
        told = None
    except ApplicationError as error:
        told = error.details[0]
    assert told == refused
    assert payments.calls == [("retrieve", PAYMENT_ID)] * asks
    assert len(users.calls) == (refused is None)


async def test_a_late_delivery_whose_payment_is_not_known_is_tried_again() -> None:
    """Payments knows nothing: that is no refusal of the delivery, which would undo the purchase."""
    steps = UsersSteps(Recorder(), Recorder(error=Refused("not-found", "no such payment")))
    with pytest.raises(ApplicationError) as raised:
        await late(1).run(steps.deliver_offset, DeliverCall(payment_id=PAYMENT_ID, order=ORDER, fresh_until=NOW))
    assert raised.value.type == "unavailable"


async def test_a_purchase_without_a_record_is_refused() -> None:
    """Nothing is known of it: that is an answer, and not asked again."""
    with pytest.raises(ApplicationError) as raised:
        await running().run(PaymentsSteps(Recorder()).find_payment, PurchaseCall(purchase_id="p1"))
    assert raised.value.type == "refused"
