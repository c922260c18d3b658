"""Every step: which call of its port it makes, and with which key."""

from dataclasses import replace
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import NotifierSteps, PaymentsSteps, ProjectsSteps, UsersSteps
from domain.errors import Unavailable
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
from domain.purchase import PurchaseStatus
from tests.unit.fakes import NOW, ORDER, Recorder, outcome

KEY = "saga/step"
PAID = PaymentCall(payment_id="pi_1")
NOTIFICATION = Notification(
    kind="payment.success", payment_id="pi_1", order=ORDER, status=PurchaseStatus.PAID, time=NOW
)

STEPS: list[tuple[type, str, Any, tuple[Any, ...]]] = [
    (PaymentsSteps, "create_payment", ORDER, ("create", ORDER, KEY)),
    (PaymentsSteps, "look_at_payment", PAID, ("look", "pi_1")),
    (PaymentsSteps, "find_payment", PurchaseCall(purchase_id="p1"), ("find", "p1")),
    (PaymentsSteps, "cancel_payment", PAID, ("cancel", "pi_1", KEY)),
    (PaymentsSteps, "cancel_purchase_payment", PurchaseCall(purchase_id="p1"), ("cancel_purchase", "p1", KEY)),
    (PaymentsSteps, "capture_payment", PAID, ("capture", "pi_1", KEY)),
    (PaymentsSteps, "refund_payment", PAID, ("refund", "pi_1", KEY)),
    (
        PaymentsSteps,
        "record_outcome",
        RecordCall(order=ORDER, outcome=outcome()),
        ("record_outcome", ORDER, outcome(), KEY),
    ),
    (ProjectsSteps, "reserve_offset", ReserveCall(payment_id="pi_1", order=ORDER), ("reserve", "pi_1", ORDER, KEY)),
    (ProjectsSteps, "look_at_reservation", PAID, ("look", "pi_1")),
    (ProjectsSteps, "commit_offset", PAID, ("commit", "pi_1", KEY)),
    (ProjectsSteps, "release_offset", PAID, ("release", "pi_1", KEY)),
    (ProjectsSteps, "return_offset", PAID, ("give_back", "pi_1", KEY)),
    (
        UsersSteps,
        "deliver_offset",
        DeliverCall(payment_id="pi_1", order=ORDER),
        ("deliver", "alice", "pi_1", "p1", ORDER.items, KEY),
    ),
    (UsersSteps, "revoke_offset", OffsetCall(payment_id="pi_1", buyer_id="alice"), ("revoke", "alice", "pi_1", KEY)),
    (UsersSteps, "look_at_offset", OffsetCall(payment_id="pi_1", buyer_id="alice"), ("look", "alice", "pi_1")),
    (NotifierSteps, "publish_notification", NOTIFICATION, ("publish", cloud_event(NOTIFICATION, KEY))),
]


def running() -> ActivityEnvironment:
    """A running step."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id="saga", activity_id="step")
    return environment


@pytest.mark.parametrize(("group", "name", "arg", "call"), STEPS)
async def test_a_step_is_one_call_of_its_port(group: type, name: str, arg: Any, call: tuple[Any, ...]) -> None:
    """The call's arguments, and the step's key where it writes (the event's id is the notification's)."""
    port = Recorder(answer="found")
    await running().run(getattr(group(port), name), arg)
    assert port.calls == [call]


@pytest.mark.parametrize(("group", "name", "arg"), [step[:3] for step in STEPS])
async def test_every_steps_error_reaches_temporal_translated(group: type, name: str, arg: Any) -> None:
    """A method without `@step` would raise what no saga understands."""
    with pytest.raises(ApplicationError) as raised:
        await running().run(getattr(group(Recorder(error=Unavailable("away"))), name), arg)
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
