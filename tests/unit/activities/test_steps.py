"""Every step: which call of its port it makes, and with which key."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import NotifierSteps, PaymentsSteps, ProjectsSteps, UsersSteps
from domain.errors import Refused, Unavailable
from domain.messages import (
    DeliverCall,
    Notification,
    OffsetCall,
    PaymentCall,
    PurchaseCall,
    RecordCall,
    ReserveCall,
    cloud_event,
)
from domain.payment import Payment, PaymentStatus
from domain.purchase import PurchaseStatus
from tests.unit.values import NOW, ORDER, PAYMENT_ID, Recorder, outcome, payment

KEY = "saga/step"
PAID = PaymentCall(payment_id=PAYMENT_ID)
NOTIFICATION = Notification(
    kind="payment.success", payment_id=PAYMENT_ID, order=ORDER, status=PurchaseStatus.PAID, time=NOW
)

STEPS: list[tuple[type, str, Any, tuple[Any, ...]]] = [
    (PaymentsSteps, "create_payment", ORDER, ("create", ORDER, KEY)),
    (PaymentsSteps, "retrieve_payment", PAID, ("retrieve", PAYMENT_ID)),
    (PaymentsSteps, "find_payment", PurchaseCall(purchase_id="p1"), ("find", "p1")),
    (PaymentsSteps, "cancel_payment", PAID, ("cancel", PAYMENT_ID, KEY)),
    (PaymentsSteps, "cancel_payment_of", PurchaseCall(purchase_id="p1"), ("cancel_payment_of", "p1", KEY)),
    (PaymentsSteps, "capture_payment", PAID, ("capture", PAYMENT_ID, KEY)),
    (PaymentsSteps, "refund_payment", PAID, ("refund", PAYMENT_ID, KEY)),
    (
        PaymentsSteps,
        "record_outcome",
        RecordCall(order=ORDER, outcome=outcome()),
        ("record_outcome", ORDER, outcome(), KEY),
    ),
    (
        ProjectsSteps,
        "reserve_offset",
        ReserveCall(payment_id=PAYMENT_ID, order=ORDER),
        ("reserve", PAYMENT_ID, ORDER, KEY),
    ),
    (ProjectsSteps, "retrieve_reservation", PAID, ("retrieve", PAYMENT_ID)),
    (ProjectsSteps, "commit_offset", PAID, ("commit", PAYMENT_ID, KEY)),
    (ProjectsSteps, "release_offset", PAID, ("release", PAYMENT_ID, KEY)),
    (ProjectsSteps, "restock_offset", PAID, ("restock", PAYMENT_ID, KEY)),
    (
        UsersSteps,
        "deliver_offset",
        DeliverCall(payment_id=PAYMENT_ID, order=ORDER, fresh_until=NOW),
        ("deliver", "alice", PAYMENT_ID, "p1", ORDER.items, KEY),
    ),
    (
        UsersSteps,
        "revoke_offset",
        OffsetCall(payment_id=PAYMENT_ID, buyer_id="alice"),
        ("revoke", "alice", PAYMENT_ID, KEY),
    ),
    (
        UsersSteps,
        "retrieve_offset",
        OffsetCall(payment_id=PAYMENT_ID, buyer_id="alice"),
        ("retrieve", "alice", PAYMENT_ID),
    ),
    (NotifierSteps, "publish_notification", NOTIFICATION, ("publish", cloud_event(NOTIFICATION, KEY))),
]


def running() -> ActivityEnvironment:
    """A running step."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id="saga", activity_id="step")
    return environment


def made(group: type, port: Recorder) -> Any:
    """The steps on their port; those at Users know Payments as well, which no fresh call of theirs asks."""
    return UsersSteps(port, Recorder()) if group is UsersSteps else group(port)


@pytest.mark.parametrize(("group", "name", "arg", "call"), STEPS)
async def test_a_step_is_one_call_of_its_port(group: type, name: str, arg: Any, call: tuple[Any, ...]) -> None:
    """The call's arguments, and the step's key where it writes (the event's id is the notification's)."""
    port = Recorder(answer=payment())
    await running().run(getattr(made(group, port), name), arg)
    assert port.calls == [call]


@pytest.mark.parametrize(("group", "name", "arg"), [step[:3] for step in STEPS])
async def test_every_steps_error_reaches_temporal_translated(group: type, name: str, arg: Any) -> None:
    """A method without `@step` would raise what no saga understands."""
    with pytest.raises(ApplicationError) as raised:
        await running().run(getattr(made(group, Recorder(error=Unavailable("away"))), name), arg)
    assert raised.value.type == "unavailable"


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


@pytest.mark.parametrize("group", [PaymentsSteps, ProjectsSteps, UsersSteps, NotifierSteps])
def test_every_public_method_is_a_step_of_this_table(group: type) -> None:
    """Workers take each public method for a step."""
    public = {name for name in vars(group) if not name.startswith("_")}
    assert public == {name for known, name, *_ in STEPS if known is group}
